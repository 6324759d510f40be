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

MOVED = 3
"""How many rows of a child get another place, as far away as their order allows."""

SWAPPED = 0.05
"""The chance that a row of a child changes places with the next one."""

HOPELESS = 1.05
"""A child that ends later than so many times its worse parent's end is not pushed to and fro.

Nine of ten children that are kept end earlier when they are first placed, less than half of all.
"""

NARROWEST, WIDEST = 0.1, 0.6
"""How much of the mother's order a child takes over, at least and at most."""


@inner
def _decode(
    order, room0, room, guard, need, dur, ready, pred_from, pred, succ_from, succ, after, latest,
    starts, keys, counts, spare,
):  # fmt: skip
    """The end of ``order`` when pushed early, late and early again; it becomes that of starts.

    -1 where the first push would end later than ``latest``. ``room`` is as ``room0`` before and
    after.
    """
    end = push_early(
        order, room, guard, need, dur, ready, pred_from, pred, after, latest, starts
    )  # fmt: skip
    if end < 0:
        # Nothing was held later than that.
        used = min(latest, room.shape[0])
        copy_table(room[:used], room0[:used])
        return end
    for j in order:
        keys[j] = starts[j] + dur[j]
    sort_by(keys, end, order, counts, spare)
    copy_table(room[:end], room0[:end])
    push_late(spare, room, guard, need, dur, end, succ_from, succ, starts)
    sort_by(starts, end, spare, counts, order)
    copy_table(room[:end], room0[:end])
    last = push_early(order, room, guard, need, dur, ready, pred_from, pred, after, end, starts)
    sort_by(starts, last, order, counts, spare)
    copy_table(room[:end], room0[:end])
    copy_line(order, spare)
    return last


@inner
def _sample(order, after, pred_from, pred, succ_from, succ, waits, open_rows):
    """A random order, predecessors first; the more comes after a row the likelier it is next."""
    count = 0
    for j in range(order.shape[0]):
        waits[j] = pred_from[j + 1] - pred_from[j]
        if waits[j] == 0:
            open_rows[count] = j
            count += 1
    for position in range(order.shape[0]):
        least = after[open_rows[0]]
        for at in range(count):
            least = min(least, after[open_rows[at]])
        total = 0.0
        for at in range(count):
            total += _weight(after[open_rows[at]] - least)
        pick = np.random.random() * total
        chosen = 0
        while chosen < count - 1:
            pick -= _weight(after[open_rows[chosen]] - least)
            if pick <= 0.0:
                break
            chosen += 1
        j = open_rows[chosen]
        order[position] = j
        count -= 1
        open_rows[chosen] = open_rows[count]
        for at in range(succ_from[j], succ_from[j + 1]):
            waits[succ[at]] -= 1
            if waits[succ[at]] == 0:
                open_rows[count] = succ[at]
                count += 1


@inner
def _weight(days):
    """How likely a row is that has so many days more after it than the one with the fewest."""
    return (days + 1.0) * (days + 1.0) * (days + 1.0)


@inner
def _cross(mother, father, child, part):
    """What the mother does from one place to another, before and after it as the father orders.

    What comes before and after is the mother's, so that predecessors stay first.
    """
    n = child.shape[0]
    width = int(n * (NARROWEST + (WIDEST - NARROWEST) * np.random.random()))
    a = np.random.randint(0, n - width + 1)
    b = a + width
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
def _move(order, pred_from, pred, succ_from, succ, place):
    """A random row goes to a random place between its predecessors and its successors."""
    n = order.shape[0]
    for at in range(n):
        place[order[at]] = at
    at = np.random.randint(0, n)
    row = order[at]
    first, last = 0, n - 1
    for k in range(pred_from[row], pred_from[row + 1]):
        first = max(first, place[pred[k]] + 1)
    for k in range(succ_from[row], succ_from[row + 1]):
        last = min(last, place[succ[k]] - 1)
    to = np.random.randint(first, last + 1)
    while at < to:
        order[at] = order[at + 1]
        at += 1
    while at > to:
        order[at] = order[at - 1]
        at -= 1
    order[to] = row


@inner
def _swap(child, pred_from, pred):
    """Now and then a row and the one after it change places, unless one waits for the other."""
    for at in range(child.shape[0] - 1):
        if np.random.random() < SWAPPED:
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
    orders, ends, marks, after, room0, guard, need, dur, ready, pred_from, pred, succ_from, succ,
    codes, seed, count, goal, best,
):  # fmt: skip
    """Make ``count`` children, each against the worse of its parents; returns the earliest end.

    Were they put in the place of the worst of all, all would soon be alike.

    ``orders`` and ``ends`` are the population and are changed; an end of -1 is one yet to be made.
    ``marks`` tell schedules apart: each is the sum of its starts, weighted by ``codes`` by row.
    ``after`` are the days that what waits for a row takes at least. ``best`` gets the starts of
    the returned end. It stops at an end of ``goal`` or earlier.
    """
    np.random.seed(seed)
    size, n = orders.shape
    room = room0.copy()
    starts = np.empty(n, np.int64)
    keys = np.empty(n, np.int64)
    counts = np.empty(room0.shape[0] + 3, np.int64)
    spare = np.empty(n, np.int64)
    child = np.empty(n, np.int64)
    found = NEVER
    made = 0
    for _ in range(count):
        while made < size and ends[made] >= 0:
            made += 1
        at = made if made < size else -1
        if at >= 0:
            latest = NEVER
            _sample(child, after, pred_from, pred, succ_from, succ, keys, spare)
        else:
            mother = np.random.randint(0, size)
            father = np.random.randint(0, size)
            latest = int(HOPELESS * max(ends[mother], ends[father]))
            _cross(orders[mother], orders[father], child, keys)
            for _ in range(MOVED):
                _move(child, pred_from, pred, succ_from, succ, keys)
            _swap(child, pred_from, pred)
        end = _decode(
            child, room0, room, guard, need, dur, ready, pred_from, pred, succ_from, succ, after,
            latest, starts, keys, counts, spare,
        )  # fmt: skip
        if end < 0:
            continue
        if end < found:
            found = end
            copy_line(best, starts)
        mark = 0
        for j in range(n):
            mark += codes[j] * starts[j]
        if at < 0:
            at = mother if ends[mother] >= ends[father] else father
            if end > ends[at] or _known(mark, end, marks, ends):
                at = -1
        if at >= 0:
            copy_line(orders[at], child)
            ends[at] = end
            marks[at] = mark
        if found <= goal:
            break
    return found


@inner
def _known(mark, end, marks, ends):
    """Whether a schedule is there already."""
    known = False
    for k in range(ends.shape[0]):
        if marks[k] == mark and ends[k] == end:
            known = True
            break
    return known
