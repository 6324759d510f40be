"""Why projects start when they do, on calendars small enough to say it by hand."""

from callsheet.planner.explain import Cause, Reason, Shortfall, reasons, shortfalls
from callsheet.planner.plan import Plan, Status, measure
from callsheet.planner.problem import Duration, InFlight, Problem, Project, Resource, Steps, Team
from callsheet.planner.solve import solve

DAYS = 10


def work(id: str, credits: int = 30, ready: int = 0, due: int | None = None, after: str = "",
         team: str | None = None) -> Project:  # fmt: skip
    before = (after,) if after else ()
    return Project(id, (("credits", credits),), Duration(DAYS), ready, due, after=before, team=team)


def problem_of(*projects: Project, capacity: Steps = ((0, 30),), held: int = 0) -> Problem:
    in_flight = (InFlight("f", (("credits", 20),), Duration(held)),) if held else ()
    return Problem((Resource("credits", capacity),), projects, in_flight)


def reason_of(problem: Problem, id: str) -> Reason:
    return reasons(problem, solve(problem, iterations=100))[id]


def test_what_is_ready_starts() -> None:
    assert reason_of(problem_of(work("a", ready=3, due=20)), "a") == Reason(Cause.READY)


def test_what_comes_after_waits_for_it() -> None:
    problem = problem_of(work("a"), work("b", after="a", due=30), capacity=((0, 90),))
    assert reason_of(problem, "b") == Reason(Cause.PREDECESSOR, ("a",))
    no_sooner = problem_of(work("a"), work("b", ready=10, after="a"), capacity=((0, 90),))
    assert reason_of(no_sooner, "b") == Reason(Cause.READY)


def test_what_finds_no_credits_waits_for_who_gives_them_back() -> None:
    problem = problem_of(work("a", ready=2, due=12), held=5)
    # Of 30 credits 20 are held until day 5, so 20 are missing from day 2 to day 4.
    expected = Reason(Cause.CREDITS, ("f",), missing=20, since=2, tardiness=3)
    assert reason_of(problem, "a") == expected
    plan = solve(problem, iterations=100)
    assert shortfalls(problem, plan) == [Shortfall(2, 4, 20, ("a",))]


def test_only_those_who_make_it_possible_are_waited_for() -> None:
    problem = problem_of(
        work("a", 15, due=10), work("b", 15, due=10), work("c", 30, due=100), capacity=((0, 45),)
    )
    starts: dict[str, int | None] = {"a": 0, "b": 2, "c": 10}
    plan = Plan(starts, Status.FEASIBLE, measure(problem, starts), 0.0)
    assert reasons(problem, plan)["c"].waits_for == ("a",)
    assert reasons(problem, plan)["b"] == Reason(Cause.SPARE, tardiness=2)


def test_a_capacity_that_rises_is_waited_for() -> None:
    problem = problem_of(work("a", due=12), capacity=((0, 25), (7, 30)))
    assert reason_of(problem, "a") == Reason(
        Cause.CREDITS, missing=5, since=0, tardiness=5, unavoidable=0
    )


def test_a_date_nearer_than_the_work_is_long() -> None:
    problem = problem_of(work("a", ready=4, due=8))
    expected = Reason(Cause.DUE_TOO_SOON, tardiness=6, unavoidable=6)
    assert reason_of(problem, "a") == expected
    assert shortfalls(problem, solve(problem, iterations=100)) == []


def test_what_is_too_big_and_what_follows_it() -> None:
    problem = problem_of(work("a", 50), work("b", after="a"))
    assert reason_of(problem, "a") == Reason(Cause.TOO_BIG, missing=20)
    assert reason_of(problem, "b") == Reason(Cause.FOLLOWS_NEVER, ("a",))


def test_three_at_once_lack_twice_the_credits() -> None:
    problem = problem_of(*(work(id, due=DAYS) for id in "abc"))
    plan = solve(problem, iterations=100)
    # All in time would hold 90 of 30 credits on days 0 to 9, and nothing after them.
    (only,) = shortfalls(problem, plan)
    assert (only.begin, only.end, only.credits) == (0, 9, 60)
    assert only.projects == plan.order[:0:-1]


def test_credits_that_may_not_be_lent_are_missing() -> None:
    teams = (Team("A", ((0, 30),)), Team("B", ((0, 30),)))
    problem = Problem(
        (Resource("credits", ((0, 60),)),),
        (work("a", 20, team="A"), work("b", 20, team="A", due=50)),
        teams=teams,
    )
    starts: dict[str, int | None] = {"a": 0, "b": 10}
    plan = Plan(starts, Status.FEASIBLE, measure(problem, starts), 0.0)
    assert reasons(problem, plan)["b"] == Reason(Cause.CREDITS, ("a",), missing=10, since=0)


def test_no_more_is_missing_than_work_in_production_leaves() -> None:
    """Three credits are borrowed already beyond what can be lent; a project adds its own ten."""
    teams = (Team("A", ((0, 30),), may_borrow=None), Team("B", ((0, 30),), may_lend=5))
    problem = Problem(
        (Resource("credits", ((0, 60),)),),
        (work("a", 10, team="A", due=60),),
        (InFlight("f", (("credits", 38),), Duration(7), team="A"),),
        teams,
    )
    expected = Reason(Cause.CREDITS, ("f",), missing=10, since=0)
    assert reason_of(problem, "a") == expected
