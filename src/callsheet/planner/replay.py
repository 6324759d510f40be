"""A recorded queue once more, under other credits or another policy.

What was submitted when and how long it held its credits stays as it was; when it starts follows
from ``callsheet.admission.decide``, the very function that starts briefs in the product.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from callsheet.admission.decide import decide
from callsheet.admission.snapshot import (
    Billing,
    Brief,
    Occupant,
    Policy,
    Snapshot,
    SnapshotError,
    WalletState,
)
from callsheet.kit.workdays import WorkCalendar

_WALLET = 1


@dataclass(frozen=True, slots=True)
class Recorded:
    """A project as it went: submitted on a day, in production for ``days`` working days (1 on).

    ``rank`` orders the queue. ``days_p50`` and ``days_p80`` are what was expected of it, by which
    backfilling judges (decision 0156); left out, its days are taken as having been known.
    """

    id: int
    credits: int
    submitted: date
    days: int
    rank: int
    days_p50: int = 0
    days_p80: int = 0


@dataclass(frozen=True, slots=True)
class Replayed:
    """When a project would have started and given its credits back; ``None``: never.

    ``waited`` are the working days from submission to start.
    """

    id: int
    start: date | None
    finish: date | None
    waited: int | None


@dataclass(frozen=True, slots=True)
class Replay:
    """A whole history under one capacity and policy.

    ``utilization`` is held ÷ capacity over the working days from the first submission until the
    last return (0 to 1).
    """

    capacity: int
    policy: Policy
    works: tuple[Replayed, ...]
    utilization: float

    @property
    def never(self) -> int:
        """How many could not have started at all: they cost more than there is."""
        return sum(work.start is None for work in self.works)

    @property
    def waited(self) -> tuple[int, ...]:
        """The working days that those which started had waited."""
        return tuple(work.waited for work in self.works if work.waited is not None)

    @property
    def last_finish(self) -> date | None:
        """The day on which everything that could start was over."""
        return max((work.finish for work in self.works if work.finish), default=None)


def replay(
    history: Iterable[Recorded], capacity: int, policy: Policy, calendar: WorkCalendar
) -> Replay:
    """Play a history again with ``capacity`` credits in one subscription wallet.

    On every day what comes back is booked first, then admission runs, then again after every
    submission of the day in the order of ranks. Without a plan, ``planned`` is ``backfill``.
    Raises ``SnapshotError`` for ids that repeat and for expected days that contradict each other.
    """
    coming = sorted(history, key=lambda work: (work.submitted, work.rank, work.id))
    works = {work.id: work for work in coming}
    if len(works) != len(coming):
        raise SnapshotError("history", "a project appears twice")
    state = _State(capacity, policy, calendar, works)
    day = first = coming[0].submitted if coming else date.min
    while coming or state.held or state.may_start:
        state.come_back(day)
        state.admit(day)
        while coming and coming[0].submitted <= day:
            work = coming.pop(0)
            state.waiting[work.id] = _brief(work)
            state.admit(day)
        day += timedelta(days=1)
    return Replay(
        capacity,
        policy,
        tuple(_replayed(work, state.spans.get(work.id), calendar) for work in works.values()),
        _utilization(state.spans, works, capacity, calendar, first),
    )


type Spans = dict[int, tuple[date, date]]


class _State:
    """Who waits and who holds credits, while the days go by."""

    def __init__(
        self, capacity: int, policy: Policy, calendar: WorkCalendar, works: dict[int, Recorded]
    ) -> None:
        self.capacity, self.policy, self.calendar, self.works = capacity, policy, calendar, works
        self.waiting: dict[int, Brief] = {}
        self.held: dict[int, Occupant] = {}
        self.spans: Spans = {}
        self.reserved: dict[int, date] = {}

    @property
    def may_start(self) -> bool:
        """Whether somebody waits who fits at all."""
        return any(brief.credits <= self.capacity for brief in self.waiting.values())

    def come_back(self, day: date) -> None:
        for id in [id for id in self.held if self.spans[id][1] <= day]:
            del self.held[id]

    def admit(self, day: date) -> None:
        if not self.waiting:
            return
        decisions = decide(self._snapshot(day))
        for start in decisions.starts:
            brief, work = self.waiting.pop(start.brief), self.works[start.brief]
            self.spans[work.id] = (day, self.calendar.add(day, work.days))
            self.held[work.id] = Occupant(
                work.id,
                _WALLET,
                work.credits,
                self.calendar.add(day, brief.days_p50),
                self.calendar.add(day, brief.days_p80),
            )
        for head in decisions.reservations:
            # The first one counts: a head that waits beyond it stops all backfilling.
            self.reserved.setdefault(head.brief, head.day)

    def _snapshot(self, day: date) -> Snapshot:
        wallet = WalletState(
            id=_WALLET,
            available=self.capacity - sum(held.credits for held in self.held.values()),
            policy=self.policy,
            billing=Billing.SUBSCRIPTION,
            calendar=self.calendar,
            max_capacity=self.capacity,
        )
        briefs = tuple(_brief(self.works[id], self.reserved.get(id)) for id in self.waiting)
        return Snapshot(day, (wallet,), briefs, tuple(self.held.values()))


def _brief(work: Recorded, first_reserved: date | None = None) -> Brief:
    p50 = work.days_p50 or work.days
    return Brief(
        work.id,
        _WALLET,
        work.credits,
        work.rank,
        days_p50=p50,
        days_p80=work.days_p80 or p50,
        first_reserved=first_reserved,
    )


def _replayed(work: Recorded, span: tuple[date, date] | None, calendar: WorkCalendar) -> Replayed:
    if span is None:
        return Replayed(work.id, None, None, None)
    start, finish = span
    return Replayed(work.id, start, finish, calendar.between(work.submitted, start))


def _utilization(
    spans: Spans,
    works: dict[int, Recorded],
    capacity: int,
    calendar: WorkCalendar,
    first: date,
) -> float:
    if not spans or not capacity:
        return 0.0
    last = max(finish for _, finish in spans.values())
    held = sum(
        works[id].credits * calendar.between(start, finish) for id, (start, finish) in spans.items()
    )
    return held / (capacity * max(1, calendar.between(first, last)))
