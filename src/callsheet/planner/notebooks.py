"""Where a worker notes how the queue stands, so as not to play every scenario from its begin."""

from __future__ import annotations

import numpy as np

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.given import note_length
from callsheet.planner.kernels.yard import Given

MARKS = 12
NOTED_MOST = 24_000_000
"""So many bytes each worker notes down of where the queue stands in the scenarios, at most."""


def marks_of(arrays: Arrays, given: Given, scenarios: int) -> tuple[Ints, tuple[int, ...]]:
    """The days on which a worker notes where the queue stands, and the shape of its notebook.

    Where the notes of a day need more room than there is, that day goes without.
    """
    rows = len(given.demand)
    whole = note_length(given, rows, arrays.n)
    least = note_length(given, 0, 0)
    length = least + min(whole - least, 600 + (whole - least) // 4)
    marks = max(1, min(MARKS, NOTED_MOST // (16 * scenarios * length)))
    last = int(arrays.ready.max()) + int(arrays.dur.mean()) + 1
    days = np.linspace(0, last, marks, endpoint=False).astype(np.int64)
    return days, (2, scenarios, marks, length)
