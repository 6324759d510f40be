"""What happens to credits that come free, before admission: repay, then what is due back.

The order on every release: what this hold borrowed goes back to its lenders; standing orders whose
day has come take, oldest first; a pool that owes takes from its accounts. What is left is for the
queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import F

from callsheet.credits.book import Book, kind_between
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Billing, Borrowing, Hold, HoldLot, StandingOrder, Wallet
from callsheet.credits.post import Move


def release(book: Book, hold: Hold, amount: int, kind: Kind = Kind.RELEASE) -> None:
    """Take ``amount`` credits out of ``hold`` (released or consumed) and repay its lenders.

    Under pay-as-you-go the credits go back to their lots: released ones from the lot that expires
    last, consumed ones from the lot that expires first.
    """
    wallet = book.wallet(hold.wallet_id)
    if wallet.billing == Billing.PAY_AS_YOU_GO:
        _release_lots(book, hold, amount, kind)
        return
    book.add(Move(kind, amount, wallet.pk, hold=hold.pk))
    owed = Borrowing.objects.filter(hold=hold, credits__gt=0).order_by("lender_id")
    left = amount
    for borrowing in owed:
        part = min(borrowing.credits, left, book.free(wallet.pk))
        if part > 0:
            book.add(Move(Kind.REPAY, part, wallet.pk, borrowing.lender_id, hold=hold.pk))
            left -= part


def _release_lots(book: Book, hold: Hold, amount: int, kind: Kind) -> None:
    parts = list(
        HoldLot.objects.filter(hold=hold, credits__gt=0)
        .select_related("lot")
        .order_by(F("lot__expires_on").asc(nulls_last=True), "lot_id")
    )
    if kind is Kind.RELEASE:
        parts.reverse()
    left = amount
    for part in parts:
        taken = min(part.credits, left)
        if taken:
            book.add(Move(kind, taken, hold.wallet_id, hold=hold.pk, lot=part.lot_id))
            left -= taken
    if left:  # an opening hold of an import that no lot covers
        book.add(Move(kind, left, hold.wallet_id, hold=hold.pk))


def collect(book: Book, today: Mapping[int, date]) -> None:
    """Let every debt take what has come free in the wallets that the batch touched.

    ``today`` is the day in each wallet's time zone. Runs until nothing more can be taken, because
    what one wallet gives back may be owed on by the next.
    """
    waiting = list(book.touched)
    done = 0
    while done < len(waiting):
        wallet = book.wallet(waiting[done])
        done += 1
        before = len(book.touched)
        _repay_leftovers(book, wallet)
        _take_orders(book, wallet, today[wallet.pk])
        _feed_pool(book, wallet, today)
        waiting.extend(pk for pk in book.touched[before:] if pk not in waiting[done:])


def _repay_leftovers(book: Book, wallet: Wallet) -> None:
    """Repay what closed holds could not, because the wallet was overdrawn then."""
    if not wallet.borrowed or not book.free(wallet.pk):
        return
    for borrowing in Borrowing.objects.filter(
        hold__wallet=wallet, hold__closed_at__isnull=False, credits__gt=0
    ).order_by("hold_id", "lender_id"):
        part = min(borrowing.credits, book.free(wallet.pk))
        if part > 0:
            move = Move(Kind.REPAY, part, wallet.pk, borrowing.lender_id, hold=borrowing.hold_id)
            book.add(move)


def due_orders(wallet_ids: list[int], today: Mapping[int, date]) -> list[StandingOrder]:
    """The orders on these wallets whose day has come and that are not yet filled, oldest first."""
    if not wallet_ids:
        return []
    orders = (
        StandingOrder.objects.filter(
            source_id__in=wallet_ids,
            canceled_at__isnull=True,
            taken__lt=F("amount"),
            due_on__lte=max(today[pk] for pk in wallet_ids),
        )
        .select_related("after", "grant")
        .order_by("due_on", "rank", "id")
    )
    return [order for order in orders if order.due_on <= today[order.source_id]]


def still_due(order: StandingOrder, taken_now: int = 0) -> int:
    """Credits that the order may still take; a loan's return only what the loan took."""
    limit = order.amount if order.after is None else min(order.amount, order.after.taken)
    return max(0, limit - order.taken - taken_now)


def _open_orders(book: Book, wallet_id: int, today: Mapping[int, date]) -> list[StandingOrder]:
    """The due orders of the wallet that can take now: a grant ends after it has begun, which the
    clock may not have seen to yet.
    """
    beginning = {move.grant for move in book.moves if move.kind is Kind.GRANT}
    return [
        order
        for order in due_orders([wallet_id], today)
        if order.grant is None or order.grant.posted or order.grant_id in beginning
    ]


def _taken_now(book: Book, order: StandingOrder) -> int:
    return sum(move.amount for move in book.moves if move.order == order.pk)


def _take_orders(book: Book, wallet: Wallet, today: date) -> None:
    for order in _open_orders(book, wallet.pk, {wallet.pk: today}):
        due = still_due(order, _taken_now(book, order))
        part = min(due, book.free(wallet.pk))
        if part > 0:
            book.add(order_move(book, order, part))


def order_move(book: Book, order: StandingOrder, amount: int) -> Move:
    """The move by which ``order`` takes ``amount``."""
    if order.target_id is None:
        return Move(Kind.REVOKE, amount, order.source_id, order=order.pk, grant=order.grant_id)
    kind = kind_between(book.wallet(order.source_id), book.wallet(order.target_id))
    return Move(kind, amount, order.source_id, order.target_id, order=order.pk)


def _feed_pool(book: Book, wallet: Wallet, today: Mapping[int, date]) -> None:
    """Take back for a pool that shrinks: its own idle credits first, then the accounts', pro rata
    to what each has idle above its floor. What a pool owes to one of its accounts waits for the
    pool's own credits: nobody is taken from to be given to another.
    """
    pool = book.locked.pool_of(wallet)
    if pool is None:
        return
    if pool.pk != wallet.pk:
        _take_orders(book, pool, today[pool.pk])
    shrinking = [order for order in _open_orders(book, pool.pk, today) if order.target_id is None]
    owed = sum(still_due(order, _taken_now(book, order)) for order in shrinking)
    fed = 0
    for account, part in pro_rata(book, pool, owed):
        book.add(Move(Kind.RECLAIM, part, account.pk, pool.pk))
        fed += part
    for order in shrinking:
        part = min(fed, still_due(order, _taken_now(book, order)))
        if part > 0:
            book.add(order_move(book, order, part))
            fed -= part


def pro_rata(book: Book, pool: Wallet, wanted: int) -> list[tuple[Wallet, int]]:
    """How a pool's shortage falls on its accounts: in proportion to idle credits above the floor.

    Whole credits by the largest remainder, so that the parts add up; never below a floor.
    """
    idle = {
        wallet.pk: max(0, book.available[wallet.pk] - wallet.floor)
        for wallet in book.locked.siblings(pool)
        if wallet.pk != pool.pk
    }
    total = sum(idle.values())
    wanted = min(wanted, total)
    if wanted <= 0:
        return []
    parts = {pk: credits * wanted // total for pk, credits in idle.items()}
    rest = wanted - sum(parts.values())
    by_remainder = sorted(idle, key=lambda pk: (-(idle[pk] * wanted % total), pk))
    for pk in by_remainder[:rest]:
        parts[pk] += 1
    return [(book.wallet(pk), part) for pk, part in sorted(parts.items()) if part > 0]
