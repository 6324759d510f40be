"""Priority rules: quick orders in which to place projects, each good somewhere.

WSPT (Smith 1956), earliest due date (Jackson 1955), least slack, and apparent tardiness cost with
its look-ahead factor (Vepsalainen and Morton, Management Science 33, 1987), all with the credits
that a project occupies as the price of its time.
"""

from __future__ import annotations

import numpy as np

from callsheet.planner.arrays import NO_DUE, Arrays, Ints

LOOK_AHEADS = (0.5, 1.0, 2.0, 4.0, 8.0)


def orders_by_rule(arrays: Arrays) -> dict[str, Ints]:
    """Orders of all rows by rule, the first row first. Ties fall to the lower row."""
    if arrays.n == 0:
        return {}
    dur = arrays.dur.astype(float)
    size = np.maximum(1, arrays.demand[:, 0]) * dur
    late = arrays.late_cost + arrays.flow_cost
    due = np.minimum(arrays.due, NO_DUE)
    latest = due - arrays.dur
    density = late / size
    found = {
        "first come": _by(arrays.ready),
        "earliest due date": _by(due, -density),
        "least slack": _by(latest, -density),
        "most weight for its credits": _by(-density),
        "ready, then weight": _by(arrays.ready, -density),
    }
    mean = float(dur.mean())
    for look_ahead in LOOK_AHEADS:
        # The index as it stands on the day the project is ready: static, so it can be listed.
        slack = np.maximum(0.0, latest - arrays.ready)
        index = density * np.exp(-slack / (look_ahead * mean))
        start = arrays.ready + slack * (1 - 1 / (1 + look_ahead))
        found[f"apparent tardiness cost, {look_ahead:g}"] = _by(-index)
        found[f"latest start less weight, {look_ahead:g}"] = _by(
            start - look_ahead * mean * _rank(density)
        )
    return found


def _rank(values: np.ndarray) -> np.ndarray:
    """From 0 for the lowest to 1 for the highest."""
    places = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return places / max(1, len(values) - 1)


def _by(*keys: np.ndarray) -> Ints:
    return np.lexsort(tuple(reversed(keys))).astype(np.int64)
