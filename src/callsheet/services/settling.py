"""What every movement of credits ends with: debts first, then one posting, then admission."""

from __future__ import annotations

from callsheet.credits import lots
from callsheet.credits.book import Book
from callsheet.credits.collect import collect
from callsheet.credits.models import Billing
from callsheet.credits.post import post
from callsheet.insight.snapshots import today_of
from callsheet.journal.commands import OpenCommand
from callsheet.services.admitting import admit
from callsheet.services.telling import tell_credits


def settle(command: OpenCommand, book: Book) -> list[int]:
    """Repay and collect from what the batch freed, post it, then admit.

    Returns the projects that started by it.
    """
    today = today_of(list(book.locked.wallets.values()))
    collect(book, today)
    for pk in list(book.touched):
        wallet = book.wallet(pk)
        if wallet.billing == Billing.PAY_AS_YOU_GO:
            lots.expire(book, wallet, today[pk])
    post(command, book.moves)
    tell_credits(command, {move.kind for move in book.moves})
    touched = {*book.locked.asked, *book.touched}
    return admit(command, book.locked, touched, moved=bool(book.moves))
