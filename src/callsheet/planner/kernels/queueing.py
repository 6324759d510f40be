"""The queue at work, day by day, when durations are known only once they are over.

First come, first served (``strict``), and EASY backfilling (Lifka 1995; Mu'alem and Feitelson,
IEEE Transactions on Parallel and Distributed Systems 12, 2001) by the rules of
``callsheet.admission``: the first that does not fit has a day reserved at the expected returns;
others go first if they are back before it in four of five cases, or take what is spare then.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from callsheet.planner.kernels.compiling import NEVER, compiled, inner


class Given(NamedTuple):
    """What the queue knows. Rows 0 to n - 1 are projects, those after them are in flight.

    ``usual`` and ``safe`` are the P50 and P80 that the queue reckons with. ``opens`` are ready
    days, ``by_open`` the projects in their order; ``waits`` how many predecessors each has,
    ``succ`` of row ``j`` are ``succ[succ_from[j]:succ_from[j + 1]]``. ``ever`` says which could
    fit at all; the others hold nobody up. ``lasting`` says which fit into the last capacity, so
    that a day on which they fit always comes. ``change[s]`` are the units of each resource that
    come on ``step_day[s]``; the first are all there are on day 0.

    ``kinds`` is as long as there are resources. Of a tuple that is known while compiling: where
    there is one resource, as nearly always, the loops over resources are none.
    """

    kinds: tuple[int, ...]
    demand: npt.NDArray[np.int64]
    usual: npt.NDArray[np.int64]
    safe: npt.NDArray[np.int64]
    opens: npt.NDArray[np.int64]
    by_open: npt.NDArray[np.int64]
    waits: npt.NDArray[np.int64]
    succ_from: npt.NDArray[np.int64]
    succ: npt.NDArray[np.int64]
    ever: npt.NDArray[np.bool_]
    lasting: npt.NDArray[np.bool_]
    step_day: npt.NDArray[np.int64]
    change: npt.NDArray[np.int64]


class Yard(NamedTuple):
    """Where one replication stands, before what happens on the day ``at[TODAY]``.

    The first ``at[RUNNING]`` of ``end_row`` hold credits, until ``end_day``, the latest first;
    they were expected back on ``due``. The first ``at[WAITING]`` of ``line`` are the places of
    those who wait; ``reserved`` is the first day that each was promised, or -1, ``entered`` the
    day it came into the line, or NEVER. ``coming`` is a ring of days by what is expected back on
    each. ``missing`` counts predecessors that have not finished. ``spare`` is room for one
    reckoning.
    """

    at: npt.NDArray[np.int64]
    free: npt.NDArray[np.int64]
    spare: npt.NDArray[np.int64]
    overdue: npt.NDArray[np.int64]
    coming: npt.NDArray[np.int64]
    end_day: npt.NDArray[np.int64]
    end_row: npt.NDArray[np.int64]
    due: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    reserved: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]
    entered: npt.NDArray[np.int64]


TODAY, STEP, OPENED, RUNNING, WAITING = range(5)


@inner
def fits(kinds, demand, j, room):
    """Whether row ``j`` has room. From overdrawn credits starts nothing, not even what is free."""
    fit = demand[j, 0] <= room[0]
    for r in range(1, len(kinds)):
        if demand[j, r] > 0 and demand[j, r] > room[r]:
            fit = False
    return fit


@inner
def add(kinds, room, units, j, sign):
    """Row ``j`` of ``units`` comes to the room (1) or goes (-1)."""
    for r in range(len(kinds)):
        room[r] += sign * units[j, r]


@inner
def move(kinds, coming, day, demand, j, sign):
    """Row ``j`` is expected back on a day of the ring (1), or is not any more (-1)."""
    for r in range(len(kinds)):
        coming[day, r] += sign * demand[j, r]


@inner
def enlist(line, waiting, place):
    """Put a place of the queue into the ``waiting`` ones of ``line``, which rise."""
    at = waiting
    while at > 0 and line[at - 1] > place:
        line[at] = line[at - 1]
        at -= 1
    line[at] = place


@inner
def insert(days, rows, count, day, row):
    """Put a row among ``count`` that are sorted by day, the latest first."""
    at = count
    while at > 0 and days[at - 1] < day:
        days[at] = days[at - 1]
        rows[at] = rows[at - 1]
        at -= 1
    days[at] = day
    rows[at] = row


@inner
def reserve(kinds, j, today, free, demand, overdue, coming, step, step_day, change, room):
    """The first day on which row ``j`` is expected to fit; NEVER if on none.

    ``room`` gets what is free then. What is overdue is expected tomorrow; ``coming`` is a ring of
    the days after today by what is expected back on each.
    """
    ring = coming.shape[0]
    steps = step_day.shape[0]
    for r in range(len(kinds)):
        room[r] = free[r] + overdue[r]
    day = today
    while True:
        if day < today + ring:
            day += 1
            add(kinds, room, coming, day & (ring - 1), 1)
        elif step < steps:
            day = max(day, step_day[step])
        else:
            return NEVER
        while step < steps and step_day[step] <= day:
            add(kinds, room, change, step, 1)
            step += 1
        if fits(kinds, demand, j, room):
            return day


@inner
def yard_of(given):
    """Room for one replication after the other."""
    rows, resources = given.demand.shape
    n = given.opens.shape[0]
    ring = 1
    for j in range(rows):
        while ring <= given.usual[j]:
            ring *= 2
    return Yard(
        np.zeros(5, np.int64),
        np.zeros(resources, np.int64),
        np.zeros(resources, np.int64),
        np.zeros(resources, np.int64),
        np.zeros((ring, resources), np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
    )


@inner
def open_yard(dur, given, yard, starts):
    """Begin a replication whose rows take ``dur`` days."""
    n = given.opens.shape[0]
    demand, usual = given.demand, given.usual
    ring = yard.coming.shape[0]
    yard.free[:] = given.change[0]
    yard.overdue[:] = 0
    yard.coming[:] = 0
    yard.missing[:] = given.waits
    yard.entered[:] = NEVER
    starts[:] = NEVER
    for j in range(n, demand.shape[0]):
        insert(yard.end_day, yard.end_row, j - n, dur[j], j)
        yard.due[j] = usual[j]
        move(given.kinds, yard.coming, usual[j] & (ring - 1), demand, j, 1)
        add(given.kinds, yard.free, demand, j, -1)
    yard.at[TODAY] = 0
    yard.at[STEP] = 1
    yard.at[OPENED] = 0
    yard.at[RUNNING] = demand.shape[0] - n
    yard.at[WAITING] = 0


@inner
def join(j, today, place, yard):
    """Row ``j`` has nothing left to wait for but room."""
    enlist(yard.line, yard.at[WAITING], place[j])
    yard.at[WAITING] += 1
    yard.reserved[j] = -1
    yard.entered[j] = today


@inner
def let_pass(kinds, before, today, yard):
    """What was expected by today and is not back yet is overdue."""
    ring = yard.coming.shape[0]
    for day in range(before + 1, min(today, before + ring) + 1):
        for r in range(len(kinds)):
            yard.overdue[r] += yard.coming[day & (ring - 1), r]
            yard.coming[day & (ring - 1), r] = 0


@inner
def serve(stop, dur, order, place, given, yard, strict, patience, starts):
    """Play one replication on from where it stands, as long as the day is before ``stop``.

    ``order`` are the projects from the head of the queue on, ``place`` is its inverse. The queue
    is looked at on the days on which something comes back, is ready, or the capacity changes.
    """
    demand, usual, safe, opens, by_open = (
        given.demand, given.usual, given.safe, given.opens, given.by_open,
    )  # fmt: skip
    step_day, change, ever, lasting = given.step_day, given.change, given.ever, given.lasting
    kinds = given.kinds
    free, spare, overdue, coming = yard.free, yard.spare, yard.overdue, yard.coming
    end_day, end_row, due, line = yard.end_day, yard.end_row, yard.due, yard.line
    missing, reserved = yard.missing, yard.reserved
    n = opens.shape[0]
    steps = step_day.shape[0]
    ring = coming.shape[0]
    least = demand[:n, 0].min() if n else 0
    today, step, opened, running = yard.at[TODAY], yard.at[STEP], yard.at[OPENED], yard.at[RUNNING]
    while today < stop:
        while running and end_day[running - 1] == today:
            j = end_row[running - 1]
            if due[j] <= today:
                add(kinds, overdue, demand, j, -1)
            else:
                move(kinds, coming, due[j] & (ring - 1), demand, j, -1)
            running -= 1
            add(kinds, free, demand, j, 1)
            for at in range(given.succ_from[j], given.succ_from[j + 1]):
                s = given.succ[at]
                missing[s] -= 1
                if missing[s] == 0 and opens[s] < today and ever[s]:
                    join(s, today, place, yard)
        while step < steps and step_day[step] <= today:
            add(kinds, free, change, step, 1)
            step += 1
        while opened < n and opens[by_open[opened]] <= today:
            j = by_open[opened]
            opened += 1
            if missing[j] == 0 and ever[j]:
                join(j, today, place, yard)

        waiting = yard.at[WAITING]
        head = -1
        kept = 0
        within = -1
        at = 0
        while at < waiting:
            j = order[line[at]]
            goes = fits(kinds, demand, j, free)
            if goes and head >= 0:
                if within < 0:
                    # Only now is it of use to know when the head is expected to fit.
                    day = reserve(
                        kinds, head, today, free, demand, overdue, coming, step, step_day, change,
                        spare,
                    )  # fmt: skip
                    within = day - today
                    add(kinds, spare, demand, head, -1)
                goes = safe[j] <= within or fits(kinds, demand, j, spare)
            if goes:
                starts[j] = today
                add(kinds, free, demand, j, -1)
                insert(end_day, end_row, running, today + dur[j], j)
                due[j] = today + usual[j]
                move(kinds, coming, due[j] & (ring - 1), demand, j, 1)
                running += 1
                if head >= 0 and usual[j] > within:
                    add(kinds, spare, demand, j, -1)
                at += 1
            else:
                if kept < at:
                    line[kept] = line[at]
                kept += 1
                at += 1
                if strict:
                    break
                if head < 0:
                    if reserved[j] >= 0 and lasting[j]:
                        head = j
                    else:
                        day = reserve(
                            kinds, j, today, free, demand, overdue, coming, step, step_day, change,
                            spare,
                        )  # fmt: skip
                        if day < NEVER:
                            head = j
                            within = day - today
                            add(kinds, spare, demand, j, -1)
                            if reserved[j] < 0:
                                reserved[j] = day
                    if head >= 0 and today >= reserved[j] + patience:
                        break
            if head >= 0 and free[0] < least:
                break
        if kept < at:
            while at < waiting:
                line[kept] = line[at]
                kept += 1
                at += 1
            yard.at[WAITING] = kept

        before = today
        today = end_day[running - 1] if running else NEVER
        if opened < n:
            today = min(today, opens[by_open[opened]])
        if step < steps:
            today = min(today, step_day[step])
        let_pass(kinds, before, today, yard)
    yard.at[TODAY] = today
    yard.at[STEP] = step
    yard.at[OPENED] = opened
    yard.at[RUNNING] = running


@compiled
def queue(dur, order, place, given, strict, patience, starts):
    """Play the queue under every row of ``dur``; ``starts[replication, row]`` gets the starts.

    What never starts gets NEVER.
    """
    yard = yard_of(given)
    for replication in range(dur.shape[0]):
        open_yard(dur[replication], given, yard, starts[replication])
        serve(
            NEVER, dur[replication], order, place, given, yard, strict, patience,
            starts[replication],
        )  # fmt: skip
