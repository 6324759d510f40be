"""What a queue knows of a problem, as the arrays on which it is played."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from callsheet.planner.arrays import Ints
from callsheet.planner.kernels.yard import Given
from callsheet.planner.problem import (
    UNITS_MAX,
    InFlight,
    Problem,
    ProblemError,
    Project,
    steps_on,
)

type Bools = npt.NDArray[np.bool_]


def given_of(problem: Problem) -> Given:
    """What the queue knows of a problem: rows are the projects, then what is in flight.

    Raises ``ProblemError`` for teams with other resources than credits: admission knows no others.
    """
    if problem.teams and len(problem.resources) > 1:
        raise ProblemError(
            "resources", "the queues of teams that lend to each other are played for credits alone"
        )
    everything: tuple[Project | InFlight, ...] = (*problem.projects, *problem.in_flight)
    row = {work.id: n for n, work in enumerate(everything)}
    names = {name: r for r, name in enumerate(problem.resource_names)}
    usual = [p.duration for p in problem.projects]
    usual += [work.remaining for work in problem.in_flight]
    demand = np.zeros((len(everything), len(names)), dtype=np.int64)
    for n, work in enumerate(everything):
        for name, units in work.demand:
            demand[n, names[name]] = units
    opens = np.array([p.ready for p in problem.projects], dtype=np.int64)
    followers: list[list[int]] = [[] for _ in everything]
    for n, project in enumerate(problem.projects):
        for predecessor in project.after:
            followers[row[predecessor]].append(n)
    ever, lasting = _fitting(problem, demand[: len(problem.projects)])
    days, change = _changes(problem)
    rows = {team.name: t for t, team in enumerate(problem.teams)}
    team = [rows[work.team or ""] for work in everything] if rows else []
    return Given(
        kinds=(0,) * len(names),
        demand=demand,
        usual=np.array([duration.p50 for duration in usual], dtype=np.int64),
        safe=np.array([duration.p80 for duration in usual], dtype=np.int64),
        opens=opens,
        by_open=np.argsort(opens, kind="stable").astype(np.int64),
        waits=np.array([len(p.after) for p in problem.projects], dtype=np.int64),
        succ_from=np.cumsum([0, *map(len, followers)], dtype=np.int64),
        succ=np.array([n for rows in followers for n in rows], dtype=np.int64),
        ever=ever,
        lasting=lasting,
        step_day=days,
        change=change,
        team=np.array(team, dtype=np.int64),
        lent=_lent(problem),
        may_borrow=_limits([team.may_borrow for team in problem.teams]),
        may_lend=_limits([team.may_lend for team in problem.teams]),
    )


def note_length(given: Given, running: int, waiting: int) -> int:
    """The numbers in a note while so many hold and so many wait (``kernels.noting.length_of``)."""
    ring = 1 << int(given.usual.max(initial=0)).bit_length()
    columns: int = given.change.shape[1]
    held = (3 + len(given.may_borrow)) * running
    return 5 + columns * (2 + ring) + held + 2 * waiting


def _changes(problem: Problem) -> tuple[Ints, Ints]:
    """The days on which capacities change, and by how much: of each resource, or of each team."""
    steps = [team.own for team in problem.teams] or [r.capacity for r in problem.resources]
    days = sorted({day for line in steps for day, _ in line})
    levels = np.array([[steps_on(line, day) for line in steps] for day in days], dtype=np.int64)
    return np.array(days, dtype=np.int64), np.vstack((levels[:1], levels[1:] - levels[:-1]))


def _fitting(problem: Problem, demand: Ints) -> tuple[Bools, Bools]:
    """Which projects could ever fit, and which fit into the last capacity."""
    if not problem.teams:
        most = np.array([resource.most for resource in problem.resources], dtype=np.int64)
        last = np.array([resource.capacity[-1][1] for resource in problem.resources], np.int64)
        return (demand <= most).all(axis=1), (demand <= last).all(axis=1)
    most_own = {team.name: max(units for _, units in team.own) for team in problem.teams}
    lends = {
        name: own if team.may_lend is None else min(own, team.may_lend)
        for team in problem.teams
        for name, own in [(team.name, most_own[team.name])]
    }
    ever = {}
    for team in problem.teams:
        others = sum(lends.values()) - lends[team.name]
        borrows = others if team.may_borrow is None else min(others, team.may_borrow)
        ever[team.name] = most_own[team.name] + borrows
    last_own = {team.name: team.own[-1][1] for team in problem.teams}
    names = [project.team or "" for project in problem.projects]
    return (
        demand[:, 0] <= np.array([ever[name] for name in names], dtype=np.int64),
        demand[:, 0] <= np.array([last_own[name] for name in names], dtype=np.int64),
    )


def _lent(problem: Problem) -> Ints:
    """What in-flight work of each row holds of other teams' credits on day 0, by team.

    A team that holds more than it owns has borrowed the rest, as far as the limits go. What comes
    back first is taken to be what was borrowed, from whoever can spare the most.
    """
    n = len(problem.projects)
    lent = np.zeros((n + len(problem.in_flight), len(problem.teams)), dtype=np.int64)
    free = {team.name: team.own[0][1] for team in problem.teams}
    for work in problem.in_flight:
        if work.team is not None and work.team in free:
            free[work.team] -= work.credits
    spare = {
        t: max(0, free[team.name] if team.may_lend is None else min(free[team.name], team.may_lend))
        for t, team in enumerate(problem.teams)
    }
    by_return = sorted(enumerate(problem.in_flight), key=lambda one: one[1].remaining.p50)
    for team in problem.teams:
        missing = max(0, -free[team.name])
        if team.may_borrow is not None:
            missing = min(missing, team.may_borrow)
        for k, work in by_return:
            if work.team == team.name:
                wanted = min(missing, work.credits)
                for lender in sorted(spare, key=lambda t: (-spare[t], t)):
                    part = min(wanted, spare[lender])
                    lent[n + k, lender] += part
                    spare[lender] -= part
                    wanted -= part
                    missing -= part
    return lent


def _limits(limits: list[int | None]) -> Ints:
    return np.array([UNITS_MAX if limit is None else limit for limit in limits], dtype=np.int64)
