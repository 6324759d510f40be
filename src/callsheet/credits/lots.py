"""Pay-as-you-go lots: soonest to expire first, and void on their day unless held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F

from callsheet.credits.book import Book
from callsheet.credits.kinds import BUCKETS, Bucket, Kind
from callsheet.credits.models import Lot, Wallet
from callsheet.credits.post import Move


def usable(wallet: Wallet, today: date) -> list[Lot]:
    """The wallet's lots with credits that are still good, soonest to expire first."""
    return list(
        Lot.objects.filter(wallet=wallet, available__gt=0)
        .exclude(expires_on__lte=today)
        .order_by(F("expires_on").asc(nulls_last=True), "id")
    )


def split(lots: Sequence[Lot], credits: int, taken: dict[int, int]) -> list[tuple[int, int]]:
    """Spread ``credits`` over lots in their order: (lot, credits), counting in ``taken``.

    Raises ``ValueError`` when the lots do not suffice.
    """
    parts: list[tuple[int, int]] = []
    left = credits
    for lot in lots:
        part = min(left, lot.available - taken.get(lot.pk, 0))
        if part > 0:
            parts.append((lot.pk, part))
            taken[lot.pk] = taken.get(lot.pk, 0) + part
            left -= part
    if left > 0:
        raise ValueError(f"the lots are {left} credits short")
    return parts


def expire(book: Book, wallet: Wallet, today: date) -> int:
    """Add the moves that expire what is overdue in the wallet's lots, counting what the batch has
    just brought into them or taken out. Returns the credits that expire.
    """
    changed: dict[int, int] = {}
    for move in book.moves:
        if move.source == wallet.pk and move.lot is not None:
            giver, taker = BUCKETS[move.kind][1 if move.down else 0]
            change = (taker is Bucket.AVAILABLE) - (giver is Bucket.AVAILABLE)
            changed[move.lot] = changed.get(move.lot, 0) + change * move.amount
    total = 0
    for lot in Lot.objects.filter(wallet=wallet, expires_on__lte=today).order_by("id"):
        overdue = min(lot.available + changed.get(lot.pk, 0), book.free(wallet.pk))
        if overdue > 0:
            book.add(Move(Kind.EXPIRE, overdue, wallet.pk, lot=lot.pk))
            total += overdue
    return total
