"""A draft as its editor shows it, and what a brief would cost and lack as it reads now.

Reads only: one statement for the draft with all that it asks for; weighing reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from callsheet.catalogue.models import BriefType, DeliverableType, StudioRules
from callsheet.insight.queue_rows import Awaited, awaited_by, awaited_rows
from callsheet.journal.models import Event
from callsheet.kit.errors import NotFound, Refused
from callsheet.projects.as_written import rows_of, saying
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Brand, Concept, Deliverable, Project
from callsheet.projects.readiness import Item, checklist
from callsheet.projects.scope import is_adaptation_alone, scope_credits, unit_credits
from callsheet.tenants.access import Rights
from callsheet.tenants.models import Account

UNSUBMITTED = (Status.DRAFT.value, Status.PENDING_APPROVAL.value)
MOST_BRANDS = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A brief of an account, in whatever status. ``brands`` are the account's, to choose from;
    ``credits`` is what it cost when it was saved; ``after`` are the unfinished projects that it is
    to come after; ``rank`` the place in the queue that is kept for it until ``rank_kept_until``.
    """

    number: int
    key: str
    status: str
    version: int
    credits: int
    brief: BriefInput
    brands: tuple[str, ...]
    shared_with_studio: bool
    owner: int | None
    changed_at: datetime
    after: tuple[Awaited, ...]
    rank: int | None
    rank_kept_until: date | None
    planned_start: date | None
    stale: tuple[str, ...]

    @property
    def is_draft(self) -> bool:
        """Whether it can be rewritten."""
        return self.status == Status.DRAFT


def read_draft(account: Account, rights: Rights, key: str) -> Draft:
    """The brief of that key in that account, for somebody with these rights in it.

    Raises ``NotFound``, to the studio also for a draft that was not shared with it.
    """
    project = (
        Project.objects.filter(account=account, key=key)
        .select_related("brand")
        .annotate(
            concept_rows=ArraySubquery(
                Concept.objects.filter(project=OuterRef("pk"))
                .order_by("position", "pk")
                .values(row=JSONObject(id="id", title="title"))
            ),
            deliverable_rows=ArraySubquery(
                Deliverable.objects.filter(concept__project=OuterRef("pk"))
                .order_by("concept__position", "position", "pk")
                .values(
                    row=JSONObject(
                        id="id",
                        concept="concept_id",
                        type="type__key",
                        quantity="quantity",
                        master="master_id",
                        supplied_master="supplied_master",
                        placement="placement",
                        notes="notes",
                    )
                )
            ),
            awaited=awaited_rows(),
            brand_names=ArraySubquery(
                Brand.objects.filter(account_id=OuterRef("account_id"))
                .order_by("name")
                .values("name")[:MOST_BRANDS]
            ),
        )
        .first()
    )
    if project is None or (
        project.status in UNSUBMITTED
        and not project.shared_with_studio
        and not rights.account_role
        and not rights.system
    ):
        raise NotFound("brief")
    return _draft(project)


def _draft(project: Project) -> Draft:
    concepts = []
    for concept in project.concept_rows:  # type: ignore[attr-defined]
        rows = [
            row
            for row in project.deliverable_rows  # type: ignore[attr-defined]
            if row["concept"] == concept["id"]
        ]
        places = {row["id"]: n for n, row in enumerate(rows)}
        parts = tuple(
            DeliverableInput(
                row["type"], row["quantity"], places.get(row["master"]), row["supplied_master"],
                row["placement"], row["notes"],
            )
            for row in rows
        )  # fmt: skip
        concepts.append(ConceptInput(concept["title"], parts))
    return Draft(
        number=project.pk,
        key=project.key,
        status=project.status,
        version=project.version,
        credits=project.credits,
        brief=saying(project, tuple(concepts)),
        brands=tuple(project.brand_names),  # type: ignore[attr-defined]
        shared_with_studio=project.shared_with_studio,
        owner=project.owner_id,
        changed_at=project.changed_at,
        after=tuple(awaited_by(project)),
        rank=project.rank,
        rank_kept_until=project.rank_kept_until,
        planned_start=project.planned_start,
        stale=tuple(project.stale),
    )


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a brief costs by today's catalogue, in all and by concept, and its checklist.

    ``flat`` says that it is an adaptation of variations alone, which has one price for all;
    ``too_many`` is the refusal of a brief that costs more than any may.
    """

    credits: int
    by_concept: tuple[int, ...]
    items: tuple[Item, ...]
    flat: bool
    too_many: str = ""

    @property
    def open_items(self) -> tuple[Item, ...]:
        """What is missing before it can be submitted."""
        return tuple(item for item in self.items if not item.ok)

    @property
    def is_ready(self) -> bool:
        """Whether it could be submitted as it reads."""
        return not self.open_items and not self.too_many and self.credits > 0


def weigh(
    brief: BriefInput,
    types: Mapping[str, DeliverableType],
    rules: StudioRules,
    today: date,
    *,
    pay_as_you_go: bool,
) -> Weighed:
    """Weigh a brief as it reads, saved or not. ``types`` is the catalogue by key, ``today`` the
    account's day.
    """
    if brief.brief_type not in BriefType.values:
        return Weighed(0, (), (), flat=False)
    rows = rows_of(brief, types)
    items = checklist(
        rows.project, rows.concepts, rows.deliverables, rules, today, pay_as_you_go=pay_as_you_go
    )
    by_concept = tuple(
        sum(unit_credits(d) * d.quantity for d in rows.deliverables if d.concept_id == concept.pk)
        for concept in rows.concepts
    )
    too_many = ""
    try:
        credits = scope_credits(rows.project, rows.deliverables, rules)
    except Refused as refusal:
        credits, too_many = sum(by_concept), refusal.message
    flat = is_adaptation_alone(rows.project, rows.deliverables)
    return Weighed(credits, by_concept, tuple(items), flat=flat, too_many=too_many)


def last_writer(project_id: int) -> str:
    """Who saved that brief last, by name; empty where nobody knows."""
    written = Event.objects.filter(subject_type="project", subject_id=project_id, kind="written")
    return written.order_by("-pk").values_list("actor_name", flat=True).first() or ""
