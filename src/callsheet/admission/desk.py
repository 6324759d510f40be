"""One wallet's queue while it is being decided: the policies, on one wallet's own credits.

A desk is the working copy behind ``decide`` and ``expected_starts``. It knows what is free, what
comes and goes on which day, and who is next; it does not know other wallets. Credits that come
back on a day are usable on that day.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from callsheet.admission import pool
from callsheet.admission.snapshot import Billing, Brief, Policy, WalletState

NEVER = date.max
"""The day on which credits come back that are used up."""

type Mark = tuple[Sequence[Brief], int, "Head | None", bool]
type Highs = tuple[list[int], list[date]]
type Loans = tuple[tuple[int, int], ...]
type Sieve = Callable[["Desk"], Sequence[Brief]]
type Lend = Callable[["Desk", Brief, int], Loans]
"""Finds loans for a desk's brief that lacks so many credits; empty where nobody may lend them."""


@dataclass(slots=True)
class Head:
    """The brief that must not be delayed, and the day that is kept for it.

    ``spare`` are the credits free on that day beyond what the head takes. ``within`` are the
    working days until then: a project that takes no longer gives its credits back in time.
    """

    brief: Brief
    day: date
    free_then: int
    spare: int
    within: int


class Pick(NamedTuple):
    """A brief that may start now, the loans it needs for it, and the head it overtakes."""

    brief: Brief
    loans: Loans
    head: Head | None


def queue_key(policy: Policy) -> Callable[[Brief], tuple[object, ...]]:
    """The order of a queue: rank alone, or the accepted plan's starts before rank."""
    if policy is Policy.PLANNED:
        return lambda b: (b.planned_start is None, b.planned_start or NEVER, b.rank, b.id)
    return lambda b: (b.rank, b.id)


class Desk:
    """The working state of one wallet on one day."""

    __slots__ = (
        "_coarse",
        "_dues",
        "_peaks",
        "borrowed",
        "changes",
        "cursor",
        "head",
        "held",
        "late",
        "lent",
        "line",
        "order",
        "patience",
        "paused",
        "recycles",
        "returning",
        "sieve",
        "stopped",
        "strict",
        "today",
        "usable",
        "wallet",
    )

    def __init__(
        self, wallet: WalletState, today: date, patience: int, *, late: bool = False
    ) -> None:
        self.wallet = wallet
        self.patience = patience
        self.late = late
        self.recycles = wallet.billing is Billing.SUBSCRIPTION
        self.strict = wallet.policy is Policy.STRICT or not self.recycles
        self.open(today)
        self.usable = pool.usable(wallet.available, wallet.due_back)
        self.held = 0
        self.borrowed = 0
        self.lent = wallet.lent
        self.changes: dict[date, int] = defaultdict(int)
        self.returning: dict[int, tuple[date, int]] = {}
        for step in wallet.steps:
            if step.day > today:
                self.changes[step.day] += step.delta
            elif step.delta < 0:
                self.usable += step.delta
            else:
                self.changes[wallet.calendar.add(today, 1)] += step.delta
        self.serve(())

    def open(self, today: date) -> None:
        """Let the day ``today`` begin."""
        self.today = today
        self.paused = self.wallet.paused_until is not None and today < self.wallet.paused_until
        self._dues: dict[int, date] = {}

    def serve(self, order: Sequence[Brief], sieve: Sieve | None = None) -> None:
        """Begin with the briefs that are eligible now, in the order of the queue.

        A ``sieve`` may thin out a long queue once its head is known: it returns, in order, at
        least those briefs from the cursor on that could start now.
        """
        self.line = order
        self.order = order
        self.sieve = sieve
        self.cursor = 0
        self.head: Head | None = None
        self.stopped = self.paused
        self._coarse = False
        self._peaks: Highs | None = None

    def next(self, lend: Lend | None = None) -> Pick | None:
        """The next brief, in order, that the policy lets start now; ``None`` at the end.

        It stays next until it is started or skipped.
        """
        self._sift()
        order, last = self.order, len(self.order)
        while not self.stopped and self.cursor < last:
            brief = order[self.cursor]
            own = self._room(brief)
            if brief.credits <= own:
                return Pick(brief, (), self.head)
            if lend is not None and (loans := lend(self, brief, brief.credits - own)):
                return Pick(brief, loans, self.head)
            self.cursor += 1
            if self.head is None:
                self._reserve(brief)
                self._coarse = self._has_head()
                self._sift()
                order, last = self.order, len(self.order)
        return None

    def mark(self) -> Mark:
        """Where the desk stands in its queue, to come back to with ``rewind``."""
        return (self.order, self.cursor, self.head, self.stopped)

    def rewind(self, mark: Mark) -> None:
        """Go back to where ``mark`` was taken. What was lent since stays lent."""
        self.order, self.cursor, self.head, self.stopped = mark
        self._coarse = False
        self._peaks = None

    def start(self, brief: Brief, loans: Loans) -> date:
        """The next brief starts. Returns the day on which its credits are expected back."""
        borrowed = sum(credits for _, credits in loans)
        back = self.due(brief)
        self.cursor += 1
        self.held += brief.credits
        self.borrowed += borrowed
        self.take(brief.credits - borrowed, back)
        self._coarse = self._has_head()
        return back

    def take(self, credits: int, back: date) -> None:
        """Credits leave the wallet until the day ``back``."""
        self.usable -= credits
        if back is not NEVER:
            self.changes[back] += credits
        if self.head is None:
            self._peaks = None
        elif back > self.head.day:
            self.head.spare -= credits

    def lendable(self, back: date) -> int:
        """What the wallet may lend now to a project that gives it back on ``back`` at P80.

        A loan is treated like a brief that overtakes: it must be home before the head needs it,
        or be spare then. A wallet that is paused, owes, or keeps strict order with somebody
        waiting lends nothing.
        """
        wallet = self.wallet
        if self.stopped or not self.recycles:
            return 0
        room = pool.lend_room(self.usable, wallet.floor, wallet.may_lend, self.lent)
        if self.head is not None and back > self.head.day:
            return max(0, min(room, self.head.spare))
        return room

    def due(self, brief: Brief) -> date:
        """The day on which the credits of a brief that starts today are expected back."""
        return self._after(brief, brief.days_p80 if self.late else brief.days_p50)

    def due_at_last(self, brief: Brief) -> date:
        """The same at P80."""
        return self._after(brief, brief.days_p80)

    def _after(self, brief: Brief, days: int) -> date:
        if brief.consumes or not self.recycles:
            return NEVER
        if (back := self._dues.get(days)) is None:
            back = self._dues[days] = self.wallet.calendar.add(self.today, days)
        return back

    def _room(self, brief: Brief) -> int:
        """How many of the wallet's own credits the brief may take now."""
        head = self.head
        if head is None or (brief.days_p80 <= head.within and not brief.consumes):
            return self.usable
        return min(self.usable, head.spare)

    def _has_head(self) -> bool:
        return self.head is not None

    def _sift(self) -> None:
        """Thin out the rest of the queue if less can start than when it was last done."""
        if self._coarse and self.sieve is not None:
            self.order, self.cursor = self.sieve(self), 0
        self._coarse = False

    def _reserve(self, brief: Brief) -> None:
        """Keep the earliest possible day for the first brief that cannot start now.

        A brief for which the wallet's own credits never suffice gets none: nothing that others
        do could delay it. More scope cannot wait for its own project to come back.
        """
        back = self.returning.get(brief.grows) if brief.grows is not None else None
        tops, days = self.future() if back is None else self._highs(*back)
        at = bisect_left(tops, brief.credits)
        if at < len(days):
            self.head = Head(
                brief,
                day=days[at],
                free_then=tops[at],
                spare=tops[at] - brief.credits,
                within=self.wallet.calendar.between(self.today, days[at]),
            )
            first = brief.first_reserved
            if first is not None:
                patience_ends = self.wallet.calendar.add(first, self.patience)
                self.stopped = self.today >= patience_ends
        self.stopped = self.stopped or self.strict

    def future(self) -> Highs:
        """New maxima of the free credits in the days to come, and the days they are reached."""
        if self._peaks is None:
            self._peaks = self._highs()
        return self._peaks

    def _highs(self, apart_from: date | None = None, credits: int = 0) -> Highs:
        """The same, without so many ``credits`` that come back on the day ``apart_from``."""
        free, top = self.usable, self.usable
        tops: list[int] = []
        days: list[date] = []
        for day in sorted(self.changes):
            free += self.changes[day]
            if day == apart_from:
                free -= credits
            if free > top:
                top = free
                tops.append(free)
                days.append(day)
        return tops, days
