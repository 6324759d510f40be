"""Where one project stands, with all that stands open in it: one query, whatever its size.

Pages read it first, because what one may do and what is said at the top of each follow from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from callsheet.credits.models import Billing
from callsheet.insight.asked_facts import person_behind
from callsheet.insight.project_list import visible
from callsheet.insight.project_standing import SAID_IN, standing
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Amendment, Part, Project
from callsheet.tenants.access import WRITERS, Rights
from callsheet.tenants.models import Account, Membership


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
    found = (
        visible(account, rights)
        .filter(key=key)
        .select_related("hold", "owner", "brand")
        .annotate(standing=standing(clock.today(account.time_zone)))
        .first()
    )
    if found is None:
        raise NotFound("project")
    project: Any = found
    project.account = account
    if project.wallet_id == account.wallet.pk:
        project.wallet = account.wallet
    hold = project.hold
    open_now: Mapping[str, Any] = project.standing
    spell: Mapping[str, Any] = next(iter(open_now["spell"]), {})
    asked_by, colleagues = _approval(project)
    wishes = [_wish(row) for row in open_now["wishes"]]
    changes = [_change(row) for row in open_now["changes"]]
    return ProjectFacts(
        project=project,
        held=hold.credits if hold is not None and hold.closed_at is None else 0,
        consumes=project.wallet.billing == Billing.PAY_AS_YOU_GO,
        states=Counter(open_now["states"]),
        deliverable_now=open_now["deliverable"],
        has_master=open_now["master"],
        people=tuple(
            InProject(row["user"], row["name"], row["part"], row["approved"] is not None)
            for row in open_now["people"]
        ),
        clocks={
            row["kind"]: Running(_moment(row["since"]), _moment(row["due"]), row["off"])
            for row in open_now["clocks"]
        },
        wish=wishes[0] if wishes else None,
        change=changes[0] if changes else None,
        stage=spell.get("stage", ""),
        waiting_for=spell.get("for", ""),
        stage_until=_day(spell.get("until")),
        starts=_days(next(iter(open_now["start"]), None)),
        approval_asked_by=asked_by,
        has_colleagues=colleagues,
        talks=open_now["talks"],
        manager=open_now["manager"] or "",
        said=_said(open_now["said"], project.status),
    )


def _said(rows: Sequence[Mapping[str, Any]], status: str) -> Said | None:
    for row in rows:
        if SAID_IN[row["kind"]] == status and row["text"]:
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
