"""Backfill, planned, strict: the smallest queue that shows each rule."""

from datetime import date

import pytest

from callsheet.admission.decisions import Overtake, Reservation
from callsheet.admission.reasons import Reason
from callsheet.admission.snapshot import Billing, Policy, Step
from callsheet.kit.workdays import WorkCalendar
from tests.unit.admission.cases import (
    TODAY,
    brief,
    day,
    decided,
    starts,
    waiting,
    wallet,
    working,
)

STRICT = {"policy": Policy.STRICT}
PLANNED = {"policy": Policy.PLANNED}


def test_all_start_that_fit_in_order_of_rank() -> None:
    # 30 = 20 + 10; nothing is left for brief 3.
    decisions = decided(wallet(30), brief(3, 10), brief(2, 10), brief(1, 20))
    assert starts(decisions) == [1, 2]
    assert waiting(decisions, 3).reason is Reason.WAITING_FOR_CREDITS


def test_equal_ranks_go_by_id() -> None:
    decisions = decided(wallet(10), brief(2, 10, rank=1), brief(1, 10, rank=1))
    assert starts(decisions) == [1]


def test_the_head_gets_the_earliest_day_on_which_enough_is_free() -> None:
    # 10 free + 20 on day 3 = 30 < 40; + 20 on day 8 = 50 >= 40.
    decisions = decided(wallet(10), brief(1, 40), working(20, 3), working(20, 8, project=101))
    assert decisions.reservations == (Reservation(1, 1, day(8), credits_free_then=50),)


def test_a_later_brief_may_go_first_if_it_is_back_in_time() -> None:
    # The head needs 40 on day 5 (20 free + 20 back). Brief 2 is back on day 5 itself: in time.
    # Brief 3 is back on day 6; spare on day 5 is 20 + 20 - 40 = 0, so it stays.
    decisions = decided(
        wallet(20), brief(1, 40), brief(2, 10, days=5), brief(3, 10, days=6), working(20, 5)
    )
    assert starts(decisions) == [2]
    assert decisions.reservations == (Reservation(1, 1, day(5), credits_free_then=40),)
    assert decisions.overtakes == (Overtake(2, 1, day(5), planned_delay=0),)
    late = waiting(decisions, 3)
    assert (late.reason, late.because_of, late.until) == (Reason.BEHIND_RESERVATION, 1, day(5))


def test_in_time_is_judged_at_p80() -> None:
    # Expected back on day 3, in four of five cases by day 6: the head's day 5 is at risk.
    decisions = decided(
        wallet(20), brief(1, 40), brief(2, 10, days_p50=3, days_p80=6), working(20, 5)
    )
    assert starts(decisions) == []


def test_a_later_brief_may_take_what_is_spare_on_the_reserved_day() -> None:
    # On day 5: 20 + 30 - 40 = 10 spare. Brief 2 takes them for long; for brief 3 none are left.
    decisions = decided(
        wallet(20), brief(1, 40), brief(2, 10, days=99), brief(3, 10, days=99), working(30, 5)
    )
    assert starts(decisions) == [2]
    assert waiting(decisions, 3).reason is Reason.BEHIND_RESERVATION


def test_spare_credits_that_are_expected_back_stay_spare() -> None:
    # 10 are spare on day 5. Brief 2 may need until day 7 (P80) and so needs to be spare; it is
    # expected back on day 4, so on day 5 the same 10 are still spare for brief 3.
    decisions = decided(
        wallet(20),
        brief(1, 40),
        brief(2, 10, days_p50=4, days_p80=7),
        brief(3, 10, days=99),
        working(30, 5),
    )
    assert starts(decisions) == [2, 3]
    assert decisions.reservations[0].day == day(5)


def test_reservations_follow_the_capacity_schedule() -> None:
    # 10 free; a booster of 20 on day 2 would do, but 20 are taken back on day 1: 10, -10, 10, 40.
    steps = (Step(day(2), 20), Step(day(1), -20))
    decisions = decided(wallet(10, steps=steps), brief(1, 30), working(30, 9))
    assert decisions.reservations == (Reservation(1, 1, day(9), credits_free_then=40),)


def test_a_brief_that_own_returns_never_satisfy_is_passed_over() -> None:
    # 50 fitted the plan of 60, but after the downgrade by 30 only 30 ever come together.
    decisions = decided(
        wallet(0, steps=(Step(day(1), -30),)), brief(1, 50), brief(2, 30), working(60, 3)
    )
    # It holds nobody up: the reservation is brief 2's.
    assert [(r.brief, r.day) for r in decisions.reservations] == [(2, day(3))]


def test_an_overdue_return_counts_as_the_next_working_day() -> None:
    friday = date(2026, 3, 6)
    decisions = decided(wallet(), brief(1, 10), working(10, -7), today=friday)
    assert decisions.reservations == (Reservation(1, 1, date(2026, 3, 9), 10),)
    closed = WorkCalendar(closures=frozenset({date(2026, 3, 9)}))
    decisions = decided(wallet(calendar=closed), brief(1, 10), working(10, -7), today=friday)
    assert decisions.reservations[0].day == date(2026, 3, 10)


def test_a_return_today_that_is_not_booked_is_overdue() -> None:
    assert decided(wallet(), brief(1, 10), working(10, 0)).reservations[0].day == day(1)


def test_an_overdue_order_counts_as_taken_and_an_overdue_grant_as_tomorrows() -> None:
    taken = decided(wallet(10, steps=(Step(TODAY, -10),)), brief(1, 10), working(10, 4))
    assert starts(taken) == []
    assert taken.reservations[0].day == day(4)
    granted = decided(wallet(0, steps=(Step(day(-1), 10),)), brief(1, 10))
    assert starts(granted) == []
    assert granted.reservations[0].day == day(1)


@pytest.mark.parametrize(("first", "begins"), [(-4, [2]), (-5, []), (-6, [])])
def test_a_head_five_days_past_its_first_reservation_stops_backfilling(
    first: int, begins: list[int]
) -> None:
    # Brief 2 would be back in time; after five working days the head's patience is over.
    decisions = decided(
        wallet(20), brief(1, 40, first_reserved=day(first)), brief(2, 10, days=1), working(20, 5)
    )
    assert starts(decisions) == begins
    assert decisions.reservations[0].brief == 1
    if not begins:
        assert waiting(decisions, 2).reason is Reason.BEHIND_RESERVATION


def test_patience_ends_with_the_start_of_the_head() -> None:
    decisions = decided(
        wallet(50), brief(1, 40, first_reserved=day(-9)), brief(2, 10, days=99), working(10, 5)
    )
    assert starts(decisions) == [1, 2]


def test_patience_is_the_heads_alone() -> None:
    # Brief 2 once was a head and waited long, but brief 1 is the head now.
    decisions = decided(
        wallet(20),
        brief(1, 40),
        brief(2, 40, first_reserved=day(-9)),
        brief(3, 10, days=1),
        working(20, 5),
    )
    assert starts(decisions) == [3]


def test_strict_lets_nobody_past() -> None:
    # Brief 2 would be back in time under backfill.
    parts = (brief(1, 40), brief(2, 10, days=1), working(20, 5))
    assert starts(decided(wallet(20), *parts)) == [2]
    decisions = decided(wallet(20, **STRICT), *parts)
    assert starts(decisions) == []
    assert waiting(decisions, 2).reason is Reason.BEHIND_RESERVATION
    assert decisions.reservations == (Reservation(1, 1, day(5), credits_free_then=40),)


def test_strict_passes_over_who_cannot_start_anyway() -> None:
    decisions = decided(
        wallet(20, **STRICT), brief(1, 10, not_before=day(3)), brief(2, 61), brief(3, 10)
    )
    assert starts(decisions) == [3]


def test_planned_orders_by_the_plan_and_the_rest_last() -> None:
    # 10 credits for one: brief 3 is planned first although its rank is last.
    decisions = decided(
        wallet(10, **PLANNED),
        brief(1, 10),
        brief(2, 10, planned_start=day(9)),
        brief(3, 10, planned_start=day(4)),
    )
    assert starts(decisions) == [3]
    assert [wait.brief for wait in decisions.waits] == [2, 1]
    assert [wait.in_plan for wait in decisions.waits] == [True, False]


def test_a_planned_date_never_delays_a_start_that_is_possible() -> None:
    assert starts(decided(wallet(10, **PLANNED), brief(1, 10, planned_start=day(99)))) == [1]


def test_backfill_does_not_look_at_the_plan() -> None:
    decisions = decided(wallet(10), brief(1, 10), brief(2, 10, planned_start=day(1)))
    assert starts(decisions) == [1]
    assert waiting(decisions, 2).in_plan


def test_pay_as_you_go_is_strict_and_waits_for_a_purchase() -> None:
    # Its holds give nothing back: the 20 in production do not count, 30 more must be bought.
    decisions = decided(
        wallet(10, billing=Billing.PAY_AS_YOU_GO, max_capacity=0),
        brief(1, 40),
        brief(2, 10, days=1),
        working(20, 1),
    )
    assert starts(decisions) == []
    head = waiting(decisions, 1)
    assert (head.reason, head.missing) == (Reason.WAITING_FOR_PURCHASE, 30)
    assert waiting(decisions, 2).reason is Reason.BEHIND_RESERVATION
    assert decisions.reservations == ()


def test_what_is_used_up_is_never_back_in_time() -> None:
    # Brief 2 takes one day, but consumes its credits: the head's 40 would not be whole on day 5.
    parts = (brief(1, 40), working(20, 5))
    assert starts(decided(wallet(20), *parts, brief(2, 10, days=1, consumes=True))) == []
    assert starts(decided(wallet(20), *parts, brief(2, 10, days=1))) == [2]


def test_the_example_of_the_explanation() -> None:
    # 20 free; on Monday the 9th 20 + 40 = 60, of which the launch film takes 40 and 20 are spare.
    film, banners, photos, more = 1, 2, 3, 4
    decisions = decided(
        wallet(20),
        brief(film, 40),
        brief(banners, 10, days=4),
        brief(photos, 10, days=30),
        brief(more, 10, days=30),
        working(40, 5),
    )
    assert day(5) == date(2026, 3, 9)
    assert starts(decisions) == [banners, photos]
    assert decisions.reservations == (Reservation(1, film, day(5), credits_free_then=60),)
    assert waiting(decisions, more).reason is Reason.WAITING_FOR_CREDITS


def test_wallets_without_borrowing_do_not_see_each_other() -> None:
    decisions = decided(wallet(0, may_borrow=None), wallet(60, id=2, may_lend=None), brief(1, 10))
    assert starts(decisions) == []
