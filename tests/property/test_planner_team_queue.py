"""The queues of teams that lend to each other start what the product's admission starts."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import (
    CREDITS,
    Duration,
    InFlight,
    Problem,
    Project,
    Resource,
    Team,
    steps_on,
)
from callsheet.planner.simulate import simulate
from callsheet.planner.solve import solve
from tests.property.queue_oracle import assert_starts_what_admission_starts
from tests.property.test_planner_queue import problem_of


def shared(seed: int, *, sigma: float) -> Problem:
    """``problem_of`` with its credits and projects dealt out to teams, some of them with limits.

    Every other one has many small projects, so that lenders have more than one thing to spare.
    """
    one = problem_of(seed, sigma=sigma)
    r = random.Random(seed)
    if seed % 2:
        small = [
            replace(p, demand=((CREDITS, r.choice([5, 10, 15, 25])),), ready=r.randint(0, 20))
            for p in one.projects
        ]
        one = replace(one, projects=tuple(small))
    names = [f"t{n}" for n in range(r.randint(2, 4))]
    days = [day for day, _ in one.resources[0].capacity]
    teams = tuple(
        Team(
            name,
            tuple((day, r.choice([0, 10, 20, 40])) for day in days),
            r.choice([None, 0, 10, 20]),
            r.choice([None, 0, 10, 20]),
        )
        for name in names
    )
    total = tuple((day, sum(steps_on(team.own, day) for team in teams)) for day in days)
    return Problem(
        (Resource(CREDITS, total),),
        tuple(replace(p, team=r.choice(names)) for p in one.projects),
        tuple(replace(work, team=r.choice(names)) for work in one.in_flight),
        teams,
    )


@pytest.mark.parametrize("sigma", [0.0, 0.5], ids=["known durations", "uncertain durations"])
@pytest.mark.parametrize("policy", QueuePolicy)
def test_it_starts_what_admission_starts(policy: QueuePolicy, sigma: float) -> None:
    for seed in range(60):
        assert_starts_what_admission_starts(shared(seed, sigma=sigma), policy, 2, seed)


@pytest.mark.parametrize("policy", QueuePolicy)
def test_one_team_that_owns_everything_is_no_team(policy: QueuePolicy) -> None:
    for seed in range(60):
        alone = problem_of(seed, sigma=0.5)
        team = Team("all", alone.resources[0].capacity, None, None)
        one = replace(
            alone,
            projects=tuple(replace(p, team="all") for p in alone.projects),
            in_flight=tuple(replace(work, team="all") for work in alone.in_flight),
            teams=(team,),
        )
        plan = solve(alone, iterations=0)
        starts = [simulate(p, policy, plan=plan, replications=4).starts for p in (alone, one)]
        assert np.array_equal(*starts), seed


def test_nobody_holds_more_than_is_own_or_borrowed() -> None:
    """On the day of any start; a team whose own credits become fewer keeps what it holds."""
    lent = 0
    for seed in range(60):
        problem = shared(seed, sigma=0.4)
        done = simulate(problem, QueuePolicy.BACKFILL, replications=5, seed=seed)
        for n in range(5):
            for row, start in enumerate(done.starts[n].tolist()):
                if start == NEVER:
                    continue
                project = problem.projects[row]
                team = next(team for team in problem.teams if team.name == project.team)
                works = [
                    *zip(problem.projects, done.starts[n], done.finishes[n], strict=True),
                    *((w, 0, d) for w, d in zip(problem.in_flight, done.in_flight[n], strict=True)),
                ]
                held = sum(
                    work.credits
                    for work, begin, end in works
                    if work.team == team.name and begin <= start < end
                )
                own = steps_on(team.own, start)
                most = max(units for _, units in team.own)
                if project.credits and team.may_borrow is not None:
                    assert held <= most + team.may_borrow, seed
                lent += held > own
    assert lent > 100


def test_compiled_and_plain_kernels_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    from callsheet.planner import simulate as module
    from callsheet.planner.kernels import desks, lending, queueing, yard

    problems = [shared(seed, sigma=0.5) for seed in range(20)]
    compiled = [simulate(p, QueuePolicy.BACKFILL, replications=4).starts for p in problems]
    for part in (yard, desks, lending, queueing):
        for name, value in vars(part).copy().items():
            if hasattr(value, "py_func"):
                monkeypatch.setattr(part, name, value.py_func)
    monkeypatch.setattr(module, "queue", queueing.queue)
    for problem, starts in zip(problems, compiled, strict=True):
        plain = simulate(problem, QueuePolicy.BACKFILL, replications=4)
        assert np.array_equal(plain.starts, starts)


def test_a_loan_takes_from_what_the_lenders_head_spares() -> None:
    """L has 20 of 40 free until day 10; then its head takes 30 and spares 10, for one loan only."""
    teams = (Team("A", ((0, 0),), None), Team("B", ((0, 0),), None), Team("L", ((0, 40),), 0, None))
    problem = Problem(
        (Resource(CREDITS, ((0, 40),)),),
        (
            Project("a", ((CREDITS, 10),), Duration(30), team="A"),
            Project("b", ((CREDITS, 10),), Duration(30), team="B"),
            Project("head", ((CREDITS, 30),), Duration(5), team="L"),
        ),
        (InFlight("f", ((CREDITS, 20),), Duration(10), team="L"),),
        teams,
    )
    done = simulate(problem, QueuePolicy.BACKFILL, replications=1)
    assert done.starts[0].tolist() == [0, 15, 10]
