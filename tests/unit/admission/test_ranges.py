"""Expected starts: the queue played forward, on the smallest cases."""

from dataclasses import replace
from datetime import date

from callsheet.admission.ranges import ExpectedStart, expected_starts
from callsheet.admission.snapshot import Billing, Brief, Occupant, Policy, Step, WalletState
from callsheet.kit.workdays import DEFAULT_CALENDAR
from tests.unit.admission.cases import TODAY, brief, day, snapshot, wallet, working


def expected(
    *parts: WalletState | Brief | Occupant, **rest: object
) -> dict[int, tuple[date | None, date | None]]:
    return {e.brief: (e.p50, e.p80) for e in expected_starts(snapshot(*parts, **rest))}


def test_the_range_comes_from_the_returns_and_lead_times() -> None:
    # Brief 1 starts with the return on day 3 (P80: day 5), brief 2 when brief 1 is done: 10 days
    # later (P80: 12 days later).
    found = expected(
        wallet(),
        brief(1, 20, days_p50=10, days_p80=12),
        brief(2, 20),
        working(20, 3, returns_p80=day(5)),
    )
    assert found == {1: (day(3), day(5)), 2: (day(13), day(17))}


def test_what_starts_now_is_expected_today() -> None:
    assert expected(wallet(10), brief(1, 10)) == {1: (TODAY, TODAY)}


def test_a_later_brief_that_goes_first_is_expected_first() -> None:
    # Brief 2 needs 10 of the 10 free and is back on day 4, before brief 1's 30 on day 5.
    found = expected(wallet(10), brief(1, 30), brief(2, 10, days=4), working(20, 5))
    assert found == {1: (day(5), day(5)), 2: (TODAY, TODAY)}


def test_what_cannot_be_known_is_not_guessed() -> None:
    never = (None, None)
    too_large = expected(wallet(0), brief(1, 61), working(60, 1))
    assert too_large == {1: never}
    to_buy = expected(wallet(0, billing=Billing.PAY_AS_YOU_GO), brief(1, 10), working(10, 1))
    assert to_buy == {1: never}
    after_a_draft = expected(wallet(60), brief(1, 10, predecessors=(99,)))
    assert after_a_draft == {1: never}
    beyond = expected_starts(snapshot(wallet(), brief(1, 10), working(10, 30)), horizon_days=29)
    assert beyond == (ExpectedStart(1, None, None),)
    within = expected_starts(snapshot(wallet(), brief(1, 10), working(10, 30)), horizon_days=30)
    assert within == (ExpectedStart(1, day(30), day(30)),)


def test_only_the_late_end_may_be_unknown() -> None:
    # A downgrade by 10 on day 5 leaves 20: brief 1 (30) starts on day 4, if day 4 it is.
    found = expected(
        wallet(0, steps=(Step(day(5), -10),)), brief(1, 30), working(30, 4, returns_p80=day(6))
    )
    assert found == {1: (day(4), None)}


def test_a_bought_booster_lets_pay_as_you_go_start() -> None:
    found = expected(
        wallet(0, billing=Billing.PAY_AS_YOU_GO, steps=(Step(day(4), 10),)), brief(1, 10)
    )
    assert found == {1: (day(4), day(4))}


def test_not_before_and_pause_are_waited_for() -> None:
    assert expected(wallet(10), brief(1, 10, not_before=day(6))) == {1: (day(6), day(6))}
    assert expected(wallet(10, paused_until=day(8)), brief(1, 10)) == {1: (day(8), day(8))}


def test_a_predecessor_in_production_and_one_in_the_queue() -> None:
    # Project 100 is back on day 3; brief 1 then takes 5 days; brief 2 follows brief 1.
    found = expected(
        wallet(40),
        brief(1, 10, days=5, predecessors=(100,)),
        brief(2, 10, predecessors=(1, 100)),
        working(20, 3),
    )
    assert found == {1: (day(3), day(3)), 2: (day(8), day(8))}


def test_due_back_is_collected_before_anything_starts() -> None:
    # 20 owed: the 20 of day 2 go there, the 20 of day 4 start brief 1.
    found = expected(
        wallet(0, due_back=20), brief(1, 20), working(20, 2), working(20, 4, project=101)
    )
    assert found == {1: (day(4), day(4))}


def test_overdue_returns_are_expected_tomorrow() -> None:
    assert expected(wallet(), brief(1, 10), working(10, -3)) == {1: (day(1), day(1))}


def test_the_plan_orders_the_future_too() -> None:
    found = expected(
        wallet(policy=Policy.PLANNED),
        brief(1, 10, days=5),
        brief(2, 10, days=5, planned_start=day(2)),
        working(10, 2),
    )
    assert found == {2: (day(2), day(2)), 1: (day(7), day(7))}


def test_loans_are_played_forward() -> None:
    # Wallet 2 gets 20 back on day 3 and lends them; they come home on day 8 for brief 2's team.
    parts = (
        wallet(0, 1, may_borrow=None),
        wallet(0, 2, may_lend=None),
        brief(1, 20, wallet=1, days=5),
        brief(2, 20, wallet=2, not_before=day(4)),
        working(20, 3, wallet=2),
    )
    found = expected(*parts, borrowing=True)
    assert found == {1: (day(3), day(3)), 2: (day(8), day(8))}
    assert expected(*parts) == {1: (None, None), 2: (day(4), day(4))}


def test_limits_are_free_again_when_a_loan_comes_home() -> None:
    # Wallet 2 has 5 more, but lends 5 at most, and they are away until day 3; the same with what
    # wallet 1 may borrow.
    for limits in ({"may_lend": 5}, {"may_borrow": 5}):
        found = expected(
            wallet(0, 1, may_borrow=limits.get("may_borrow")),
            wallet(5, 2, may_lend=limits.get("may_lend"), lent=5),
            brief(1, 5, wallet=1),
            working(5, 3, wallet=1, borrowed=((2, 5),)),
            borrowing=True,
        )
        assert found == {1: (day(3), day(3))}


def test_a_long_queue_is_played_like_short_ones() -> None:
    # The arrays for long queues and the plain way for short ones must agree: the same 90 briefs,
    # once alone, once in an organization that may lend but has nobody to lend to.
    briefs = [
        brief(
            n,
            credits=5 + 5 * (n * 7 % 5),
            days_p50=3 + n * 11 % 17,
            days_p80=5 + n * 11 % 17,
            not_before=day(n) if n % 9 == 0 else None,
            predecessors=(n - 5,) if n % 13 == 0 else (),
        )
        for n in range(1, 91)
    ]
    case = snapshot(
        wallet(15, steps=(Step(day(30), -10), Step(day(60), 25))),
        *briefs,
        working(25, 4),
        working(20, 9, project=101, returns_p80=day(14)),
    )
    alone = expected_starts(case)
    assert alone == expected_starts(replace(case, borrowing=True))
    assert sum(start.p80 is not None for start in alone) == 90


def test_days_off_do_not_count() -> None:
    friday = date(2026, 3, 6)
    found = expected(wallet(10), brief(1, 10, days=1), brief(2, 10), today=friday)
    assert found[2] == (DEFAULT_CALENDAR.add(friday, 1),) * 2
    assert found[2][0] == date(2026, 3, 9)
