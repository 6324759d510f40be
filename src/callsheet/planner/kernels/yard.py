"""Where a queue stands on a day: what holds credits, who waits, what is expected back.

The queue's policies are in ``queueing`` and ``lending``; both move through the days on one yard.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from callsheet.planner.kernels.compiling import NEVER, inner, making
from callsheet.planner.kernels.copying import copy_line


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

    Where teams lend to each other, credits are the only resource, and the columns of ``change``
    are the teams' own. ``team`` is each row's; ``lent[j, t]`` are the credits of team ``t`` that
    row ``j`` holds for another team on day 0. Without teams the last three have length 0.
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
    team: npt.NDArray[np.int64]
    lent: npt.NDArray[np.int64]
    may_borrow: npt.NDArray[np.int64]
    may_lend: npt.NDArray[np.int64]


class Yard(NamedTuple):
    """Where one replication stands, before what happens on the day ``at[TODAY]``.

    ``at[RUNNING]`` rows hold credits. ``ending`` is a ring of the days from today on, by a row that
    ends on each, or -1; ``also[j]`` is another that ends on the same day as row ``j``, or -1. Rows
    were expected back on ``due``. The first ``at[WAITING]`` of ``line`` are the places of
    those who wait; ``reserved`` is the first day that each was promised, or -1, ``entered`` the
    day it came into the line, or NEVER. ``coming`` is a ring of days by what is expected back on
    each. ``missing`` counts predecessors that have not finished. ``spare`` is room for one
    reckoning.

    With teams, ``free``, ``overdue`` and ``coming`` are by team instead of by resource, and
    ``loan[j, t]`` are the credits of team ``t`` that row ``j`` of another team holds. ``seat`` and
    ``seat_from`` are room for the lines of the teams, ``desk`` for how far each is served.
    """

    at: npt.NDArray[np.int64]
    free: npt.NDArray[np.int64]
    spare: npt.NDArray[np.int64]
    overdue: npt.NDArray[np.int64]
    coming: npt.NDArray[np.int64]
    ending: npt.NDArray[np.int64]
    also: npt.NDArray[np.int64]
    due: npt.NDArray[np.int64]
    line: npt.NDArray[np.int64]
    reserved: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]
    entered: npt.NDArray[np.int64]
    loan: npt.NDArray[np.int64]
    seat: npt.NDArray[np.int64]
    seat_from: npt.NDArray[np.int64]
    desk: npt.NDArray[np.int64]


TODAY, STEP, OPENED, RUNNING, WAITING = range(5)

DESK = 16
"""So many numbers say how far a team's line is served (see ``lending``)."""


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
def share_out(room, j, given, yard, sign):
    """What row ``j`` holds comes to the room of the teams it is from (1), or goes (-1)."""
    own = given.demand[j, 0]
    for t in range(given.may_borrow.shape[0]):
        lent = yard.loan[j, t]
        if lent != 0:
            room[t] += sign * lent
            own -= lent
    room[given.team[j]] += sign * own


@inner
def enlist(line, waiting, place):
    """Put a place of the queue into the ``waiting`` ones of ``line``, which rise."""
    at = waiting
    while at > 0 and line[at - 1] > place:
        line[at] = line[at - 1]
        at -= 1
    line[at] = place


@inner
def hold(ending, also, day, row):
    """Row ``row`` ends on a day, which is less than the length of the ring from today."""
    slot = day & (ending.shape[0] - 1)
    also[row] = ending[slot]
    ending[slot] = row


@inner
def next_end(ending, day):
    """The first day from ``day`` on on which something ends; there must be one."""
    while ending[day & (ending.shape[0] - 1)] < 0:
        day += 1
    return day


@making
def yard_of(given, dur):
    """Room for one replication after the other of those in ``dur``."""
    rows = given.demand.shape[0]
    resources = given.change.shape[1]
    teams = given.may_borrow.shape[0]
    n = given.opens.shape[0]
    ring = 1
    for j in range(rows):
        while ring <= given.usual[j]:
            ring *= 2
    longest = 0
    for s in range(dur.shape[0]):
        for j in range(rows):
            longest = max(longest, dur[s, j])
    ends = 1
    while ends <= longest:
        ends *= 2
    return Yard(
        np.zeros(5, np.int64),
        np.zeros(resources, np.int64),
        np.zeros(resources, np.int64),
        np.zeros(resources, np.int64),
        np.zeros((ring, resources), np.int64),
        np.zeros(ends, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.zeros((rows, teams), np.int64),
        np.zeros(n, np.int64),
        np.zeros(teams + 1, np.int64),
        np.zeros((teams, DESK), np.int64),
    )


@inner
def open_yard(dur, given, yard, starts):
    """Begin a replication whose rows take ``dur`` days."""
    n = given.opens.shape[0]
    demand, usual = given.demand, given.usual
    ring = yard.coming.shape[0]
    copy_line(yard.free, given.change[0])
    yard.overdue[:] = 0
    yard.coming[:] = 0
    yard.ending[:] = -1
    copy_line(yard.missing, given.waits)
    yard.entered[:] = NEVER
    yard.loan[:] = 0
    starts[:] = NEVER
    for j in range(n, demand.shape[0]):
        hold(yard.ending, yard.also, dur[j], j)
        yard.due[j] = usual[j]
        if given.may_borrow.shape[0] > 0:
            for t in range(given.may_borrow.shape[0]):
                yard.loan[j, t] = given.lent[j, t]
            share_out(yard.coming[usual[j] & (ring - 1)], j, given, yard, 1)
            share_out(yard.free, j, given, yard, -1)
        else:
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
def let_pass(given, before, today, yard):
    """What was expected by today and is not back yet is overdue."""
    ring = yard.coming.shape[0]
    teams = given.may_borrow.shape[0]
    for day in range(before + 1, min(today, before + ring) + 1):
        if teams > 0:
            for t in range(teams):
                yard.overdue[t] += yard.coming[day & (ring - 1), t]
                yard.coming[day & (ring - 1), t] = 0
        else:
            for r in range(len(given.kinds)):
                yard.overdue[r] += yard.coming[day & (ring - 1), r]
                yard.coming[day & (ring - 1), r] = 0
