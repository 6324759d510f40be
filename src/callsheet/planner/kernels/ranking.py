"""Annealing the order of a queue whose durations are known only once they are over.

Sample average approximation (Kleywegt, Shapiro, Homem-de-Mello, SIAM Journal on Optimization 12,
2002): the mean Z over scenarios that stay the same, so that two orders differ by themselves alone.
Three things make a trial cheap and leave its result what it is:

- Two projects whose relative order changes matter only where both wait on the same day; scenarios
  without such a day are not played, the others from shortly before the first such day on.
- Where the queue stands as it stood before the change, the rest is as it was.
- Most trials are worse. After some scenarios those are dropped whose mean is clearly too high
  (racing: Birattari et al., GECCO 2002); this one may err, towards keeping what there is.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled, inner
from callsheet.planner.kernels.copying import copy_line
from callsheet.planner.kernels.costs import cost
from callsheet.planner.kernels.noting import note, resume, same
from callsheet.planner.kernels.queueing import BACKFILL, FOREVER, serve
from callsheet.planner.kernels.yard import open_yard, yard_of

CLEARLY = 1.5
"""A trial is dropped when its mean is so many standard errors too high."""


@inner
def together(j, low, high, order, starts, entered):
    """The first day on which ``j`` waits with one of the places ``low`` to ``high``, or NEVER."""
    first = NEVER
    if entered[j] == NEVER:
        return first
    for at in range(low, high + 1):
        k = order[at]
        if k != j and entered[k] <= starts[j] and entered[j] <= starts[k]:
            first = min(first, max(entered[k], entered[j]))
    return first


@compiled
def anneal(
    order, dur, given, ready, due, late_cost, flow_cost, beyond, slot_day, slots, patience, seed,
    count, hot, cold,
):  # fmt: skip
    """Anneal ``count`` orders, cooling from ``hot`` to ``cold``; returns the best and its mean Z.

    ``order`` is where it begins and is changed in place. ``dur`` has a row for each scenario.
    ``slots[side, scenario, k]`` are room for where the queue stands on ``slot_day[k]``; the first
    of these is day 0. What starts NEVER costs as if it finished on day ``beyond``.
    """
    np.random.seed(seed)
    scenarios = dur.shape[0]
    n = order.shape[0]
    marks = slot_day.shape[0]
    yard = yard_of(given, dur)
    place = np.empty(n, np.int64)
    for at in range(n):
        place[order[at]] = at
    starts = np.empty((scenarios, n), np.int64)
    entered = np.empty((scenarios, n), np.int64)
    trial = np.empty((scenarios, n), np.int64)
    trial_entered = np.empty((scenarios, n), np.int64)
    side = np.zeros((scenarios, marks), np.int64)
    begun = np.empty(scenarios, np.int64)
    ended = np.empty(scenarios, np.int64)
    z = np.empty(scenarios)
    trial_z = np.empty(scenarios)
    now = 0.0
    for s in range(scenarios):
        open_yard(dur[s], given, yard, starts[s])
        for k in range(marks):
            serve(slot_day[k], dur[s], order, place, given, yard, BACKFILL, patience, starts[s])
            note(yard, order, slots[0, s, k])
        serve(FOREVER, dur[s], order, place, given, yard, BACKFILL, patience, starts[s])
        copy_line(entered[s], yard.entered)
        z[s] = cost(starts[s], dur[s], ready, due, late_cost, flow_cost, beyond)
        now += z[s]
    best = now
    best_order = order.copy()
    race = np.random.permutation(scenarios)
    cooling = (cold / hot) ** (1.0 / max(1, count))
    heat = hot * scenarios
    played = 0
    for _ in range(count):
        heat *= cooling
        # -- somebody who waits in some scenario, and somebody who waits at the same time
        chosen = int(np.random.random() * scenarios)
        j = -1
        for _ in range(30):
            k = int(np.random.random() * n)
            if entered[chosen, k] < starts[chosen, k] < NEVER:
                j = k
                break
        if j < 0:
            continue
        i = -1
        reach = 2 + n // 3
        for _ in range(30):
            at = place[j] + int((np.random.random() * 2 - 1) * (reach + 1))
            if 0 <= at < n and at != place[j]:
                k = order[at]
                if (
                    entered[chosen, k] <= starts[chosen, j]
                    and entered[chosen, j] <= starts[chosen, k]
                ):
                    i = k
                    break
        if i < 0:
            continue
        low, high = min(place[i], place[j]), max(place[i], place[j])
        swap = np.random.random() < 0.3
        limit = now - heat * np.log(np.random.random() + 1e-300)
        # -- the first day that matters is found in the old order, what comes of it in the new one
        for s in range(scenarios):
            begun[s] = together(j, low, high, order, starts[s], entered[s])
            if swap:
                begun[s] = min(begun[s], together(i, low, high, order, starts[s], entered[s]))
        move_in(order, place, place[j], place[i], swap)
        total = now
        squares = 0.0
        good = True
        offset = int(np.random.random() * scenarios)
        for t in range(scenarios):
            s = race[(t + offset) % scenarios]
            first = begun[s]
            ended[s] = -1
            if first < NEVER:
                k = marks - 1
                while k > 0:
                    day = slots[side[s, k], s, k, 0]
                    if 0 <= day <= first:
                        break
                    k -= 1
                resume(slots[side[s, k], s, k], place, given, starts[s], entered[s], yard, trial[s])
                begun[s] = k
                ended[s] = marks
                for m in range(k + 1, marks):
                    serve(
                        slot_day[m], dur[s], order, place, given, yard, BACKFILL, patience, trial[s]
                    )
                    note(yard, order, slots[1 - side[s, m], s, m])
                    if (
                        trial[s, j] < NEVER
                        and (not swap or trial[s, i] < NEVER)
                        and same(slots[1 - side[s, m], s, m], slots[side[s, m], s, m], yard)
                    ):
                        ended[s] = m
                        break
                if ended[s] == marks:
                    serve(FOREVER, dur[s], order, place, given, yard, BACKFILL, patience, trial[s])
                    copy_line(trial_entered[s], yard.entered)
                else:
                    for k in range(n):
                        waits = trial[s, k] == NEVER
                        if waits:
                            trial[s, k] = starts[s, k]
                        trial_entered[s, k] = (
                            entered[s, k] if yard.entered[k] == NEVER else yard.entered[k]
                        )
                played += 1
                trial_z[s] = cost(trial[s], dur[s], ready, due, late_cost, flow_cost, beyond)
                total += trial_z[s] - z[s]
                squares += (trial_z[s] - z[s]) ** 2
            seen = t + 1
            if seen >= 8 and seen < scenarios and (seen & (seen - 1)) == 0:
                mean = (total - now) / seen
                spread = max(0.0, squares / seen - mean * mean)
                error = np.sqrt(spread / seen * (1.0 - seen / scenarios))
                if mean - CLEARLY * error > (limit - now) / scenarios:
                    good = False
                    break
        if good and total <= limit:
            now = total
            for s in range(scenarios):
                if ended[s] >= 0:
                    copy_line(starts[s], trial[s])
                    copy_line(entered[s], trial_entered[s])
                    z[s] = trial_z[s]
                    for k in range(begun[s] + 1, ended[s]):
                        side[s, k] = 1 - side[s, k]
            if now < best - 1e-9 * abs(best):
                best = now
                copy_line(best_order, order)
        else:
            move_back(order, place, low, high, j, i, swap)
    return best_order, best / scenarios, played


@inner
def move_in(order, place, origin, target, swap):
    """Who is at ``origin`` goes to ``target``; those between shift, unless two change places."""
    j = order[origin]
    if swap:
        order[origin] = order[target]
    elif origin < target:
        for at in range(origin, target):
            order[at] = order[at + 1]
    else:
        for at in range(origin, target, -1):
            order[at] = order[at - 1]
    order[target] = j
    for at in range(min(origin, target), max(origin, target) + 1):
        place[order[at]] = at


@inner
def move_back(order, place, low, high, j, i, swap):
    """Undo ``move_in`` of ``j`` to where ``i`` was, between the places ``low`` and ``high``."""
    if swap:
        move_in(order, place, place[j], place[i], swap)
    elif place[j] == high:
        move_in(order, place, high, low, swap)
    else:
        move_in(order, place, low, high, swap)
