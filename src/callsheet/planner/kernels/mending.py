"""Mending a schedule that had to change: as few starts as possible leave their old days.

As in ``repairing``, a move takes a few projects out and puts them back under simulated annealing;
but each comes back to its old day, its *home*, where that is cheapest, instead of always to its
earliest. What a moved start costs is part of what is minimized.

Taking out and putting back is written here as in ``repairing``, on purpose: as kernels that both
call it made a move there 40 % dearer, for the arrays are handed over at every call.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled
from callsheet.planner.kernels.copying import copy_line
from callsheet.planner.kernels.costs import cost_at
from callsheet.planner.kernels.placing import (
    balance_of,
    earliest,
    earliest_in_team,
    take,
    take_in_team,
)
from callsheet.planner.kernels.repairing import MOST_OUT, line_of


@compiled
def moved_cost(start, home, move_cost, far_cost, beyond):
    """What a start costs for not being at home; nothing where there is no home (NEVER)."""
    if home == NEVER or start == home:
        return 0.0
    return move_cost + far_cost * abs(min(start, beyond) - home)


@compiled
def moves_cost(starts, homes, move_cost, far_cost, beyond):
    """What all starts cost for not being at home."""
    total = 0.0
    for j in range(starts.shape[0]):
        total += moved_cost(starts[j], homes[j], move_cost, far_cost, beyond)
    return total


@compiled
def place_of(line, starts, day):
    """How many rows of ``line`` start before a day; roughly, where the line is not quite sorted."""
    low = 0
    high = line.shape[0]
    while low < high:
        middle = (low + high) // 2
        if starts[line[middle]] < day:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def mend(
    starts, homes, movable, move_cost, far_cost, free, demand, dur, ready, ready0, due, late_cost,
    flow_cost, pred_from, pred, succ_from, succ, team, own, used, may_borrow, may_lend, beyond,
    seed, count, hot, cold, most,
):  # fmt: skip
    """Anneal ``count`` moves of the rows in ``movable``; returns the best starts and their gain.

    ``starts``, ``free`` and ``used`` are one schedule and are changed in place to the last one
    accepted. Rows that are not in ``movable`` stay, and so does what starts NEVER. The gain is in
    Z and ``moves_cost`` together. ``most`` is how many projects one move takes out.
    """
    n = starts.shape[0]
    teams = own.shape[0] > 0
    balance = balance_of(own, used, may_lend)
    np.random.seed(seed)
    best = starts.copy()
    gain = 0.0
    most_gain = 0.0
    line = line_of(starts)
    stale = False
    renew = max(n, 200)
    longest = 1
    for j in range(n):
        longest = max(longest, dur[j])
    may_move = np.zeros(n, np.bool_)
    for at in range(movable.shape[0]):
        may_move[movable[at]] = True
    out = np.empty(MOST_OUT, np.int64)
    key = np.empty(MOST_OUT, np.float64)
    former = np.empty(MOST_OUT, np.int64)
    is_out = np.zeros(n, np.bool_)
    cooling = (cold / hot) ** (1.0 / max(1, count))
    heat = hot
    for step in range(count):
        heat *= cooling
        if step % renew == renew - 1 and stale:
            line = line_of(starts)
            stale = False
        # -- the dearer of two projects, and the day on which it would rather start
        pivot = -1
        dearest = -1.0
        for _ in range(2):
            j = movable[int(np.random.random() * movable.shape[0])]
            if starts[j] == NEVER:
                continue
            dear = moved_cost(starts[j], homes[j], move_cost, far_cost, beyond) + cost_at(
                starts[j], dur[j], ready[j] + dur[j], due[j], late_cost[j], flow_cost[j], beyond
            )
            if dear > dearest:
                pivot = j
                dearest = dear
        if pivot < 0:
            continue
        kind = np.random.random()
        wish = ready[pivot]
        if kind < 0.4 and homes[pivot] != NEVER:
            wish = max(wish, homes[pivot])
        elif kind < 0.8:
            wish += int(np.random.random() * (starts[pivot] - wish + 1))
        else:
            wish = max(wish, starts[pivot] + int((np.random.random() * 2 - 1) * 20))
        # -- out go it and some that are in production then, and what comes after any of them
        size = 1 + int(np.random.random() * most)
        out[0] = pivot
        is_out[pivot] = True
        k = 1
        low = place_of(line, starts, wish - longest)
        high = place_of(line, starts, wish + dur[pivot])
        tries = 0
        while k < size and tries < 4 * size and high > low:
            tries += 1
            j = line[low + int(np.random.random() * (high - low))]
            if is_out[j] or not may_move[j] or starts[j] == NEVER:
                continue
            if starts[j] < wish + dur[pivot] and starts[j] + dur[j] > wish:
                out[k] = j
                is_out[j] = True
                k += 1
        at = 0
        while at < k and k < MOST_OUT:
            j = out[at]
            for s in range(succ_from[j], succ_from[j + 1]):
                c = succ[s]
                if not is_out[c] and may_move[c] and starts[c] != NEVER and k < MOST_OUT:
                    out[k] = c
                    is_out[c] = True
                    k += 1
            at += 1
        # Now and then it goes there whatever that costs itself, for the sake of the others.
        bold = np.random.random() < 0.3
        before = 0.0
        spread = (0.0, 5.0, 20.0, 60.0)[int(np.random.random() * 4)]
        for at in range(k):
            j = out[at]
            former[at] = starts[j]
            before += cost_at(
                starts[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
            ) + moved_cost(starts[j], homes[j], move_cost, far_cost, beyond)
            key[at] = starts[j] + spread * (np.random.random() - 0.5)
        if np.random.random() < 0.7:
            key[0] = -1e18
        allowed = before - heat * np.log(np.random.random() + 1e-300)
        for at in range(k):
            j = out[at]
            if teams:
                take_in_team(
                    free, -demand[j], dur[j], starts[j], team[j], own, used, balance, may_lend
                )
            else:
                take(free, -demand[j], dur[j], starts[j])
            starts[j] = -1
        # -- put back, each where it costs least: at home or after it, or at its earliest
        after = 0.0
        good = True
        left = k
        while good and left > 0:
            chosen = -1
            for at in range(k):
                if starts[out[at]] < 0 and (chosen < 0 or key[at] < key[chosen]):
                    ripe = True
                    for p in range(pred_from[out[at]], pred_from[out[at] + 1]):
                        if starts[pred[p]] < 0:
                            ripe = False
                            break
                    if ripe:
                        chosen = at
            j = out[chosen]
            first = ready[j]
            for p in range(pred_from[j], pred_from[j + 1]):
                first = max(first, starts[pred[p]] + dur[pred[p]])
            begin = NEVER
            cost = 0.0
            for way in range(3):
                day = first
                if way == 1:
                    if homes[j] == NEVER or homes[j] <= first:
                        continue
                    day = homes[j]
                if way == 2:
                    if j != pivot:
                        continue
                    day = max(first, wish)
                elif bold and j == pivot:
                    continue
                if teams:
                    day = earliest_in_team(
                        free, demand[j], dur[j], day, team[j], own, used, balance, may_borrow,
                        may_lend,
                    )  # fmt: skip
                else:
                    day = earliest(free, demand[j], dur[j], day)
                if day == NEVER:
                    continue
                dear = cost_at(
                    day, dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
                ) + moved_cost(day, homes[j], move_cost, far_cost, beyond)
                if begin == NEVER or dear < cost:
                    begin = day
                    cost = dear
            if begin == NEVER:
                good = False
                break
            for s in range(succ_from[j], succ_from[j + 1]):
                if starts[succ[s]] >= 0 and begin + dur[j] > starts[succ[s]]:
                    good = False
            after += cost
            if not good or after > allowed:
                good = False
                break
            starts[j] = begin
            if teams:
                take_in_team(free, demand[j], dur[j], begin, team[j], own, used, balance, may_lend)
            else:
                take(free, demand[j], dur[j], begin)
            left -= 1
        if good:
            for at in range(k):
                is_out[out[at]] = False
                if starts[out[at]] != former[at]:
                    stale = True
            gain += before - after
            if gain > most_gain + 1e-9:
                most_gain = gain
                copy_line(best, starts)
            continue
        for at in range(k):
            j = out[at]
            is_out[j] = False
            if starts[j] >= 0:
                if teams:
                    take_in_team(
                        free, -demand[j], dur[j], starts[j], team[j], own, used, balance, may_lend
                    )
                else:
                    take(free, -demand[j], dur[j], starts[j])
        for at in range(k):
            j = out[at]
            starts[j] = former[at]
            if teams:
                take_in_team(
                    free, demand[j], dur[j], starts[j], team[j], own, used, balance, may_lend
                )
            else:
                take(free, demand[j], dur[j], starts[j])
    return best, most_gain
