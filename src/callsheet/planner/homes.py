"""Where projects are at home: the starts of an earlier plan, as rows of this problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from callsheet.planner.arrays import Arrays, Ints, arrays_of
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.problem import DAYS_MAX, Problem, ProblemError
from callsheet.planner.search import left_by


def with_homes(problem: Problem, starts: Mapping[str, int]) -> tuple[Arrays, Ints]:
    """The problem's arrays, with days enough for the old starts, and these by row."""
    for id, day in starts.items():
        if id not in problem.by_id:
            raise ProblemError("starts", f"name {id!r}, which is unknown")
        if not -DAYS_MAX <= day <= DAYS_MAX:
            raise ProblemError("starts", f"{id!r} on day {day}, which is too far away")
    arrays = arrays_of(problem)
    homes = np.array([starts.get(id, NEVER) for id in arrays.ids], dtype=np.int64)
    # Whatever is shifted right from its home ends within the days of these later projects.
    later = tuple(
        replace(project, ready=max(project.ready, starts.get(project.id, 0)))
        for project in problem.projects
    )
    more = arrays_of(replace(problem, projects=later)).days - arrays.days
    if more > 0:
        wide = ((0, 0), (0, more))
        arrays = replace(
            arrays,
            free=np.pad(arrays.free, wide, mode="edge"),
            own=np.pad(arrays.own, wide, mode="edge") if len(arrays.own) else arrays.own,
            team_used=np.pad(arrays.team_used, wide),
        )
    return arrays, homes


def pinned(arrays: Arrays, rows: np.ndarray, starts: Ints) -> Arrays:
    """The arrays with some rows at their starts for good: what they hold is not there any more."""
    at = np.where(rows, starts, NEVER)
    free, used = left_by(arrays, at)
    return replace(
        arrays,
        free=free,
        team_used=used,
        demand=np.where(rows[:, None], 0, arrays.demand),
        ready=np.where(rows, starts, arrays.ready),
    )
