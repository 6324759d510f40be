"""What happens to credits that come free, before admission: repay, then what is due back.

The order on every release: what this hold borrowed goes back to its lenders; standing orders whose
day has come take, oldest first; a pool that owes takes from its accounts. What is left is for the
queue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from django.db.models import F, Q

from callsheet.credits.book import Book, kind_between
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Billing, Borrowing, Hold, HoldLot, StandingOrder, Wallet
from callsheet.credits.post import Move
from callsheet.kit.asked import Asked


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
        repaid = sum(
            move.amount
            for move in book.moves
            if (move.kind, move.hold, move.target) == (Kind.REPAY, hold.pk, borrowing.lender_id)
        )
        part = min(borrowing.credits - repaid, left, book.free(wallet.pk))
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
    due = _due_by_wallet(book, today)
    waiting = list(book.touched)
    done = 0
    while done < len(waiting):
        wallet = book.wallet(waiting[done])
        done += 1
        before = len(book.touched)
        _repay_leftovers(book, wallet)
        _take_orders(book, wallet, due)
        _feed_pool(book, wallet, due, today)
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


_OPEN = StandingOrder.objects.filter(canceled_at__isnull=True, taken__lt=F("amount"))
_UNFILLED = Asked(
    lambda sources, targets: (
        _OPEN.filter(Q(source_id__any_of=sources) | Q(target_id__any_of=targets))
        .select_related("after")
        .order_by("due_on", "rank", "id")
    )
)
_DUE = Asked(
    lambda sources, latest: (
        _OPEN.filter(source_id__any_of=sources, due_on__lte=latest)
        .select_related("after", "grant")
        .order_by("due_on", "rank", "id")
    )
)


def unfilled_orders(wallet_ids: Collection[int]) -> list[StandingOrder]:
    """The orders that take from these wallets or give to them and are not yet filled, oldest first,
    whether or not their day has come.
    """
    wallets = list(wallet_ids)
    return _UNFILLED.rows(wallets, wallets)


def due_among(
    orders: Iterable[StandingOrder], today: Mapping[int, date]
) -> Iterator[StandingOrder]:
    """Those of the orders that take from a wallet whose day, ``today`` by wallet, has come."""
    for order in orders:
        if order.source_id in today and order.due_on <= today[order.source_id]:
            yield order


def due_orders(wallet_ids: Collection[int], today: Mapping[int, date]) -> list[StandingOrder]:
    """The orders on these wallets whose day has come and that are not yet filled, oldest first."""
    if not wallet_ids:
        return []
    latest = max(today[pk] for pk in wallet_ids)
    return list(due_among(_DUE.rows(list(wallet_ids), latest), today))


def still_due(order: StandingOrder, taken_now: int = 0) -> int:
    """Credits that the order may still take; a loan's return only what the loan took."""
    limit = order.amount if order.after is None else min(order.amount, order.after.taken)
    return max(0, limit - order.taken - taken_now)


type _Due = Mapping[int, Sequence[StandingOrder]]
"""Orders that are due, by the wallet that they take from, oldest first."""


def _due_by_wallet(book: Book, today: Mapping[int, date]) -> _Due:
    """Read once for all wallets of the batch: their locks keep the orders as they are."""
    due: dict[int, list[StandingOrder]] = defaultdict(list)
    for order in due_orders(list(book.locked.wallets), today):
        due[order.source_id].append(order)
    return due


def _open_orders(book: Book, wallet_id: int, due: _Due) -> list[StandingOrder]:
    """The due orders of the wallet that can take now: a grant ends after it has begun, which the
    clock may not have seen to yet.
    """
    beginning = {move.grant for move in book.moves if move.kind is Kind.GRANT}
    return [
        order
        for order in due.get(wallet_id, ())
        if order.grant is None or order.grant.posted or order.grant_id in beginning
    ]


def _taken_now(book: Book, order: StandingOrder) -> int:
    return sum(move.amount for move in book.moves if move.order == order.pk)


def _take_orders(book: Book, wallet: Wallet, due: _Due) -> None:
    for order in _open_orders(book, wallet.pk, due):
        part = min(still_due(order, _taken_now(book, order)), book.free(wallet.pk))
        if part > 0:
            book.add(order_move(book, order, part))


def order_move(book: Book, order: StandingOrder, amount: int) -> Move:
    """The move by which ``order`` takes ``amount``."""
    if order.target_id is None:
        return Move(Kind.REVOKE, amount, order.source_id, order=order.pk, grant=order.grant_id)
    kind = kind_between(book.wallet(order.source_id), book.wallet(order.target_id))
    return Move(kind, amount, order.source_id, order.target_id, order=order.pk)


def _feed_pool(book: Book, wallet: Wallet, due: _Due, today: Mapping[int, date]) -> None:
    """Take back for a pool that shrinks: its own idle credits first, then the accounts', in their
    order, above their floors (see `taken_back`). What a pool owes to one of its accounts waits for
    the pool's own credits: nobody is taken from to be given to another.
    """
    pool = book.locked.pool_of(wallet)
    if pool is None:
        return
    if pool.pk != wallet.pk:
        _take_orders(book, pool, due)
    shrinking = [order for order in _open_orders(book, pool.pk, due) if order.target_id is None]
    owed = sum(still_due(order, _taken_now(book, order)) for order in shrinking)
    fed = 0
    for account, part in taken_back(book, pool, owed, today[pool.pk]):
        book.add(Move(Kind.RECLAIM, part, account.pk, pool.pk))
        fed += part
    for order in shrinking:
        part = min(fed, still_due(order, _taken_now(book, order)))
        if part > 0:
            book.add(order_move(book, order, part))
            fed -= part


def taken_back(book: Book, pool: Wallet, wanted: int, today: date) -> list[tuple[Wallet, int]]:
    """How a pool's shortage falls on its accounts: (wallet, credits), by wallet.

    Those that have a place in the admin's order give first, each all that it has idle above its
    floor; the others give in proportion to what they have. Once the pool's subscription has ended,
    no floor keeps anything: nobody pays for it any more.
    """
    subscription = getattr(pool, "subscription", None)
    ends_on = subscription.ends_on if subscription is not None else None
    over = ends_on is not None and ends_on <= today
    idle = {
        wallet.pk: max(0, book.available[wallet.pk] - (0 if over else wallet.floor))
        for wallet in book.locked.siblings(pool)
        if wallet.pk != pool.pk
    }
    parts: dict[int, int] = {}
    places = [(book.wallet(pk).gives_back, pk) for pk in idle]
    for _, pk in sorted((place, pk) for place, pk in places if place is not None):
        parts[pk] = min(idle.pop(pk), wanted)
        wanted -= parts[pk]
    parts |= pro_rata(idle, wanted)
    return [(book.wallet(pk), part) for pk, part in sorted(parts.items()) if part > 0]


def pro_rata(idle: Mapping[int, int], wanted: int) -> dict[int, int]:
    """Whole credits in proportion to what is idle, by the largest remainder; at most all of it."""
    total = sum(idle.values())
    wanted = min(wanted, total)
    if wanted <= 0:
        return {}
    parts = {pk: credits * wanted // total for pk, credits in idle.items()}
    rest = wanted - sum(parts.values())
    by_remainder = sorted(idle, key=lambda pk: (-(idle[pk] * wanted % total), pk))
    for pk in by_remainder[:rest]:
        parts[pk] += 1
    return parts
