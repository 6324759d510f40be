"""Annealing the order in which projects are placed: every change moves all that come after it.

Simulated annealing on activity lists (Bouleimen and Lecocq, European Journal of Operational
Research 149, 2003). A move costs a whole schedule, so this is for the smaller problems, where one
project moves all others.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled
from callsheet.planner.kernels.costs import cost_at
from callsheet.planner.kernels.placing import earliest, serial, take


@compiled
def plain_cost(
    order, limit, free, demand, dur, ready, ready0, due, late_cost, flow_cost, pred_from, pred,
    beyond, least, starts, waiting,
):  # fmt: skip
    """Z of placing ``order`` without teams, or more than ``limit`` as soon as it must exceed it.

    ``free`` is changed in place, ``starts`` gets the starts. ``least`` is what all rows cost if
    each started when it is ready.
    """
    total = least
    for j in range(starts.shape[0]):
        starts[j] = -1
    for position in range(order.shape[0]):
        top = 0
        waiting[0] = order[position]
        while top >= 0:
            j = waiting[top]
            if starts[j] >= 0:
                top -= 1
                continue
            begin = ready[j]
            blocked = False
            for at in range(pred_from[j], pred_from[j + 1]):
                p = pred[at]
                if starts[p] < 0:
                    top += 1
                    waiting[top] = p
                    blocked = True
                    break
                if starts[p] == NEVER:
                    begin = NEVER
                elif begin != NEVER and starts[p] + dur[p] > begin:
                    begin = starts[p] + dur[p]
            if blocked:
                continue
            if begin != NEVER:
                begin = earliest(free, demand[j], dur[j], begin)
            starts[j] = begin
            if begin != NEVER:
                take(free, demand[j], dur[j], begin)
            if begin != ready[j]:
                total += cost_at(
                    begin, dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
                ) - cost_at(ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond)
                if total > limit:
                    return total
            top -= 1
    return total


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
    teams = own.shape[0] > 0
    least = 0.0
    for j in range(n):
        least += cost_at(ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond)
    starts = np.empty(n, np.int64)
    waiting = np.empty(n + 1, np.int64)
    trial = order.copy()
    work = free.copy()
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
        work[:] = free
        if teams:
            starts = serial(
                trial, work, demand, dur, ready, pred_from, pred, team, own, used.copy(),
                may_borrow, may_lend,
            )  # fmt: skip
            z = 0.0
            for j in range(n):
                z += cost_at(
                    starts[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
                )
        else:
            z = plain_cost(
                trial, limit, work, demand, dur, ready, ready0, due, late_cost, flow_cost,
                pred_from, pred, beyond, least, starts, waiting,
            )  # fmt: skip
        if z <= limit:
            now = z
            order[:] = trial
            if z < best - 1e-9:
                best = z
                best_starts[:] = starts
        else:
            trial[:] = order
    return best_starts, best
