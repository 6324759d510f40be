"""The story of the fortnight as data: what the command line prints, and nothing of how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from callsheet.credits.audit import Report, verify
from callsheet.credits.balances import find_wallet
from callsheet.credits.models import Wallet
from callsheet.credits.statement import statement
from callsheet.demo import fortnight
from callsheet.demo.moments import Kind, Moment
from callsheet.insight.bridge import Bridge, bridge
from callsheet.insight.queue_view import QueueView, read_queue_view
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.tenants.models import Account, Organization

CHOSEN = ("halden-run", "lumiere", "kestrel", "brixen")
"""The accounts with the most telling queues, in the order in which they are told."""

SITUATIONS: Mapping[str, str] = {
    "halden-run": "A saturated team, with an idle one beside it in the same organization.",
    "lumiere": "Deliveries that nobody reads hold the credits that two briefs wait for.",
    "kestrel": "A brief of 80 credits on a plan of 60.",
    "brixen": "A large launch at the head of the queue, small briefs behind it.",
}
BRIDGED = "halden-run"
"""The wallet whose bridge is told."""

NOTABLE = frozenset(Kind) - {Kind.ACCEPTED, Kind.DELIVERED, Kind.ASKED}
MOST_MOMENTS = 10


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
class DayCount:
    """What happened on one day, in numbers."""

    day: date
    counts: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One account: how it stands now, and what happened. ``left_out`` moments are not told."""

    situation: str
    view: QueueView
    moments: tuple[Moment, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Story:
    """The fortnight, told."""

    begins: datetime
    size: Size
    days: tuple[DayCount, ...]
    chapters: tuple[Chapter, ...]
    bridged: str
    bridge: Bridge | None
    audit: Report


def tell(begins: datetime) -> Story:
    """The story of the fortnight after ``begins``, as the database knows it now."""
    moments = fortnight.story()
    return Story(
        begins=begins,
        size=_size(),
        days=_days(moments),
        chapters=tuple(_chapters(moments)),
        bridged=BRIDGED,
        bridge=_bridge(BRIDGED, begins),
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


def _days(moments: Iterable[Moment]) -> tuple[DayCount, ...]:
    """The days on which people worked, each with its counts."""
    by_day: dict[date, Counter[Kind]] = {}
    for moment in moments:
        by_day.setdefault(moment.at.date(), Counter())[moment.kind] += moment.count
    return tuple(DayCount(day, dict(counts)) for day, counts in sorted(by_day.items()))


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
