"""An admission domain at work: wallets side by side, and how they lend to each other.

Without borrowing every wallet serves its queue alone. With borrowing:

1. Every wallet starts, in order, what fits on its own credits, up to its head.
2. Wallets whose head loans cannot help go on alone: on their own credits later briefs may go
   first, as without borrowing. What they have then is idle.
3. The wallets take turns, the lowest held ÷ weight first. In its turn a wallet goes on through its
   queue, on its own credits as far as they go, and ends its turn with the first loan.

No loan moves the reservation of the lender's head or goes below the lender's floor. The turns end
when no wallet can start anything.
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
        self._alone: dict[int, bool] = {}
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
                desk.returning[occupant.project] = (back, own)
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
        self._take_turns()
        return self.begun

    def _take_turns(self) -> None:
        """Serve the queues of wallets that lend to each other, as the module says."""
        desks = self.desks.values()
        self._ahead, self._offers, self._refused = {}, {}, []
        self._offered = pool.UNLIMITED
        for desk in desks:
            desk.sieve = self._sieve
            self._serve_alone(desk, up_to_head=True)
        self._offered = sum(offer.at_most for offer in self._offers.values())
        for desk in [d for d in desks if self._alone[d.wallet.id] and not self._hopes(d)]:
            desk.rewind(self._ahead[desk.wallet.id])
            self._serve_alone(desk, up_to_head=False)
        # From here on what can be lent only becomes less: whoever was refused is refused for good.
        turns = [self._turn(desk) for desk in desks if self._may_go_on(desk)]
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
                self._offer(desk)

    def _serve_alone(self, desk: Desk, *, up_to_head: bool) -> None:
        """Start what may start on own credits: up to the head, or everything."""
        started = set()
        mark = desk.mark()
        while (pick := desk.next()) and not (up_to_head and pick.head):
            self._begin(desk, pick)
            started.add(pick.brief.id)
        if started:
            desk.serve([brief for brief in desk.line if brief.id not in started], self._sieve)
            self._look_ahead(desk)
        else:
            self._note(desk, mark, pick)

    def _hopes(self, desk: Desk) -> bool:
        """Whether loans might start the head, or a brief before it that own credits never will."""
        most = desk.usable + self._within_reach(desk)
        for brief in desk.line:
            if brief.credits <= most:
                return True
            if desk.head is not None and brief is desk.head.brief:
                return False
        return False

    def _may_go_on(self, desk: Desk) -> bool:
        """Whether a turn could start anything, with what is within reach."""
        most = max(0, desk.usable) + self._within_reach(desk)
        return any(brief.credits <= most for brief in desk.line)

    def _next(self, desk: Desk) -> Pick | None:
        """The next brief of a desk that may start, with loans if it needs them."""
        self._reach = self._within_reach(desk)
        return desk.next(self._lend if self._reach > 0 and desk.usable >= 0 else None)

    def _turn(self, desk: Desk) -> Turn:
        return (pool.share(desk.held, desk.wallet.weight), desk.wallet.id)

    def _look_ahead(self, desk: Desk) -> None:
        """Mark where a desk stands, and go on just far enough to know its head and its offer."""
        mark = desk.mark()
        self._note(desk, mark, desk.next())

    def _note(self, desk: Desk, mark: Mark, pick: Pick | None) -> None:
        self._ahead[desk.wallet.id] = mark
        self._alone[desk.wallet.id] = pick is not None
        self._offer(desk)

    def _offer(self, desk: Desk) -> None:
        """Note what the desk may lend as it stands."""
        offer = Offer(
            desk.wallet.is_pool,
            desk.lendable(date.min),
            desk.lendable(NEVER),
            NEVER if desk.head is None else desk.head.day,
        )
        before = self._offers.get(desk.wallet.id)
        self._offers[desk.wallet.id] = offer
        self._offered += offer.at_most - (before.at_most if before is not None else 0)

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
