"""A hold that is there already grows: its own credits, borrowed ones, and lots.

What an amendment with more scope does to credits. The hold keeps its number, knows what it holds
in all, and whom it owes how much; what comes back later goes home in the usual order.
"""

from __future__ import annotations

import pytest
from django.db import transaction

from callsheet.credits.audit import verify
from callsheet.credits.book import Book
from callsheet.credits.collect import collect, release
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Borrowing, Hold, HoldLot, Wallet
from callsheet.credits.post import Move
from tests.integration.test_ledger_refusals import refused
from tests.ledger_builders import TODAY, bought, do, group, order, standalone

pytestmark = pytest.mark.django_db


def numbers(*wallets: Wallet) -> list[tuple[int, int, int, int]]:
    """Available, held, lent, borrowed of each."""
    for wallet in wallets:
        wallet.refresh_from_db()
    return [(w.available, w.held, w.lent, w.borrowed) for w in wallets]


def debts(hold: int) -> dict[int, int]:
    """What the hold owes, by the lender's wallet."""
    return dict(Borrowing.objects.filter(hold=hold).values_list("lender", "credits"))


def parts(hold: int) -> dict[int, int]:
    """What the hold has of each lot."""
    return dict(HoldLot.objects.filter(hold=hold).values_list("lot", "credits"))


def credits_of(hold: int) -> int:
    return Hold.objects.get(pk=hold).credits


def given_back(hold: int, amount: int, kind: Kind = Kind.RELEASE) -> list[Move]:
    """Release (or consume) that much of the hold as services do; the moves, posted."""
    with transaction.atomic():
        held = Hold.objects.get(pk=hold)
        book = Book(lock_wallets([held.wallet_id]))
        release(book, held, amount, kind)
        collect(book, dict.fromkeys(book.locked.wallets, TODAY))
        do(*book.moves)
        return book.moves


def repaid(moves: list[Move]) -> list[tuple[int | None, int]]:
    return [(move.target, move.amount) for move in moves if move.kind is Kind.REPAY]


# -- a subscription's own credits -----------------------------------------------------------------


def test_a_hold_grows_from_the_wallets_own_credits() -> None:
    wallet = standalone(30)
    hold = do(Move(Kind.HOLD, 10, wallet.pk)).holds[0]
    opened_at = Hold.objects.get(pk=hold).opened_at
    assert do(Move(Kind.HOLD, 15, wallet.pk, hold=hold)).holds == (hold,)
    assert Hold.objects.get(pk=hold).opened_at == opened_at
    assert (credits_of(hold), numbers(wallet)) == (25, [(5, 25, 0, 0)])
    assert refused(Move(Kind.HOLD, 6, wallet.pk, hold=hold)) == "not_enough_available"
    given_back(hold, 25)
    assert Hold.objects.get(pk=hold).closed_at is not None
    assert (credits_of(hold), numbers(wallet)) == (0, [(30, 0, 0, 0)])
    assert verify().clean


def test_it_grows_and_shrinks_in_one_batch() -> None:
    wallet = standalone(30)
    hold = do(Move(Kind.HOLD, 20, wallet.pk)).holds[0]
    do(Move(Kind.RELEASE, 15, wallet.pk, hold=hold), Move(Kind.HOLD, 25, wallet.pk, hold=hold))
    assert (credits_of(hold), numbers(wallet)) == (30, [(0, 30, 0, 0)])
    assert verify().clean


def test_what_is_over_or_of_another_does_not_grow() -> None:
    wallet, other = standalone(30), standalone(30)
    hold = do(Move(Kind.HOLD, 10, wallet.pk)).holds[0]
    assert refused(Move(Kind.HOLD, 5, other.pk, hold=hold)) == "hold_too_small"
    do(Move(Kind.RELEASE, 10, wallet.pk, hold=hold))
    assert refused(Move(Kind.HOLD, 5, wallet.pk, hold=hold)) == "hold_too_small"
    assert refused(Move(Kind.HOLD, 5, wallet.pk, hold=10**12)) == "hold_too_small"
    # Emptied and filled in one batch: it was over for a moment, and that is the end.
    hold = do(Move(Kind.HOLD, 10, wallet.pk)).holds[0]
    moves = (Move(Kind.RELEASE, 10, wallet.pk, hold=hold), Move(Kind.HOLD, 5, wallet.pk, hold=hold))
    assert refused(*moves) == "hold_too_small"


# -- borrowed credits -----------------------------------------------------------------------------


def test_a_hold_that_borrowed_nothing_grows_with_borrowed_credits() -> None:
    teams = group(20, 30, 10)
    lender, borrower = teams.wallets
    hold = do(Move(Kind.HOLD, 10, borrower.pk)).holds[0]
    posting = do(
        Move(Kind.LEND, 12, lender.pk, borrower.pk, hold=hold),
        Move(Kind.LEND, 3, teams.pool.pk, borrower.pk, hold=hold),
        Move(Kind.HOLD, 15, borrower.pk, hold=hold),
    )
    assert posting.holds == (hold, hold, hold)
    assert credits_of(hold) == 25
    assert debts(hold) == {lender.pk: 12, teams.pool.pk: 3}
    assert numbers(teams.pool, lender, borrower) == [
        (17, 0, 3, 0),
        (18, 0, 12, 0),
        (0, 25, 0, 15),
    ]
    assert verify().clean


def test_borrowing_more_of_the_same_lender_adds_to_the_debt() -> None:
    teams = group(0, 30, 10)
    lender, borrower = teams.wallets
    hold = do(
        Move(Kind.LEND, 5, lender.pk, borrower.pk, ref="a"),
        Move(Kind.HOLD, 15, borrower.pk, ref="a"),
    ).holds[0]
    do(
        Move(Kind.LEND, 7, lender.pk, borrower.pk, hold=hold),
        Move(Kind.HOLD, 7, borrower.pk, hold=hold),
    )
    assert (credits_of(hold), debts(hold)) == (22, {lender.pk: 12})
    assert verify().clean


def test_borrowed_credits_go_home_first_whenever_they_were_lent() -> None:
    """Lenders in the order of their numbers, own credits last, over several partial releases."""
    teams = group(20, 30, 10)
    lender, borrower = teams.wallets
    hold = do(
        Move(Kind.LEND, 5, lender.pk, borrower.pk, ref="a"),
        Move(Kind.HOLD, 15, borrower.pk, ref="a"),
    ).holds[0]
    do(
        Move(Kind.LEND, 6, teams.pool.pk, borrower.pk, hold=hold),
        Move(Kind.LEND, 4, lender.pk, borrower.pk, hold=hold),
        Move(Kind.HOLD, 10, borrower.pk, hold=hold),
    )
    assert (credits_of(hold), debts(hold)) == (25, {teams.pool.pk: 6, lender.pk: 9})
    assert repaid(given_back(hold, 8)) == [(teams.pool.pk, 6), (lender.pk, 2)]
    assert (credits_of(hold), debts(hold)) == (17, {teams.pool.pk: 0, lender.pk: 7})
    # It grows once more after having repaid in part, also from the one that is quits with it.
    do(
        Move(Kind.LEND, 2, teams.pool.pk, borrower.pk, hold=hold),
        Move(Kind.HOLD, 2, borrower.pk, hold=hold),
    )
    assert (credits_of(hold), debts(hold)) == (19, {teams.pool.pk: 2, lender.pk: 7})
    assert verify().clean
    assert repaid(given_back(hold, 19)) == [(teams.pool.pk, 2), (lender.pk, 7)]
    assert numbers(teams.pool, lender, borrower) == [
        (20, 0, 0, 0),
        (30, 0, 0, 0),
        (10, 0, 0, 0),
    ]
    assert verify().clean


def test_debts_of_a_grown_hold_go_before_standing_orders() -> None:
    teams = group(0, 30, 10)
    lender, borrower = teams.wallets
    hold = do(Move(Kind.HOLD, 10, borrower.pk)).holds[0]
    do(
        Move(Kind.LEND, 12, lender.pk, borrower.pk, hold=hold),
        Move(Kind.HOLD, 12, borrower.pk, hold=hold),
    )
    recall = order(borrower, teams.pool, 20)
    moves = given_back(hold, 15)
    assert [(move.kind, move.target, move.amount) for move in moves] == [
        (Kind.RELEASE, None, 15),
        (Kind.REPAY, lender.pk, 12),
        (Kind.RECLAIM, teams.pool.pk, 3),
    ]
    recall.refresh_from_db()
    assert (recall.taken, credits_of(hold)) == (3, 7)
    assert verify().clean


def test_a_loan_for_a_hold_keeps_to_the_limits() -> None:
    teams = group(0, 30, 10, 0)
    lender, borrower, third = teams.wallets
    hold = do(Move(Kind.HOLD, 10, borrower.pk)).holds[0]

    def grown(credits: int, **more: int) -> tuple[Move, Move]:
        return (
            Move(Kind.LEND, credits, lender.pk, borrower.pk, hold=hold),
            Move(Kind.HOLD, more.get("held", credits), borrower.pk, hold=hold),
        )

    Wallet.objects.filter(pk=lender.pk).update(floor=20)
    assert refused(*grown(11)) == "not_enough_available"
    Wallet.objects.filter(pk=lender.pk).update(floor=0, may_lend=10)
    assert refused(*grown(11)) == "lending_limit"
    Wallet.objects.filter(pk=lender.pk).update(may_lend=None)
    Wallet.objects.filter(pk=borrower.pk).update(may_borrow=10)
    assert refused(*grown(11)) == "lending_limit"
    assert refused(*grown(10, held=11)) == "not_enough_available"
    # For a hold of the borrower's own, and an open one.
    lend = Move(Kind.LEND, 5, lender.pk, third.pk, hold=hold)
    assert refused(lend, Move(Kind.HOLD, 5, third.pk, hold=hold)) == "hold_too_small"
    # A reference is for a hold that the batch opens; the hold that is there goes by its number.
    named = Move(Kind.LEND, 5, lender.pk, borrower.pk, ref="a")
    assert refused(named, Move(Kind.HOLD, 5, borrower.pk, hold=hold)) == "hold_missing"
    do(*grown(10))
    do(Move(Kind.RELEASE, 20, borrower.pk, hold=hold))
    assert refused(*grown(1)) in {"hold_too_small", "lending_limit"}
    Wallet.objects.filter(pk=borrower.pk).update(may_borrow=None)
    assert refused(*grown(1)) == "hold_too_small"
    assert verify().clean


# -- pay-as-you-go --------------------------------------------------------------------------------


def test_a_hold_grows_from_its_lot_and_from_another() -> None:
    wallet = standalone(billing=Billing.PAY_AS_YOU_GO)
    early, late = bought(wallet, 20, TODAY), bought(wallet, 30)
    hold = do(Move(Kind.HOLD, 15, wallet.pk, lot=early.pk)).holds[0]
    do(
        Move(Kind.HOLD, 5, wallet.pk, hold=hold, lot=early.pk),
        Move(Kind.HOLD, 10, wallet.pk, hold=hold, lot=late.pk),
    )
    assert (credits_of(hold), parts(hold)) == (30, {early.pk: 20, late.pk: 10})
    assert refused(Move(Kind.HOLD, 1, wallet.pk, hold=hold, lot=early.pk)) == "not_enough_available"
    assert refused(Move(Kind.HOLD, 1, wallet.pk, hold=hold)) == "lot_missing"
    assert verify().clean
    # Released: from the lot that expires last. Used up: from the one that expires first.
    moves = given_back(hold, 12)
    assert [(move.lot, move.amount) for move in moves] == [(late.pk, 10), (early.pk, 2)]
    moves = given_back(hold, 18, Kind.CONSUME)
    assert [(move.lot, move.amount) for move in moves] == [(early.pk, 18)]
    assert (credits_of(hold), parts(hold)) == (0, {early.pk: 0, late.pk: 0})
    assert verify().clean


def test_an_imports_hold_without_a_lot_grows_by_a_lot() -> None:
    wallet = standalone(billing=Billing.PAY_AS_YOU_GO)
    hold = do(Move(Kind.HOLD, 5, wallet.pk, opening=True)).holds[0]
    lot = bought(wallet, 30)
    do(Move(Kind.HOLD, 10, wallet.pk, hold=hold, lot=lot.pk))
    assert (credits_of(hold), parts(hold)) == (15, {lot.pk: 10})
    moves = given_back(hold, 15, Kind.CONSUME)
    assert [(move.lot, move.amount) for move in moves] == [(lot.pk, 10), (None, 5)]
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, wallet.consumed) == (15, 0, 15)
    assert verify().clean
