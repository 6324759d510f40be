"""Every first plan keeps the rules of its problem, by the judge that shares no code with it."""

import json
import random
from dataclasses import replace

import pytest

from callsheet.planner.check import InvalidPlan, check
from callsheet.planner.json import problem_as_json, problem_from_json
from callsheet.planner.problem import Duration, InFlight, Problem, Project, Resource, Team
from callsheet.planner.solve import solve


def problem_of(seed: int) -> Problem:
    """A small problem with everything that is awkward: gaps in the capacity, loans, giants."""
    r = random.Random(seed)
    teams = ()
    if seed % 3 == 0:
        limits = (0, 10, None)
        teams = tuple(
            Team(f"T{k}", ((0, r.choice([20, 30, 60])),), r.choice(limits), r.choice(limits))
            for k in range(3)
        )
    projects = tuple(
        Project(
            id=f"p{i:03}",
            demand=(
                ("credits", r.choice([0, 5, 10, 20, 40, 60, 80])),
                *((("video", r.choice([5, 10])),) if seed % 2 else ()),
            ),
            duration=Duration(r.randint(1, 30)),
            ready=r.randint(0, 80),
            due=r.choice([None, r.randint(0, 150)]),
            weight=r.randint(0, 10),
            after=tuple(f"p{k:03}" for k in range(i) if r.random() < 0.03),
            team=r.choice(teams).name if teams else None,
        )
        for i in range(seed % 40)
    )
    in_flight = tuple(
        InFlight(
            f"f{i}",
            (("credits", r.choice([5, 30])),),
            Duration(r.randint(1, 40)),
            team=teams[0].name if teams else None,
        )
        for i in range(3)
    )
    credits = Resource("credits", ((0, 60), (40, 0), (60, r.choice([60, 0, 40]))))
    video = (Resource("video", ((0, 20),)),) if seed % 2 else ()
    return Problem((credits, *video), projects, in_flight, teams)


def test_first_plans_keep_every_rule() -> None:
    for seed in range(200):
        problem = problem_of(seed)
        check(problem, solve(problem, iterations=0))


def test_what_is_larger_than_its_teams_own_credits_has_days_enough_for_loans() -> None:
    on_loan = 0
    for seed in range(300):
        r = random.Random(seed)
        teams = tuple(
            Team(
                f"T{k}",
                ((0, r.choice([5, 10, 20, 30])),),
                r.choice([0, 10, 20, None]),
                r.choice([0, 10, None]),
            )
            for k in range(r.randint(1, 3))
        )
        projects = tuple(
            Project(
                f"p{i}",
                (("credits", r.choice([5, 10, 15, 20, 30])),),
                Duration(r.randint(1, 20)),
                due=5,
                team=r.choice(teams).name,
            )
            for i in range(r.randint(1, 9))
        )
        together = sum(team.own[0][1] for team in teams)
        problem = Problem((Resource("credits", ((0, together),)),), projects, teams=teams)
        plan = solve(problem, iterations=0)
        check(problem, plan)  # says what is left out although it fits
        own = {team.name: team.own[0][1] for team in teams}
        on_loan += sum(
            p.credits > own[p.team or ""] for p in projects if plan.starts[p.id] is not None
        )
    assert on_loan > 50


def test_the_order_in_which_projects_are_given_changes_nothing() -> None:
    for seed in range(40):
        problem = problem_of(seed)
        turned = replace(problem, projects=problem.projects[::-1])
        assert solve(turned, iterations=0).starts == solve(problem, iterations=0).starts


def test_a_problem_survives_json() -> None:
    for seed in range(40):
        problem = problem_of(seed)
        assert problem_from_json(json.loads(json.dumps(problem_as_json(problem)))) == problem


def test_the_judge_sees_a_start_before_the_project_is_ready() -> None:
    problem = problem_of(31)
    plan = solve(problem, iterations=0)
    late = next(p for p in problem.projects if p.ready and plan.starts[p.id] is not None)
    with pytest.raises(InvalidPlan, match=f"{late.id} starts"):
        check(problem, replace(plan, starts={**plan.starts, late.id: late.ready - 1}))
