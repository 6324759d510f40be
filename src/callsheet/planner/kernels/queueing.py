"""The queue at work, day by day, when durations are known only once they are over.

First come, first served (``strict``), and EASY backfilling (Lifka 1995; Mu'alem and Feitelson,
IEEE Transactions on Parallel and Distributed Systems 12, 2001) by the rules of
``callsheet.admission``: the first that does not fit has a day reserved at the expected returns;
others go first if they are back before it in four of five cases, or take what is spare then.
Teams that lend to each other are served by ``lending``.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled, inner
from callsheet.planner.kernels.lending import serve_teams
from callsheet.planner.kernels.yard import (
    OPENED,
    RUNNING,
    STEP,
    TODAY,
    WAITING,
    add,
    fits,
    hold,
    join,
    let_pass,
    move,
    next_end,
    open_yard,
    yard_of,
)

# Numbers of numpy: what is called with a constant of Python's is compiled for this constant alone.
FOREVER = np.int64(NEVER)
"""A day to stop that never comes."""

BACKFILL = np.bool_(False)
"""What ``strict`` is where others may go before the head."""

NOBODY = np.int64(-1)
"""The head of a queue in which nobody has been found to wait."""


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
def serve(stop, dur, order, place, given, yard, strict, patience, starts):
    """Play one replication on from where it stands, as long as the day is before ``stop``.

    ``order`` are the projects from the head of the queue on, ``place`` is its inverse. The queue
    is looked at on the days on which something comes back, is ready, or the capacity changes.
    """
    if given.may_borrow.shape[0] > 0:
        serve_teams(stop, dur, order, place, given, yard, strict, patience, starts)
    else:
        serve_one(stop, dur, order, place, given, yard, strict, patience, starts)


@inner
def serve_one(stop, dur, order, place, given, yard, strict, patience, starts):
    """As ``serve``, for one queue on one wallet."""
    demand, usual, safe, opens, by_open = (
        given.demand, given.usual, given.safe, given.opens, given.by_open,
    )  # fmt: skip
    step_day, change, ever, lasting = given.step_day, given.change, given.ever, given.lasting
    kinds = given.kinds
    free, spare, overdue, coming = yard.free, yard.spare, yard.overdue, yard.coming
    ending, also, due, line = yard.ending, yard.also, yard.due, yard.line
    missing, reserved = yard.missing, yard.reserved
    n = opens.shape[0]
    steps = step_day.shape[0]
    ring = coming.shape[0]
    least = NEVER
    for j in range(n):
        least = min(least, demand[j, 0])
    today, step, opened, running = yard.at[TODAY], yard.at[STEP], yard.at[OPENED], yard.at[RUNNING]
    while today < stop:
        j = ending[today & (ending.shape[0] - 1)]
        ending[today & (ending.shape[0] - 1)] = -1
        while j >= 0:
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
            j = also[j]
        while step < steps and step_day[step] <= today:
            add(kinds, free, change, step, 1)
            step += 1
        while opened < n and opens[by_open[opened]] <= today:
            j = by_open[opened]
            opened += 1
            if missing[j] == 0 and ever[j]:
                join(j, today, place, yard)

        waiting = yard.at[WAITING]
        head = NOBODY
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
                hold(ending, also, today + dur[j], j)
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
        today = next_end(ending, before + 1) if running else NEVER
        if opened < n:
            today = min(today, opens[by_open[opened]])
        if step < steps:
            today = min(today, step_day[step])
        let_pass(given, before, today, yard)
    yard.at[TODAY] = today
    yard.at[STEP] = step
    yard.at[OPENED] = opened
    yard.at[RUNNING] = running


@compiled
def queue(dur, order, place, given, strict, patience, starts):
    """Play the queue under every row of ``dur``; ``starts[replication, row]`` gets the starts.

    What never starts gets NEVER.
    """
    yard = yard_of(given, dur)
    for replication in range(dur.shape[0]):
        open_yard(dur[replication], given, yard, starts[replication])
        serve(
            FOREVER, dur[replication], order, place, given, yard, strict, patience,
            starts[replication],
        )  # fmt: skip
