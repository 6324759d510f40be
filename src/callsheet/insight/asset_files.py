"""Which files somebody may fetch: what they are called, what they are, where they are kept.

The studio sees everything that was handed in; a customer sees what was delivered, in the version
that was delivered. What one may not see does not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.delivery import HANDED_OVER
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import AssetVersion, Deliverable, DeliverableState, Project
from callsheet.tenants.access import check_can_read

UNSUBMITTED = (Status.DRAFT.value, Status.PENDING_APPROVAL.value)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: ``stored`` is its name within the storage, ``name`` what people call it."""

    version: int
    stored: str
    name: str
    content_type: str
    size: int
    sha256: str
    handed_in_at: datetime


@dataclass(frozen=True, slots=True)
class Bundle:
    """The latest files of a project as (path within the bundle, file), under the bundle's name."""

    name: str
    files: tuple[tuple[str, StoredFile], ...]


def delivered_already(version: AssetVersion, deliverable: Deliverable) -> bool:
    """Whether the customer has been handed this version: what the studio makes after a change was
    asked for is its own until it delivers again.
    """
    if deliverable.delivered_at is None:
        return deliverable.state in HANDED_OVER  # of an import, which has no moment
    return deliverable.state in HANDED_OVER or version.uploaded_at <= deliverable.delivered_at


def find_file(actor: Actor, version_id: int) -> StoredFile:
    """That version of an asset, if ``actor`` may see it. Raises ``NotFound("file")``."""
    version = (
        AssetVersion.objects.select_related(
            "asset__deliverable__concept__project__account__organization"
        )
        .filter(pk=version_id)
        .first()
    )
    if version is None:
        raise NotFound("file")
    deliverable = version.asset.deliverable
    try:
        rights = check_can_read(actor, deliverable.concept.project.account)
    except NotFound:
        raise NotFound("file") from None
    if not rights.is_staff and not delivered_already(version, deliverable):
        raise NotFound("file")
    return _stored(version)


def find_bundle(actor: Actor, project_id: int) -> Bundle:
    """The latest version of every asset of a project that ``actor`` may see.

    Raises ``NotFound("project")``; a project without files has an empty bundle.
    """
    project = Project.objects.select_related("account__organization").filter(pk=project_id).first()
    if project is None:
        raise NotFound("project")
    try:
        rights = check_can_read(actor, project.account)
    except NotFound:
        raise NotFound("project") from None
    if (
        project.status in UNSUBMITTED
        and not project.shared_with_studio
        and not rights.account_role
        and not rights.system
    ):
        raise NotFound("project")
    return bundle_of(project, everything=rights.is_staff)


def bundle_of(project: Project, *, everything: bool) -> Bundle:
    """The latest files of that project, whoever asks; permission is for the caller to check.

    ``everything``: also what was not delivered yet, and dropped.
    """
    latest: dict[int, AssetVersion] = {}
    versions = AssetVersion.objects.filter(asset__deliverable__concept__project=project)
    for version in versions.select_related("asset__deliverable__concept").order_by("number"):
        deliverable = version.asset.deliverable
        if everything or (
            delivered_already(version, deliverable)
            and deliverable.state != DeliverableState.DROPPED
        ):
            latest[version.asset_id] = version
    in_order = sorted(
        latest.values(),
        key=lambda v: (
            v.asset.deliverable.concept.position, v.asset.deliverable.concept_id,
            v.asset.deliverable.position, v.asset.position, v.asset_id,
        ),
    )  # fmt: skip
    return Bundle(f"{project.key}.zip", tuple(_placed(in_order)))


def _placed(versions: Iterable[AssetVersion]) -> Iterable[tuple[str, StoredFile]]:
    """Each file in its concept's folder, no two under one path, whatever the case of letters."""
    taken: set[str] = set()
    for version in versions:
        folder = _as_folder(str(version.asset.deliverable.concept))
        stem, dot, ending = version.file_name.rpartition(".")
        path, n = f"{folder}/{version.file_name}", 1
        while path.casefold() in taken:
            n += 1
            path = f"{folder}/{stem} ({n}){dot}{ending}"
        taken.add(path.casefold())
        yield path, _stored(version)


def _as_folder(title: str) -> str:
    """A concept's title as a folder's name."""
    kept = "".join(c if c.isalnum() or c in " -_,()" else "_" for c in title)
    return " ".join(kept.split())[:80].strip(". ") or "Concept"


def _stored(version: AssetVersion) -> StoredFile:
    return StoredFile(
        version=version.pk, stored=version.file, name=version.file_name,
        content_type=version.content_type, size=version.size,
        sha256=bytes(version.sha256).hex(), handed_in_at=version.uploaded_at,
    )  # fmt: skip
