"""What admission needs to know, read from the database: wallets, queue, production, schedule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    Step,
    WalletState,
)
from callsheet.catalogue.models import studio_rules
from callsheet.credits.capacity import scheduled_changes
from callsheet.credits.collect import due_among, still_due, unfilled_orders
from callsheet.credits.models import Wallet
from callsheet.insight.calendars import Calendars
from callsheet.insight.expected_times import ExpectedTimes, expected_times
from callsheet.insight.queue_rows import (
    Awaited,
    Running,
    awaited_by,
    good_lots,
    paused_until,
    queued_projects,
    running_projects,
    waiting_amendments,
)
from callsheet.kit import clock
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.models import Amendment, Project
from callsheet.projects.waiting import FRONT

__all__ = [
    "QueueReading", "read_queue", "read_queues", "read_whole_queue", "today_of",
    "waiting_amendments",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueueReading:
    """A snapshot with the rows it was made from.

    In it, a project that waits has its own number, and an amendment minus its number. ``running``
    is what holds credits, the soonest to return first; ``owners`` are the names of the wallets'
    accounts and pools.
    """

    snapshot: Snapshot
    queued: Mapping[int, Project]
    amendments: Mapping[int, Amendment]
    calendars: Mapping[int, WorkCalendar]
    times: ExpectedTimes
    running: tuple[Running, ...]
    owners: Mapping[int, str]

    def awaited(self) -> dict[int, Awaited]:
        """The projects for which something in the queue waits, by id."""
        return {one.project: one for row in self.queued.values() for one in awaited_by(row)}

    def row(self, number: int) -> Project | Amendment:
        """What waits under that number of the snapshot."""
        return self.amendments[-number] if number < 0 else self.queued[number]

    def project(self, number: int) -> Project:
        """The project that waits, or whose amendment does."""
        row = self.row(number)
        return row.project if isinstance(row, Amendment) else row


def today_of(wallets: Sequence[Wallet]) -> dict[int, date]:
    """The day that it is now in each wallet's time zone, by wallet id."""
    return {wallet.pk: clock.today(wallet.owner.time_zone) for wallet in wallets}


def decided_together(wallet: Wallet) -> list[Wallet]:
    """The wallets on whose queues admission decides together with that one's (read with its
    domain), by id: all of a domain that borrows, else it alone.
    """
    if not wallet.domain.borrowing:
        return [wallet]
    return list(
        Wallet.objects.filter(domain_id=wallet.domain_id)
        .select_related("account", "organization", "subscription")
        .order_by("pk")
    )


def read_queue(
    wallets: Sequence[Wallet],
    *,
    borrowing: bool,
    amendments: Iterable[Amendment] | None = None,
) -> QueueReading | None:
    """The admission snapshot of these wallets (one domain), or None when nothing is queued: see
    :func:`read_queues`.
    """
    return read_queues([(wallets, borrowing)], amendments)[0]


def read_whole_queue(wallets: Sequence[Wallet], *, borrowing: bool) -> QueueReading:
    """The same for those who look: also when nothing is queued, with what is in production."""
    return cast(QueueReading, read_queues([(wallets, borrowing)], though_empty=True)[0])


def read_queues(
    groups: Sequence[tuple[Sequence[Wallet], bool]],
    amendments: Iterable[Amendment] | None = None,
    *,
    to_look_only: bool = False,
    though_empty: bool = False,
) -> list[QueueReading | None]:
    """The admission snapshot of each group of wallets that are decided on together, with whether
    they borrow from each other; None for a group in which nothing is queued, unless
    ``though_empty``. The number of queries is the same for one group and for hundreds.

    Wallets come with account, organization and subscription; under a lock when the reading is to
    be acted on. The day of a group is that of its first wallet's owner, because the wallets of
    one domain are admitted at one moment; not-before days are moved by as much as a wallet's own
    day differs from it, so that none comes early. Who only looks (``to_look_only``) gets rows of
    projects without what nobody looks at.
    """
    wallets = [wallet for group, _ in groups for wallet in group]
    queued: dict[int, list[Project]] = defaultdict(list)
    for project in queued_projects([wallet.pk for wallet in wallets], narrow=to_look_only):
        queued[project.wallet_id].append(project)
    growing: dict[int, list[Amendment]] = defaultdict(list)
    for amendment in waiting_amendments(wallets) if amendments is None else amendments:
        growing[amendment.project.wallet_id].append(amendment)
    something = {*queued, *growing}
    in_use = [
        though_empty or any(wallet.pk in something for wallet in group) for group, _ in groups
    ]
    if not any(in_use):
        return [None] * len(groups)
    chosen = [group for group, used in zip(groups, in_use, strict=True) if used]
    known = _Known(chosen)
    return [
        _reading(wallets, borrowing, queued, growing, known) if used else None
        for (wallets, borrowing), used in zip(groups, in_use, strict=True)
    ]


class _Known:
    """What is read for all groups at once, by wallet or by project."""

    def __init__(self, groups: Sequence[tuple[Sequence[Wallet], bool]]) -> None:
        wallets = [wallet for group, _ in groups for wallet in group]
        ids = [wallet.pk for wallet in wallets]
        self.own_today = today_of(wallets)
        self.today = {
            wallet.pk: self.own_today[group[0].pk] for group, _ in groups for wallet in group
        }
        calendars = Calendars()
        self.calendars = {wallet.pk: calendars.of(wallet.owner) for wallet in wallets}
        self.times = expected_times()
        self.patience_days = studio_rules().backfill_patience_days
        orders = unfilled_orders(ids)
        self.changes = scheduled_changes(wallets, self.today, orders)
        self.pauses = paused_until(wallets)
        self.usable = good_lots(wallets, self.today)
        self.overdue: dict[int, int] = defaultdict(int)
        for order in due_among(orders, self.today):
            self.overdue[order.source_id] += still_due(order)
        self.running: dict[int, list[Running]] = defaultdict(list)
        for row in running_projects(wallets):
            self.running[row.wallet].append(row)


def _reading(
    wallets: Sequence[Wallet],
    borrowing: bool,
    queued: Mapping[int, Sequence[Project]],
    growing: Mapping[int, Sequence[Amendment]],
    known: _Known,
) -> QueueReading:
    today = known.today[wallets[0].pk]
    projects = [project for wallet in wallets for project in queued.get(wallet.pk, ())]
    amendments = [amendment for wallet in wallets for amendment in growing.get(wallet.pk, ())]
    calendars = {wallet.pk: known.calendars[wallet.pk] for wallet in wallets}
    running = [row for wallet in wallets for row in known.running[wallet.pk]]
    snapshot = Snapshot(
        today=today,
        wallets=tuple(
            _wallet_state(
                wallet,
                calendars[wallet.pk],
                tuple(Step(change.day, change.delta) for change in known.changes[wallet.pk]),
                known.overdue[wallet.pk],
                known.pauses.get(wallet.pk),
                known.usable.get(wallet.pk),
            )
            for wallet in wallets
        ),
        briefs=(
            *_briefs(sorted(projects, key=lambda project: project.pk), wallets, known),
            *_growth(amendments, wallets, calendars, today),
        ),
        occupants=tuple(
            _occupant(row, known.today[row.wallet])
            for row in sorted(running, key=lambda row: row.project)
        ),
        borrowing=borrowing,
        patience_days=known.patience_days,
    )
    return QueueReading(
        snapshot,
        {project.pk: project for project in projects},
        {amendment.pk: amendment for amendment in amendments},
        calendars,
        known.times,
        tuple(sorted(running, key=lambda row: (row.returns_p50 or date.max, row.project))),
        {wallet.pk: wallet.owner.name for wallet in wallets},
    )


def _occupant(row: Running, today: date) -> Occupant:
    return Occupant(
        project=row.project,
        wallet=row.wallet,
        credits=row.credits,
        returns_p50=row.returns_p50 or today,
        returns_p80=row.returns_p80 or row.returns_p50 or today,
        borrowed=row.borrowed,
    )


def _wallet_state(
    wallet: Wallet,
    calendar: WorkCalendar,
    steps: tuple[Step, ...],
    due_back: int,
    paused_until: date | None,
    usable: int | None,
) -> WalletState:
    # What is lent out now comes home; what is borrowed goes.
    own = capacity = most = wallet.capacity + wallet.lent - wallet.borrowed
    for step in steps:
        capacity += step.delta
        most = max(most, capacity)
    return WalletState(
        id=wallet.pk,
        available=wallet.available if usable is None else min(wallet.available, usable),
        policy=Policy(wallet.policy),
        billing=Billing(wallet.billing),
        calendar=calendar,
        max_capacity=most,
        paused_until=paused_until,
        due_back=due_back,
        steps=steps,
        lent=wallet.lent,
        floor=wallet.floor,
        may_borrow=wallet.may_borrow,
        may_lend=wallet.may_lend,
        weight=wallet.weight if wallet.weight is not None else max(0, own),
        is_pool=wallet.organization_id is not None,
    )


def _briefs(queued: Sequence[Project], wallets: Sequence[Wallet], known: _Known) -> Iterator[Brief]:
    consuming = {wallet.pk for wallet in wallets if wallet.billing == Billing.PAY_AS_YOU_GO}
    for project in queued:
        lasts = known.times.duration(project.brief_type, project.credits)
        own_day, day = known.own_today[project.wallet_id], known.today[project.wallet_id]
        yield Brief(
            id=project.pk,
            wallet=project.wallet_id,
            credits=project.asks,
            rank=project.rank or 0,
            # What was in production before has had its day and its predecessors.
            not_before=None
            if project.resuming_since or project.not_before is None
            else project.not_before + (day - own_day),
            predecessors=()
            if project.resuming_since
            else tuple(sorted(one.project for one in awaited_by(project))),
            days_p50=lasts.p50,
            days_p80=lasts.p80,
            planned_start=project.planned_start,
            first_reserved=project.first_reserved_for,
            consumes=project.wallet_id in consuming,
        )


def _growth(
    amendments: Iterable[Amendment],
    wallets: Sequence[Wallet],
    calendars: Mapping[int, WorkCalendar],
    today: date,
) -> Iterator[Brief]:
    """Agreed growth of what is in production, as briefs ahead of every other, in the order in
    which it was agreed. Its credits come back with its project's.
    """
    consuming = {wallet.pk for wallet in wallets if wallet.billing == Billing.PAY_AS_YOU_GO}
    agreed = sorted(amendments, key=lambda a: (a.decided_at or a.proposed_at, a.pk))
    for place, amendment in enumerate(agreed):
        project = amendment.project
        calendar = calendars[project.wallet_id]
        p50 = max(1, calendar.between(today, project.returns_p50 or today))
        yield Brief(
            id=-amendment.pk,
            wallet=project.wallet_id,
            credits=amendment.credits_change,
            rank=FRONT + place,
            days_p50=p50,
            days_p80=max(p50, calendar.between(today, project.returns_p80 or today)),
            planned_start=date.min,
            first_reserved=amendment.first_reserved_for,
            consumes=project.wallet_id in consuming,
            grows=project.pk,
        )
