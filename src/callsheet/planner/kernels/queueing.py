"""The queue at work, day by day, when durations are known only once they are over.

First come, first served (``strict``), and EASY backfilling (Lifka 1995; Mu'alem and Feitelson,
IEEE Transactions on Parallel and Distributed Systems 12, 2001) by the rules of
``callsheet.admission``: the first that does not fit has a day reserved at the expected returns;
others go first if they are back before it in four of five cases, or take what is spare then.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled


@compiled
def fits(demand, j, room):
    """Whether row ``j`` has room. From overdrawn credits starts nothing, not even what is free."""
    fit = demand[j, 0] <= room[0]
    for r in range(1, room.shape[0]):
        if demand[j, r] > 0 and demand[j, r] > room[r]:
            fit = False
    return fit


@compiled
def add(room, units, j, sign):
    """Row ``j`` of ``units`` comes to the room (1) or goes (-1)."""
    for r in range(room.shape[0]):
        room[r] += sign * units[j, r]


@compiled
def move(coming, day, demand, j, sign):
    """Row ``j`` is expected back on a day of the ring (1), or is not any more (-1)."""
    for r in range(coming.shape[1]):
        coming[day, r] += sign * demand[j, r]


@compiled
def enlist(line, waiting, place):
    """Put a place of the queue into the ``waiting`` ones of ``line``, which rise."""
    at = waiting
    while at > 0 and line[at - 1] > place:
        line[at] = line[at - 1]
        at -= 1
    line[at] = place


@compiled
def insert(days, rows, count, day, row):
    """Put a row among ``count`` that are sorted by day, the latest first."""
    at = count
    while at > 0 and days[at - 1] < day:
        days[at] = days[at - 1]
        rows[at] = rows[at - 1]
        at -= 1
    days[at] = day
    rows[at] = row


@compiled
def reserve(j, today, free, demand, overdue, coming, step, step_day, change, room):
    """The first day on which row ``j`` is expected to fit; NEVER if on none.

    ``room`` gets what is free then. What is overdue is expected tomorrow; ``coming`` is a ring of
    the days after today by what is expected back on each.
    """
    ring = coming.shape[0]
    steps = step_day.shape[0]
    for r in range(room.shape[0]):
        room[r] = free[r] + overdue[r]
    day = today
    while True:
        if day < today + ring:
            day += 1
            add(room, coming, day & (ring - 1), 1)
        elif step < steps:
            day = max(day, step_day[step])
        else:
            return NEVER
        while step < steps and step_day[step] <= day:
            add(room, change, step, 1)
            step += 1
        if fits(demand, j, room):
            return day


@compiled
def queue(
    dur, order, place, demand, usual, safe, opens, by_open, waits, succ_from, succ, ever,
    step_day, change, strict, patience, starts,
):  # fmt: skip
    """Play the queue under every row of ``dur``; ``starts[replication, row]`` gets the starts.

    Rows 0 to n - 1 are projects, those after them are in flight. ``order`` are the projects from
    the head of the queue on, ``place`` is its inverse. ``usual`` and ``safe`` are the P50 and P80
    that the queue reckons with; ``dur`` is what comes of it. ``opens`` are ready days, ``by_open``
    the projects in their order; ``waits`` how many predecessors each has, ``succ`` of row ``j``
    are ``succ[succ_from[j]:succ_from[j + 1]]``. ``ever`` says which could fit at all; the others
    hold nobody up. ``change[s]`` are the units of each resource that come on
    ``step_day[s]``; the first are all there are on day 0.

    The queue is looked at on the days on which something comes back, is ready, or the capacity
    changes. What never starts gets NEVER.
    """
    replications, rows = dur.shape
    n = order.shape[0]
    steps = step_day.shape[0]
    least = demand[:n, 0].min() if n else 0
    end_row = usual * 0
    end_day = usual * 0
    due = usual * 0
    ring = 1
    for j in range(rows):
        while ring <= usual[j]:
            ring *= 2
    coming = np.zeros((ring, change.shape[1]), np.int64)
    overdue = np.zeros(change.shape[1], np.int64)
    line = order * 0
    reserved = order * 0
    is_open = order * 0
    missing = order * 0
    free = change[0].copy()
    spare = change[0].copy()
    for replication in range(replications):
        free[:] = change[0]
        running = 0
        for j in range(n, rows):
            insert(end_day, end_row, running, dur[replication, j], j)
            due[j] = usual[j]
            move(coming, due[j] & (ring - 1), demand, j, 1)
            running += 1
            add(free, demand, j, -1)
        missing[:] = waits
        reserved[:] = -1
        is_open[:] = 0
        starts[replication, :] = NEVER
        waiting = opened = today = 0
        step = 1
        while today < NEVER:
            while running and end_day[running - 1] == today:
                j = end_row[running - 1]
                if due[j] <= today:
                    add(overdue, demand, j, -1)
                else:
                    move(coming, due[j] & (ring - 1), demand, j, -1)
                running -= 1
                add(free, demand, j, 1)
                for at in range(succ_from[j], succ_from[j + 1]):
                    s = succ[at]
                    missing[s] -= 1
                    if missing[s] == 0 and is_open[s] and ever[s]:
                        enlist(line, waiting, place[s])
                        waiting += 1
            while step < steps and step_day[step] <= today:
                add(free, change, step, 1)
                step += 1
            while opened < n and opens[by_open[opened]] <= today:
                j = by_open[opened]
                opened += 1
                is_open[j] = 1
                if missing[j] == 0 and ever[j]:
                    enlist(line, waiting, place[j])
                    waiting += 1

            head = -1
            kept = 0
            within = 0
            at = 0
            while at < waiting:
                j = order[line[at]]
                if fits(demand, j, free) and (
                    head < 0 or safe[j] <= within or fits(demand, j, spare)
                ):
                    starts[replication, j] = today
                    add(free, demand, j, -1)
                    insert(end_day, end_row, running, today + dur[replication, j], j)
                    due[j] = today + usual[j]
                    move(coming, due[j] & (ring - 1), demand, j, 1)
                    running += 1
                    if head >= 0 and usual[j] > within:
                        add(spare, demand, j, -1)
                    at += 1
                else:
                    line[kept] = line[at]
                    kept += 1
                    at += 1
                    if strict:
                        break
                    if head < 0:
                        day = reserve(
                            j, today, free, demand, overdue, coming, step, step_day, change,
                            spare,
                        )  # fmt: skip
                        if day < NEVER:
                            head = j
                            within = day - today
                            add(spare, demand, j, -1)
                            if reserved[j] < 0:
                                reserved[j] = day
                            elif today >= reserved[j] + patience:
                                break
                if head >= 0 and free[0] < least:
                    break
            while at < waiting:
                line[kept] = line[at]
                kept += 1
                at += 1
            waiting = kept

            before = today
            today = end_day[running - 1] if running else NEVER
            if opened < n:
                today = min(today, opens[by_open[opened]])
            if step < steps:
                today = min(today, step_day[step])
            # What was expected by then and is not back yet is overdue.
            for day in range(before + 1, min(today, before + ring) + 1):
                for r in range(coming.shape[1]):
                    overdue[r] += coming[day & (ring - 1), r]
                    coming[day & (ring - 1), r] = 0
