"""Reversing a consumption: what a project used up comes back to its lots, and is held again.

For a pay-as-you-go project that is reopened. Its hold is over and stays so; the project gets a new
one in the same batch:

    parts = used_up(hold)
    restore(book, hold)
    hold_again(book, hold.wallet_id, parts, ref="reopened")

Between the two nothing can take the credits or let them expire, so that they return to production
from the lots they came from, also when a lot's day has passed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, F, Sum, When

from callsheet.credits.book import Book
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Hold, Transfer
from callsheet.credits.post import Move


@dataclass(frozen=True, slots=True)
class Part:
    """Credits of one lot; ``lot`` is None for what an import found in production without one."""

    lot: int | None
    credits: int


def used_up(hold: Hold) -> list[Part]:
    """What ``hold`` has used up and not got back, in the order of its lots, without a lot last.

    Read from the transfers: the caller has locked the hold's wallet. Empty if there is nothing.
    """
    signed = Case(When(kind=Kind.CONSUME, then=F("amount")), default=-F("amount"))
    parts = (
        # The chain of the wallet is what a hold's transfers are found by.
        Transfer.objects.filter(
            from_wallet=hold.wallet_id, hold=hold, kind__in=[Kind.CONSUME, Kind.RESTORE]
        )
        .values("lot_id")
        .annotate(credits=Sum(signed))
        .filter(credits__gt=0)
        .order_by(F("lot_id").asc(nulls_last=True))
    )
    return [Part(part["lot_id"], part["credits"]) for part in parts]


def restore(book: Book, hold: Hold) -> int:
    """Add the moves that bring back all that ``hold``, which is over, has used up.

    Returns the credits that are available again, 0 when nothing was used up or all of it has come
    back. The ledger refuses (``Conflict``) what it does not find consumed when the batch is posted,
    and a hold that is still open (``hold_not_over``).
    """
    parts = used_up(hold)
    for part in parts:
        book.add(Move(Kind.RESTORE, part.credits, hold.wallet_id, hold=hold.pk, lot=part.lot))
    return sum(part.credits for part in parts)


def hold_again(book: Book, wallet_id: int, parts: Sequence[Part], ref: str) -> int:
    """Add the moves that hold ``parts`` in a new hold that the batch opens under ``ref``.

    What had no lot is held without one again, as the import did. Returns the credits held.
    """
    for part in parts:
        book.add(
            Move(
                Kind.HOLD, part.credits, wallet_id, ref=ref, lot=part.lot, opening=part.lot is None
            )
        )  # fmt: skip
    return sum(part.credits for part in parts)
