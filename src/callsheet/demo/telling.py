"""The story of the quarter as data: what the command line prints, and nothing of how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum

from callsheet.credits.audit import Report, verify
from callsheet.credits.balances import find_wallet
from callsheet.credits.models import Wallet
from callsheet.credits.statement import statement
from callsheet.demo import quarter
from callsheet.demo.choosing import choose
from callsheet.demo.moments import Kind, Moment
from callsheet.insight.asked import asked_of
from callsheet.insight.bridge import Bridge, bridge
from callsheet.insight.queue_view import QueueView, read_queue_view
from callsheet.insight.scorecard import Scorecard, scorecard
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.notifications.models import Mail, Notification
from callsheet.projects.lifecycle import ENDED, Status
from callsheet.projects.models import Project
from callsheet.tenants.models import Account, Organization

CHOSEN = ("halden-run", "lumiere", "kestrel", "brixen")
"""The accounts with the most telling queues, in the order in which they are told."""

SITUATIONS: Mapping[str, str] = {
    "halden-run": "A saturated team, with an idle one beside it in the same organization.",
    "lumiere": "Nobody here reads deliveries; what is forgotten is finalized by itself.",
    "kestrel": "It began with a brief of 80 credits on a plan of 60.",
    "brixen": "A large launch at the head of the queue, and behind it a second wave.",
}
BRIDGED = "halden-run"
"""The wallet whose bridge is told."""

NOTABLE = frozenset(Kind) - {
    Kind.ACCEPTED, Kind.DELIVERED, Kind.ASKED, Kind.SUBMITTED, Kind.OVERTOOK,
}  # fmt: skip
MOST_MOMENTS = 8


@dataclass(frozen=True, slots=True)
class Size:
    """The studio in numbers."""

    customers: int
    organizations: int
    projects: int
    capacity: int
    held: int
    waiting: int


@dataclass(frozen=True, slots=True)
class WeekCount:
    """What happened in one week, in numbers; ``first`` is its first day."""

    first: date
    counts: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One account: how it stands now, and what happened last. ``left_out`` moments are not told."""

    situation: str
    view: QueueView
    moments: tuple[Moment, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Told:
    """Who was told what: notifications by group, those who read them, and the mails."""

    notifications: int
    people: int
    by_group: Mapping[str, int]
    mails: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where everything stands now: projects that go on by status, tasks by what is asked, and
    projects of which nobody is asked anything (there should be none).
    """

    by_status: Mapping[str, int]
    asked: Mapping[str, int]
    nobody_asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """The quarter, told."""

    begins: datetime
    size: Size
    weeks: tuple[WeekCount, ...]
    notable: tuple[Moment, ...]
    names: Mapping[str, str]
    chapters: tuple[Chapter, ...]
    bridged: str
    bridge: Bridge | None
    scorecard: Scorecard
    told: Told
    standing: Standing
    audit: Report


def tell(begins: datetime) -> Story:
    """The story of the quarter after ``begins``, as the database knows it now."""
    moments = quarter.story()
    return Story(
        begins=begins,
        size=_size(),
        weeks=_weeks(begins, moments),
        notable=choose(moments),
        names={
            key: name
            for owners in (Account, Organization)
            for key, name in owners.objects.values_list("key", "name")
        },
        chapters=tuple(_chapters(moments)),
        bridged=BRIDGED,
        bridge=_bridge(BRIDGED, begins),
        scorecard=scorecard(CONSOLE),
        told=_told(),
        standing=_standing(),
        audit=verify(),
    )


def _size() -> Size:
    sums = Wallet.objects.aggregate(available=Sum("available"), held=Sum("held"))
    held = sums["held"] or 0
    return Size(
        customers=Account.objects.count(),
        organizations=Organization.objects.count(),
        projects=Project.objects.count(),
        capacity=(sums["available"] or 0) + held,
        held=held,
        waiting=Project.objects.filter(status=Status.QUEUED).count(),
    )


def _weeks(begins: datetime, moments: Iterable[Moment]) -> tuple[WeekCount, ...]:
    """The weeks since the import, seven days each, with their counts."""
    first = begins.date() + timedelta(days=1)
    by_week: dict[date, Counter[Kind]] = {}
    for moment in moments:
        week = first + timedelta(weeks=(moment.at.date() - first).days // 7)
        by_week.setdefault(week, Counter())[moment.kind] += moment.count
    return tuple(WeekCount(week, dict(counts)) for week, counts in sorted(by_week.items()))


def _chapters(moments: Iterable[Moment]) -> Iterable[Chapter]:
    told = [moment for moment in moments if moment.kind in NOTABLE]
    accounts = {a.key: a.pk for a in Account.objects.filter(key__in=CHOSEN)}
    for key in CHOSEN:
        if key not in accounts:
            continue
        own = [moment for moment in told if moment.account == key]
        yield Chapter(
            situation=SITUATIONS[key],
            view=read_queue_view(accounts[key]),
            moments=tuple(own[-MOST_MOMENTS:]),
            left_out=max(0, len(own) - MOST_MOMENTS),
        )


def _bridge(key: str, begins: datetime) -> Bridge | None:
    """The bridge of the account's wallet, from the morning after the import until today."""
    if not Account.objects.filter(key=key).exists():
        return None
    wallet = find_wallet(key)
    zone = wallet.owner.time_zone
    first = begins.astimezone(clock.zone(zone)).date() + timedelta(days=1)
    last = max(first, clock.today(zone))
    return bridge(statement(wallet, first, last))


def _told() -> Told:
    groups = Notification.objects.values("group").annotate(n=Count("pk")).order_by("-n", "group")
    totals = Notification.objects.aggregate(n=Count("pk"), people=Count("user", distinct=True))
    mails = Mail.objects.values("state").annotate(n=Count("pk")).order_by("-n", "state")
    return Told(
        notifications=totals["n"],
        people=totals["people"],
        by_group={row["group"]: row["n"] for row in groups},
        mails={row["state"]: row["n"] for row in mails},
    )


def _most_first(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first, those as frequent by name: the same in every telling."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _standing() -> Standing:
    going_on = Project.objects.filter(
        ~Q(status__in=[status.value for status in ENDED]) | Q(resuming_since__isnull=False)
    )
    statuses = dict(going_on.order_by("pk").values_list("pk", "status"))
    asked = asked_of(statuses)
    tasks = Counter(one.what.value for asks in asked.values() for one in asks)
    without = [pk for pk in statuses if not any(one.people for one in asked.get(pk, []))]
    keys = Project.objects.filter(pk__in=without).order_by("pk").values_list("key", flat=True)
    return Standing(
        by_status=_most_first(Counter(statuses.values())),
        asked=_most_first(tasks),
        nobody_asked=tuple(keys),
    )
