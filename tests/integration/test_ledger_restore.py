"""What a finished pay-as-you-go project used up is restored, once, and held again at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from callsheet.credits import lots
from callsheet.credits.audit import verify
from callsheet.credits.book import Book
from callsheet.credits.collect import collect
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Hold, HoldLot, Lot, Wallet
from callsheet.credits.post import Move, Posting
from callsheet.credits.restoring import Part, hold_again, restore, used_up
from callsheet.credits.statement import statement
from callsheet.insight.bridge import bridge
from callsheet.kit import clock
from tests.integration.test_ledger_refusals import refused
from tests.ledger_builders import TODAY, bought, do, standalone

pytestmark = pytest.mark.django_db


def buyer(credits: int = 0) -> Wallet:
    return standalone(credits, billing=Billing.PAY_AS_YOU_GO)


def finished(wallet: Wallet, *parts: tuple[Lot, int], without: int = 0) -> Hold:
    """A hold of these parts that is used up; ``without`` credits of it have no lot."""
    moves = [Move(Kind.HOLD, credits, wallet.pk, lot=lot.pk, ref="a") for lot, credits in parts]
    if without:
        moves.append(Move(Kind.HOLD, without, wallet.pk, ref="a", opening=True))
    hold = do(*moves).holds[0]
    ends = [Move(Kind.CONSUME, credits, wallet.pk, hold=hold, lot=lot.pk) for lot, credits in parts]
    if without:
        ends.append(Move(Kind.CONSUME, without, wallet.pk, hold=hold))
    do(*ends)
    return Hold.objects.get(pk=hold)


def reopened(hold: Hold) -> Posting:
    """Everything that a reopening does to credits, in one batch, as a service does it."""
    with transaction.atomic():
        book = Book(lock_wallets([hold.wallet_id]))
        parts = used_up(hold)
        restore(book, hold)
        hold_again(book, hold.wallet_id, parts, ref="again")
        collect(book, {hold.wallet_id: TODAY})
        lots.expire(book, book.wallet(hold.wallet_id), TODAY)
        return do(*book.moves)


def state(lot: Lot) -> tuple[int, int, int, int]:
    """Available, held, consumed, expired."""
    lot.refresh_from_db()
    return (lot.available, lot.held, lot.consumed, lot.expired)


def test_a_restore_brings_back_what_was_used_up() -> None:
    wallet = buyer()
    early, late = bought(wallet, 20, TODAY), bought(wallet, 30)
    hold = finished(wallet, (early, 20), (late, 5))
    assert used_up(hold) == [Part(early.pk, 20), Part(late.pk, 5)]
    with transaction.atomic():
        book = Book(lock_wallets([wallet.pk]))
        assert restore(book, hold) == 25
        assert book.available[wallet.pk] == 50
        do(*book.moves)
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, wallet.consumed) == (50, 0, 0)
    assert (state(early), state(late)) == ((20, 0, 0, 0), (30, 0, 0, 0))
    hold.refresh_from_db()
    assert hold.credits == 0
    assert hold.closed_at is not None  # it stays over
    assert used_up(hold) == []
    assert verify().clean


def test_a_reopened_project_holds_again_from_the_same_lots() -> None:
    wallet = buyer()
    first, second = bought(wallet, 20), bought(wallet, 30)
    hold = finished(wallet, (first, 20), (second, 5))
    posting = reopened(hold)
    assert posting.holds[:2] == (hold.pk, hold.pk)
    (again,) = set(posting.holds[2:])
    assert again != hold.pk
    assert list(
        HoldLot.objects.filter(hold=again).order_by("lot").values_list("lot", "credits")
    ) == [
        (first.pk, 20),
        (second.pk, 5),
    ]
    assert Hold.objects.get(pk=again).credits == 25
    assert (state(first), state(second)) == ((0, 20, 0, 0), (25, 5, 0, 0))
    assert verify().clean


def test_it_holds_again_also_when_the_lots_day_has_passed() -> None:
    """What was left in the lot expires; what returns to production does not."""
    wallet = buyer()
    lot = bought(wallet, 20, TODAY)
    hold = finished(wallet, (lot, 15))
    posting = reopened(hold)
    assert state(lot) == (0, 15, 0, 5)
    assert posting.holds == (hold.pk, posting.holds[1], None)  # restored, held, expired
    again = posting.holds[1]
    do(Move(Kind.CONSUME, 15, wallet.pk, hold=again, lot=lot.pk))
    assert state(lot) == (0, 0, 15, 5)
    assert verify().clean


def test_what_is_restored_and_not_held_expires_on_the_lots_day() -> None:
    wallet = buyer()
    lot = bought(wallet, 20, TODAY)
    hold = finished(wallet, (lot, 15))
    with transaction.atomic():
        book = Book(lock_wallets([wallet.pk]))
        restore(book, hold)
        assert lots.expire(book, book.wallet(wallet.pk), TODAY) == 20
        do(*book.moves)
    assert state(lot) == (0, 0, 0, 20)
    assert verify().clean


def test_a_project_can_be_reopened_again_after_it_was_finished_again() -> None:
    wallet = buyer()
    lot = bought(wallet, 10)
    first = finished(wallet, (lot, 10))
    second = Hold.objects.get(pk=reopened(first).holds[-1])
    do(Move(Kind.CONSUME, 10, wallet.pk, hold=second.pk, lot=lot.pk))
    assert used_up(first) == []
    third = Hold.objects.get(pk=reopened(second).holds[-1])
    assert (third.credits, state(lot)) == (10, (0, 10, 0, 0))
    assert verify().clean


def test_what_was_used_up_concept_by_concept_comes_back_together() -> None:
    wallet = buyer()
    lot, other = bought(wallet, 30), bought(wallet, 10)
    hold = do(
        Move(Kind.HOLD, 30, wallet.pk, lot=lot.pk, ref="a"),
        Move(Kind.HOLD, 10, wallet.pk, lot=other.pk, ref="a"),
    ).holds[0]
    do(Move(Kind.CONSUME, 12, wallet.pk, hold=hold, lot=lot.pk))
    do(Move(Kind.CONSUME, 10, wallet.pk, hold=hold, lot=lot.pk))
    do(
        Move(Kind.RELEASE, 8, wallet.pk, hold=hold, lot=lot.pk),
        Move(Kind.CONSUME, 10, wallet.pk, hold=hold, lot=other.pk),
    )
    assert used_up(Hold.objects.get(pk=hold)) == [Part(lot.pk, 22), Part(other.pk, 10)]
    reopened(Hold.objects.get(pk=hold))
    assert (state(lot), state(other)) == ((8, 22, 0, 0), (0, 10, 0, 0))
    assert verify().clean


def test_what_an_import_held_without_a_lot_comes_back_without_one() -> None:
    wallet = buyer()
    lot = bought(wallet, 20)
    hold = finished(wallet, (lot, 20), without=5)
    wallet.refresh_from_db()
    assert (wallet.available, wallet.consumed, wallet.overdraft) == (-5, 25, 5)
    assert used_up(hold) == [Part(lot.pk, 20), Part(None, 5)]
    posting = reopened(hold)
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, wallet.consumed, wallet.overdraft) == (-5, 25, 0, 5)
    assert Hold.objects.get(pk=posting.holds[-1]).credits == 25
    assert refused(Move(Kind.RESTORE, 1, wallet.pk, hold=hold.pk)) == "more_than_consumed"
    assert verify().clean


def test_an_overdrawn_wallet_holds_nothing_again() -> None:
    """Its credits come back, and the ordinary guard of a hold says no: nothing of it happens."""
    wallet = buyer()
    lot = bought(wallet, 20)
    hold = finished(wallet, (lot, 20))
    do(Move(Kind.HOLD, 5, wallet.pk, opening=True))
    assert (
        refused(
            Move(Kind.RESTORE, 20, wallet.pk, hold=hold.pk, lot=lot.pk),
            Move(Kind.HOLD, 20, wallet.pk, lot=lot.pk, ref="again"),
        )
        == "not_enough_available"
    )


# -- refusals -------------------------------------------------------------------------------------


def test_never_more_than_the_hold_used_up() -> None:
    wallet = buyer()
    lot, other = bought(wallet, 30), bought(wallet, 30)
    hold = finished(wallet, (lot, 10), (other, 4))
    finished(wallet, (lot, 10), (other, 10))  # so that wallet and lots have used up more

    def back(amount: int, lot: Lot | None = lot) -> Move:
        return Move(
            Kind.RESTORE, amount, wallet.pk, hold=hold.pk, lot=None if lot is None else lot.pk
        )

    assert refused(back(11)) == "more_than_consumed"
    assert refused(back(5, other)) == "more_than_consumed"  # per lot as well
    assert refused(back(1, None)) == "more_than_consumed"  # all of it had a lot
    assert refused(back(6), back(5)) == "more_than_consumed"  # within one batch
    do(back(6))
    assert refused(back(5)) == "more_than_consumed"  # counting what was restored before
    do(back(4), back(4, other))
    assert refused(back(1)) == "more_than_consumed"
    assert refused(back(1, other)) == "more_than_consumed"
    assert verify().clean


def test_an_open_hold_has_nothing_to_restore() -> None:
    wallet = buyer()
    lot = bought(wallet, 30)
    hold = do(Move(Kind.HOLD, 20, wallet.pk, lot=lot.pk)).holds[0]
    back = Move(Kind.RESTORE, 5, wallet.pk, hold=hold, lot=lot.pk)
    assert refused(back) == "more_than_consumed"  # nothing was used up at all
    do(Move(Kind.CONSUME, 5, wallet.pk, hold=hold, lot=lot.pk))
    assert refused(back) == "hold_not_over"
    # Not even one that the same batch opened.
    closing = Move(Kind.CONSUME, 15, wallet.pk, hold=hold, lot=lot.pk)
    assert refused(back, closing) == "hold_not_over"
    do(closing, back)
    assert state(lot) == (15, 0, 15, 0)


def test_released_credits_are_back_already() -> None:
    wallet = buyer()
    lot = bought(wallet, 30)
    finished(wallet, (lot, 10))
    hold = do(Move(Kind.HOLD, 20, wallet.pk, lot=lot.pk)).holds[0]
    do(Move(Kind.RELEASE, 20, wallet.pk, hold=hold, lot=lot.pk))
    back = Move(Kind.RESTORE, 5, wallet.pk, hold=hold, lot=lot.pk)
    assert refused(back) == "more_than_consumed"


def test_neither_holds_nor_lots_of_others() -> None:
    wallet, stranger = buyer(), buyer()
    lot, theirs = bought(wallet, 30), bought(stranger, 30)
    hold, foreign = finished(wallet, (lot, 10)), finished(stranger, (theirs, 10))
    for move in (
        Move(Kind.RESTORE, 5, wallet.pk, hold=foreign.pk, lot=theirs.pk),
        Move(Kind.RESTORE, 5, wallet.pk, hold=foreign.pk, lot=lot.pk),
        Move(Kind.RESTORE, 5, stranger.pk, hold=hold.pk, lot=lot.pk),
        Move(Kind.RESTORE, 5, wallet.pk, hold=hold.pk, lot=theirs.pk),
        Move(Kind.RESTORE, 5, wallet.pk, hold=10**12, lot=lot.pk),
        Move(Kind.RESTORE, 5, wallet.pk, hold=hold.pk, lot=10**12),
    ):
        assert refused(move) == "more_than_consumed"
    assert refused(Move(Kind.RESTORE, 5, 10**12, hold=hold.pk, lot=lot.pk)) == "not_found"


def test_a_restore_says_which_hold_and_nothing_that_is_not_its_own() -> None:
    wallet = buyer()
    lot = bought(wallet, 30)
    hold = finished(wallet, (lot, 10)).pk
    assert refused(Move(Kind.RESTORE, 5, wallet.pk, lot=lot.pk)) == "hold_missing"
    assert refused(Move(Kind.RESTORE, 5, wallet.pk, lot=lot.pk, ref="a")) == "hold_missing"
    for more in ({"grant": 1}, {"order": 1}):
        move = Move(Kind.RESTORE, 5, wallet.pk, hold=hold, lot=lot.pk, **more)
        assert refused(move) == "misplaced"
    for amount, code in ((0, "amount_not_positive"), (-1, "amount_not_positive")):
        assert refused(Move(Kind.RESTORE, amount, wallet.pk, hold=hold, lot=lot.pk)) == code


def test_a_subscription_has_used_up_nothing() -> None:
    wallet = standalone(30)
    hold = do(Move(Kind.HOLD, 10, wallet.pk)).holds[0]
    back = Move(Kind.RESTORE, 10, wallet.pk, hold=hold)
    assert refused(back) == "credits_recycle"
    do(Move(Kind.RELEASE, 10, wallet.pk, hold=hold))
    assert refused(back) == "credits_recycle"
    with transaction.atomic():
        assert restore(Book(lock_wallets([wallet.pk])), Hold.objects.get(pk=hold)) == 0


def test_more_than_the_wallet_ever_used_up() -> None:
    wallet = buyer()
    lot = bought(wallet, 30)
    hold = finished(wallet, (lot, 10))
    for amount in (11, 1_000_000_000):
        move = Move(Kind.RESTORE, amount, wallet.pk, hold=hold.pk, lot=lot.pk)
        assert refused(move) == "more_than_consumed"


# -- as people read it ----------------------------------------------------------------------------


def test_a_statement_and_its_bridge_say_what_was_restored() -> None:
    wallet = buyer()
    lot = bought(wallet, 30)
    reopened(finished(wallet, (lot, 10)))
    wallet = Wallet.objects.select_related("account").get(pk=wallet.pk)
    today = clock.today(wallet.owner.time_zone)
    printed = statement(wallet, today - timedelta(days=1), today)
    assert [
        (line.title, line.available, line.held, line.available_after, line.held_after)
        for line in printed.lines
    ] == [
        ("Granted", 30, 0, 30, 0),
        ("Held", -10, 10, 20, 10),
        ("Consumed", 0, -10, 20, 0),
        ("Restored", 10, 0, 30, 0),
        ("Held", -10, 10, 20, 10),
    ]
    told = bridge(printed)
    assert told.adds_up
    assert "given back to projects that were reopened" in [step.title for step in told.steps]
