"""A problem as arrays of numbers, which the kernels work on. Rows follow the ids' order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callsheet.planner.ordering import in_order
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
    row = {id: n for n, id in enumerate(ids)}
    names = {name: n for n, name in enumerate(problem.resource_names)}
    demand = np.zeros((len(ids), len(names)), dtype=np.int64)
    for n, project in enumerate(projects):
        for name, units in project.demand:
            demand[n, names[name]] = units
    dur = np.array([project.duration.p50 for project in projects], dtype=np.int64)
    if durations is not None:
        dur = np.asarray(durations, dtype=np.int64)
    finish_of = {work.id: work.remaining.p50 for work in problem.in_flight}
    after = {
        project.id: tuple(p for p in project.after if p not in finish_of) for project in projects
    }
    topological = np.array([row[id] for id in in_order(after)], dtype=np.int64)
    ready0 = np.array([project.ready for project in projects], dtype=np.int64)
    ready = ready0.copy()
    for n, project in enumerate(projects):
        ready[n] = max([ready[n], *(finish_of[p] for p in project.after if p in finish_of)])
    pred_from, pred = _rows([[row[p] for p in after[id]] for id in ids])
    followers: list[list[int]] = [[] for _ in ids]
    for id in ids:
        for p in after[id]:
            followers[row[p]].append(row[id])
    succ_from, succ = _rows(followers)
    tail = np.zeros(len(ids), dtype=np.int64)
    for j in topological:
        for p in pred[pred_from[j] : pred_from[j + 1]]:
            ready[j] = max(ready[j], ready[p] + dur[p])
            tail[j] = max(tail[j], tail[p])
        tail[j] += dur[j]
    days = _horizon(problem, demand, dur, int(ready.max(initial=0)), int(tail.max(initial=0)))
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
        late_cost=np.array([problem.objective.tardiness * p.weight for p in projects], np.float64),
        flow_cost=np.array([problem.objective.flow * p.weight for p in projects], np.float64),
        pred_from=pred_from,
        pred=pred,
        succ_from=succ_from,
        succ=succ,
        free=free,
        team=np.array([team_row.get(p.team or "", -1) for p in projects], dtype=np.int64),
        own=own,
        team_used=used,
        may_borrow=_limits([team.may_borrow for team in problem.teams]),
        may_lend=_limits([team.may_lend for team in problem.teams]),
        topological=topological,
    )


def _rows(lists: list[list[int]]) -> tuple[Ints, Ints]:
    ends = np.cumsum([0, *(len(rows) for rows in lists)], dtype=np.int64)
    flat = np.array([n for rows in lists for n in rows], dtype=np.int64)
    return ends, flat


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
