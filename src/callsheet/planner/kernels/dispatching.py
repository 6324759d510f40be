"""A queue that is ranked anew while it is served, by apparent tardiness cost.

Vepsalainen and Morton, Management Science 33 (1987): the weight for the credits that a project
occupies, the smaller the longer it could still wait. No fixed order can do the same.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.kernels.compiling import NEVER, compiled
from callsheet.planner.kernels.queueing import BACKFILL, serve
from callsheet.planner.kernels.yard import TODAY, WAITING, enlist, open_yard, yard_of


@compiled
def dispatch(dur, density, latest, scale, every, given, patience, starts):
    """As ``queue``, ranked by density · exp(-slack / scale) where ``every`` days have passed.

    ``latest`` are the starts (float) with which each would just be in time; slack is what is left
    until then.
    """
    yard = yard_of(given, dur)
    n = density.shape[0]
    order = np.arange(n)
    place = np.arange(n)
    rows = np.empty(n, np.int64)
    for replication in range(dur.shape[0]):
        open_yard(dur[replication], given, yard, starts[replication])
        while yard.at[TODAY] < NEVER:
            today = yard.at[TODAY]
            waiting = yard.at[WAITING]
            for at in range(waiting):
                rows[at] = order[yard.line[at]]
            order = np.argsort(
                -density * np.exp(-np.maximum(0.0, latest - today) / scale), kind="mergesort"
            )
            for at in range(n):
                place[order[at]] = at
            for at in range(waiting):
                enlist(yard.line, at, place[rows[at]])
            serve(
                today + every, dur[replication], order, place, given, yard, BACKFILL, patience,
                starts[replication],
            )  # fmt: skip
