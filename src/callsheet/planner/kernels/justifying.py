"""Schedules pushed to and fro in time, which makes the whole shorter and nothing longer.

Valls, Ballestín and Quintanilla, "Justification and RCPSP: a technique that pays", European Journal
of Operational Research 165 (2005). ``room`` is what is free by day and word, ``need`` what rows
need, ``guard`` the guards, as ``planner.side_by_side`` makes them.
"""

from __future__ import annotations

from callsheet.planner.kernels.compiling import compiled


@compiled
def _rest_fits(room, day, need, guard):
    """Whether all words but the first have what is needed on a day."""
    fit = True
    for word in range(1, need.shape[0]):
        if (room[day, word] - need[word]) & guard[word] != guard[word]:
            fit = False
    return fit


@compiled
def _hold(room, need, start, finish):
    """Occupy ``need`` on the days from ``start`` to before ``finish``."""
    for day in range(start, finish):
        for word in range(need.shape[0]):
            room[day, word] -= need[word]


@compiled
def push_early(order, room, guard, need, dur, ready, pred_from, pred, after, latest, starts):
    """Each row of ``order`` at its earliest; predecessors come first in it. Returns the end.

    ``after`` are the days that what waits for a row takes at least. It stops and returns -1 as
    soon as one row shows that the end is later than ``latest``, or does not fit within the days of
    ``room``, which is changed in place.
    """
    end = 0
    days, words = room.shape
    guard0 = guard[0]
    for j in order:
        begin = ready[j]
        for at in range(pred_from[j], pred_from[j + 1]):
            p = pred[at]
            if starts[p] + dur[p] > begin:
                begin = starts[p] + dur[p]
        need0 = need[j, 0]
        length = dur[j]
        finish = begin + length
        # Looked at from the back, so that a full day skips all before it. No day is asked twice:
        # from ``asked`` on they are yet to be asked, before it they are known to fit.
        asked = begin
        day = finish - 1
        if finish > days:
            return -1
        while day >= asked:
            if (room[day, 0] - need0) & guard0 == guard0 and (
                words == 1 or _rest_fits(room, day, need[j], guard)
            ):
                day -= 1
            else:
                begin = day + 1
                asked = finish
                finish = begin + length
                day = finish - 1
                if finish > days:
                    return -1
        if finish + after[j] > latest:
            return -1
        starts[j] = begin
        _hold(room, need[j], begin, finish)
        if finish > end:
            end = finish
    return end


@compiled
def push_late(order, room, guard, need, dur, end, succ_from, succ, starts):
    """Each row of ``order``, read backwards, at its latest before ``end``.

    ``order`` is by finish, so that nothing comes out earlier than it was: where a row was, those
    that are already placed leave room for it.
    """
    words = room.shape[1]
    guard0 = guard[0]
    for position in range(order.shape[0] - 1, -1, -1):
        j = order[position]
        finish = end
        for at in range(succ_from[j], succ_from[j + 1]):
            if starts[succ[at]] < finish:
                finish = starts[succ[at]]
        need0 = need[j, 0]
        length = dur[j]
        begin = finish - length
        asked = finish
        day = begin
        while day < asked:
            if (room[day, 0] - need0) & guard0 == guard0 and (
                words == 1 or _rest_fits(room, day, need[j], guard)
            ):
                day += 1
            else:
                finish = day
                asked = begin
                begin = finish - length
                day = begin
        starts[j] = begin
        _hold(room, need[j], begin, finish)


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
