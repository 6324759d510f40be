"""Annealing the order in which projects are placed: every change moves all that come after it.

Simulated annealing on activity lists (Bouleimen and Lecocq, European Journal of Operational
Research 149, 2003). A move costs a whole schedule, so this is for the smaller problems, where one
project moves all others.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import compiled
from callsheet.planner.kernels.copying import copy_line, copy_table
from callsheet.planner.kernels.placing import least_of, serial


@compiled
def shuffle(
    order, free, demand, dur, ready, ready0, due, late_cost, flow_cost, pred_from, pred, team, own,
    used, may_borrow, may_lend, beyond, seed, count, hot, cold, reach,
):  # fmt: skip
    """Anneal ``count`` orders, cooling from ``hot`` to ``cold``; returns the best starts.

    ``order`` is changed in place to the last one accepted. A move takes one row at most ``reach``
    places forward or back, or lets two rows change places.
    """
    n = order.shape[0]
    np.random.seed(seed)
    least = least_of(dur, ready, ready0, due, late_cost, flow_cost, beyond)
    starts = np.empty(n, np.int64)
    waiting = np.empty(n + 1, np.int64)
    trial = order.copy()
    work = free.copy()
    work_used = used.copy()
    best_starts = np.empty(n, np.int64)
    now = 0.0
    best = 1e300
    cooling = (cold / hot) ** (1.0 / max(1, count))
    heat = hot
    for step in range(count):
        heat *= cooling
        limit = 1e300
        if step > 0:
            limit = now - heat * np.log(np.random.random() + 1e-300)
            a = int(np.random.random() * n)
            b = a + int((np.random.random() * 2 - 1) * (reach + 1))
            b = min(n - 1, max(0, b))
            if a == b:
                continue
            if np.random.random() < 0.3:
                trial[a], trial[b] = trial[b], trial[a]
            elif a < b:
                moved = trial[a]
                for at in range(a, b):
                    trial[at] = trial[at + 1]
                trial[b] = moved
            else:
                moved = trial[a]
                for at in range(a, b, -1):
                    trial[at] = trial[at - 1]
                trial[b] = moved
        copy_table(work, free)
        copy_table(work_used, used)
        z = serial(
            trial, limit, least, work, demand, dur, ready, ready0, due, late_cost, flow_cost,
            pred_from, pred, team, own, work_used, may_borrow, may_lend, beyond, starts, waiting,
        )  # fmt: skip
        if z <= limit:
            now = z
            copy_line(order, trial)
            if z < best - 1e-9:
                best = z
                copy_line(best_starts, starts)
        else:
            copy_line(trial, order)
    return best_starts, best
