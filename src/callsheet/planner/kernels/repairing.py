"""Taking a few neighbours out of a schedule and putting them back better: destroy and repair.

Large neighbourhood search (Shaw 1998; Pisinger and Ropke, "Large neighborhood search", 2010) whose
acceptance is simulated annealing (Kirkpatrick, Gelatt, Vecchi, Science 220, 1983). A move costs as
much as the few projects that it touches, whatever the number of all.
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

MOST_OUT = 24
"""No move takes more projects out than this, successors included."""


@compiled
def line_of(starts):
    """Rows by start; ties in the order of rows."""
    return np.argsort(starts, kind="mergesort")


@compiled
def ripple(
    starts, free, demand, dur, ready, ready0, due, late_cost, flow_cost, pred_from, pred,
    succ_from, succ, team, own, used, may_borrow, may_lend, beyond, seed, count, hot, cold,
    most,
):  # fmt: skip
    """Anneal ``count`` moves, cooling from ``hot`` to ``cold``; returns the best and its gain.

    ``starts``, ``free`` and ``used`` are one schedule and are changed in place to the last one
    accepted. What starts NEVER is left alone. ``most`` is how many projects one move takes out.
    """
    n = starts.shape[0]
    teams = own.shape[0] > 0
    balance = balance_of(own, used, may_lend)
    np.random.seed(seed)
    best = starts.copy()
    gain = 0.0
    most_gain = 0.0
    line = line_of(starts)
    place = np.empty(n, np.int64)
    for at in range(n):
        place[line[at]] = at
    renew = max(n, 500)
    out = np.empty(MOST_OUT, np.int64)
    key = np.empty(MOST_OUT, np.float64)
    former = np.empty(MOST_OUT, np.int64)
    is_out = np.zeros(n, np.bool_)
    cooling = (cold / hot) ** (1.0 / max(1, count))
    heat = hot
    stale = False
    for step in range(count):
        heat *= cooling
        if step % renew == renew - 1 and stale:
            line = line_of(starts)
            for at in range(n):
                place[line[at]] = at
            stale = False
        # -- whom to take out: a pivot, and some who stand near it in time
        pivot = int(np.random.random() * n)
        other = int(np.random.random() * n)
        if starts[other] != NEVER and (
            starts[pivot] == NEVER
            or (starts[other] - ready[other]) * flow_cost[other]
            + max(0, starts[other] + dur[other] - due[other]) * late_cost[other]
            > (starts[pivot] - ready[pivot]) * flow_cost[pivot]
            + max(0, starts[pivot] + dur[pivot] - due[pivot]) * late_cost[pivot]
        ):
            pivot = other
        if starts[pivot] == NEVER:
            continue
        size = 1 + int(np.random.random() * most)
        out[0] = pivot
        is_out[pivot] = True
        k = 1
        reach = 2 + 3 * size
        kind = np.random.random()
        tries = 0
        while k < size and tries < 3 * size:
            tries += 1
            shift = 1 + int(np.random.random() * reach)
            if kind < 0.5:
                at = place[pivot] - shift
            elif kind < 0.6:
                at = place[pivot] + shift
            else:
                at = place[pivot] + shift - reach // 2
            if at < 0 or at >= n:
                continue
            j = line[at]
            if is_out[j] or starts[j] == NEVER:
                continue
            out[k] = j
            is_out[j] = True
            k += 1
        # Successors go out with them, or the schedule would be nailed down by them.
        at = 0
        while at < k and k < MOST_OUT:
            j = out[at]
            for s in range(succ_from[j], succ_from[j + 1]):
                c = succ[s]
                if not is_out[c] and starts[c] != NEVER and k < MOST_OUT:
                    out[k] = c
                    is_out[c] = True
                    k += 1
            at += 1
        # -- in which order they come back
        before = 0.0
        least = 0.0
        spread = (0.0, 5.0, 20.0, 60.0)[int(np.random.random() * 4)]
        first = np.random.random() < 0.7
        for at in range(k):
            j = out[at]
            former[at] = starts[j]
            before += cost_at(
                starts[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
            )
            least += cost_at(
                ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
            )
            key[at] = starts[j] + spread * (np.random.random() - 0.5)
        if first:
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
        # -- put back, each at its earliest
        after = 0.0
        good = least <= allowed
        left = k
        while good and left > 0:
            chosen = -1
            for at in range(k):
                if starts[out[at]] < 0 and (chosen < 0 or key[at] < key[chosen]):
                    ripe = True
                    j = out[at]
                    for p in range(pred_from[j], pred_from[j + 1]):
                        if starts[pred[p]] < 0:
                            ripe = False
                            break
                    if ripe:
                        chosen = at
            j = out[chosen]
            begin = ready[j]
            for p in range(pred_from[j], pred_from[j + 1]):
                end = starts[pred[p]] + dur[pred[p]]
                if end > begin:
                    begin = end
            if teams:
                begin = earliest_in_team(
                    free, demand[j], dur[j], begin, team[j], own, used, balance, may_borrow,
                    may_lend,
                )  # fmt: skip
            else:
                begin = earliest(free, demand[j], dur[j], begin)
            if begin == NEVER:
                good = False
                break
            for s in range(succ_from[j], succ_from[j + 1]):
                c = succ[s]
                if starts[c] >= 0 and begin + dur[j] > starts[c]:
                    good = False
            if not good:
                break
            cost = cost_at(begin, dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond)
            least += cost - cost_at(
                ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
            )
            after += cost
            if least > allowed:
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
        else:
            for at in range(k):
                j = out[at]
                is_out[j] = False
                if starts[j] >= 0:
                    if teams:
                        take_in_team(
                            free, -demand[j], dur[j], starts[j], team[j], own, used, balance,
                            may_lend,
                        )  # fmt: skip
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
