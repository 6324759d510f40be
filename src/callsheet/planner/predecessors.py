"""Who waits for whom among the projects that have not started, by row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from callsheet.planner.problem import Problem

type Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Predecessors:
    """Predecessors of row ``j`` are ``pred[pred_from[j]:pred_from[j+1]]``, successors likewise.

    ``topological`` are all rows, each behind its predecessors. ``waiting`` are in this order the
    rows that come after anything at all, also after what is in production: few of many.
    """

    pred_from: Ints
    pred: Ints
    succ_from: Ints
    succ: Ints
    topological: Ints
    waiting: list[int]


def predecessors_of(problem: Problem) -> Predecessors:
    """The predecessors of a problem's projects, without those that are in production.

    Only what comes after something is looked at one by one, so that it takes no longer than the
    problem has of that.
    """
    row = {project.id: n for n, project in enumerate(problem.projects)}
    rows = len(row)
    after = {
        n: [row[id] for id in project.after if id in row]
        for n, project in enumerate(problem.projects)
        if project.after
    }
    later = np.array([n for n, before in after.items() for _ in before], dtype=np.int64)
    earlier = np.array([p for before in after.values() for p in before], dtype=np.int64)
    layer = _layers(after, rows)
    by_earlier = np.argsort(earlier, kind="stable")
    return Predecessors(
        pred_from=_from(later, rows),
        pred=earlier,
        succ_from=_from(earlier, rows),
        succ=later[by_earlier],
        topological=np.argsort(layer, kind="stable").astype(np.int64),
        waiting=sorted(after, key=lambda n: (layer[n], n)),
    )


def _from(rows: Ints, count: int) -> Ints:
    """Where the part of each row begins in a list that is ordered by rows, and the whole's end."""
    return np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=count)))).astype(np.int64)


def _layers(after: dict[int, list[int]], rows: int) -> Ints:
    """How many come one after the other before each row at the most; ``after`` is acyclic."""
    layer = np.zeros(rows, dtype=np.int64)
    missing = {n: len(before) for n, before in after.items() if before}
    followers: dict[int, list[int]] = {}
    for n, before in after.items():
        for p in before:
            followers.setdefault(p, []).append(n)
    free = [p for p in followers if p not in missing]
    while free:
        p = free.pop()
        for n in followers.get(p, ()):
            layer[n] = max(layer[n], layer[p] + 1)
            missing[n] -= 1
            if not missing[n]:
                free.append(n)
    return layer
