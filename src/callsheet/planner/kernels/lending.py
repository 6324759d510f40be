"""The queues of teams that lend to each other, day by day, as ``callsheet.admission`` serves them.

Every team starts, in order, what fits on its own credits up to its head. Teams whose head loans
cannot help go on alone. Then they take turns, the lowest held ÷ own credits first, each until it
has taken one loan. A loan overtakes the lender's head, so it is home in four of five cases by the
day reserved for it, or spare on it (decision 0011).
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, inner, woven
from callsheet.planner.kernels.desks import (
    BORROWED,
    HEAD,
    HELD,
    LENT,
    OWN,
    TURN,
    WITHIN,
    advance,
    begin,
    begin_line,
    mark,
    offer,
    rewind,
    seat_lines,
    within_reach,
)
from callsheet.planner.kernels.yard import (
    OPENED,
    RUNNING,
    STEP,
    TODAY,
    WAITING,
    join,
    let_pass,
    next_end,
    share_out,
)

# Numbers of numpy: what is called with a constant of Python's is compiled for this constant alone.
NO_LOANS = np.int64(0)
"""A reach of own credits alone."""

UP_TO_HEAD, EVERYTHING = np.bool_(True), np.bool_(False)
"""How far a team goes on alone."""


@inner
def look_ahead(t, today, step, given, yard, strict, patience, starts):
    """Mark where a line stands, and go on just far enough to know its head and its offer.

    Whether something could go on without a loan.
    """
    mark(t, yard)
    j = advance(t, NO_LOANS, today, step, given, yard, strict, patience, starts)
    offer(t, given, yard)
    return j >= 0


@inner
def serve_alone(t, up_to_head, today, step, dur, given, yard, strict, patience, starts):
    """Start what may start on own credits, from the mark on: up to the head, or everything.

    Whether something is left that could go on without a loan.
    """
    rewind(t, yard)
    started = False
    j = advance(t, NO_LOANS, today, step, given, yard, strict, patience, starts)
    while j >= 0 and not (up_to_head and yard.desk[t, HEAD] >= 0):
        begin(j, today, dur, given, yard, starts)
        started = True
        j = advance(t, NO_LOANS, today, step, given, yard, strict, patience, starts)
    if started:
        begin_line(t, yard)
        return look_ahead(t, today, step, given, yard, strict, patience, starts)
    offer(t, given, yard)
    return j >= 0


@inner
def hopes(t, given, yard, starts):
    """Whether loans might start the head, or one before it that own credits never will."""
    most = yard.free[t] + within_reach(t, given, yard)
    for at in range(yard.seat_from[t], yard.seat_from[t + 1]):
        j = yard.seat[at]
        if starts[j] == NEVER:
            if given.demand[j, 0] <= most:
                return True
            if j == yard.desk[t, HEAD]:
                return False
    return False


@inner
def may_go_on(t, given, yard, starts):
    """Whether a turn could start anything, with what is within reach."""
    most = max(0, yard.free[t]) + within_reach(t, given, yard)
    for at in range(yard.seat_from[t], yard.seat_from[t + 1]):
        j = yard.seat[at]
        if starts[j] == NEVER and given.demand[j, 0] <= most:
            return True
    return False


@inner
def next_turn(given, yard):
    """The team with the lowest held ÷ own credits of those whose turn comes, or -1."""
    desk = yard.desk
    best = -1
    for t in range(given.may_borrow.shape[0]):
        if desk[t, TURN] != 0:
            if best < 0 or (desk[t, OWN] > 0 and desk[best, OWN] == 0):
                best = t
            elif (desk[t, OWN] > 0) == (desk[best, OWN] > 0):
                own, its = max(1, desk[t, OWN]), max(1, desk[best, OWN])
                if desk[t, HELD] * its < desk[best, HELD] * own:
                    best = t
    return best


@woven
def settle(today, step, order, dur, given, yard, strict, patience, starts):
    """Start everything that starts on a day, and keep a first day for every new head."""
    teams = given.may_borrow.shape[0]
    desk = yard.desk
    seat_lines(order, given, yard)
    for t in range(teams):
        begin_line(t, yard)
        mark(t, yard)
        desk[t, TURN] = serve_alone(
            t, UP_TO_HEAD, today, step, dur, given, yard, strict, patience, starts
        )
    for t in range(teams):
        desk[t, TURN] = desk[t, TURN] != 0 and not hopes(t, given, yard, starts)
    for t in range(teams):
        if desk[t, TURN] != 0:
            serve_alone(t, EVERYTHING, today, step, dur, given, yard, strict, patience, starts)
    for t in range(teams):
        desk[t, TURN] = may_go_on(t, given, yard, starts)
    t = next_turn(given, yard)
    while t >= 0:
        rewind(t, yard)
        desk[t, TURN] = 0
        while True:
            reach = within_reach(t, given, yard) if yard.free[t] >= 0 else 0
            j = advance(t, reach, today, step, given, yard, strict, patience, starts)
            if j < 0:
                offer(t, given, yard)
                break
            if begin(j, today, dur, given, yard, starts):
                look_ahead(t, today, step, given, yard, strict, patience, starts)
                desk[t, TURN] = 1
                break
        t = next_turn(given, yard)
    for t in range(teams):
        head = desk[t, HEAD]
        if head >= 0 and yard.reserved[head] < 0:
            yard.reserved[head] = today + desk[t, WITHIN]


@inner
def come_back(j, today, place, given, yard):
    """Row ``j`` has finished: its credits go home, loans to their lenders, and others may join."""
    teams = given.may_borrow.shape[0]
    if yard.due[j] <= today:
        share_out(yard.overdue, j, given, yard, -1)
    else:
        share_out(yard.coming[yard.due[j] & (yard.coming.shape[0] - 1)], j, given, yard, -1)
    yard.at[RUNNING] -= 1
    share_out(yard.free, j, given, yard, 1)
    count_held(j, given, yard, -1)
    for lender in range(teams):
        yard.loan[j, lender] = 0
    for at in range(given.succ_from[j], given.succ_from[j + 1]):
        s = given.succ[at]
        yard.missing[s] -= 1
        if yard.missing[s] == 0 and given.opens[s] < today and given.ever[s]:
            join(s, today, place, yard)


@inner
def count_held(j, given, yard, sign):
    """Row ``j`` holds credits (1), or does not any more (-1)."""
    t = given.team[j]
    yard.desk[t, HELD] += sign * given.demand[j, 0]
    for lender in range(given.may_borrow.shape[0]):
        lent = sign * yard.loan[j, lender]
        yard.desk[lender, LENT] += lent
        yard.desk[t, BORROWED] += lent


@woven
def serve_teams(stop, dur, order, place, given, yard, strict, patience, starts):
    """As ``queueing.serve``, for teams that lend to each other."""
    n = given.opens.shape[0]
    steps = given.step_day.shape[0]
    teams = given.may_borrow.shape[0]
    today, step, opened = yard.at[TODAY], yard.at[STEP], yard.at[OPENED]
    yard.desk[:] = 0
    for t in range(teams):
        for s in range(step):
            yard.desk[t, OWN] += given.change[s, t]
    day = today
    left = yard.at[RUNNING]
    while left:
        day = next_end(yard.ending, day)
        j = yard.ending[day & (yard.ending.shape[0] - 1)]
        while j >= 0:
            count_held(j, given, yard, 1)
            left -= 1
            j = yard.also[j]
        day += 1
    while today < stop:
        ended = yard.ending[today & (yard.ending.shape[0] - 1)]
        yard.ending[today & (yard.ending.shape[0] - 1)] = -1
        while ended >= 0:
            come_back(ended, today, place, given, yard)
            ended = yard.also[ended]
        while step < steps and given.step_day[step] <= today:
            for t in range(teams):
                yard.free[t] += given.change[step, t]
                yard.desk[t, OWN] += given.change[step, t]
            step += 1
        while opened < n and given.opens[given.by_open[opened]] <= today:
            j = given.by_open[opened]
            opened += 1
            if yard.missing[j] == 0 and given.ever[j]:
                join(j, today, place, yard)
        if yard.at[WAITING] > 0:
            settle(today, step, order, dur, given, yard, strict, patience, starts)
            kept = 0
            for at in range(yard.at[WAITING]):
                if starts[order[yard.line[at]]] == NEVER:
                    yard.line[kept] = yard.line[at]
                    kept += 1
            yard.at[WAITING] = kept
        before = today
        today = next_end(yard.ending, before + 1) if yard.at[RUNNING] else NEVER
        if opened < n:
            today = min(today, given.opens[given.by_open[opened]])
        if step < steps:
            today = min(today, given.step_day[step])
        let_pass(given, before, today, yard)
    yard.at[TODAY] = today
    yard.at[STEP] = step
    yard.at[OPENED] = opened
