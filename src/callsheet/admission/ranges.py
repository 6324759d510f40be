"""When the waiting briefs are expected to start: a range for each.

The queue is played forward twice with the same policies that ``decide`` follows: once with every
project returning its credits at P50, once at P80. The two start days are the range. It is an
estimate for people who wait, not a simulation of chance; nothing is reserved by it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from typing import overload

import numpy as np

from callsheet.admission.decide import limits, queues
from callsheet.admission.desk import Desk
from callsheet.admission.domain import Domain
from callsheet.admission.snapshot import Brief, Snapshot

HORIZON_DAYS = 520
"""Working days that are played forward, about two years. What starts later is not known."""

_NEVER = date.max.toordinal()
_LONG = 64
"""From this length on, a queue is searched with numpy."""

type Places = np.ndarray[tuple[int], np.dtype[np.intp]]


@dataclass(frozen=True, slots=True)
class ExpectedStart:
    """The day on which a brief is expected to start, and the day by which it has in most cases.

    ``None`` where that cannot be known: the brief exceeds the capacity, waits for a purchase or
    for a project that has no end in sight, or would start beyond the horizon.
    """

    brief: int
    p50: date | None
    p80: date | None


def expected_starts(
    snapshot: Snapshot, horizon_days: int = HORIZON_DAYS
) -> tuple[ExpectedStart, ...]:
    """The expected start of every brief of the snapshot, by brief id.

    What ``decide`` starts now is expected today. ``horizon_days`` are working days of each
    wallet's own calendar.
    """
    soon = _Play(snapshot, horizon_days, late=False).starts()
    late = _Play(snapshot, horizon_days, late=True).starts()

    def expected(brief: int) -> ExpectedStart:
        p50, p80 = soon.get(brief), late.get(brief)
        if p50 is None or p80 is None:
            return ExpectedStart(brief, p50 or p80, None)
        # A longer project can let others go first, so that somebody starts earlier for it.
        return ExpectedStart(brief, p50, max(p50, p80))

    return tuple(expected(brief) for brief in sorted(brief.id for brief in snapshot.briefs))


class _Play:
    """One run through the days, in which every duration is known."""

    def __init__(self, snapshot: Snapshot, horizon_days: int, *, late: bool) -> None:
        self.snapshot = snapshot
        self.late = late
        self.domain = Domain(snapshot, late=late)
        desks = self.domain.desks.values()
        self.end = max(d.wallet.calendar.add(snapshot.today, horizon_days) for d in desks)
        self.started: dict[int, date] = {}
        self.finished = dict(self.domain.finishes)
        self.successors: dict[int, list[Brief]] = defaultdict(list)
        for brief in snapshot.briefs:
            for predecessor in brief.predecessors:
                self.successors[predecessor].append(brief)
        self.outgrown: dict[date, list[Brief]] = defaultdict(list)
        for brief in snapshot.briefs:
            if brief.grows is not None and brief.grows in self.finished:
                self.outgrown[self.finished[brief.grows]].append(brief)
        self.agenda: dict[date, set[int]] = {}
        self.days: list[date] = []
        most = limits(snapshot)
        self.lines: dict[int, _Line] = {}
        for wallet, briefs in queues(snapshot).items():
            limit = most[wallet]
            fits = [
                brief
                for brief in briefs
                if limit is None or brief.credits + snapshot.on_top_of(brief) <= limit
            ]
            kind = _LongLine if len(fits) > _LONG and not snapshot.borrowing else _Line
            self.lines[wallet] = kind(fits, {brief.id: self._ready(brief) for brief in fits})

    def starts(self) -> dict[int, date]:
        """The day on which each brief starts, without those that never do."""
        today = self.snapshot.today
        for wallet, desk in self.domain.desks.items():
            self._visit(today, wallet)
            for day in desk.changes:
                self._visit(day, wallet)
            if desk.wallet.paused_until is not None and desk.paused:
                self._visit(desk.wallet.paused_until, wallet)
            for day, briefs in self.outgrown.items():
                if any(brief.wallet == wallet for brief in briefs):
                    self._visit(day, wallet)
            for ready in self.lines[wallet].ready_days():
                self._visit(ready, wallet)
        while self.days and (day := heappop(self.days)) <= self.end:
            self._play(day, sorted(self.agenda.pop(day)))
        return self.started

    def _visit(self, day: date, wallet: int) -> None:
        """Something may start for a wallet on a day."""
        if day < self.snapshot.today or day > self.end:
            return
        if day not in self.agenda:
            self.agenda[day] = set()
            heappush(self.days, day)
        self.agenda[day].add(wallet)

    def _play(self, day: date, wallets: Sequence[int]) -> None:
        domain = self.domain
        if domain.borrowing:
            wallets = list(domain.desks)
        domain.open(day, wallets)
        for brief in self.outgrown.pop(day, ()):
            self.lines[brief.wallet].leave(brief)
        for wallet in wallets:
            self.lines[wallet].seat(domain.desks[wallet], alone=not domain.borrowing)
        for begun in domain.settle(wallets):
            brief = begun.brief
            self.started[brief.id] = day
            self.lines[brief.wallet].leave(brief)
            self._visit(begun.back, brief.wallet)
            for lender, _ in begun.loans:
                self._visit(begun.back, lender)
            self._finish(brief, day)

    def _finish(self, brief: Brief, day: date) -> None:
        """Tell the successors of a brief that starts today when it will be finalized."""
        if brief.id not in self.successors:
            return
        days = brief.days_p80 if self.late else brief.days_p50
        calendar = self.domain.desks[brief.wallet].wallet.calendar
        self.finished[brief.id] = calendar.add(day, days)
        for successor in self.successors[brief.id]:
            if (ready := self._ready(successor)) is not None:
                self.lines[successor.wallet].allow(successor, ready)
                self._visit(ready, successor.wallet)

    def _ready(self, brief: Brief) -> date | None:
        """The first day on which a brief may start; ``None`` while a predecessor has no end."""
        ready = brief.not_before or date.min
        for predecessor in brief.predecessors:
            if predecessor not in self.finished:
                return None
            ready = max(ready, self.finished[predecessor])
        return ready


class _Line:
    """The briefs of one wallet that have not started, in order."""

    def __init__(self, briefs: list[Brief], ready: dict[int, date | None]) -> None:
        self.briefs = briefs
        self.at = {brief.id: n for n, brief in enumerate(briefs)}
        self.ready = [ready[brief.id] or date.max for brief in briefs]

    def ready_days(self) -> set[date]:
        """The days on which a brief becomes eligible, as far as they are known."""
        return set(self.ready)

    def allow(self, brief: Brief, day: date) -> None:
        """The brief may start from ``day`` on."""
        if (at := self.at.get(brief.id)) is not None:
            self.ready[at] = day

    def leave(self, brief: Brief) -> None:
        """The brief has started, or is of no use any more."""
        if (at := self.at.get(brief.id)) is not None:
            self.ready[at] = date.max

    def seat(self, desk: Desk, *, alone: bool) -> None:
        """Serve what is eligible on the desk's day; nothing where nothing could start."""
        today = desk.today
        order = [
            brief for brief, ready in zip(self.briefs, self.ready, strict=True) if ready <= today
        ]
        if alone and all(brief.credits > desk.usable for brief in order):
            order = []
        desk.serve(order)


class _LongLine(_Line):
    """The same with arrays, for a wallet that is alone and has many briefs waiting."""

    def __init__(self, briefs: list[Brief], ready: dict[int, date | None]) -> None:
        super().__init__(briefs, ready)
        self.opens = np.array([day.toordinal() for day in self.ready])
        self.credits = np.array([brief.credits for brief in briefs])
        self.longest = np.array([_NEVER if b.consumes else b.days_p80 for b in briefs])

    def allow(self, brief: Brief, day: date) -> None:
        super().allow(brief, day)
        if (at := self.at.get(brief.id)) is not None:
            self.opens[at] = day.toordinal()

    def leave(self, brief: Brief) -> None:
        super().leave(brief)
        if (at := self.at.get(brief.id)) is not None:
            self.opens[at] = _NEVER

    def seat(self, desk: Desk, *, alone: bool) -> None:
        desk.serve(())
        tops, _ = desk.future()
        # What exceeds the highest point to come neither starts now nor gets a reservation.
        highest = max(desk.usable, tops[-1] if tops else 0)
        found = np.flatnonzero((self.opens <= desk.today.toordinal()) & (self.credits <= highest))
        if len(found) and self.credits[found].min() <= desk.usable:
            desk.serve(_Picked(self.briefs, found), self._sieve)

    def _sieve(self, desk: Desk) -> Sequence[Brief]:
        """The briefs after the head that could start now."""
        order = desk.order
        if not isinstance(order, _Picked):
            return order[desk.cursor :]
        rest = order.places[desk.cursor :]
        if desk.head is not None:
            credits = self.credits[rest]
            in_time = self.longest[rest] <= desk.head.within
            rest = rest[(credits <= desk.usable) & (in_time | (credits <= desk.head.spare))]
        return _Picked(self.briefs, rest)


class _Picked(Sequence[Brief]):
    """Some briefs of a list, looked up only when asked for."""

    def __init__(self, briefs: list[Brief], places: Places) -> None:
        self._briefs = briefs
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, n: int) -> Brief: ...
    @overload
    def __getitem__(self, n: slice) -> Sequence[Brief]: ...
    def __getitem__(self, n: int | slice) -> Brief | Sequence[Brief]:
        if isinstance(n, slice):
            return _Picked(self._briefs, self.places[n])
        return self._briefs[int(self.places[n])]
