"""The Lagrangian relaxation of the capacities: what the projects cost if credits only had a price.

With a price for each resource and day, every project (or tree of predecessors) chooses its start
for itself; what that costs, less the price of all capacity, is a lower bound for every schedule.
Fisher, "The Lagrangian relaxation method", Management Science 27 (1981); for scheduling
Möhring, Schulz, Stork, Uetz, Management Science 49 (2003).
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import compiled
from callsheet.planner.kernels.copying import copy_table
from callsheet.planner.kernels.costs import cost_at

FADING = 0.05
"""What the newest choice weighs in the mean at least."""


@compiled
def price_of(j, start, demand, dur, prices, days):
    """What row ``j`` pays from ``start`` on; after the last day everything is free of charge."""
    begin = min(start, days)
    end = min(start + dur[j], days)
    paid = 0.0
    for r in range(demand.shape[1]):
        if demand[j, r] > 0:
            paid += demand[j, r] * (prices[r, end] - prices[r, begin])
    return paid


@compiled
def last_starts(
    prices, demand, dur, ready, ready0, due, late_cost, flow_cost, parent, bottom_up, table_row,
    starts, days, last,
):  # fmt: skip
    """For each row of a tree the last start that a best choice for its tree can have.

    What a tree costs with ``starts`` is enough: a row that alone, with all others at their least,
    costs more than that is not in a best choice.
    """
    n = dur.shape[0]
    paid = np.zeros(n)
    least = np.zeros(n)
    root = np.empty(n, np.int64)
    for back in range(n):
        j = bottom_up[n - 1 - back]
        if table_row[j] < 0:
            continue
        root[j] = j if parent[j] < 0 else root[parent[j]]
        least[root[j]] += cost_at(
            ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], 0
        )
        paid[root[j]] += cost_at(
            starts[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], 0
        ) + price_of(j, starts[j], demand, dur, prices, days)
    for j in range(n):
        if table_row[j] < 0:
            continue
        may = paid[root[j]] - least[root[j]]
        may += cost_at(ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], 0)
        may += 1e-9 * abs(paid[root[j]]) + flow_cost[j] * ready0[j]
        finish = 1e15
        if flow_cost[j] > 0:
            finish = may / flow_cost[j]
        if flow_cost[j] + late_cost[j] > 0:
            finish = min(finish, (may + late_cost[j] * due[j]) / (flow_cost[j] + late_cost[j]))
        # In any case the start that is paid for.
        last[j] = max(starts[j], int(finish) - dur[j])


@compiled
def relaxed(
    multipliers, capacity, demand, dur, ready, ready0, due, late_cost, flow_cost, parent,
    bottom_up, child_from, child, table_row, table, starts,
):  # fmt: skip
    """The bound that ``multipliers`` (resource by day) prove; ``starts`` gets the rows' choices.

    ``starts`` are any choice before, none earlier than its predecessor's finish. ``parent[j]`` is
    the one predecessor of ``j`` that is kept (-1: none). ``table`` has one row, by ``table_row``,
    for each project in a tree, as long as the days plus the longest chain; a child that starts
    after the last day is charged its full cost, or the bound would be weak.
    """
    n = dur.shape[0]
    resources, days = multipliers.shape
    prices = np.zeros((resources, days + 1))
    bound = 0.0
    for r in range(resources):
        for day in range(days):
            prices[r, day + 1] = prices[r, day] + multipliers[r, day]
            bound -= multipliers[r, day] * capacity[r, day]
    length = table.shape[1]
    single = resources == 1
    last = np.full(n, length - 1, np.int64)
    if length > 1:
        last_starts(
            prices, demand, dur, ready, ready0, due, late_cost, flow_cost, parent, bottom_up,
            table_row, starts, days, last,
        )  # fmt: skip
        for j in range(n):
            last[j] = min(last[j], length - 1)
    for at in range(n):
        j = bottom_up[at]
        if table_row[j] < 0:
            best = 1e300
            best_start = ready[j]
            d = dur[j]
            need = demand[j, 0]
            for start in range(ready[j], max(ready[j], days) + 1):
                value = flow_cost[j] * (start + d - ready0[j])
                if start + d > due[j]:
                    value += late_cost[j] * (start + d - due[j])
                if value >= best:
                    break
                if single:
                    if need > 0:
                        value += need * (
                            prices[0, min(start + d, days)] - prices[0, min(start, days)]
                        )
                else:
                    value += price_of(j, start, demand, dur, prices, days)
                if value < best:
                    best = value
                    best_start = start
            bound += best
            starts[j] = best_start
            continue
        mine = table[table_row[j]]
        for start in range(ready[j], last[j] + 1):
            value = cost_at(start, dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], 0)
            value += price_of(j, start, demand, dur, prices, days)
            for c in range(child_from[j], child_from[j + 1]):
                k = child[c]
                if start + dur[j] > last[k]:
                    value = 1e300
                    break
                value += table[table_row[k], max(start + dur[j], ready[k])]
            mine[start] = value
        if parent[j] < 0:
            best_start = ready[j]
            for start in range(ready[j], last[j] + 1):
                if mine[start] < mine[best_start]:
                    best_start = start
            bound += mine[best_start]
            starts[j] = best_start
        else:
            # From here on the row says: the least from this start or any later one.
            for start in range(last[j] - 1, ready[j] - 1, -1):
                if mine[start + 1] < mine[start]:
                    mine[start] = mine[start + 1]
    for back in range(n):
        j = bottom_up[n - 1 - back]
        if table_row[j] >= 0 and parent[j] >= 0:
            start = max(ready[j], starts[parent[j]] + dur[parent[j]])
            mine = table[table_row[j]]
            while start + 1 <= last[j] and mine[start + 1] <= mine[start]:
                start += 1
            starts[j] = start
    return bound


@compiled
def climb(
    multipliers, direction, state, capacity, demand, dur, ready, ready0, due, late_cost, flow_cost,
    parent, bottom_up, child_from, child, table_row, table, best_multipliers, mean_start, upper,
    count,
):  # fmt: skip
    """``count`` steps of deflected subgradient ascent with Polyak's step length.

    ``state`` is (best bound, step factor, steps without progress, all steps), kept from call to
    call, as are ``multipliers``, ``direction`` and ``mean_start``, the mean of the choices: of all
    at first, then with the weight of older ones fading. Camerini, Fratta, Maffioli, Mathematical
    Programming Study 3 (1975).
    """
    n = dur.shape[0]
    resources, days = multipliers.shape
    starts = ready.copy()
    for _ in range(count):
        bound = relaxed(
            multipliers, capacity, demand, dur, ready, ready0, due, late_cost, flow_cost, parent,
            bottom_up, child_from, child, table_row, table, starts,
        )  # fmt: skip
        if bound > state[0] + 1e-7 * abs(state[0]):
            state[0] = bound
            state[2] = 0.0
            copy_table(best_multipliers, multipliers)
        else:
            state[2] += 1.0
            if state[2] >= 12:
                state[1] *= 0.6
                state[2] = 0.0
        usage = np.zeros((resources, days + 1))
        state[3] += 1.0
        newest = max(FADING, 1.0 / state[3])
        for j in range(n):
            begin = min(starts[j], days)
            end = min(starts[j] + dur[j], days)
            for r in range(resources):
                usage[r, begin] += demand[j, r]
                usage[r, end] -= demand[j, r]
            mean_start[j] += newest * (starts[j] - mean_start[j])
        norm = 0.0
        for r in range(resources):
            in_use = 0.0
            for day in range(days):
                in_use += usage[r, day]
                slope = in_use - capacity[r, day]
                if multipliers[r, day] <= 0 and slope < 0:
                    slope = 0.0
                direction[r, day] = slope + 0.7 * direction[r, day]
                norm += direction[r, day] ** 2
        if norm <= 0:
            return True
        step = state[1] * max(upper - bound, 1e-6 * abs(upper)) / norm
        for r in range(resources):
            for day in range(days):
                moved = multipliers[r, day] + step * direction[r, day]
                multipliers[r, day] = moved if moved > 0 else 0.0
        if state[1] < 1e-4:
            return True
    return False
