"""Where one project stands, with all that stands open in it: one query, whatever its size.

Pages read it first, because what one may do and what is said at the top of each follow from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, Subquery, TextField
from django.db.models.expressions import Value
from django.db.models.functions import Cast, Coalesce, JSONObject, NullIf

from callsheet.catalogue.models import DeliverableKind
from callsheet.credits.models import Billing
from callsheet.insight.asked_facts import person_behind
from callsheet.insight.project_list import visible
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.errors import NotFound
from callsheet.projects.delivery import UNFINISHED
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import (
    Amendment,
    Clock,
    Comment,
    Deliverable,
    DeliverableState,
    Part,
    Project,
    ProjectPerson,
    PublishedRange,
    StageSpell,
    StopRequest,
)
from callsheet.tenants.access import WRITERS, Rights
from callsheet.tenants.models import Account, AccountManagerAssignment, Membership


@dataclass(frozen=True, slots=True)
class InProject:
    """Somebody who reviews the project or has to approve it."""

    user: int
    name: str
    part: str
    approved: bool


@dataclass(frozen=True, slots=True)
class Running:
    """A clock: since when it runs, and when its next step is due."""

    since: datetime
    due_at: datetime
    put_off_days: int


@dataclass(frozen=True, slots=True)
class Wish:
    """A customer's wish to park or to cancel, not decided yet."""

    request: int
    wish: str
    reason: str
    asked_by: int | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What was said with a step, and by whom."""

    by: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change of scope that is proposed, or agreed and waits for its credits."""

    amendment: int
    number: int
    status: str
    proposed_by: str
    reason: str
    credits_change: int
    reserved_for: date | None
    changes: Mapping[str, Any]

    @property
    def waits(self) -> bool:
        """Whether it is agreed and waits for its credits."""
        return self.status == Amendment.Status.WAITING


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """A project (with account, wallet, hold, owner and brand) and what stands open in it.

    ``held`` are the credits that it holds now. ``states`` counts its deliverables by state,
    ``deliverable_now`` says whether any could be delivered, ``has_master`` whether variations
    could be ordered. ``starts`` are the published days of its start. ``manager`` is the name of who
    looks after the account today. ``said`` is what somebody said
    when they brought it into the status that it has: a question, why it rests, why it was canceled.
    ``talks`` says that a
    comment stands open, which stops what would happen by itself. ``approval_asked_by`` and
    ``has_colleagues`` are of a brief that waits for a colleague's approval.
    """

    project: Project
    held: int
    consumes: bool
    states: Mapping[str, int]
    deliverable_now: bool
    has_master: bool
    people: tuple[InProject, ...]
    clocks: Mapping[str, Running]
    wish: Wish | None
    change: OpenChange | None
    stage: str
    waiting_for: str
    stage_until: date | None
    starts: tuple[date, date] | None
    approval_asked_by: int | None
    has_colleagues: bool
    talks: bool
    manager: str
    said: Said | None

    @property
    def status(self) -> Status:
        """The project's status."""
        return Status(self.project.status)

    @property
    def missing(self) -> tuple[str, ...]:
        """The required approvers who have not approved what is delivered now."""
        return tuple(p.name for p in self.people if p.part == Part.APPROVER and not p.approved)


def read_facts(account: Account, rights: Rights, key: str) -> ProjectFacts:
    """The facts of the account's project of that key, for somebody with these rights in it.

    ``account`` comes with its wallet. One query, two more for a brief that waits for approval.
    Raises ``NotFound("project")``, also for a draft that is not shared with the studio.
    """
    if "\0" in key:
        raise NotFound("project")
    found = _annotated(visible(account, rights).filter(key=key), account).first()
    if found is None:
        raise NotFound("project")
    project: Any = found
    project.account = account
    if project.wallet_id == account.wallet.pk:
        project.wallet = account.wallet
    hold = project.hold
    spell = project.facts_spell[0] if project.facts_spell else {}
    asked_by, colleagues = _approval(project)
    wishes = [_wish(row) for row in project.facts_wishes]
    changes = [_change(row) for row in project.facts_changes]
    start = project.facts_start[0] if project.facts_start else None
    return ProjectFacts(
        project=project,
        held=hold.credits if hold is not None and hold.closed_at is None else 0,
        consumes=project.wallet.billing == Billing.PAY_AS_YOU_GO,
        states=Counter(project.facts_states),
        deliverable_now=project.facts_deliverable,
        has_master=project.facts_master,
        people=tuple(
            InProject(row["user"], row["name"], row["part"], row["approved"] is not None)
            for row in project.facts_people
        ),
        clocks={
            row["kind"]: Running(_moment(row["since"]), _moment(row["due"]), row["off"])
            for row in project.facts_clocks
        },
        wish=wishes[0] if wishes else None,
        change=changes[0] if changes else None,
        stage=spell.get("stage", ""),
        waiting_for=spell.get("for", ""),
        stage_until=_day(spell.get("until")),
        starts=_days(start),
        approval_asked_by=asked_by,
        has_colleagues=colleagues,
        talks=project.facts_talks,
        manager=project.facts_manager or "",
        said=_said(project.facts_said, project.status),
    )


def _name_of(person: str) -> Coalesce:
    """What a person is called: their name, else their address."""
    given = Cast(f"{person}__name", TextField())
    return Coalesce(
        NullIf(given, Value("", output_field=TextField())), Cast(f"{person}__email", TextField())
    )


def _annotated(projects: Any, account: Account) -> Any:
    """The projects with what stands open in each, read along as arrays."""
    mine = OuterRef("pk")
    live = Deliverable.objects.filter(concept__project=mine).exclude(state=DeliverableState.DROPPED)
    unlocked = (
        Q(master__isnull=True)
        | Q(master__state__in=[DeliverableState.APPROVED, DeliverableState.DROPPED])
        | ~Q(state=DeliverableState.WAITING)
    )
    name = _name_of("user")
    today = clock.today(account.time_zone)
    care = AccountManagerAssignment.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), account=account, starts_on__lte=today
    ).order_by("-starts_on")

    def array(rows: Any, **names: Any) -> ArraySubquery:
        return ArraySubquery(rows.order_by("pk").values(row=JSONObject(**names)))

    return projects.select_related("hold", "owner", "brand").annotate(
        facts_states=ArraySubquery(live.order_by("pk").values("state")),
        facts_deliverable=Exists(live.filter(unlocked, state__in=UNFINISHED)),
        facts_master=Exists(live.filter(type__kind=DeliverableKind.MASTER)),
        facts_talks=Exists(
            Comment.objects.filter(project=mine, answers__isnull=True, resolved_at__isnull=True)
        ),
        facts_said=ArraySubquery(
            Event.objects.filter(
                subject_type="project", subject_id=mine, kind__in=list(_SAID_IN), note__isnull=False
            )
            .order_by("-pk")
            .values(row=JSONObject(kind="kind", by="actor_name", text="note__text"))[:1]
        ),
        facts_manager=Subquery(care.values(name=_name_of("manager"))[:1]),
        facts_people=array(
            ProjectPerson.objects.filter(project=mine),
            user="user_id", name=name, part="part", approved="approved_at",
        ),
        facts_clocks=array(
            Clock.objects.filter(project=mine),
            kind="kind", since="since", due="due_at", off="put_off_days",
        ),
        facts_wishes=array(
            StopRequest.objects.filter(project=mine, decided_at__isnull=True),
            request="pk", wish="wish", reason="reason", by="asked_by_id", at="asked_at",
        ),
        facts_changes=array(
            Amendment.objects.filter(
                project=mine, status__in=[Amendment.Status.PROPOSED, Amendment.Status.WAITING]
            ),
            amendment="pk", number="number", status="status", side="proposed_by", reason="reason",
            change="credits_change", reserved="reserved_for", changes="changes",
        ),
        facts_spell=array(
            StageSpell.objects.filter(project=mine, until__isnull=True),
            **{"stage": "stage", "for": "waiting_for", "until": "expected_until"},
        ),
        facts_start=ArraySubquery(
            PublishedRange.objects.filter(project=mine, what=PublishedRange.What.START)
            .order_by("-pk")
            .values(row=JSONObject(first="first", last="last"))[:1]
        ),
    )  # fmt: skip


_SAID_IN = {
    "request_clarification": Status.CLARIFICATION_REQUESTED,
    "park": Status.PARKED,
    "cancel": Status.CANCELED,
}


def _said(rows: Sequence[Mapping[str, Any]], status: str) -> Said | None:
    for row in rows:
        if _SAID_IN[row["kind"]] == status and row["text"]:
            return Said(row["by"], row["text"])
    return None


def _wish(row: Mapping[str, Any]) -> Wish:
    return Wish(row["request"], row["wish"], row["reason"], row["by"], _moment(row["at"]))


def _change(row: Mapping[str, Any]) -> OpenChange:
    return OpenChange(
        amendment=row["amendment"],
        number=row["number"],
        status=row["status"],
        proposed_by=row["side"],
        reason=row["reason"],
        credits_change=row["change"],
        reserved_for=_day(row["reserved"]),
        changes=row["changes"],
    )


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.now().tzinfo)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _days(row: Mapping[str, Any] | None) -> tuple[date, date] | None:
    first = _day(row["first"]) if row else None
    if row is None or first is None:
        return None
    return first, _day(row["last"]) or first


def _approval(project: Project) -> tuple[int | None, bool]:
    """Of a brief that waits for a colleague's approval: who asked, and whether anybody else of
    the account could give it.
    """
    if project.status != Status.PENDING_APPROVAL:
        return None, False
    asked = Event.objects.filter(
        subject_type="project", subject_id=project.pk, kind="ask_approval"
    ).order_by("-pk")
    asked_by = person_behind(asked.values_list("actor", flat=True).first() or "")
    own = [user for user in (project.owner_id, asked_by) if user is not None]
    others = Membership.objects.filter(
        account_id=project.account_id, role__in=WRITERS, user__is_active=True
    ).exclude(user_id__in=own)
    return asked_by, others.exists()


__all__ = ["InProject", "OpenChange", "ProjectFacts", "Running", "Wish", "read_facts"]
