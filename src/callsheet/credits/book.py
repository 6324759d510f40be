"""A batch of moves in the making, with the balances that they lead to."""

from __future__ import annotations

from callsheet.credits.kinds import BUCKETS, Bucket, Kind
from callsheet.credits.locking import Locked
from callsheet.credits.models import Wallet
from callsheet.credits.post import Move


class Book:
    """Collects moves over locked wallets and keeps what will be available after them.

    The database checks everything again when the batch is posted.
    """

    def __init__(self, locked: Locked) -> None:
        self.locked = locked
        self.moves: list[Move] = []
        self.available = {pk: wallet.available for pk, wallet in locked.wallets.items()}
        self.touched: list[int] = []

    def add(self, move: Move) -> None:
        """Append a move and count what it changes."""
        self.moves.append(move)
        source, target = BUCKETS[move.kind][1 if move.down else 0]
        if source is Bucket.AVAILABLE:
            self.available[move.source] -= move.amount
        if target is Bucket.AVAILABLE:
            gaining = move.target if move.target is not None else move.source
            self.available[gaining] += move.amount
            if gaining not in self.touched:
                self.touched.append(gaining)

    def free(self, wallet_id: int) -> int:
        """Credits of the wallet that can be taken after the moves so far; never negative."""
        return max(0, self.available[wallet_id])

    def wallet(self, wallet_id: int) -> Wallet:
        """The locked wallet of that id."""
        return self.locked.wallets[wallet_id]


def kind_between(source: Wallet, target: Wallet) -> Kind:
    """What a transfer from one wallet to another of the same organization is called."""
    if source.organization_id:
        return Kind.ALLOCATE
    return Kind.RECLAIM if target.organization_id else Kind.REASSIGN
