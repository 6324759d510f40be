"""How an account stands this morning: what is in production, what waits and until when, what waits
for its people, what comes back. Reads only, six queries however many projects there are.

Expected days are those that were published (the same that mails and the scorecard speak of), so
that nothing is simulated for a page that is opened every day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, Subquery

from callsheet.catalogue.models import studio_rules
from callsheet.credits.capacity import scheduled_changes
from callsheet.credits.models import Billing, Subscription, Wallet
from callsheet.insight.calendars import Calendars
from callsheet.insight.credit_strip import Block, Cell, cells, tone_of
from callsheet.insight.queue_rows import paused_until
from callsheet.kit import clock
from callsheet.projects.clocks import Dial, steps
from callsheet.projects.lifecycle import ENDED, HOLDING, Status
from callsheet.projects.models import Clock, Concept, Deliverable, Project, PublishedRange
from callsheet.projects.models.clocks import ClockKind
from callsheet.projects.readiness import checklist
from callsheet.tenants.access import Rights
from callsheet.tenants.models import Account

COMES_BACK_DAYS = 42
"""Calendar days that the picture of what comes back looks ahead."""

STOCK_DAYS = 14
"""Calendar days for which ready drafts are compared with the credits that come free."""

_UNSUBMITTED = (Status.DRAFT.value, Status.PENDING_APPROVAL.value)
_ASKED_OF_CUSTOMER: dict[str, str] = {
    Status.DELIVERED: "review",
    Status.INITIAL_DELIVERY: "review",
    Status.CLARIFICATION_REQUESTED: "answer",
    Status.PENDING_APPROVAL: "approve",
    Status.PARKED: "decide",
}


@dataclass(frozen=True, slots=True)
class MorningProject:
    """A project that has not ended, as a line. Days are the account's.

    ``credits`` is what it holds, or asks for while it waits. ``first`` and ``last`` are the
    expected days (P50, P80) of its start while it waits, of the return of its credits while it
    holds them.
    """

    project: int
    key: str
    title: str
    status: str
    credits: int
    since: date | None
    first: date | None
    last: date | None
    wanted_by: date | None
    reason: str
    goes_on: bool


@dataclass(frozen=True, slots=True)
class WaitsForCustomer:
    """Something that waits for the account's people. ``what``: review, answer, approve, decide.

    ``happens`` is what the project becomes by itself, on ``due`` (a day of the account), if nobody
    does anything: finalized, approved, parked.
    """

    line: MorningProject
    what: str
    due: date | None
    happens: str


@dataclass(frozen=True, slots=True)
class Stock:
    """Drafts that could be submitted today, against the credits that come free in two weeks."""

    ready: int
    ready_credits: int
    drafts: int
    coming_free: int


@dataclass(frozen=True, slots=True)
class Morning:
    """The account today. ``steps``: its capacity from which day on, the first is today.

    ``status`` is the account's; ``ends_on`` the first day without it where notice is given or it
    has ended; ``paused_until`` the day on which a pause ends. ``new``: no project was ever written.
    """

    today: date
    capacity: int
    available: int
    held: int
    lent: int
    borrowed: int
    production: tuple[MorningProject, ...]
    waiting: tuple[MorningProject, ...]
    asked: tuple[WaitsForCustomer, ...]
    parked: int
    stock: Stock
    steps: tuple[tuple[date, int], ...]
    reserved: int
    status: str = ""
    ends_on: date | None = None
    paused_until: date | None = None
    new: bool = False

    @property
    def freeable(self) -> bool:
        """Whether something waits while something delivered holds credits."""
        delivered = any(p.status == Status.DELIVERED for p in self.production)
        return delivered and bool(self.waiting)

    @property
    def overdrawn(self) -> int:
        """Credits held beyond the capacity."""
        return max(0, -self.available)

    @property
    def next_back(self) -> tuple[date, int] | None:
        """The day on which credits are expected back next, and how many on it."""
        days = sorted(p.first for p in self.production if p.first is not None)
        if not days:
            return None
        day = max(days[0], self.today)
        return day, sum(p.credits for p in self.production if p.first and p.first <= day)

    def by_status(self) -> list[tuple[str, list[MorningProject]]]:
        """What is in production, by status in the order of a project's life."""
        kept: dict[str, list[MorningProject]] = {status.value: [] for status in HOLDING}
        for project in self.production:
            kept[project.status].append(project)
        return [(status, projects) for status, projects in kept.items() if projects]

    def strip(self) -> list[Cell]:
        """The account's credit strip: what is in production, in the order of ``production``."""
        blocks = [Block(p.project, p.credits, tone_of(p.status)) for p in self.production]
        return cells(self.capacity, blocks, self.reserved)


def read_morning(account: Account, rights: Rights) -> Morning:
    """How that account (read with its wallet) stands today, for somebody with these rights.

    Staff see drafts only when shared with them. The permission is for the caller to check.
    """
    wallet: Wallet = account.wallet
    today = clock.today(account.time_zone)
    lines = _lines(account, rights)
    production = [p for p in lines if p.status in HOLDING]
    waiting = [p for p in lines if p.status == Status.QUEUED or p.goes_on]
    changes = scheduled_changes([wallet], {wallet.pk: today})[wallet.pk]
    capacity, steps = wallet.capacity, {today: wallet.capacity}
    for change in changes:
        capacity += change.delta
        steps[change.day] = capacity
    ready = [p for p in lines if p.status == Status.DRAFT and p.reason == "ready"]
    horizon = today + timedelta(days=STOCK_DAYS)
    back = sum(p.credits for p in production if p.first is not None and p.first <= horizon)
    gained = sum(change.delta for change in changes if change.day <= horizon)
    asked_for = sum(p.credits for p in waiting)
    return Morning(
        today=today,
        capacity=wallet.capacity,
        available=wallet.available,
        held=wallet.held,
        lent=wallet.lent,
        borrowed=wallet.borrowed,
        production=tuple(sorted(production, key=_comes_back)),
        waiting=tuple(waiting),
        asked=tuple(_asked(lines, account)),
        parked=sum(p.status == Status.PARKED and not p.goes_on for p in lines),
        stock=Stock(
            ready=len(ready),
            ready_credits=sum(p.credits for p in ready),
            drafts=sum(p.status == Status.DRAFT for p in lines),
            coming_free=max(0, wallet.available + back + gained - asked_for),
        ),
        steps=tuple(sorted(steps.items())),
        reserved=_reserved(waiting, wallet.available),
        status=account.status,
        ends_on=_ends_on(account, wallet),
        paused_until=paused_until([wallet]).get(wallet.pk),
        new=not lines and not Project.objects.filter(account=account).exists(),
    )


def _ends_on(account: Account, wallet: Wallet) -> date | None:
    if account.ended_on is not None:
        return account.ended_on
    subscription: Subscription | None = getattr(wallet, "subscription", None)
    return subscription.ends_on if subscription is not None else None


def _comes_back(project: MorningProject) -> tuple[bool, date, int]:
    return project.first is None, project.first or date.max, project.project


def _reserved(waiting: Sequence[MorningProject], available: int) -> int:
    """Free credits that are kept for the head of the queue."""
    head = next((p for p in waiting if p.reason != "not_before"), None)
    return min(max(0, available), head.credits) if head else 0


def _lines(account: Account, rights: Rights) -> list[MorningProject]:
    """All that has not ended, the queue in its order first."""
    published = PublishedRange.objects.filter(
        project=OuterRef("pk"), what=PublishedRange.What.START
    ).order_by("-pk")
    projects = (
        Project.objects.filter(account=account)
        .filter(~Q(status__in=[status.value for status in ENDED]) | Q(resuming_since__isnull=False))
        .select_related("hold")
        .annotate(
            start_first=Subquery(published.values("first")[:1]),
            start_last=Subquery(published.values("last")[:1]),
        )
        .order_by("rank", "pk")
    )
    if not rights.account_role and not rights.system:
        projects = projects.exclude(status__in=_UNSUBMITTED, shared_with_studio=False)
    zone = clock.zone(account.time_zone)
    found = list(projects)
    ready = _ready(account, [p for p in found if p.status == Status.DRAFT])
    return [_line(project, zone, ready) for project in found]


def _ready(account: Account, drafts: Sequence[Project]) -> set[int]:
    """Which of these drafts could be submitted as they are."""
    if not drafts:
        return set()
    concepts: dict[int, list[Concept]] = defaultdict(list)
    for concept in Concept.objects.filter(project__in=drafts).order_by("position", "pk"):
        concepts[concept.project_id].append(concept)
    scopes: dict[int, list[Deliverable]] = defaultdict(list)
    for deliverable in (
        Deliverable.objects.filter(concept__project__in=drafts)
        .select_related("type", "concept")
        .order_by("pk")
    ):
        scopes[deliverable.concept.project_id].append(deliverable)
    rules, today = studio_rules(), clock.today(account.time_zone)
    consuming = account.wallet.billing == Billing.PAY_AS_YOU_GO
    return {
        draft.pk
        for draft in drafts
        if all(
            item.ok
            for item in checklist(
                draft, concepts[draft.pk], scopes[draft.pk], rules, today, pay_as_you_go=consuming
            )
        )
    }


def _line(project: Project, zone: ZoneInfo, ready: Collection[int]) -> MorningProject:
    waits = project.status == Status.QUEUED or project.resuming_since is not None
    holds = project.status in HOLDING
    since = project.started_at if holds else project.submitted_at if waits else project.changed_at
    reason = project.wait_reason
    if project.status == Status.DRAFT:
        reason = "ready" if project.pk in ready else "unfinished"
    return MorningProject(
        project=project.pk,
        key=project.key,
        title=project.title or "Untitled",
        status=project.status,
        credits=project.hold.credits if holds and project.hold else project.asks,
        since=since.astimezone(zone).date() if since else None,
        first=project.returns_p50 if holds else getattr(project, "start_first", None),
        last=project.returns_p80 if holds else getattr(project, "start_last", None),
        wanted_by=project.wanted_by,
        reason=reason,
        goes_on=project.resuming_since is not None,
    )


_HAPPENS = {
    ClockKind.FINALIZE.value: "finalized",
    ClockKind.FIRST_DELIVERY.value: "approved",
    ClockKind.CLARIFICATION.value: "parked",
}


def _asked(lines: Iterable[MorningProject], account: Account) -> Iterable[WaitsForCustomer]:
    """What waits for the account's people, the most urgent first."""
    clocks = {
        running.project_id: running
        for running in Clock.objects.filter(project__account=account, kind__in=_HAPPENS)
    }
    zone = clock.zone(account.time_zone)
    calendar = Calendars().of(account)
    found = []
    for line in lines:
        if line.status not in _ASKED_OF_CUSTOMER or line.goes_on:
            continue
        running, due = clocks.get(line.project), None
        if running is not None:
            rules = studio_rules()
            dial = Dial(rules, calendar, account.time_zone, running.put_off_days)
            last = len(steps(running.kind, rules)) - 1
            acts = max(running.due_at, dial.due_at(running.kind, last, running.since))
            due = acts.astimezone(zone).date()
        happens = _HAPPENS[running.kind] if running else ""
        found.append(WaitsForCustomer(line, _ASKED_OF_CUSTOMER[line.status], due, happens))
    return sorted(found, key=lambda asked: (asked.due or date.max, asked.line.project))
