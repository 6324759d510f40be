"""A lower bound for every plan of a problem, and the order of starts that its prices suggest."""

from __future__ import annotations

import numpy as np

from callsheet.planner.arrays import Arrays, Floats, Ints
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.relaxing import climb

STEPS = 600
CHUNK = 20


class Relaxation:
    """The Lagrangian relaxation of one problem, improved step by step.

    ``bound`` is proved at any moment for every plan that starts the projects that ``starts``
    starts; those that never start count for nothing. ``starts`` is any schedule of the problem:
    nothing of interest happens after its end. Of several predecessors the one that finishes last
    at the earliest is kept as such, what others demand is a ready date.
    """

    def __init__(self, arrays: Arrays, starts: Ints) -> None:
        rows = np.flatnonzero(starts < NEVER)
        self.rows = rows
        self.n = len(rows)
        self.bound = 0.0
        self.steps = 0
        self.done = self.n == 0
        if self.done:
            return
        self._dur = arrays.dur[rows]
        self._ready = arrays.ready[rows]
        self._ready0 = arrays.ready0[rows]
        self._due = arrays.due[rows]
        self._late = arrays.late_cost[rows]
        self._flow = arrays.flow_cost[rows]
        days = int((starts[rows] + self._dur).max())
        self._capacity, self._demand = _limits(arrays, rows, days)
        parent = _parents(arrays, rows)
        self._forest(parent, days)
        self._multipliers: Floats = np.zeros(self._capacity.shape)
        self._direction: Floats = np.zeros(self._capacity.shape)
        self.best: Floats = np.zeros(self._capacity.shape)
        self._mean: Floats = self._ready.astype(float)
        self._state: Floats = np.array([-1e300, 1.0, 0.0, 0.0])

    def _forest(self, parent: Ints, days: int) -> None:
        kept = np.flatnonzero(parent >= 0)
        by_parent = kept[np.argsort(parent[kept], kind="stable")]
        children: dict[int, list[int]] = {}
        for j in by_parent.tolist():
            children.setdefault(int(parent[j]), []).append(j)
        # Most rows stand alone; only those in trees are looked at one by one, parents first.
        tree = [j for j in sorted(children) if parent[j] < 0]
        below: list[int] = []
        for j in (order := [*tree]):
            below += children.get(j, [])
            order += children.get(j, [])
        chain = self._dur.copy()
        for j in reversed(below):
            chain[parent[j]] = max(chain[parent[j]], chain[j] + self._dur[parent[j]])
        roots = np.flatnonzero(parent < 0)
        self._bottom_up: Ints = np.concatenate([roots, np.array(below, dtype=np.int64)])[
            ::-1
        ].copy()
        in_tree = parent >= 0
        in_tree[list(children)] = True
        self._table_row: Ints = np.where(in_tree, np.cumsum(in_tree) - 1, -1).astype(np.int64)
        longest = int(chain[in_tree].max(initial=0))
        late = int(self._ready.max(initial=0))
        self._table: Floats = np.zeros((int(in_tree.sum()), max(days, late) + longest + 1))
        self._parent = parent
        counts = np.bincount(parent[kept], minlength=self.n)
        self._child_from: Ints = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
        self._child: Ints = by_parent.astype(np.int64)

    def climb(self, upper: float, steps: int = CHUNK) -> None:
        """Make ``steps`` steps towards ``upper``, the cost of the best schedule that is known."""
        if self.done:
            return
        self.done = climb(
            self._multipliers, self._direction, self._state, self._capacity, self._demand,
            self._dur, self._ready, self._ready0, self._due, self._late, self._flow, self._parent,
            self._bottom_up, self._child_from, self._child, self._table_row, self._table,
            self.best, self._mean, upper, steps,
        )  # fmt: skip
        self.bound = float(self._state[0])
        self.steps += steps

    def full_order(self, n: int) -> Ints:
        """All ``n`` rows by the mean of the starts that the prices suggested; others last."""
        others = np.setdiff1d(np.arange(n, dtype=np.int64), self.rows)
        if not self.n:
            return others
        return np.concatenate([self.rows[np.argsort(self._mean, kind="stable")], others])


def _limits(arrays: Arrays, rows: Ints, days: int) -> tuple[Floats, Ints]:
    """What new work can use at most, by resource and day, and what each row needs of it.

    With teams, credits that a team does not have are borrowed from another's, so the first
    resource is all that is left to all; then each team is limited by its own and what it borrows.
    """
    capacity = np.maximum(arrays.free[:, :days], 0).astype(float)
    demand = arrays.demand[rows]
    if not len(arrays.own):
        return capacity, demand
    left = np.maximum(arrays.own[:, :days] - arrays.team_used[:, :days], 0).astype(float)
    capacity[0] = left.sum(axis=0)
    extra, needs = [], []
    for k in range(len(arrays.own)):
        extra.append(left[k] + float(arrays.may_borrow[k]))
        needs.append(np.where(arrays.team[rows] == k, demand[:, 0], 0))
    return (
        np.vstack([capacity, *(row[None] for row in extra)]),
        np.hstack([demand, *(need[:, None] for need in needs)]).astype(np.int64),
    )


def _parents(arrays: Arrays, rows: Ints) -> Ints:
    """For each of ``rows`` the index among them of the predecessor that is kept, or -1."""
    index = np.full(arrays.n, -1, dtype=np.int64)
    index[rows] = np.arange(len(rows))
    parent = np.full(len(rows), -1, dtype=np.int64)
    for row in rows[np.diff(arrays.pred_from)[rows] > 0]:
        found = [
            (int(arrays.ready[p] + arrays.dur[p]), int(index[p]))
            for p in arrays.pred[arrays.pred_from[row] : arrays.pred_from[row + 1]]
            if index[p] >= 0
        ]
        if found:
            parent[index[row]] = max(found)[1]
    return parent
