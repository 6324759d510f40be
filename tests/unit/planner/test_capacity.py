"""What other numbers of credits change, on the smallest calendars that show it."""

import pytest

from callsheet.planner.capacity import outcomes, shares
from callsheet.planner.problem import Duration, InFlight, Problem, Project, Resource


def three(*, in_flight: tuple[InFlight, ...] = ()) -> Problem:
    return Problem(
        (Resource("credits", ((0, 30),)),),
        tuple(Project(f"p{n}", (("credits", 30),), Duration(10), due=10) for n in range(3)),
        in_flight,
    )


def test_more_credits_make_less_late_and_leave_more_idle() -> None:
    thirty, sixty, ninety = outcomes(three(), [90, 30, 60], iterations=100)
    # One after the other: they finish on days 10, 20 and 30, which is 0, 10 and 20 days late.
    assert (thirty.plan.measure.days_late, thirty.used, thirty.last) == (30, 1.0, 30)
    # Two and one: 10 days late; 3 · 30 · 10 = 900 of 60 · 20 = 1,200 credit-days are used.
    assert (sixty.plan.measure.days_late, sixty.used, sixty.last) == (10, 0.75, 20)
    assert (ninety.plan.measure.days_late, ninety.used, ninety.last) == (0, 1.0, 10)


def test_too_few_credits_start_nothing() -> None:
    (twenty,) = outcomes(three(), [20], iterations=10)
    assert (twenty.never, twenty.used, twenty.last) == (3, 0.0, 0)


def test_work_in_production_holds_its_credits() -> None:
    held = InFlight("f", (("credits", 30),), Duration(5))
    (thirty,) = outcomes(three(in_flight=(held,)), [30], iterations=100)
    # 5 days late each, in addition to 0, 10 and 20.
    assert (thirty.plan.measure.days_late, thirty.last) == (45, 35)


def test_teams_get_their_part_in_fives() -> None:
    owned = {"A": 40, "B": 30, "C": 0, "D": 20}
    assert shares(owned, 90) == {"A": 40, "B": 30, "C": 0, "D": 20}
    assert shares(owned, 45) == {"A": 20, "B": 15, "C": 0, "D": 10}
    assert shares(owned, 0) == dict.fromkeys(owned, 0)
    assert sum(shares(owned, 67).values()) == 67
    assert shares({}, 60) == {}
    with pytest.raises(ValueError, match="nobody owns"):
        shares({"A": 0}, 60)


def test_with_more_credits_no_team_gets_fewer() -> None:
    """Rounding each part by itself takes some away again (the paradox of Alabama)."""
    owned = {"A": 7, "B": 17, "C": 31, "D": 45}
    before = shares(owned, 0)
    for credits in range(1, 301):
        now = shares(owned, credits)
        assert sum(now.values()) == credits
        assert all(now[name] >= before[name] for name in owned)
        before = now
