"""How far each team's line is served on one day, and what it may lend and borrow then.

A desk is a row of numbers. What ``callsheet.admission`` does with one wallet's queue is done here
with a row of the yard's ``desk``; ``lending`` lets the desks take turns.
"""

from __future__ import annotations

from callsheet.planner.kernels.compiling import NEVER, inner
from callsheet.planner.kernels.yard import RUNNING, WAITING, hold, share_out

OWN, HELD, BORROWED, LENT = range(4)
"""A team's credits today, what its projects hold, and how much of it is from and with others."""

CURSOR, HEAD, WITHIN, SPARE, STOPPED = range(4, 9)
"""How far its line is served, its head, in how many days that fits, what is spare then."""

MARK, MARK_HEAD, MARK_STOPPED = range(9, 12)
"""Where it goes on in its turn."""

SHORT, LONG, UNTIL, TURN = range(12, 16)
"""It may lend so much for at most ``UNTIL`` days, so much for longer; whether its turn comes."""


@inner
def seat_lines(order, given, yard):
    """Seat those who wait by team, in the order of the queue."""
    teams = given.may_borrow.shape[0]
    waiting = yard.at[WAITING]
    yard.seat_from[:] = 0
    for at in range(waiting):
        yard.seat_from[given.team[order[yard.line[at]]] + 1] += 1
    for t in range(teams):
        yard.seat_from[t + 1] += yard.seat_from[t]
        yard.desk[t, CURSOR] = yard.seat_from[t]
    for at in range(waiting):
        j = order[yard.line[at]]
        t = given.team[j]
        yard.seat[yard.desk[t, CURSOR]] = j
        yard.desk[t, CURSOR] += 1


@inner
def begin_line(t, yard):
    """Serve a team's line from its beginning."""
    yard.desk[t, CURSOR] = yard.seat_from[t]
    yard.desk[t, HEAD] = -1
    yard.desk[t, STOPPED] = 0


@inner
def mark(t, yard):
    """Note where a team's line stands."""
    yard.desk[t, MARK] = yard.desk[t, CURSOR]
    yard.desk[t, MARK_HEAD] = yard.desk[t, HEAD]
    yard.desk[t, MARK_STOPPED] = yard.desk[t, STOPPED]


@inner
def rewind(t, yard):
    """Go back to the mark. A head that was known there keeps what has become of its spare."""
    yard.desk[t, CURSOR] = yard.desk[t, MARK]
    yard.desk[t, HEAD] = yard.desk[t, MARK_HEAD]
    yard.desk[t, STOPPED] = yard.desk[t, MARK_STOPPED]


@inner
def offer(t, given, yard):
    """Note what a team may lend as it stands."""
    desk = yard.desk[t]
    room = 0
    if desk[STOPPED] == 0:
        room = max(0, min(yard.free[t], given.may_lend[t] - desk[LENT]))
    desk[SHORT] = desk[LONG] = room
    desk[UNTIL] = NEVER
    if desk[HEAD] >= 0:
        desk[LONG] = max(0, min(room, desk[SPARE]))
        desk[UNTIL] = desk[WITHIN]


@inner
def within_reach(t, given, yard):
    """The most that a team might borrow now."""
    others = 0
    for lender in range(given.may_borrow.shape[0]):
        if lender != t:
            others += yard.desk[lender, SHORT]
    return min(max(0, given.may_borrow[t] - yard.desk[t, BORROWED]), others)


@inner
def borrow(j, lacking, given, yard):
    """Find loans for row ``j``, from whoever can spare the most first; whether there are enough."""
    t = given.team[j]
    teams = given.may_borrow.shape[0]
    total = 0
    for lender in range(teams):
        if lender != t:
            desk = yard.desk[lender]
            total += desk[SHORT] if given.safe[j] <= desk[UNTIL] else desk[LONG]
    if total < lacking:
        return False
    while lacking > 0:
        best, most = -1, 0
        for lender in range(teams):
            if lender != t and yard.loan[j, lender] == 0:
                desk = yard.desk[lender]
                amount = desk[SHORT] if given.safe[j] <= desk[UNTIL] else desk[LONG]
                if amount > most:
                    best, most = lender, amount
        yard.loan[j, best] = min(lacking, most)
        lacking -= yard.loan[j, best]
    return True


@inner
def reserve_for(j, today, step, given, yard):
    """The first day on which row ``j`` is expected to fit on its team's own, and what is free then.

    NEVER if there is none. What is overdue is expected tomorrow.
    """
    t = given.team[j]
    ring = yard.coming.shape[0]
    steps = given.step_day.shape[0]
    room = yard.free[t] + yard.overdue[t]
    day = today
    while True:
        if day < today + ring:
            day += 1
            room += yard.coming[day & (ring - 1), t]
        elif step < steps:
            day = max(day, given.step_day[step])
        else:
            return NEVER, room
        while step < steps and given.step_day[step] <= day:
            room += given.change[step, t]
            step += 1
        if given.demand[j, 0] <= room:
            return day, room


@inner
def advance(t, reach, today, step, given, yard, strict, patience, starts):
    """The next row of a team's line that may start, or -1.

    With a ``reach`` above 0 it may borrow up to that; what it takes is in ``yard.loan``.
    """
    desk = yard.desk[t]
    while desk[STOPPED] == 0 and desk[CURSOR] < yard.seat_from[t + 1]:
        j = yard.seat[desk[CURSOR]]
        if starts[j] == NEVER:
            own = yard.free[t]
            if desk[HEAD] >= 0 and given.safe[j] > desk[WITHIN]:
                own = min(own, desk[SPARE])
            lacking = given.demand[j, 0] - own
            if lacking <= 0 or (lacking <= reach and borrow(j, lacking, given, yard)):
                return j
            if desk[HEAD] < 0:
                day, room = reserve_for(j, today, step, given, yard)
                if day < NEVER:
                    desk[HEAD] = j
                    desk[WITHIN] = day - today
                    desk[SPARE] = room - given.demand[j, 0]
                    if yard.reserved[j] >= 0 and today >= yard.reserved[j] + patience:
                        desk[STOPPED] = 1
                if strict:
                    desk[STOPPED] = 1
        desk[CURSOR] += 1
    return -1


@inner
def begin(j, today, dur, given, yard, starts):
    """Start row ``j`` with the loans that were found for it; whether there are any."""
    t = given.team[j]
    usual = given.usual[j]
    own = given.demand[j, 0]
    for lender in range(given.may_borrow.shape[0]):
        lent = yard.loan[j, lender]
        if lent > 0:
            own -= lent
            desk = yard.desk[lender]
            yard.free[lender] -= lent
            desk[LENT] += lent
            if desk[HEAD] >= 0 and usual > desk[WITHIN]:
                desk[SPARE] -= lent
            offer(lender, given, yard)
    desk = yard.desk[t]
    yard.free[t] -= own
    desk[HELD] += given.demand[j, 0]
    desk[BORROWED] += given.demand[j, 0] - own
    if desk[HEAD] >= 0 and usual > desk[WITHIN]:
        desk[SPARE] -= own
    desk[CURSOR] += 1
    starts[j] = today
    yard.due[j] = today + usual
    share_out(yard.coming[yard.due[j] & (yard.coming.shape[0] - 1)], j, given, yard, 1)
    hold(yard.ending, yard.also, today + dur[j], j)
    yard.at[RUNNING] += 1
    return own < given.demand[j, 0]
