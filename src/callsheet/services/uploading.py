"""Handing in files: assets of deliverables, and newer versions of them."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.conf import settings
from django.core.files import File
from django.db.models import Max

from callsheet.catalogue.models import studio_rules
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.kit.file_types import FileType, check_contents, check_ending, clean_name
from callsheet.projects.lifecycle import PRODUCTION, Status
from callsheet.projects.models import Asset, AssetVersion, Deliverable, DeliverableState, Project
from callsheet.services.delivering import note_step
from callsheet.services.loading import lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.services.storing import Measured, discard, measure, store
from callsheet.tenants.access import check_can_produce


def add_asset(
    actor: Actor,
    deliverable_id: int,
    file: File[bytes],
    *,
    file_name: str = "",
    name: str = "",
    sha256: str = "",
    key: str | None = None,
) -> Answer:
    """Hand in a file for a deliverable: a new asset, or the next version of the asset of that name.

    Studio staff, while the project is in production. ``file`` can be read from its beginning more
    than once; ``file_name`` is what it is called (not given: what ``file`` says), ``name`` the
    asset's name (not given: the file's without its ending). ``sha256`` is the digest that the file
    should have, in hexadecimal. Customers see the file when its deliverable is delivered.

    Answers the asset, the version's number, size and digest. Raises
    ``Refused("file_type_not_allowed")``, ``("file_type_mismatch")``, ``("file_too_large")``,
    ``("file_empty")``, ``("file_name_missing")``, ``("checksum_mismatch")``,
    ``Conflict("same_file")``, ``Conflict("approved_for_good")``, ``Conflict("not_in_production")``.
    """
    seen = _deliverable_for(actor, deliverable_id)
    called = clean_name(file_name or file.name or "")
    kind = check_ending(called, settings.FILE_TYPES)
    measured = measure(file, studio_rules().largest_file_megabytes)
    check_contents(called, kind, measured.head)
    if sha256 and sha256.strip().lower() != measured.sha256.hex():
        raise Refused(
            "checksum_mismatch",
            "The file that arrived is not the one that was sent. Send it again.",
            field="sha256",
            sha256=measured.sha256.hex(),
        )
    asset_name = clean_name(name) if name.strip() else PurePosixPath(called).stem
    stored = store(file, seen.concept.project.account_id)

    def work(command: OpenCommand) -> Answer:
        project_id = _deliverable_for(actor, deliverable_id).concept.project_id
        project = lock_project(project_id)
        deliverable = Deliverable.objects.get(pk=deliverable_id)
        _check_open(project, deliverable)
        version = _record(actor, project, deliverable, asset_name, called, kind, measured, stored)
        facts = {
            "asset": version.asset_id,
            "version": version.pk,
            "number": version.number,
            "deliverable": deliverable_id,
            "size": version.size,
            "sha256": measured.sha256.hex(),
        }
        note_step(command, project, "asset_added", name=asset_name, **facts)
        return answer_for(project, **facts, file=stored)

    given = {
        "deliverable": deliverable_id,
        "name": asset_name,
        "file_name": called,
        "sha256": measured.sha256.hex(),
    }
    recorded = ""
    try:
        answer = run(actor, "add_asset", key, given, work)
        recorded = answer["file"]
        return answer
    finally:
        # Refused, failed, or done before with the same key: then this copy is nobody's.
        if recorded != stored:
            discard(stored)


def _deliverable_for(actor: Actor, deliverable_id: int) -> Deliverable:
    deliverable = (
        Deliverable.objects.select_related("concept__project").filter(pk=deliverable_id).first()
    )
    if deliverable is None:
        raise NotFound("deliverable")
    try:
        project_of(actor, deliverable.concept.project_id, check_can_produce)
    except NotFound:
        raise NotFound("deliverable") from None
    return deliverable


def _check_open(project: Project, deliverable: Deliverable) -> None:
    if project.status not in PRODUCTION:
        raise Conflict(
            "not_in_production",
            f"This project is {Status(project.status).label.lower()}: nothing is produced for it"
            " now.",
            field="status",
            status=project.status,
        )
    if deliverable.state in (DeliverableState.APPROVED, DeliverableState.DROPPED):
        raise Conflict(
            "approved_for_good",
            "What is approved or dropped gets no newer version. Something different is new scope.",
            field="deliverable",
            state=deliverable.state,
        )


def _record(
    actor: Actor,
    project: Project,
    deliverable: Deliverable,
    asset_name: str,
    called: str,
    kind: FileType,
    measured: Measured,
    stored: str,
) -> AssetVersion:
    """Write the asset, if it is new, and its next version; the project is locked."""
    asset = Asset.objects.filter(deliverable=deliverable, name=asset_name).first()
    if asset is None:
        last = Asset.objects.filter(deliverable=deliverable).aggregate(last=Max("position"))["last"]
        asset = Asset.objects.create(
            account_id=project.account_id, deliverable=deliverable, name=asset_name,
            position=0 if last is None else last + 1,
        )  # fmt: skip
    newest = AssetVersion.objects.filter(asset=asset).order_by("-number").first()
    if newest is not None and bytes(newest.sha256) == measured.sha256:
        raise Conflict(
            "same_file",
            f"This is the same file as version {newest.number} of “{asset}”.",
            field="file",
            version=newest.pk,
        )
    return AssetVersion.objects.create(
        asset=asset, number=1 if newest is None else newest.number + 1, file=stored,
        file_name=called, content_type=kind.content_type, size=measured.size,
        sha256=measured.sha256, uploaded_by_id=actor.user_id, uploaded_at=clock.now(),
    )  # fmt: skip
