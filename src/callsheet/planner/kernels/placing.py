"""Serial schedule generation: each project at its earliest, one after the other.

Kolisch, "Serial and parallel resource-constrained project scheduling methods revisited", European
Journal of Operational Research 90 (1996). ``free`` (and, with teams, ``used`` and ``balance``) are
changed in place, so the caller gives a copy.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled
from callsheet.planner.kernels.costs import cost_at


@compiled
def earliest(free, need, dur, start):
    """The first day from ``start`` on with ``need`` free on ``dur`` days; NEVER beyond the end."""
    days = free.shape[1]
    single = free.shape[0] == 1
    while start + dur <= days:
        day = start + dur - 1
        if single:
            units = need[0]
            while day >= start and free[0, day] >= units:
                day -= 1
        else:
            fits = True
            while day >= start:
                for r in range(free.shape[0]):
                    if need[r] > 0 and free[r, day] < need[r]:
                        fits = False
                        break
                if not fits:
                    break
                day -= 1
        if day < start:
            return start
        start = day + 1
    return NEVER


@compiled
def take(free, need, dur, start):
    """Occupy ``need`` on ``dur`` days from ``start`` on; a negative need gives back."""
    for r in range(free.shape[0]):
        if need[r] != 0:
            for day in range(start, start + dur):
                free[r, day] -= need[r]


@compiled
def balance_of(own, used, may_lend):
    """Per day, what the teams could lend less what they have borrowed; negative is overdrawn."""
    teams, days = own.shape
    balance = np.zeros(days, np.int64)
    for k in range(teams):
        for day in range(days):
            left = own[k, day] - used[k, day]
            balance[day] += min(left, may_lend[k]) if left > 0 else left
    return balance


@compiled
def team_fits(k, units, day, own, used, balance, may_borrow, may_lend):
    """Whether team ``k`` can have ``units`` more on a day, from its own or on loan."""
    before = own[k, day] - used[k, day]
    after = before - units
    if units == 0:
        return True
    if after < 0 and -after > may_borrow[k] and after < min(before, 0):
        return False
    change = (min(after, may_lend[k]) if after > 0 else after) - (
        min(before, may_lend[k]) if before > 0 else before
    )
    # A pool that is overdrawn already stops nobody who does not make it worse.
    return change >= 0 or balance[day] + change >= 0


@compiled
def earliest_in_team(free, need, dur, start, k, own, used, balance, may_borrow, may_lend):
    """As ``earliest``, where the credits are those of team ``k`` and what others lend."""
    days = free.shape[1]
    while start + dur <= days:
        day = start + dur - 1
        fits = True
        while day >= start:
            for r in range(1, free.shape[0]):
                if need[r] > 0 and free[r, day] < need[r]:
                    fits = False
                    break
            if not fits or not team_fits(k, need[0], day, own, used, balance, may_borrow, may_lend):
                break
            day -= 1
        if day < start:
            return start
        start = day + 1
    return NEVER


@compiled
def take_in_team(free, need, dur, start, k, own, used, balance, may_lend):
    """As ``take``, and what it means for the team's and everybody's balance."""
    take(free, need, dur, start)
    for day in range(start, start + dur):
        before = own[k, day] - used[k, day]
        after = before - need[0]
        used[k, day] += need[0]
        balance[day] += (min(after, may_lend[k]) if after > 0 else after) - (
            min(before, may_lend[k]) if before > 0 else before
        )


@compiled
def least_of(dur, ready, ready0, due, late_cost, flow_cost, beyond):
    """What all rows cost if each started when it is ready: no schedule costs less."""
    least = 0.0
    for j in range(dur.shape[0]):
        least += cost_at(ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond)
    return least


@compiled
def serial(
    order, limit, least, free, demand, dur, ready, ready0, due, late_cost, flow_cost, pred_from,
    pred, team, own, used, may_borrow, may_lend, beyond, starts, waiting,
):  # fmt: skip
    """Place the rows of ``order`` one after the other, each at its earliest; returns Z.

    A row that comes before its predecessors draws them forward. What fits nowhere, or waits for
    such a one, starts NEVER. ``starts`` gets the starts. As soon as Z must exceed ``limit``, given
    that all rows cost ``least_of`` them at least, it ends with a Z above the limit. ``waiting`` is
    room for one number more than there are rows.
    """
    total = least
    teams = own.shape[0] > 0
    balance = balance_of(own, used, may_lend)
    for j in range(starts.shape[0]):
        starts[j] = -1
    for position in range(order.shape[0]):
        top = 0
        waiting[0] = order[position]
        while top >= 0:
            j = waiting[top]
            if starts[j] >= 0:
                top -= 1
                continue
            begin = ready[j]
            blocked = False
            for at in range(pred_from[j], pred_from[j + 1]):
                p = pred[at]
                if starts[p] < 0:
                    top += 1
                    waiting[top] = p
                    blocked = True
                    break
                if starts[p] == NEVER:
                    begin = NEVER
                elif begin != NEVER and starts[p] + dur[p] > begin:
                    begin = starts[p] + dur[p]
            if blocked:
                continue
            if begin != NEVER:
                if teams:
                    begin = earliest_in_team(
                        free, demand[j], dur[j], begin, team[j], own, used, balance,
                        may_borrow, may_lend,
                    )  # fmt: skip
                else:
                    begin = earliest(free, demand[j], dur[j], begin)
            starts[j] = begin
            if begin != NEVER:
                if teams:
                    take_in_team(
                        free, demand[j], dur[j], begin, team[j], own, used, balance, may_lend
                    )
                else:
                    take(free, demand[j], dur[j], begin)
            if begin != ready[j]:
                total += cost_at(
                    begin, dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond
                ) - cost_at(ready[j], dur[j], ready0[j], due[j], late_cost[j], flow_cost[j], beyond)
                if total > limit:
                    return total
            top -= 1
    return total
