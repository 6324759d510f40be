"""Notes of where a queue stands, to go back to and to compare with."""

from __future__ import annotations

from callsheet.planner.kernels.compiling import NEVER, inner
from callsheet.planner.kernels.copying import copy_line
from callsheet.planner.kernels.yard import RUNNING, TODAY, WAITING, next_end


@inner
def length_of(yard, running, waiting):
    """How many numbers a note takes, while so many hold credits and so many wait."""
    resources = yard.free.shape[0]
    ring = yard.coming.shape[0]
    return 5 + resources * (2 + ring) + (3 + yard.loan.shape[1]) * running + 2 * waiting


@inner
def note(yard, order, slot):
    """Write down where a replication stands; ``slot[0]`` is its day, or -1 if there is no room."""
    running, waiting = yard.at[RUNNING], yard.at[WAITING]
    resources = yard.free.shape[0]
    ring = yard.coming.shape[0]
    teams = yard.loan.shape[1]
    if length_of(yard, running, waiting) > slot.shape[0]:
        slot[0] = -1
        return
    copy_line(slot[:5], yard.at)
    at = 5
    for r in range(resources):
        slot[at] = yard.free[r]
        slot[at + 1] = yard.overdue[r]
        at += 2
        for day in range(ring):
            slot[at] = yard.coming[day, r]
            at += 1
    day = yard.at[TODAY]
    while running:
        day = next_end(yard.ending, day)
        j = yard.ending[day & (yard.ending.shape[0] - 1)]
        while j >= 0:
            slot[at] = j
            slot[at + 1] = day
            slot[at + 2] = yard.due[j]
            at += 3
            for t in range(teams):
                slot[at] = yard.loan[j, t]
                at += 1
            running -= 1
            j = yard.also[j]
        day += 1
    for n in range(waiting):
        j = order[yard.line[n]]
        slot[at] = j
        slot[at + 1] = yard.reserved[j]
        at += 2


@inner
def same(one, other, yard):
    """Whether two slots, taken on yards like this one, say the same."""
    if one[0] < 0:
        return False
    length = length_of(yard, one[RUNNING], one[WAITING])
    at = 0
    while at < length and one[at] == other[at]:
        at += 1
    return at == length


@inner
def resume(slot, place, given, starts, entered, yard, trial):
    """Put a replication back to where a slot says it stood; ``starts`` are what it led to.

    Those who waited there are still in the same order among themselves.
    """
    n = given.opens.shape[0]
    resources = yard.free.shape[0]
    ring = yard.coming.shape[0]
    teams = yard.loan.shape[1]
    copy_line(yard.at, slot[:5])
    today = slot[TODAY]
    at = 5
    for r in range(resources):
        yard.free[r] = slot[at]
        yard.overdue[r] = slot[at + 1]
        at += 2
        for day in range(ring):
            yard.coming[day, r] = slot[at]
            at += 1
    copy_line(yard.missing, given.waits)
    for j in range(n):
        trial[j] = starts[j] if starts[j] < today else NEVER
        yard.entered[j] = entered[j] if entered[j] < today else NEVER
    yard.loan[:] = 0
    # Who has begun and is not in the slot has finished.
    yard.due[:] = -1
    yard.ending[:] = -1
    # What ends on one day stays in its order, so that the same play notes the same.
    last = -1
    for _ in range(slot[RUNNING]):
        j = slot[at]
        day = slot[at + 1] & (yard.ending.shape[0] - 1)
        if yard.ending[day] >= 0:
            yard.also[last] = j
        else:
            yard.ending[day] = j
        yard.also[j] = -1
        last = j
        yard.due[j] = slot[at + 2]
        at += 3
        for t in range(teams):
            yard.loan[j, t] = slot[at]
            at += 1
    for j in range(given.demand.shape[0]):
        if yard.due[j] < 0 and (j >= n or trial[j] < NEVER):
            for s in range(given.succ_from[j], given.succ_from[j + 1]):
                yard.missing[given.succ[s]] -= 1
    for k in range(slot[WAITING]):
        j = slot[at]
        yard.line[k] = place[j]
        yard.reserved[j] = slot[at + 1]
        at += 2
