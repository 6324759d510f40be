"""What helps late projects, on calendars whose best plans are known by hand."""

from dataclasses import replace

from callsheet.planner.explain import Shortfall, shortfalls
from callsheet.planner.plan import Plan, Status, measure
from callsheet.planner.problem import Duration, Problem
from callsheet.planner.remedies import Remedies, Way, WayOut
from callsheet.planner.solve import solve
from tests.unit.planner.test_explain import problem_of, work


def remedies_of(problem: Problem) -> Remedies:
    return Remedies(problem, solve(problem, iterations=100))


def test_more_credits_make_three_at_once_less_late() -> None:
    problem = problem_of(*(work(id, due=10) for id in "abc"))
    (span,) = shortfalls(problem, solve(problem, iterations=100))
    said = [
        (way.credits, way.begin, way.end, way.late, way.days_late, way.saved_days)
        for way in remedies_of(problem).of_shortfall(span)
    ]
    # They finish on days 10, 20 and 30: 30 days late. 15 more let none of 30 start beside another.
    assert said == [(30, 0, 9, 1, 10, 20), (60, 0, 9, 0, 0, 30)]


def test_more_credits_where_none_are_missing_are_not_proposed() -> None:
    """The negative control: dates are the trouble here, so no number of credits is named."""
    problem = problem_of(work("a", due=5))
    assert remedies_of(problem).of_shortfall(Shortfall(0, 9, 40, ("a",))) == []


def test_what_looking_longer_finds_is_no_merit_of_more_credits() -> None:
    problem = problem_of(work("a", due=10))
    starts: dict[str, int | None] = {"a": 30}
    bad = Plan(starts, Status.FEASIBLE, measure(problem, starts), 0.0)
    assert Remedies(problem, bad).of_shortfall(Shortfall(0, 9, 40, ("a",))) == []


def test_an_earlier_brief_helps_what_its_ready_date_delays() -> None:
    problem = problem_of(work("a", ready=4, due=8), work("b", ready=14, due=40))
    earlier, accept = remedies_of(problem).of_project("a")
    # Six days are missing, only four are there before day 0.
    assert (earlier.way, earlier.days, earlier.days_late) == (Way.BRIEF_EARLIER, 4, 2)
    assert earlier.finishes == {"a": 10, "b": 24}
    assert (accept.way, accept.days_late, accept.finishes["a"]) == (Way.ACCEPT, 6, 14)


def test_no_earlier_brief_than_is_needed_is_proposed() -> None:
    earlier, _ = remedies_of(problem_of(work("a", ready=10, due=15))).of_project("a")
    assert (earlier.days, earlier.days_late, earlier.finishes) == (5, 0, {"a": 15})


def test_an_earlier_brief_is_not_proposed_where_credits_delay() -> None:
    problem = problem_of(work("a", ready=4, due=8), held=20)
    assert [way.way for way in remedies_of(problem).of_project("a")] == [Way.ACCEPT]


def test_concepts_apart_run_in_what_is_free() -> None:
    """10 of 30 credits are free until day 30: whole it waits for 30, its parts take turns."""
    whole = replace(work("a", due=20), concepts=(10, 10, 10))
    problem = problem_of(whole, work("b", 10, due=35, after="a"), held=30)
    split, accept = remedies_of(problem).of_project("a")
    assert (split.way, split.parts, split.finishes) == (Way.SPLIT, 3, {"a": 30, "b": 40})
    assert (split.late, split.days_late) == (2, 15)
    assert (accept.way, accept.finishes, accept.days_late) == (Way.ACCEPT, {"a": 40, "b": 50}, 35)


def test_a_split_that_ends_no_sooner_is_not_proposed() -> None:
    """Two parts could start at once, but the last one ends when the whole would."""
    whole = replace(work("a", due=15), concepts=(10, 10, 10))
    problem = problem_of(whole, capacity=((0, 45),), held=10)
    assert [way.way for way in remedies_of(problem).of_project("a")] == [Way.ACCEPT]


def test_the_same_question_has_the_same_answer() -> None:
    problem = problem_of(
        *(replace(work(f"p{n}", 15, n, n + 8), duration=Duration(5 + n)) for n in range(8))
    )
    plan = solve(problem, iterations=100)
    (span, *_) = shortfalls(problem, plan)
    first: list[WayOut] = Remedies(problem, plan).of_shortfall(span)
    assert first == Remedies(problem, plan).of_shortfall(span)
    assert first


def test_several_shortfalls_have_the_ways_out_of_each() -> None:
    problem = problem_of(
        *(replace(work(f"p{n}", 15, n, n + 8), duration=Duration(5 + n, 0.3)) for n in range(8))
    )
    plan = solve(problem, iterations=100)
    (span, *_) = shortfalls(problem, plan)
    spans = [span, replace(span, credits=span.credits + 40), replace(span, end=span.begin)]
    one_by_one = [Remedies(problem, plan).of_shortfall(span) for span in spans]
    assert Remedies(problem, plan).of_shortfalls(spans) == one_by_one
    assert len({len(ways) for ways in one_by_one}) > 1
