"""What advice says where nobody knows how long work will take: what the simulated queue says."""

from dataclasses import replace

import numpy as np
import pytest

from callsheet.planner.capacity import outcomes
from callsheet.planner.explain import shortfalls
from callsheet.planner.forecast import forecast
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Duration, Problem, Team
from callsheet.planner.remedies import Remedies, Way
from callsheet.planner.replanning import Outcome, Replanning
from callsheet.planner.simulate import simulate
from callsheet.planner.solve import solve
from callsheet.planner.split import splits
from tests.unit.planner.test_explain import problem_of, work


def varying(problem: Problem, sigma: float = 0.3) -> Problem:
    return replace(
        problem,
        projects=tuple(
            replace(project, duration=Duration(project.duration.p50, sigma))
            for project in problem.projects
        ),
    )


def three() -> tuple[Problem, Plan]:
    """Three that want all credits at once, each for about ten days."""
    problem = varying(problem_of(*(work(id, due=10 + 10 * n) for n, id in enumerate("abc"))))
    return problem, solve(problem, iterations=100)


def test_accepting_says_what_the_forecast_says() -> None:
    problem, plan = three()
    (accept,) = [way for way in Remedies(problem, plan).of_project("c") if way.way is Way.ACCEPT]
    seen = forecast(simulate(problem, QueuePolicy.PLANNED, plan=plan))
    assert accept.late == pytest.approx(seen.late)
    assert accept.days_late == pytest.approx(seen.days_late)
    assert accept.finishes == {project.id: project.finish.p80 for project in seen.projects}
    # By usual durations nothing is late at all: that is what would be said otherwise.
    assert plan.measure.days_late == 0 < accept.days_late


def test_more_credits_save_what_they_save_on_average() -> None:
    problem = varying(problem_of(*(work(id, due=10) for id in "abc")))
    plan = solve(problem, iterations=100)
    remedies = Remedies(problem, plan)
    (span,) = shortfalls(problem, plan)
    ways = remedies.of_shortfall(span)
    assert [way.credits for way in ways] == [30, 60]
    before = forecast(simulate(problem, QueuePolicy.PLANNED, plan=plan)).days_late
    for way in ways:
        assert way.days_late + way.saved_days <= before + 1e-9
    # All three at once from day 0: late is who takes longer than usual, about half of them.
    assert 1.2 < ways[-1].late < 1.8
    assert ways[-1].days_late == pytest.approx(sum(_mean_excess(10, 0.3) for _ in "abc"), rel=0.1)


def _mean_excess(median: int, sigma: float) -> float:
    """E max(0, D - median) of a lognormal duration in whole days, by a sample of its own."""
    days = np.rint(median * np.exp(sigma * np.random.default_rng(7).standard_normal(200_000)))
    return float(np.maximum(0, days - median).mean())


def outcome(by_replication: list[float]) -> Outcome:
    mean = float(np.mean(by_replication))
    return Outcome({}, (), {}, {}, mean, 1.0, mean, np.array(by_replication))


def test_what_luck_alone_explains_is_not_clearly_less() -> None:
    rng = np.random.default_rng(1)
    base = rng.normal(100, 20, 400)
    noise = rng.normal(0, 20, 400)
    noise -= noise.mean()
    assert not outcome(list(base + noise - 1)).clearly_less_late(outcome(list(base)))
    assert outcome(list(base - 1)).clearly_less_late(outcome(list(base)))
    assert not outcome(list(base)).clearly_less_late(outcome(list(base)))
    # Known durations: a day less is a day less.
    assert outcome([4.0]).clearly_less_late(outcome([5.0]))
    assert not outcome([5.0]).clearly_less_late(outcome([5.0]))


def test_a_better_order_on_average_is_no_merit_of_a_way() -> None:
    """The plan in question is a bad one; the base is what looking again finds without a way."""
    problem, _ = three()
    starts: dict[str, int | None] = {"a": 30, "b": 40, "c": 20}
    bad = replace(solve(problem, iterations=100), starts=starts)
    found = Replanning(problem, bad)
    assert found.base.tardiness < found.given.tardiness / 2


def test_splits_are_compared_in_the_same_runs() -> None:
    whole = replace(work("a", due=20), concepts=(10, 10, 10))
    problem = varying(problem_of(whole, work("b", 10, due=35, after="a"), held=30))
    plan = solve(problem, iterations=100)
    found = splits(problem, plan)
    assert found.replications == 1_000
    (split,) = found.proposals
    seen = forecast(simulate(problem, QueuePolicy.PLANNED, plan=plan))
    assert split.before == seen.projects[0].finish.p80
    assert split.saved_tardiness == pytest.approx(
        found.without.tardiness - found.together.tardiness
    )
    assert max(split.finishes) < split.before


def test_numbers_of_credits_are_compared_in_the_same_runs() -> None:
    problem = varying(problem_of(*(work(id, due=10) for id in "abc")))
    few, some, many = outcomes(problem, [30, 60, 90], iterations=200)
    assert few.replications == 1_000
    assert few.days_late > some.days_late > many.days_late > 0
    assert many.days_late == pytest.approx(3 * _mean_excess(10, 0.3), rel=0.1)
    sixty = (replace(problem.resources[0], capacity=((0, 60),)),)
    alike = replace(problem, resources=sixty)
    seen = forecast(simulate(alike, QueuePolicy.PLANNED, plan=some.plan))
    assert (some.late, some.days_late, some.last) == (
        seen.late, seen.days_late, seen.last_finish.p80,
    )  # fmt: skip


def test_teams_advice_is_what_their_queues_do() -> None:
    """Two teams of 30 credits, of which one has two films for the same day and may not borrow."""
    teams = (Team("x", ((0, 30),), 0, 0), Team("y", ((0, 30),), 0, 0))
    whole = replace(work("a", due=12), concepts=(10, 10, 10), team="x")
    others = (replace(work("b", due=12), team="x"), replace(work("c", due=12), team="y"))
    one = varying(problem_of(whole, *others, capacity=((0, 60),)))
    problem = replace(one, teams=teams)
    plan = solve(problem, iterations=100)
    seen = forecast(simulate(problem, QueuePolicy.PLANNED, plan=plan))
    late = max(seen.projects, key=lambda project: project.tardiness or 0).id
    accept = Remedies(problem, plan).of_project(late)[-1]
    assert (accept.way, accept.days_late) == (Way.ACCEPT, pytest.approx(seen.days_late))
    few, many = outcomes(problem, [60, 120], iterations=100)
    assert few.replications == 1_000
    assert few.teams == (("x", 30), ("y", 30))
    assert many.days_late < few.days_late / 2


def test_the_same_question_has_the_same_answer() -> None:
    problem, plan = three()
    assert Remedies(problem, plan).of_project("b") == Remedies(problem, plan).of_project("b")
