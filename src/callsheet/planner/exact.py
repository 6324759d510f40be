"""Proof where it is cheap: the whole problem as a constraint model, solved by OR-Tools CP-SAT.

This is the only module that imports ortools, and it does so when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor, gcd
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from callsheet.planner.arrays import NO_DUE, Arrays, Ints
from callsheet.planner.kernels.compiling import NEVER

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar

STRATEGIES = ("quick_restart_no_lp", "max_lp")
"""What two workers do: sums of costs are proved by either of these, seldom by the usual pair."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What CP-SAT knows: starts by row at least as good as the hint, and a proved bound."""

    starts: Ints
    lower_bound: float


def prove(
    arrays: Arrays,
    hint: Ints,
    upper: float,
    *,
    seconds: float | None,
    workers: int = 2,
    seed: int = 0,
    go_on: Callable[[], bool] = lambda: True,
) -> Proof:
    """Improve ``hint`` (its Z is ``upper``) and bound it, within ``seconds``.

    With ``seconds`` None it works for one deterministic second on one worker, so that the same
    input gives the same answer. ``go_on`` is asked ten times a second. What never starts in the
    hint is left out. Teams that lend to each other are not modelled: the caller has none.
    On Ctrl-C it stops the solver and raises ``KeyboardInterrupt``.
    """
    begin = perf_counter()
    from ortools.sat.python import cp_model

    rows = [int(j) for j in np.flatnonzero(hint < NEVER)]
    latest = _latest(arrays, rows, upper)
    horizon = max((latest[j] + int(arrays.dur[j]) for j in rows), default=0)
    scale, whole = _scale(arrays, rows)
    model = cp_model.CpModel()
    start, terms = {}, []
    constant = 0
    for j in rows:
        late, flow = floor(arrays.late_cost[j] * scale), floor(arrays.flow_cost[j] * scale)
        d, ready = int(arrays.dur[j]), int(arrays.ready[j])
        start[j] = model.new_int_var(ready, latest[j], "")
        model.add_hint(start[j], int(hint[j]))
        terms.append(flow * start[j])
        constant += flow * (d - int(arrays.ready0[j]))
        due = int(arrays.due[j])
        if late and due < NO_DUE and latest[j] + d > due:
            tardiness = model.new_int_var(0, latest[j] + d - due, "")
            model.add(tardiness >= start[j] + d - due)
            model.add_hint(tardiness, max(0, int(hint[j]) + d - due))
            terms.append(late * tardiness)
    for j in rows:
        for p in arrays.pred[arrays.pred_from[j] : arrays.pred_from[j + 1]]:
            model.add(start[j] >= start[int(p)] + int(arrays.dur[int(p)]))
    for r in range(arrays.free.shape[0]):
        _limit(model, arrays, r, rows, start, horizon)
    model.minimize(sum(terms) + constant if terms else constant)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed % 2**31
    # Ctrl-C is Python's: OR-Tools' own handler would end the whole process.
    solver.parameters.catch_sigint_signal = False
    # One makespan is left to the solver's own choice of strategies.
    summed = int(((arrays.late_cost + arrays.flow_cost)[rows] > 0).sum()) > 1
    if seconds is None:
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = 1.0
        if summed:
            solver.parameters.linearization_level = 2
    else:
        solver.parameters.num_workers = workers
        if summed and workers == len(STRATEGIES):
            solver.parameters.subsolvers.extend(STRATEGIES)
        # The import and the model have taken their part.
        spent = perf_counter() - begin
        solver.parameters.max_time_in_seconds = max(0.01, seconds - spent)
    answers: list[object] = []
    thread = Thread(target=lambda: answers.append(solver.solve(model)), daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(0.1)
            if thread.is_alive() and not go_on():
                solver.stop_search()
                thread.join()
    except KeyboardInterrupt:
        solver.stop_search()
        thread.join()
        raise
    starts = hint.copy()
    if answers[0] in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        for j in rows:
            starts[j] = solver.value(start[j])
    bound = solver.best_objective_bound / scale
    return Proof(starts, bound if whole else min(bound, upper))


def _latest(arrays: Arrays, rows: list[int], upper: float) -> dict[int, int]:
    """By row the last start that a plan of at most ``upper`` can have.

    Such a plan may well end later than the hint: only what it costs limits it.
    """
    least = {}
    for j in rows:
        finish = arrays.ready[j] + arrays.dur[j]
        least[j] = float(
            arrays.flow_cost[j] * (finish - arrays.ready0[j])
            + arrays.late_cost[j] * max(0, finish - arrays.due[j])
        )
    spare = max(0.0, upper - sum(least.values())) + 1e-6
    latest = {}
    for j in rows:
        flow, late = float(arrays.flow_cost[j]), float(arrays.late_cost[j])
        paid = least[j] + spare + flow * int(arrays.ready0[j])
        finish = float(arrays.days)
        if flow > 0:
            finish = min(finish, paid / flow)
        if flow + late > 0 and arrays.due[j] < NO_DUE:
            finish = min(finish, (paid + late * int(arrays.due[j])) / (flow + late))
        latest[j] = floor(finish + 1e-9) - int(arrays.dur[j])
    for j in reversed(arrays.topological.tolist()):
        for p in arrays.pred[arrays.pred_from[j] : arrays.pred_from[j + 1]] if j in latest else ():
            latest[int(p)] = min(latest[int(p)], latest[j] - int(arrays.dur[int(p)]))
    return {j: max(int(arrays.ready[j]), day) for j, day in latest.items()}


def _scale(arrays: Arrays, rows: list[int]) -> tuple[int, bool]:
    """By what costs are multiplied to be whole numbers, and whether they then are."""
    costs = np.concatenate([arrays.late_cost[rows], arrays.flow_cost[rows]])
    for scale in (1, 10, 100, 1000):
        if np.allclose(costs * scale, np.rint(costs * scale), rtol=0, atol=1e-9):
            return scale, True
    # Rounded down below, so that the bound stays one.
    return 1000, False


def _limit(
    model: CpModel, arrays: Arrays, r: int, rows: list[int], start: dict[int, IntVar], horizon: int
) -> None:
    """One resource as a cumulative constraint; what it lacks on some days is work that stands."""
    users = [j for j in rows if arrays.demand[j, r] > 0]
    if not users:
        return
    free = np.maximum(arrays.free[r, : horizon + 1], 0)
    most = int(free.max(initial=0))
    unit = most
    intervals, demands = [], []
    for j in users:
        intervals.append(model.new_fixed_size_interval_var(start[j], int(arrays.dur[j]), ""))
        demands.append(int(arrays.demand[j, r]))
    begin = 0
    for day in range(1, horizon + 1):
        if day == horizon or free[day] != free[begin]:
            lacking = most - int(free[begin])
            if lacking:
                intervals.append(model.new_fixed_size_interval_var(begin, day - begin, ""))
                demands.append(lacking)
            begin = day
    for demand in demands:
        unit = gcd(unit, demand)
    model.add_cumulative(intervals, [demand // unit for demand in demands], most // unit)
