"""A problem as arrays of numbers, which the kernels work on. Rows follow the ids' order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callsheet.planner.predecessors import Predecessors, predecessors_of
from callsheet.planner.problem import CREDITS, DAYS_MAX, UNITS_MAX, Problem, Steps

type Ints = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float64]

NO_DUE = 4 * DAYS_MAX
"""Stands for "no due date": later than any finish that counts."""


@dataclass(frozen=True)
class Arrays:
    """Projects by row, days by column.

    ``free[r, t]`` is what in-flight work leaves of resource ``r`` on day ``t``; it may be
    negative. ``ready`` has been propagated along predecessors (and in-flight ones), ``ready0`` is
    as given. Predecessors of row ``j`` are ``pred[pred_from[j]:pred_from[j+1]]``, successors
    likewise. ``team[j]`` is a row of ``own`` and ``team_used``; without teams these have none.
    """

    ids: tuple[str, ...]
    demand: Ints
    dur: Ints
    ready: Ints
    ready0: Ints
    due: Ints
    late_cost: Floats
    flow_cost: Floats
    pred_from: Ints
    pred: Ints
    succ_from: Ints
    succ: Ints
    free: Ints
    team: Ints
    own: Ints
    team_used: Ints
    may_borrow: Ints
    may_lend: Ints
    topological: Ints

    @property
    def n(self) -> int:
        """The number of projects."""
        return len(self.ids)

    @property
    def days(self) -> int:
        """The number of days that are looked at; after the last one nothing changes any more."""
        return int(self.free.shape[1])


def arrays_of(problem: Problem, durations: Ints | None = None) -> Arrays:
    """The arrays of a problem; ``durations`` replaces the projects' median durations."""
    projects = problem.projects
    ids = tuple(project.id for project in projects)
    names = {name: n for n, name in enumerate(problem.resource_names)}
    demand = np.zeros((len(ids), len(names)), dtype=np.int64)
    asked = [(n, names[name], units) for n, p in enumerate(projects) for name, units in p.demand]
    rows, columns, amounts = np.array(asked, dtype=np.int64).reshape(-1, 3).T
    demand[rows, columns] = amounts
    dur = np.array([project.duration.p50 for project in projects], dtype=np.int64)
    if durations is not None:
        dur = np.asarray(durations, dtype=np.int64)
    ready0 = np.array([project.ready for project in projects], dtype=np.int64)
    before = predecessors_of(problem)
    ready, longest_chain = _propagated(problem, before, ready0, dur)
    days = _horizon(problem, demand, dur, int(ready.max(initial=0)), longest_chain)
    free = np.stack([_by_day(resource.capacity, days) for resource in problem.resources])
    own, used = _teams(problem, days)
    if len(own):
        free[0] = own.sum(axis=0)
    team_row = {team.name: n for n, team in enumerate(problem.teams)}
    for work in problem.in_flight:
        until = min(days, work.remaining.p50)
        for name, units in work.demand:
            free[names[name], :until] -= units
        if work.team in team_row:
            used[team_row[work.team], :until] += work.credits
    weight = np.array([project.weight for project in projects], dtype=np.float64)
    return Arrays(
        ids=ids,
        demand=demand,
        dur=dur,
        ready=ready,
        ready0=ready0,
        due=np.array(
            [NO_DUE if project.due is None else project.due for project in projects],
            dtype=np.int64,
        ),
        late_cost=problem.objective.tardiness * weight,
        flow_cost=problem.objective.flow * weight,
        pred_from=before.pred_from,
        pred=before.pred,
        succ_from=before.succ_from,
        succ=before.succ,
        free=free,
        team=np.array([team_row.get(p.team or "", -1) for p in projects], dtype=np.int64),
        own=own,
        team_used=used,
        may_borrow=_limits([team.may_borrow for team in problem.teams]),
        may_lend=_limits([team.may_lend for team in problem.teams]),
        topological=before.topological,
    )


def _propagated(
    problem: Problem, before: Predecessors, ready0: Ints, dur: Ints
) -> tuple[Ints, int]:
    """The ready dates that predecessors leave, and the days of the longest chain of them."""
    ready, tail = ready0.copy(), dur.copy()
    finish_of = {work.id: work.remaining.p50 for work in problem.in_flight}
    for n in before.waiting:
        finishes = [finish_of[p] for p in problem.projects[n].after if p in finish_of]
        earlier = before.pred[before.pred_from[n] : before.pred_from[n + 1]]
        ready[n] = max([ready[n], *finishes, *(ready[earlier] + dur[earlier])])
        tail[n] = dur[n] + tail[earlier].max(initial=0)
    return ready, int(tail.max(initial=0))


def _limits(limits: list[int | None]) -> Ints:
    return np.array([UNITS_MAX if limit is None else limit for limit in limits], dtype=np.int64)


def _by_day(steps: Steps, days: int) -> Ints:
    units = np.zeros(days, dtype=np.int64)
    for begin, amount in steps:
        units[min(begin, days) :] = amount
    return units


def _teams(problem: Problem, days: int) -> tuple[Ints, Ints]:
    if not problem.teams:
        return np.zeros((0, days), dtype=np.int64), np.zeros((0, days), dtype=np.int64)
    own = np.stack([_by_day(team.own, days) for team in problem.teams])
    return own, np.zeros_like(own)


def _horizon(problem: Problem, demand: Ints, dur: Ints, ready: int, longest_chain: int) -> int:
    """A number of days within which every order of starting ends, if it ends at all.

    After ``base`` no capacity changes and nothing new gets ready. Then some resource is more than
    half full, or a chain of predecessors runs, or what is larger than its team's own credits
    runs on loans, until everything has started.
    """
    steps = [day for r in problem.resources for day, _ in r.capacity]
    steps += [day for team in problem.teams for day, _ in team.own]
    base = max([0, ready, *steps, *(work.remaining.p50 for work in problem.in_flight)])
    alone = int(dur.sum())
    crowded = longest_chain + int(dur.max(initial=0))
    for n, resource in enumerate(problem.resources):
        last = resource.capacity[-1][1]
        if resource.name == CREDITS and problem.teams:
            last = min(team.own[-1][1] for team in problem.teams)
            together = sum(team.own[-1][1] for team in problem.teams)
            lent = (demand[:, n] > last) & (demand[:, n] <= together)
            crowded += int(dur[lent].sum())
        fits = demand[:, n] <= last
        work = int((demand[fits, n] * dur[fits]).sum())
        crowded += alone if last == 0 else -(-2 * work // last)
    return base + min(alone, crowded) + 2
