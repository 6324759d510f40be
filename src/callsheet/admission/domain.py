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


class Domain:
    """The desks of a snapshot. ``late`` plays returns and lead times at P80 instead of P50."""

    def __init__(self, snapshot: Snapshot, *, late: bool = False) -> None:
        self.borrowing = snapshot.borrowing
        self.desks = {
            wallet.id: Desk(wallet, snapshot.today, snapshot.patience_days, late=late)
            for wallet in sorted(snapshot.wallets, key=lambda wallet: wallet.id)
        }
        self.begun: list[Begun] = []
        self._ahead: dict[int, Mark] = {}
        self._withheld: set[int] = set()
        for occupant in snapshot.occupants:
            desk = self.desks[occupant.wallet]
            back = occupant.returns_p50
            if late:
                back = max(back, occupant.returns_p80)
            if back <= snapshot.today:
                back = desk.wallet.calendar.add(snapshot.today, 1)
            desk.held += occupant.credits
            own = occupant.credits
            for lender, credits in occupant.borrowed:
                own -= credits
                desk.borrowed += credits
                if lender in self.desks:
                    self.desks[lender].changes[back] += credits
            if desk.recycles:
                desk.changes[back] += own

    def settle(self) -> list[Begun]:
        """Start everything that the policies let start now, in the order of the starts."""
        self.begun = []
        if self.borrowing:
            while self._take_turns():
                started = {begun.brief.id for begun in self.begun}
                for desk in self.desks.values():
                    desk.serve([brief for brief in desk.order if brief.id not in started])
        else:
            for desk in self.desks.values():
                while pick := desk.next():
                    self._begin(desk, pick)
        return self.begun

    def _take_turns(self) -> bool:
        """One pass over all queues. True if credits became lendable that others had asked for."""
        turns: list[Turn] = []
        freed = False
        for desk in self.desks.values():
            while pick := desk.first():
                self._begin(desk, pick)
            self._look_ahead(desk)
            turns.append(self._turn(desk))
        heapify(turns)
        while turns:
            _, wallet = heappop(turns)
            desk = self.desks[wallet]
            desk.rewind(self._ahead[wallet])
            while pick := desk.next(self._lend):
                self._begin(desk, pick)
                if pick.loans:
                    self._look_ahead(desk)
                    heappush(turns, self._turn(desk))
                    break
            else:
                if wallet in self._withheld:
                    self._withheld.discard(wallet)
                    freed = freed or desk.lendable(NEVER) > 0 or desk.lendable(date.min) > 0
        return freed

    def _turn(self, desk: Desk) -> Turn:
        return (pool.share(desk.held, desk.wallet.weight), desk.wallet.id)

    def _look_ahead(self, desk: Desk) -> None:
        """Find out what the desk could do alone, and with that what it may lend meanwhile."""
        self._ahead[desk.wallet.id] = desk.mark()
        if desk.next() is None:
            self._withheld.discard(desk.wallet.id)
        else:
            self._withheld.add(desk.wallet.id)

    def _lend(self, borrower: Desk, brief: Brief, lacking: int) -> Loans:
        """Loans for a brief: from the pool first, then from whoever can spare the most."""
        wallet = borrower.wallet
        back = borrower.due_at_last(brief)
        room = pool.borrow_room(wallet.may_borrow, borrower.borrowed)
        if borrower.usable < 0 or lacking > room or back is NEVER:
            return ()
        offers = [
            (desk.wallet.is_pool, offered, desk.wallet.id)
            for desk in self.desks.values()
            if desk is not borrower
            and desk.wallet.id not in self._withheld
            and (offered := desk.lendable(back)) > 0
        ]
        offers.sort(key=lambda offer: (not offer[0], -offer[1], offer[2]))
        return pool.split(lacking, ((lender, offered) for _, offered, lender in offers))

    def _begin(self, desk: Desk, pick: Pick) -> None:
        heads = [pick.head]
        back = desk.start(pick.brief, pick.loans)
        for lender, credits in pick.loans:
            other = self.desks[lender]
            other.take(credits, back)
            other.lent += credits
            heads.append(other.head)
        passed = tuple(head for head in heads if head is not None)
        self.begun.append(Begun(pick.brief, pick.loans, back, passed))
