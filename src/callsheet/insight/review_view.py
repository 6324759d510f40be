"""A project as whoever reviews it sees it: concepts, deliverables, files, what was said of them,
what can be approved now, and what waits for what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from callsheet.insight.asset_files import delivered_already
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.projects.delivery import locked_by
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    AssetVersion,
    Comment,
    Concept,
    Deliverable,
    DeliverableState,
    Project,
    ProjectPerson,
)
from callsheet.tenants.access import Rights, check_can_read

IN_REVIEW = (Status.INITIAL_DELIVERY, Status.DELIVERED, Status.UNDER_REVISION)
UNSUBMITTED = (Status.DRAFT, Status.PENDING_APPROVAL)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of an asset. ``sha256`` is in hexadecimal, ``size`` in bytes."""

    version: int
    number: int
    file_name: str
    content_type: str
    size: int
    sha256: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssetLine:
    """An asset with its versions, the latest last."""

    asset: int
    name: str
    versions: tuple[VersionLine, ...]

    @property
    def latest(self) -> VersionLine:
        """The version that counts."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True)
class WantedChange:
    """What was asked for in a revision round (the first is 1)."""

    round: int
    by: str
    at: datetime
    text: str | None


@dataclass(frozen=True, slots=True)
class DeliverableReview:
    """A deliverable. ``may_approve`` says whether it is with the customer now, ``waits_for`` which
    master (its number) has to be approved before this one can be delivered.
    """

    deliverable: int
    type: str
    quantity: int
    placement: str
    state: str
    rounds: int
    may_approve: bool
    waits_for: int | None
    changes: tuple[WantedChange, ...]
    assets: tuple[AssetLine, ...]


@dataclass(frozen=True, slots=True)
class ConceptReview:
    """A concept with what belongs to it. ``credits`` is what its deliverables cost."""

    concept: int
    title: str
    credits: int
    approved_at: datetime | None
    deliverables: tuple[DeliverableReview, ...]


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A comment, with the answers to it. ``asset`` and ``number`` say on which version it is."""

    comment: int
    by: str
    at: datetime
    text: str
    version: int | None
    asset: str
    number: int | None
    pin: tuple[float, float] | None
    second: float | None
    resolved: bool
    answers: tuple[CommentLine, ...]


@dataclass(frozen=True, slots=True)
class ApproverLine:
    """Somebody without whom the project is not finalized by hand."""

    name: str
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Review:
    """A project's review. ``released`` are the credits that approved concepts have given back or
    used up; moments are in the account's time zone. ``may_answer`` is what the project's status
    allows, not who may.
    """

    project: int
    key: str
    title: str
    status: str
    version: int
    credits: int
    released: int
    may_answer: bool
    concepts: tuple[ConceptReview, ...]
    comments: tuple[CommentLine, ...]
    unresolved: int
    approvers: tuple[ApproverLine, ...]


def show_review(actor: Actor, project_id: int) -> Review:
    """The review of a project that ``actor`` may see. Raises ``NotFound("project")``.

    Customers see files when they are delivered; the studio sees all of them.
    """
    project = Project.objects.select_related("account__organization").filter(pk=project_id).first()
    if project is None:
        raise NotFound("project")
    try:
        rights = check_can_read(actor, project.account)
    except NotFound:
        raise NotFound("project") from None
    if _hidden(project, rights):
        raise NotFound("project")
    return read_review(project, everything=rights.is_staff)


def read_review(project: Project, *, everything: bool) -> Review:
    """The review of that project, whoever asks; permission is for the caller to check.

    ``everything``: also files that were not delivered yet. Asks the same number of questions of
    the database whatever the project's size.
    """
    zone = clock.zone(project.account.time_zone)
    answerable = project.status in IN_REVIEW
    deliverables: dict[int, list[Deliverable]] = defaultdict(list)
    for deliverable in (
        Deliverable.objects.filter(concept__project=project)
        .select_related("type", "master")
        .order_by("position", "pk")
    ):
        deliverables[deliverable.concept_id].append(deliverable)
    assets = _assets(project, everything)
    changes = _changes(project)
    concepts = tuple(
        ConceptReview(
            concept=concept.pk,
            title=str(concept),
            credits=sum(
                d.unit_credits * d.quantity
                for d in deliverables[concept.pk]
                if d.state != DeliverableState.DROPPED
            ),
            approved_at=concept.approved_at.astimezone(zone) if concept.approved_at else None,
            deliverables=tuple(
                _deliverable(d, answerable, changes[d.pk], assets[d.pk])
                for d in deliverables[concept.pk]
            ),
        )
        for concept in Concept.objects.filter(project=project).order_by("position", "pk")
    )
    comments = _comments(project)
    people = ProjectPerson.objects.filter(project=project, part="approver").select_related("user")
    return Review(
        project=project.pk,
        key=project.key,
        title=project.title,
        status=project.status,
        version=project.version,
        credits=project.credits,
        released=project.settled,
        may_answer=answerable,
        concepts=concepts,
        comments=comments,
        unresolved=sum(not line.resolved for line in comments),
        approvers=tuple(
            ApproverLine(
                str(one.user), one.approved_at.astimezone(zone) if one.approved_at else None
            )
            for one in people.order_by("pk")
        ),
    )


def _hidden(project: Project, rights: Rights) -> bool:
    private = project.status in UNSUBMITTED and not project.shared_with_studio
    return private and not rights.account_role and not rights.system


def _deliverable(
    deliverable: Deliverable,
    answerable: bool,
    changes: Iterable[WantedChange],
    assets: Iterable[AssetLine],
) -> DeliverableReview:
    master = locked_by(deliverable)
    return DeliverableReview(
        deliverable=deliverable.pk,
        type=deliverable.type.name,
        quantity=deliverable.quantity,
        placement=deliverable.placement,
        state=deliverable.state,
        rounds=deliverable.rounds,
        may_approve=answerable and deliverable.state == DeliverableState.DELIVERED,
        waits_for=master.pk if master is not None else None,
        changes=tuple(changes),
        assets=tuple(assets),
    )


def _assets(project: Project, everything: bool) -> dict[int, list[AssetLine]]:
    zone = clock.zone(project.account.time_zone)
    versions: dict[int, list[VersionLine]] = defaultdict(list)
    seen = {}
    for version in (
        AssetVersion.objects.filter(asset__deliverable__concept__project=project)
        .select_related("asset__deliverable")
        .order_by("asset__position", "asset_id", "number")
    ):
        if not everything and not delivered_already(version, version.asset.deliverable):
            continue
        seen[version.asset_id] = version.asset
        versions[version.asset_id].append(
            VersionLine(
                version=version.pk, number=version.number, file_name=version.file_name,
                content_type=version.content_type, size=version.size,
                sha256=bytes(version.sha256).hex(), at=version.uploaded_at.astimezone(zone),
            )
        )  # fmt: skip
    found: dict[int, list[AssetLine]] = defaultdict(list)
    for pk, asset in seen.items():
        found[asset.deliverable_id].append(AssetLine(pk, asset.name, tuple(versions[pk])))
    return found


def _changes(project: Project) -> dict[int, list[WantedChange]]:
    """What was asked for, by deliverable, the latest last."""
    zone = clock.zone(project.account.time_zone)
    found: dict[int, list[WantedChange]] = defaultdict(list)
    for event in (
        Event.objects.filter(subject_type="project", subject_id=project.pk, kind="change_requested")
        .select_related("note")
        .order_by("pk")
    ):
        found[event.data["deliverable"]].append(
            WantedChange(
                round=event.data["round"], by=event.actor_name, at=event.at.astimezone(zone),
                text=event.note.text if event.note else None,
            )
        )  # fmt: skip
    return found


def _comments(project: Project) -> tuple[CommentLine, ...]:
    """The threads, the oldest first, each with its answers."""
    zone = clock.zone(project.account.time_zone)
    rows = list(
        Comment.objects.filter(project=project).select_related("version__asset").order_by("pk")
    )
    answers: dict[int, list[CommentLine]] = defaultdict(list)

    def line(row: Comment) -> CommentLine:
        return CommentLine(
            comment=row.pk, by=row.author_name, at=row.at.astimezone(zone), text=row.text,
            version=row.version_id,
            asset=row.version.asset.name if row.version else "",
            number=row.version.number if row.version else None,
            pin=None if row.pin_x is None or row.pin_y is None else (row.pin_x, row.pin_y),
            second=row.pin_second,
            resolved=row.resolved_at is not None,
            answers=tuple(answers[row.pk]),
        )  # fmt: skip

    for row in rows:
        if row.answers_id is not None:
            answers[row.answers_id].append(line(row))
    return tuple(line(row) for row in rows if row.answers_id is None)
