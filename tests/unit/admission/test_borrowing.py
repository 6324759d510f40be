"""Credits that help out another team: limits, floors, weights, reservations, repayment."""

from typing import Any

import pytest

from callsheet.admission import pool
from callsheet.admission.decide import Decisions
from callsheet.admission.decisions import Overtake, Reservation, Start
from callsheet.admission.reasons import Reason
from callsheet.admission.snapshot import Billing, Brief, Occupant, Policy, WalletState
from tests.unit.admission.cases import brief, day, decided, starts, waiting, wallet, working


def team(available: int, id: int, **rest: Any) -> WalletState:
    """A wallet that borrows and lends without limit, unless said otherwise."""
    return wallet(available, id, **({"may_borrow": None, "may_lend": None} | rest))


def shared(*parts: WalletState | Brief | Occupant, **rest: Any) -> Decisions:
    return decided(*parts, borrowing=True, **rest)


def test_own_credits_first_the_rest_is_borrowed() -> None:
    # 30 wanted: 10 own, 20 lent.
    decisions = shared(team(10, 1), team(50, 2), brief(1, 30))
    assert decisions.starts == (Start(1, 1, 30, loans=((2, 20),)),)


def test_nothing_is_borrowed_where_own_credits_are_enough() -> None:
    assert shared(team(30, 1), team(50, 2), brief(1, 30)).starts == (Start(1, 1, 30),)


@pytest.mark.parametrize(
    ("limits", "begins"),
    [
        ({"may_borrow": 20}, True),
        ({"may_borrow": 19}, False),
        ({"may_borrow": 0}, False),
    ],
)
def test_may_borrow(limits: dict[str, int], begins: bool) -> None:
    decisions = shared(team(10, 1, **limits), team(50, 2), brief(1, 30))
    assert bool(decisions.starts) == begins


def test_what_is_borrowed_already_counts() -> None:
    # 10 of 25 are borrowed: 15 remain, 16 would be too much.
    parts = (
        team(0, 1, may_borrow=25),
        team(50, 2, lent=10),
        working(10, 9, borrowed=((2, 10),)),
    )
    assert starts(shared(*parts, brief(1, 15))) == [1]
    assert starts(shared(*parts, brief(1, 16))) == []


@pytest.mark.parametrize(
    ("limits", "begins"),
    [
        ({"may_lend": 20}, True),
        ({"may_lend": 19}, False),
        ({"may_lend": 30, "lent": 10}, True),  # 20 more
        ({"may_lend": 30, "lent": 11}, False),
        ({"floor": 30}, True),  # 50 - 20 = 30 stay
        ({"floor": 31}, False),
    ],
)
def test_may_lend_and_floor(limits: dict[str, int], begins: bool) -> None:
    decisions = shared(team(10, 1), team(50, 2, **limits), brief(1, 30))
    assert bool(decisions.starts) == begins


def test_a_floor_does_not_bind_the_wallets_own_briefs() -> None:
    assert starts(shared(team(10, 1, floor=10), brief(1, 10))) == [1]


def test_the_pool_lends_first_then_who_can_spare_most() -> None:
    # 60 wanted: 10 from the pool, 40 from wallet 4, the last 10 from wallet 2.
    decisions = shared(
        team(0, 1), team(30, 2), team(10, 3, is_pool=True), team(40, 4), brief(1, 60)
    )
    assert decisions.starts[0].loans == ((3, 10), (4, 40), (2, 10))


def test_the_lowest_held_over_weight_borrows_first() -> None:
    # 10 to borrow. Wallet 1 holds 20 at weight 1 (20), wallet 2 holds 30 at weight 3 (10).
    parts = (
        team(10, 3),
        brief(1, 10, wallet=1),
        brief(2, 10, wallet=2),
        working(20, 9, wallet=1, project=100),
        working(30, 9, wallet=2, project=101),
    )
    assert starts(shared(team(0, 1, weight=1), team(0, 2, weight=3), *parts)) == [2]
    # At equal weights it is the other way round, and without weight a wallet comes last.
    assert starts(shared(team(0, 1), team(0, 2), *parts)) == [1]
    assert starts(shared(team(0, 1, weight=0), team(0, 2), *parts)) == [2]


def test_a_loan_ends_the_turn() -> None:
    # Both hold nothing; wallet 1 borrows 10, then holds more than wallet 2, which is next.
    decisions = shared(
        team(0, 1),
        team(0, 2),
        team(20, 3),
        brief(1, 10, wallet=1),
        brief(2, 10, wallet=1),
        brief(3, 10, wallet=2),
    )
    assert starts(decisions) == [1, 3]


def test_own_briefs_come_before_loans() -> None:
    # Wallet 1 would borrow the 10, but wallet 2's own brief needs them, whatever the shares.
    decisions = shared(
        team(0, 1),
        team(10, 2),
        brief(1, 10, wallet=1),
        brief(2, 10, wallet=2),
        working(50, 9, wallet=2),
    )
    assert starts(decisions) == [2]


def test_a_backfill_of_the_lenders_own_comes_before_a_loan() -> None:
    # Wallet 2's head needs 40 on day 5; its brief 3 is back by then and wants the 10 itself.
    decisions = shared(
        team(0, 1),
        team(10, 2, may_borrow=0),
        brief(1, 10, wallet=1, days=1),
        brief(2, 40, wallet=2),
        brief(3, 10, wallet=2, days=1),
        working(30, 5, wallet=2),
    )
    assert starts(decisions) == [3]


@pytest.mark.parametrize(("days", "begins"), [(5, [1]), (6, [])])
def test_a_loan_must_be_home_before_the_lenders_head_needs_it(days: int, begins: list[int]) -> None:
    # Wallet 2's head needs 40 on day 5: its 10 and the 30 that come back. None is spare.
    decisions = shared(
        team(0, 1),
        team(10, 2, may_borrow=0),
        brief(1, 10, wallet=1, days=days),
        brief(2, 40, wallet=2),
        working(30, 5, wallet=2),
    )
    assert starts(decisions) == begins
    assert Reservation(2, 2, day(5), credits_free_then=40) in decisions.reservations
    assert decisions.overtakes == ((Overtake(1, 2, day(5)),) if begins else ())


def test_what_is_spare_for_the_lenders_head_may_be_lent_for_long() -> None:
    # 15 + 30 - 40 = 5 spare on day 5: 5 may go for long, 10 may not.
    parts = (
        team(0, 1),
        team(15, 2, may_borrow=0),
        brief(2, 40, wallet=2),
        working(30, 5, wallet=2),
    )
    assert starts(shared(*parts, brief(1, 5, wallet=1, days=99))) == [1]
    assert starts(shared(*parts, brief(1, 10, wallet=1, days=99))) == []


def test_who_asks_for_less_is_not_refused_with_who_asks_for_more() -> None:
    # 5 may go for long (15 + 30 - 40). Brief 1 asks for 6 and is refused, brief 3 asks for 5.
    decisions = shared(
        team(0, 1),
        team(15, 2, may_borrow=0),
        brief(1, 6, wallet=1, days=99),
        brief(3, 5, wallet=1, days=99),
        brief(2, 40, wallet=2),
        working(30, 5, wallet=2),
    )
    assert starts(decisions) == [3]


def test_reservations_count_own_credits_only() -> None:
    # Wallet 2 lends nothing before its head is served; own returns suffice on day 7.
    decisions = shared(
        team(0, 1),
        team(0, 2),
        brief(1, 20, wallet=1),
        working(20, 7, wallet=1),
        working(60, 2, wallet=2, project=101),
    )
    assert decisions.reservations == (Reservation(1, 1, day(7), 20),)


def test_borrowed_parts_go_home_first() -> None:
    # Wallet 1's project holds 20, of which 15 are wallet 2's: 5 and 15 come back on day 3.
    decisions = shared(
        team(0, 1, may_borrow=0),
        team(0, 2, may_borrow=0, lent=15),
        brief(1, 5, wallet=1),
        brief(2, 15, wallet=2),
        working(20, 3, wallet=1, borrowed=((2, 15),)),
    )
    assert decisions.reservations == (Reservation(1, 1, day(3), 5), Reservation(2, 2, day(3), 15))
    assert waiting(decisions, 2).reason is Reason.LENT_OUT


def test_a_loan_of_now_is_said_to_whom_it_is_missing() -> None:
    # Wallet 2 lends 10 (back on day 1, before its head's day 5); then 40 = 30 free + 10 lent.
    decisions = shared(
        team(0, 1),
        team(40, 2, may_borrow=0),
        brief(1, 10, wallet=1, days=1),
        brief(2, 50, wallet=2),
        brief(3, 40, wallet=2, days=99),
        working(10, 5, wallet=2),
    )
    assert starts(decisions) == [1]
    assert waiting(decisions, 3).reason is Reason.LENT_OUT


@pytest.mark.parametrize(
    "state",
    [
        {"paused_until": day(1)},
        {"billing": Billing.PAY_AS_YOU_GO},
        {"due_back": 51},
        {"available": -1},
    ],
)
def test_who_is_paused_owes_or_buys_neither_lends_nor_borrows(state: dict[str, Any]) -> None:
    available = state.pop("available", 50)
    troubled = team(available, 2, **state)
    assert starts(shared(team(0, 1), troubled, brief(1, 10, wallet=1))) == []
    wants = brief(1, 55, wallet=2)
    assert starts(shared(team(60, 1), troubled, wants)) == []


def test_a_strict_queue_with_somebody_waiting_lends_nothing() -> None:
    parts = (team(0, 1), brief(1, 10, wallet=1, days=1))
    waits = (brief(2, 40, wallet=2), working(30, 5, wallet=2))
    strict = team(10, 2, may_borrow=0, policy=Policy.STRICT)
    assert starts(shared(*parts, *waits, strict)) == []
    assert starts(shared(*parts, strict)) == [1]


def test_a_head_without_patience_stops_lending_too() -> None:
    decisions = shared(
        team(0, 1),
        team(10, 2, may_borrow=0),
        brief(1, 10, wallet=1, days=1),
        brief(2, 40, wallet=2, first_reserved=day(-5)),
        working(30, 5, wallet=2),
    )
    assert starts(decisions) == []


def test_a_later_brief_may_borrow_past_a_head_that_cannot() -> None:
    # The head lacks 30, more than may be borrowed. Brief 2 takes 10 of the 10 own (back in
    # time) and borrows 5.
    decisions = shared(
        team(10, 1, may_borrow=5), team(50, 2), brief(1, 40), brief(2, 15, days=5), working(30, 5)
    )
    assert decisions.starts == (Start(2, 1, 15, loans=((2, 5),)),)
    assert decisions.overtakes == (Overtake(2, 1, day(5)),)


def test_a_later_brief_borrows_what_the_heads_day_does_not_spare() -> None:
    # For long, brief 2 may take only 3 own credits (13 + 30 - 40 spare on day 5): it borrows 7.
    decisions = shared(
        team(13, 1, may_borrow=7), team(50, 2), brief(1, 40), brief(2, 10, days=99), working(30, 5)
    )
    assert decisions.starts == (Start(2, 1, 10, loans=((2, 7),)),)


def test_who_hopes_for_a_loan_takes_turns_like_the_others() -> None:
    # Held: wallet 4 nothing, wallet 2 20, wallet 1 30. Wallet 4 takes the 30 of wallet 3, and
    # wallet 2 takes 5 of the 10 that wallet 1 has idle. In its own turn wallet 1 finds 5 own
    # credits and no loan for its head, and lets brief 3 go first with them.
    decisions = shared(
        team(10, 1, may_borrow=40),
        team(0, 2, may_borrow=5),
        team(30, 3, may_lend=30),
        team(0, 4, may_borrow=30),
        brief(1, 40, wallet=1, rank=1, days=2),
        brief(3, 5, wallet=1, rank=2, days=1),
        brief(2, 5, wallet=2, days=1),
        brief(4, 30, wallet=4, days=1),
        working(30, 5, wallet=1),
        working(20, 5, wallet=2, project=101),
    )
    assert [(s.brief, s.loans) for s in decisions.starts] == [
        (4, ((3, 30),)),
        (2, ((1, 5),)),
        (3, ()),
    ]
    assert decisions.overtakes == (Overtake(2, 1, day(5)), Overtake(3, 1, day(5)))


def test_a_head_that_may_be_helped_tries_before_others_overtake_it() -> None:
    # Brief 2 could start on the 10 own credits, but with 30 lent the head itself can.
    decisions = shared(team(10, 1), team(30, 2), brief(1, 40), brief(2, 10, days=1), working(30, 5))
    assert decisions.starts == (Start(1, 1, 40, loans=((2, 30),)),)


def test_pool_arithmetic() -> None:
    assert pool.usable(10, 15) == -5
    assert pool.borrow_room(None, 99) == pool.UNLIMITED
    assert pool.borrow_room(10, 12) == 0
    assert pool.lend_room(-5, 0, None, 0) == 0
    assert pool.lend_room(20, 5, None, 99) == 15
    assert pool.lend_room(20, 5, 12, 4) == 8
    assert pool.lend_room(20, 5, 12, 14) == 0
    assert pool.most_ever(60, 10, 100) == 70
    assert pool.most_ever(60, None, 25) == 85
    assert pool.share(30, 3) < pool.share(20, 1) < pool.share(0, 0)
    assert pool.split(25, [(1, 10), (2, 0), (3, 30)]) == ((1, 10), (3, 15))
    assert pool.split(41, [(1, 10), (3, 30)]) == ()
