"""The ledger on real connections, all at once.

Each race is run twice: as it is, where it must go right every time, and with one protection taken
out, where it must go wrong. Without the second, the first would prove nothing.
"""

from __future__ import annotations

import random
from itertools import pairwise
from threading import Barrier

import psycopg
import pytest
from django.db import OperationalError

from callsheet.credits.audit import verify
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Hold, Transfer, Wallet
from callsheet.credits.post import Move, Posting, post_once
from callsheet.journal.models import Command
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict
from tests.ledger_builders import do, group, standalone
from tests.races.crowd import answers, errors, together, weaken
from tests.soak import scaled

CONTENDERS = 64
GUARD = ("AND w.available >= v_guard", "AND true")
LOOK_FIRST = (
    "SELECT p_actor, p_name, p_key, p_input_hash, '{}', v_now WHERE NOT EXISTS ("
    "SELECT 1 FROM journal_command c WHERE c.actor = p_actor AND c.name = p_name"
    " AND c.key = p_key) AND pg_sleep(0.2) IS NOT NULL\n"
)
OVERDRAWN_FREELY = "ALTER TABLE credits_wallet DROP CONSTRAINT available_not_oversold"


# -- the last credits -----------------------------------------------------------------------------


def contend(wallet: int, contenders: int, amount: int) -> tuple[int, list[BaseException]]:
    """That many try to hold at once: how many won, and what the others were told."""
    outcomes = together(
        contenders,
        lambda n: post_once(CONSOLE, "race", f"{wallet}-{n}", [Move(Kind.HOLD, amount, wallet)]),
    )
    return len(answers(outcomes)), errors(outcomes)


@pytest.mark.parametrize("room", [1, 7])
def test_as_many_hold_as_there_is_room_for(live_db: str, room: int) -> None:
    wallet = standalone(room * 10 + 9)  # 9 credits are left over: too few for one more
    won, refused = contend(wallet.pk, CONTENDERS, 10)
    assert won == room
    assert {getattr(error, "code", error) for error in refused} == {"not_enough_available"}
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (9, room * 10)
    assert Hold.objects.count() == room
    assert Command.objects.filter(name="race").count() == room
    assert verify().clean


def test_control_looking_first_and_taking_then_oversells(live_db: str, owner_url: str) -> None:
    weaken(owner_url, GUARD, also=OVERDRAWN_FREELY)
    wallet = standalone(19)
    looked = Barrier(8)

    def look_then_take(n: int) -> Posting | None:
        enough = Wallet.objects.get(pk=wallet.pk).available >= 10
        looked.wait(timeout=30)
        return (
            post_once(CONSOLE, "race", str(n), [Move(Kind.HOLD, 10, wallet.pk)]) if enough else None
        )

    won = answers(together(8, look_then_take))
    assert len(won) == 8  # room was for one
    assert Wallet.objects.get(pk=wallet.pk).available == 19 - 80


def test_lenders_keep_their_floor_however_many_borrow(live_db: str) -> None:
    teams = group(0, 50, *([0] * 8))
    lender, *borrowers = teams.wallets
    Wallet.objects.filter(pk=lender.pk).update(floor=15)  # room to lend: 35, so three times 10
    outcomes = together(
        24,
        lambda n: do(
            Move(Kind.LEND, 10, lender.pk, borrowers[n % 8].pk, ref="a"),
            Move(Kind.HOLD, 10, borrowers[n % 8].pk, ref="a"),
            key=f"borrow-{n}",
        ),
    )
    assert len(answers(outcomes)) == 3
    lender.refresh_from_db()
    assert (lender.available, lender.lent) == (20, 30)
    assert verify().clean


# -- crossing transfers ---------------------------------------------------------------------------


def cross(wallets: list[int], crowd: int, rounds: int) -> list[BaseException]:
    """Half of a crowd passes one credit along the wallets, the other half back."""
    along = [Move(Kind.REASSIGN, 1, one, two) for one, two in pairwise(wallets)]
    back = [Move(Kind.REASSIGN, 1, one, two) for one, two in pairwise(wallets[::-1])]

    def pass_on(n: int) -> None:
        for turn in range(rounds):
            post_once(CONSOLE, "cross", f"{n}-{turn}", along if n % 2 else back)

    return errors(together(crowd, pass_on))


def test_crossing_transfers_do_not_lock_each_other_out(live_db: str) -> None:
    teams = group(0, *([100] * 12))
    assert cross([wallet.pk for wallet in teams.wallets], crowd=8, rounds=10) == []
    assert {wallet.available for wallet in Wallet.objects.filter(account__isnull=False)} == {100}
    assert Transfer.objects.filter(kind=Kind.REASSIGN).count() == 8 * 10 * 11
    assert verify().clean


def test_control_locks_in_the_order_of_the_moves_deadlock(live_db: str, owner_url: str) -> None:
    weaken(owner_url, ("IF cardinality(v_ids) > 1 THEN", "IF false THEN"))
    teams = group(0, *([100] * 12))
    found = cross([wallet.pk for wallet in teams.wallets], crowd=8, rounds=10)
    assert any(
        isinstance(error, OperationalError)
        and isinstance(error.__cause__, psycopg.errors.DeadlockDetected)
        for error in found
    )


# -- the same request again ------------------------------------------------------------------------


def repeat(wallet: int, crowd: int) -> list[Posting]:
    outcomes = together(
        crowd, lambda n: post_once(CONSOLE, "again", "one-key", [Move(Kind.HOLD, 5, wallet)])
    )
    assert errors(outcomes) == []
    return answers(outcomes)


def test_one_key_from_many_threads_happens_once(live_db: str) -> None:
    wallet = standalone(500)
    postings = repeat(wallet.pk, 16)
    assert {(one.command, one.transfers, one.holds) for one in postings} == {
        (postings[0].command, postings[0].transfers, postings[0].holds)
    }
    assert sum(not one.replayed for one in postings) == 1
    assert Transfer.objects.filter(kind=Kind.HOLD).count() == 1
    wallet.refresh_from_db()
    assert wallet.held == 5
    assert verify().clean


def test_control_without_the_unique_key_it_happens_several_times(
    live_db: str, owner_url: str
) -> None:
    weaken(
        owner_url,
        ("VALUES (p_actor, p_name, p_key, p_input_hash, '{}', v_now)\n", LOOK_FIRST),
        ("        ON CONFLICT (actor, name, key) DO NOTHING\n", ""),
        also="ALTER TABLE journal_command DROP CONSTRAINT command_once",
    )
    wallet = standalone(500)
    postings = repeat(wallet.pk, 16)
    assert len({one.command for one in postings}) > 1
    wallet.refresh_from_db()
    assert wallet.held > 5


def test_a_key_that_was_refused_may_be_tried_again(live_db: str) -> None:
    wallet = standalone(10)
    moves = [Move(Kind.HOLD, 15, wallet.pk)]
    refused = errors(together(8, lambda n: post_once(CONSOLE, "again", "later", moves)))
    assert [type(error) for error in refused] == [Conflict] * 8
    do(Move(Kind.ADJUST, 5, wallet.pk))
    assert len(answers(together(8, lambda n: post_once(CONSOLE, "again", "later", moves)))) == 8
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (0, 15)


# -- everything at once ----------------------------------------------------------------------------


def storm(crowd: int, turns: int, seed: int) -> int:
    """Threads that hold, grow, release, borrow, repay, reassign, allocate and adjust in one
    organization without any agreement. Returns how many commands succeeded."""
    teams = group(100, *([40] * 6))
    wallets = [wallet.pk for wallet in teams.wallets]

    def stir(n: int) -> int:
        dice = random.Random(seed * 1000 + n)
        mine: list[tuple[int, int, int, int | None]] = []  # hold, wallet, credits, lender
        done = 0
        for turn in range(turns):
            one, two = dice.sample(wallets, 2)
            amount = dice.randint(1, 25)
            key = f"{seed}-{n}-{turn}"
            moves: list[Move]
            borrowed = None
            match dice.choice(["hold", "hold", "end", "end", "lend", "pass", "pool", "adjust"]):
                case "hold":
                    moves = [Move(Kind.HOLD, amount, one)]
                case "lend":
                    borrowed = two
                    moves = [
                        Move(Kind.LEND, amount, two, one, ref="a"),
                        Move(Kind.HOLD, amount, one, ref="a"),
                    ]
                case "end" if mine:
                    hold, wallet, credits, lender = mine.pop(dice.randrange(len(mine)))
                    moves = [Move(Kind.RELEASE, credits, wallet, hold=hold)]
                    if lender is not None:
                        moves.append(Move(Kind.REPAY, credits, wallet, lender, hold=hold))
                case "pass":
                    moves = [Move(Kind.REASSIGN, amount, one, two)]
                case "pool":
                    moves = [Move(Kind.RECLAIM, amount, one, teams.pool.pk)]
                case _:
                    moves = [Move(Kind.ALLOCATE, amount, teams.pool.pk, one)]
            try:
                posting = post_once(CONSOLE, "storm", key, moves)
            except CallsheetError:
                continue
            done += 1
            if moves[-1].kind is Kind.HOLD:
                hold_id = posting.holds[-1]
                assert hold_id is not None
                mine.append((hold_id, one, amount, borrowed))
        return done

    outcomes = together(crowd, stir)
    assert errors(outcomes) == []
    return sum(answers(outcomes))


def test_a_storm_leaves_the_books_right(live_db: str) -> None:
    done = storm(crowd=8, turns=40, seed=1)
    assert done > 50
    report = verify()
    assert report.clean, [str(one) for one in report.differences]
    assert not Wallet.objects.filter(available__lt=0).exists()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_many_storms_leave_the_books_right(live_db: str) -> None:
    for seed in range(2, 2 + scaled(10)):
        storm(crowd=32, turns=200, seed=seed)
        report = verify()
        assert report.clean, [str(one) for one in report.differences]


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_the_last_credits_again_and_again(live_db: str) -> None:
    for turn in range(scaled(100)):
        room = turn % 13 + 1
        wallet = standalone(room * 10 + turn % 10)
        assert contend(wallet.pk, CONTENDERS, 10)[0] == room
    assert verify().clean


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_crossing_transfers_at_length(live_db: str) -> None:
    teams = group(0, *([1000] * 40))
    assert cross([wallet.pk for wallet in teams.wallets], crowd=32, rounds=scaled(100)) == []
    assert verify().clean
