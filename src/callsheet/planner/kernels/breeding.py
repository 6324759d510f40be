"""Orders of placing bred for the earliest end: where one makespan is all that costs.

A trial that moves one row leaves a makespan as it is nearly always, so annealing is blind here.
A genetic algorithm over orders whose schedules are pushed to and fro is not: Valls, Ballestín and
Quintanilla, "A hybrid genetic algorithm for the resource-constrained project scheduling problem",
European Journal of Operational Research 185 (2008).
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled, inner
from callsheet.planner.kernels.copying import copy_line, copy_table
from callsheet.planner.kernels.justifying import push_early, push_late, sort_by

MUTATED = 0.1
"""The chance that a row of a child changes places with the next one."""


@inner
def _decode(
    order, free0, room, demand, dur, ready, pred_from, pred, succ_from, succ, starts, keys, counts,
    spare,
):  # fmt: skip
    """The end of ``order`` when pushed early, late and early again; it becomes that of starts."""
    copy_table(room, free0)
    end = push_early(order, room, demand, dur, ready, pred_from, pred, starts)
    if end < 0:
        return end
    for j in order:
        keys[j] = starts[j] + dur[j]
    sort_by(keys, end, order, counts, spare)
    copy_table(room[:end], free0[:end])
    push_late(spare, room, demand, dur, end, succ_from, succ, starts)
    sort_by(starts, end, spare, counts, order)
    copy_table(room[:end], free0[:end])
    end = push_early(order, room, demand, dur, ready, pred_from, pred, starts)
    sort_by(starts, end, order, counts, spare)
    copy_line(order, spare)
    return end


@inner
def _sample(order, urgency, pred_from, pred, waits, open_rows):
    """A random order with predecessors first; the lower a row's urgency the likelier it is next."""
    n = order.shape[0]
    for j in range(n):
        waits[j] = pred_from[j + 1] - pred_from[j]
    for position in range(n):
        count = 0
        most = -1
        for j in range(n):
            if waits[j] == 0:
                open_rows[count] = j
                count += 1
                if urgency[j] > most:
                    most = urgency[j]
        total = 0.0
        for at in range(count):
            total += (most - urgency[open_rows[at]] + 1.0) ** 3.0
        pick = np.random.random() * total
        chosen = open_rows[count - 1]
        for at in range(count):
            pick -= (most - urgency[open_rows[at]] + 1.0) ** 3.0
            if pick <= 0.0:
                chosen = open_rows[at]
                break
        order[position] = chosen
        waits[chosen] = -1
        for j in range(n):
            for at in range(pred_from[j], pred_from[j + 1]):
                if pred[at] == chosen:
                    waits[j] -= 1


@inner
def _cross(mother, father, child, part):
    """What the mother does between two random places, before and after it as the father orders.

    What comes before and after is the mother's, so that predecessors stay first.
    """
    n = child.shape[0]
    a = np.random.randint(0, n)
    b = np.random.randint(0, n)
    if a > b:
        a, b = b, a
    for at in range(n):
        part[mother[at]] = 0 if at < a else (1 if at < b else 2)
    before = 0
    after = b
    for j in father:
        if part[j] == 0:
            child[before] = j
            before += 1
        elif part[j] == 2:
            child[after] = j
            after += 1
    for at in range(a, b):
        child[at] = mother[at]


@inner
def _mutate(child, pred_from, pred):
    """Now and then a row and the one after it change places, unless one waits for the other."""
    for at in range(child.shape[0] - 1):
        if np.random.random() < MUTATED:
            first, second = child[at], child[at + 1]
            waits = False
            for k in range(pred_from[second], pred_from[second + 1]):
                if pred[k] == first:
                    waits = True
                    break
            if not waits:
                child[at], child[at + 1] = second, first


@compiled
def breed(
    orders, ends, urgency, free, demand, dur, ready, pred_from, pred, succ_from, succ, seed, count,
    goal, best,
):  # fmt: skip
    """Make ``count`` children, each against the worse of its parents; returns the earliest end.

    Were they put in the place of the worst of all, all would soon be alike.

    ``orders`` and ``ends`` are the population and are changed; an end of -1 is one yet to be made.
    ``urgency`` are days, the more urgent the lower, for those that are made from nothing. ``best``
    gets the starts of the returned end. It stops at an end of ``goal`` or earlier.
    """
    np.random.seed(seed)
    size, n = orders.shape
    room = free.copy()
    starts = np.empty(n, np.int64)
    keys = np.empty(n, np.int64)
    counts = np.empty(free.shape[0] + 3, np.int64)
    spare = np.empty(n, np.int64)
    child = np.empty(n, np.int64)
    found = NEVER
    made = 0
    for _ in range(count):
        while made < size and ends[made] >= 0:
            made += 1
        at = made if made < size else -1
        if at >= 0:
            _sample(child, urgency, pred_from, pred, keys, spare)
        else:
            mother = np.random.randint(0, size)
            father = np.random.randint(0, size)
            _cross(orders[mother], orders[father], child, keys)
            _mutate(child, pred_from, pred)
        end = _decode(
            child, free, room, demand, dur, ready, pred_from, pred, succ_from, succ, starts, keys,
            counts, spare,
        )  # fmt: skip
        if end < 0:
            continue
        if end < found:
            found = end
            copy_line(best, starts)
        if at < 0:
            at = mother if ends[mother] >= ends[father] else father
            if end > ends[at] or _known(child, end, orders, ends):
                at = -1
        if at >= 0:
            copy_line(orders[at], child)
            ends[at] = end
        if found <= goal:
            break
    return found


@inner
def _known(child, end, orders, ends):
    """Whether a child is there already."""
    for k in range(ends.shape[0]):
        if ends[k] == end:
            at = 0
            while at < child.shape[0] and orders[k, at] == child[at]:
                at += 1
            if at == child.shape[0]:
                return True
    return False
