"""What becomes of one project of a queue when it is briefed later, and of nothing else."""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled
from callsheet.planner.kernels.copying import copy_line
from callsheet.planner.kernels.noting import note, resume
from callsheet.planner.kernels.queueing import BACKFILL, serve
from callsheet.planner.kernels.yard import (
    OPENED,
    RUNNING,
    STEP,
    TODAY,
    let_pass,
    next_end,
    open_yard,
    yard_of,
)


@compiled
def open_all(dur, order, given, starts, entered, slots):
    """Begin every replication, and note it down."""
    yard = yard_of(given, dur)
    for s in range(dur.shape[0]):
        open_yard(dur[s], given, yard, starts[s])
        copy_line(entered[s], yard.entered)
        note(yard, order, slots[s])


@compiled
def play_until(day, dur, order, place, given, patience, starts, entered, slots):
    """Play every replication on until a day, and note it down again."""
    yard = yard_of(given, dur)
    trial = np.empty(order.shape[0], np.int64)
    for s in range(dur.shape[0]):
        resume(slots[s], place, given, starts[s], entered[s], yard, trial)
        serve(day, dur[s], order, place, given, yard, BACKFILL, patience, trial)
        copy_line(starts[s], trial)
        copy_line(entered[s], yard.entered)
        note(yard, order, slots[s])


@compiled
def in_time(j, due, dur, order, place, given, patience, starts, entered, slots):
    """In how many replications row ``j`` has finished by day ``due``.

    ``given`` says when it is ready, which is no earlier than what the slots have been played
    until; apart from that it is what they have been played with.
    """
    yard = yard_of(given, dur)
    trial = np.empty(order.shape[0], np.int64)
    count = 0
    for s in range(dur.shape[0]):
        last = due - dur[s, j]
        resume(slots[s], place, given, starts[s], entered[s], yard, trial)
        # The next day to look at may have been the one on which the row was ready.
        before = yard.at[TODAY]
        today = NEVER
        if yard.at[RUNNING]:
            today = next_end(yard.ending, before)
        if yard.at[OPENED] < order.shape[0]:
            today = min(today, given.opens[given.by_open[yard.at[OPENED]]])
        if yard.at[STEP] < given.step_day.shape[0]:
            today = min(today, given.step_day[yard.at[STEP]])
        let_pass(given, before, today, yard)
        yard.at[TODAY] = today
        while trial[j] == NEVER and yard.at[TODAY] <= last:
            serve(yard.at[TODAY] + 1, dur[s], order, place, given, yard, BACKFILL, patience, trial)
        if trial[j] <= last:
            count += 1
    return count
