"""An admission domain at work: wallets side by side, and how they lend to each other.

Without borrowing every wallet serves its queue alone. With borrowing:

1. Every wallet starts, in order, what fits on its own credits, up to the first brief that does
   not.
2. Then the wallets take turns, the lowest held ÷ weight first. In its turn a wallet goes on
   through its queue, on its own credits as far as they go, and ends its turn with the first loan.
3. A wallet lends nothing while a brief of its own could start on its own credits, and no loan
   moves the reservation of the lender's head or goes below the lender's floor.

The turns end when no wallet can start anything.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from heapq import heapify, heappop, heappush

from callsheet.admission import pool
from callsheet.admission.desk import NEVER, Desk, Head, Loans, Mark, Pick
from callsheet.admission.snapshot import Brief, Snapshot

type Turn = tuple[tuple[bool, Fraction], int]


@dataclass(frozen=True, slots=True)
class Begun:
    """A brief that was started: by which wallet, with which loans, until when, past which heads."""

    brief: Brief
    loans: Loans
    back: date
    passed: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a wallet may lend now: at most, and to a project that is not back on ``day``."""

    is_pool: bool
    at_most: int
    for_long: int
    day: date

    def until(self, back: date) -> int:
        """What may be lent to a project that gives it back on ``back``."""
        return self.at_most if back <= self.day else self.for_long

    def within(self, other: "Offer") -> bool:
        """Whether this offers nothing that ``other`` did not."""
        return (
            self.at_most <= other.at_most
            and self.for_long <= other.for_long
            and self.day <= other.day
        )


class Domain:
    """The desks of a snapshot. ``late`` plays returns and lead times at P80 instead of P50."""

    def __init__(self, snapshot: Snapshot, *, late: bool = False) -> None:
        self.borrowing = snapshot.borrowing
        self.desks = {
            wallet.id: Desk(wallet, snapshot.today, snapshot.patience_days, late=late)
            for wallet in sorted(snapshot.wallets, key=lambda wallet: wallet.id)
        }
        self.begun: list[Begun] = []
        self.returns: dict[date, list[tuple[int, int, Loans]]] = defaultdict(list)
        self.finishes: dict[int, date] = {}
        self._ahead: dict[int, Mark] = {}
        self._offers: dict[int, Offer] = {}
        self._offered = 0
        self._refused: list[tuple[date, int]] = []
        self._reach = 0
        for occupant in snapshot.occupants:
            desk = self.desks[occupant.wallet]
            back = occupant.returns_p50
            if late:
                back = max(back, occupant.returns_p80)
            if back <= snapshot.today:
                back = desk.wallet.calendar.add(snapshot.today, 1)
            self.finishes[occupant.project] = back
            desk.held += occupant.credits
            own = occupant.credits
            for lender, credits in occupant.borrowed:
                own -= credits
                desk.borrowed += credits
                if lender in self.desks:
                    self.desks[lender].changes[back] += credits
            if desk.recycles:
                desk.changes[back] += own
            self.returns[back].append((occupant.wallet, occupant.credits, occupant.borrowed))

    def open(self, day: date, wallets: Iterable[int]) -> None:
        """Let the day ``day`` begin: what comes back and what the capacity schedule says."""
        for wallet in wallets:
            desk = self.desks[wallet]
            desk.open(day)
            desk.usable += desk.changes.pop(day, 0)
        for wallet, credits, loans in self.returns.pop(day, ()):
            self.desks[wallet].held -= credits
            for lender, lent in loans:
                self.desks[wallet].borrowed -= lent
                if lender in self.desks:
                    self.desks[lender].lent -= lent

    def settle(self, wallets: Iterable[int] | None = None) -> list[Begun]:
        """Start everything that the policies let start now, in the order of the starts.

        Without borrowing, ``wallets`` limits it to the wallets for which something changed.
        """
        self.begun = []
        if not self.borrowing:
            for wallet in self.desks if wallets is None else wallets:
                desk = self.desks[wallet]
                while pick := desk.next():
                    self._begin(desk, pick)
            return self.begun
        for desk in self.desks.values():
            desk.sieve = self._sieve
        while self._take_turns():
            started = {begun.brief.id for begun in self.begun}
            for desk in self.desks.values():
                line = [brief for brief in desk.line if brief.id not in started]
                desk.serve(line, self._sieve)
        return self.begun

    def _take_turns(self) -> bool:
        """One pass over all queues. True if credits became lendable that others had asked for."""
        freed = False
        self._offers, self._offered, self._refused = {}, pool.UNLIMITED, []
        for desk in self.desks.values():
            while pick := desk.first():
                self._begin(desk, pick)
            self._look_ahead(desk)
        self._offered = sum(offer.at_most for offer in self._offers.values())
        turns = [self._turn(desk) for desk in self.desks.values() if self._may_go_on(desk)]
        heapify(turns)
        while turns:
            _, wallet = heappop(turns)
            desk = self.desks[wallet]
            desk.rewind(self._ahead[wallet])
            while pick := self._next(desk):
                self._begin(desk, pick)
                if pick.loans:
                    self._look_ahead(desk)
                    heappush(turns, self._turn(desk))
                    break
            else:
                withheld = wallet not in self._offers
                self._offer(desk)
                freed = freed or (withheld and self._offers[wallet].at_most > 0)
        return freed

    def _may_go_on(self, desk: Desk) -> bool:
        """Whether a turn could start anything: on own credits, or with what is within reach."""
        if desk.wallet.id not in self._offers:
            return True
        most = max(0, desk.usable) + self._within_reach(desk)
        return any(brief.credits <= most for brief in desk.line)

    def _next(self, desk: Desk) -> Pick | None:
        """The next brief of a desk that may start, with loans if it needs them."""
        self._reach = self._within_reach(desk)
        return desk.next(self._lend if self._reach > 0 and desk.usable >= 0 else None)

    def _turn(self, desk: Desk) -> Turn:
        return (pool.share(desk.held, desk.wallet.weight), desk.wallet.id)

    def _look_ahead(self, desk: Desk) -> None:
        """Find out what the desk could start alone: if nothing, it may lend meanwhile."""
        self._ahead[desk.wallet.id] = desk.mark()
        if desk.next() is None:
            self._offer(desk)
        else:
            self._withhold(desk)

    def _offer(self, desk: Desk) -> None:
        """Note what the desk may lend as it stands."""
        offer = Offer(
            desk.wallet.is_pool,
            desk.lendable(date.min),
            desk.lendable(NEVER),
            NEVER if desk.head is None else desk.head.day,
        )
        before = self._offers.get(desk.wallet.id)
        if before is None or not offer.within(before):
            self._refused.clear()
        self._withhold(desk)
        self._offers[desk.wallet.id] = offer
        self._offered += offer.at_most

    def _withhold(self, desk: Desk) -> None:
        offer = self._offers.pop(desk.wallet.id, None)
        if offer is not None:
            self._offered -= offer.at_most

    def _lend(self, borrower: Desk, brief: Brief, lacking: int) -> Loans:
        """Loans for a brief: from the pool first, then from whoever can spare the most."""
        if lacking > self._reach:
            return ()
        back = borrower.due_at_last(brief)
        if back is NEVER or any(lacking >= most and back >= day for day, most in self._refused):
            return ()
        offers = [
            (not offer.is_pool, -amount, lender)
            for lender, offer in self._offers.items()
            if (amount := offer.until(back)) > 0
        ]
        if lacking > -sum(amount for _, amount, _ in offers):
            self._refused.append((back, lacking))
            return ()
        offers = [offer for offer in offers if offer[2] != borrower.wallet.id]
        offers.sort()
        return pool.split(lacking, ((lender, -amount) for _, amount, lender in offers))

    def _within_reach(self, borrower: Desk) -> int:
        """The most that a wallet might borrow now, whoever lends it and until when."""
        if not borrower.recycles:
            return 0
        own = self._offers.get(borrower.wallet.id)
        others = self._offered - (own.at_most if own is not None else 0)
        return min(pool.borrow_room(borrower.wallet.may_borrow, borrower.borrowed), others)

    def _sieve(self, desk: Desk) -> list[Brief]:
        """The briefs behind a desk's head that might start now, with all that is within reach."""
        rest = desk.order[desk.cursor :]
        if desk.head is None or desk.stopped:
            return list(rest)
        most = max(0, desk.usable) + self._within_reach(desk)
        return [brief for brief in rest if brief.credits <= most]

    def _begin(self, desk: Desk, pick: Pick) -> None:
        heads = [pick.head]
        back = desk.start(pick.brief, pick.loans)
        for lender, credits in pick.loans:
            other = self.desks[lender]
            other.take(credits, back)
            other.lent += credits
            self._offer(other)
            heads.append(other.head)
        if back is not NEVER:
            self.returns[back].append((desk.wallet.id, pick.brief.credits, pick.loans))
        passed = tuple(head for head in heads if head is not None)
        self.begun.append(Begun(pick.brief, pick.loans, back, passed))
