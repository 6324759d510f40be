"""Two people reopen one finished project at the same moment: its credits come back once.

With a twin in which the function does not look at what was restored already, and in which the
credits come back twice although both looked before.
"""

from __future__ import annotations

from threading import Barrier

from callsheet.credits.audit import verify
from callsheet.credits.book import Book
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Hold, Lot, Transfer, Wallet
from callsheet.credits.post import Move, Posting, post, post_once
from callsheet.credits.restoring import hold_again, restore, used_up
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict
from tests.ledger_builders import do, standalone
from tests.races.crowd import answers, errors, together, weaken

CROWD = 8
COUNTED = ("IF m.amount > v_consumed THEN", "IF false THEN")


def finished() -> tuple[Wallet, Lot, Hold]:
    """A project that used up 10 credits of a lot of 100, beside one that used up 50 of it."""
    wallet = standalone(100, billing=Billing.PAY_AS_YOU_GO)
    lot = wallet.lots.get()
    holds = []
    for credits in (10, 50):
        hold = do(Move(Kind.HOLD, credits, wallet.pk, lot=lot.pk)).holds[0]
        do(Move(Kind.CONSUME, credits, wallet.pk, hold=hold, lot=lot.pk))
        holds.append(hold)
    return wallet, lot, Hold.objects.get(pk=holds[0])


def reopen_all_at_once(wallet: Wallet, lot: Lot, hold: Hold) -> list[Posting | BaseException]:
    """All see that 10 credits are used up, then all restore and hold them again."""
    looked = Barrier(CROWD)

    def reopen(n: int) -> Posting:
        (part,) = used_up(hold)
        looked.wait(timeout=30)
        moves = [
            Move(Kind.RESTORE, part.credits, wallet.pk, hold=hold.pk, lot=part.lot),
            Move(Kind.HOLD, part.credits, wallet.pk, lot=part.lot, ref="again"),
        ]
        return post_once(CONSOLE, "reopen", str(n), moves)

    outcomes = together(CROWD, reopen)
    return [*answers(outcomes), *errors(outcomes)]


def balances(wallet: Wallet, lot: Lot) -> tuple[int, int, int, int, int, int]:
    wallet.refresh_from_db()
    lot.refresh_from_db()
    return (
        wallet.available, wallet.held, wallet.consumed, lot.available, lot.held, lot.consumed,
    )  # fmt: skip


def test_one_of_many_restores_wins(live_db: str) -> None:
    wallet, lot, hold = finished()
    outcomes = reopen_all_at_once(wallet, lot, hold)
    (won,) = (one for one in outcomes if isinstance(one, Posting))
    refused = [one for one in outcomes if one is not won]
    assert [type(one) for one in refused] == [Conflict] * (CROWD - 1)
    assert {one.code for one in refused} == {"more_than_consumed"}  # type: ignore[union-attr]
    assert balances(wallet, lot) == (40, 10, 50, 40, 10, 50)
    assert Transfer.objects.filter(kind=Kind.RESTORE).count() == 1
    assert verify().clean


def test_control_without_counting_restores_all_win(live_db: str, owner_url: str) -> None:
    weaken(owner_url, COUNTED)
    wallet, lot, hold = finished()
    outcomes = reopen_all_at_once(wallet, lot, hold)
    won = [one for one in outcomes if isinstance(one, Posting)]
    # 60 credits were used up in the wallet; six times 10 of them come back, for one project.
    assert len(won) == 6
    assert balances(wallet, lot) == (40, 60, 0, 40, 60, 0)
    named = {(one.what, one.field) for one in verify().differences}
    assert named == {("hold lot", "restored")}  # and the audit says so


def test_those_who_lock_first_see_that_it_is_restored(live_db: str) -> None:
    """As a service does it: lock, look, write. The second finds nothing to restore."""
    wallet, lot, hold = finished()

    def reopen(n: int) -> int:
        def work(command: OpenCommand) -> Answer:
            book = Book(lock_wallets([wallet.pk]))
            parts = used_up(hold)
            restored = restore(book, hold)
            hold_again(book, wallet.pk, parts, ref="again")
            post(command, book.moves)
            return {"restored": restored}

        return int(run(CONSOLE, "reopen", str(n), {"n": n}, work)["restored"])

    outcomes = together(CROWD, reopen)
    assert errors(outcomes) == []
    assert sorted(answers(outcomes)) == [0] * (CROWD - 1) + [10]
    assert balances(wallet, lot) == (40, 10, 50, 40, 10, 50)
    assert verify().clean
