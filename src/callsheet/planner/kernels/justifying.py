"""Schedules pushed to and fro in time, which makes the whole shorter and nothing longer.

Valls, Ballestín and Quintanilla, "Justification and RCPSP: a technique that pays", European Journal
of Operational Research 165 (2005). ``free`` has a row for each day here, so that what one day
offers lies together in memory.
"""

from __future__ import annotations

from callsheet.planner.kernels.compiling import compiled


@compiled
def fits_on(free, day, need):
    """Whether every resource has what is needed on a day."""
    fit = True
    for r in range(need.shape[0]):
        if free[day, r] < need[r]:
            fit = False
    return fit


@compiled
def hold(free, need, start, finish):
    """Occupy ``need`` on the days from ``start`` to before ``finish``."""
    for day in range(start, finish):
        for r in range(need.shape[0]):
            free[day, r] -= need[r]


@compiled
def push_early(order, free, demand, dur, ready, pred_from, pred, starts):
    """Each row of ``order`` at its earliest; predecessors come first in it. Returns the end.

    -1 where something does not fit within the days of ``free``, which is changed in place.
    """
    end = 0
    days = free.shape[0]
    for j in order:
        begin = ready[j]
        for at in range(pred_from[j], pred_from[j + 1]):
            p = pred[at]
            if starts[p] + dur[p] > begin:
                begin = starts[p] + dur[p]
        need = demand[j]
        length = dur[j]
        while True:
            if begin + length > days:
                return -1
            day = begin + length - 1
            while day >= begin and fits_on(free, day, need):
                day -= 1
            if day < begin:
                break
            begin = day + 1
        starts[j] = begin
        hold(free, need, begin, begin + length)
        if begin + length > end:
            end = begin + length
    return end


@compiled
def push_late(order, free, demand, dur, end, succ_from, succ, starts):
    """Each row of ``order``, read backwards, at its latest before ``end``.

    ``order`` is by finish, so that nothing comes out earlier than it was: where a row was, those
    that are already placed leave room for it.
    """
    for position in range(order.shape[0] - 1, -1, -1):
        j = order[position]
        finish = end
        for at in range(succ_from[j], succ_from[j + 1]):
            if starts[succ[at]] < finish:
                finish = starts[succ[at]]
        need = demand[j]
        length = dur[j]
        while True:
            day = finish - length
            while day < finish and fits_on(free, day, need):
                day += 1
            if day == finish:
                break
            finish = day
        starts[j] = finish - length
        hold(free, need, finish - length, finish)


@compiled
def sort_by(keys, most, order, counts, sorted_order):
    """The rows of ``order`` by ``keys`` (whole numbers from 0 to ``most``), ties as they were."""
    for key in range(most + 2):
        counts[key] = 0
    for j in order:
        counts[keys[j] + 1] += 1
    for key in range(most + 1):
        counts[key + 1] += counts[key]
    for j in order:
        sorted_order[counts[keys[j]]] = j
        counts[keys[j]] += 1
