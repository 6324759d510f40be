"""One finish is all that costs: looking for its earliest day.

Sums of tardiness change with nearly every move; one makespan does not, and annealing does not know
where to go. So such a problem is searched by ``kernels.breeding`` instead of ``planner.search``.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.kernels.breeding import breed
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.search import Best, cost_of, order_of, placed
from callsheet.planner.side_by_side import side_by_side

POPULATION = 600
"""Where there is time for so many: smaller ones are all alike before it is over."""

BRED_MOST = 1_000
"""Up to this many rows; a population of more takes longer to make than there is time."""

ROUND_CHILDREN = 500
"""Children of each worker between two looks at whether to go on, where they are counted."""

STALE = 60_000
"""After so many children without an earlier end another population is begun."""

FIRST_PROOF_SECONDS = 1.0
FIRST_PROOF_SHARE = 0.1
"""A proof is tried first: for so many seconds, or so much of the time if that is less."""

SHARE_FEW, SHARE_MANY = 0.2, 0.8
"""Of the time, up to FEW rows and from MANY rows on; CP-SAT, which has the rest, is good at few."""

FEW, MANY = 60, 120


def bred_share(rows: int) -> float:
    """How much of the time is for breeding: in between the share grows with the rows."""
    return float(np.interp(rows, (FEW, MANY), (SHARE_FEW, SHARE_MANY)))


def first_proof_seconds(left: float) -> float:
    """How many of the ``left`` seconds CP-SAT has before anything is bred."""
    return min(FIRST_PROOF_SECONDS, FIRST_PROOF_SHARE * left)


def last_row(arrays: Arrays, starts: Ints) -> int | None:
    """The row whose finish is all that costs; None where there is more, or less, to look for."""
    paying = np.flatnonzero(arrays.late_cost + arrays.flow_cost > 0)
    if len(paying) != 1 or len(arrays.own) or starts[paying[0]] >= NEVER:
        return None
    last = int(paying[0])
    return last if len(_before(arrays, last)) <= BRED_MOST else None


@dataclass
class _Population:
    """The orders of one worker, their ends, what tells them apart; children since the last gain."""

    orders: Ints
    ends: Ints
    marks: Ints
    shortest: int = NEVER
    stale: int = 0


class Breeding:
    """Rounds of breeding by ``workers`` threads, each with a population of its own."""

    def __init__(
        self, arrays: Arrays, last: int, best: Best, *, workers: int, seed: int, bound: float
    ) -> None:
        self.arrays = arrays
        self.best = best
        self.looked = 0
        self._seed = seed
        self._round = 0
        self._last = last
        self._rows = rows = _before(arrays, last)
        self._goal = _day_of(arrays, last, bound)
        index = {int(row): at for at, row in enumerate(rows)}
        pred = [_row(arrays.pred_from, arrays.pred, row, index) for row in rows]
        succ = [_row(arrays.succ_from, arrays.succ, row, index) for row in rows]
        tail = np.zeros(len(rows), dtype=np.int64)
        for row in arrays.topological[::-1]:
            if int(row) in index:
                for p in pred[index[int(row)]]:
                    tail[p] = max(tail[p], tail[index[int(row)]] + arrays.dur[row])
        units = side_by_side(arrays.free, arrays.demand[rows])
        # Any odd numbers do that are the same each time.
        codes = np.random.default_rng(0).integers(2**30, size=len(rows), dtype=np.int64) * 2 + 1
        self._given = (
            tail,
            units.room,
            units.guard,
            units.need,
            arrays.dur[rows],
            arrays.ready[rows],
            *_flat(pred),
            *_flat(succ),
            codes,
        )
        self._populations = []
        for _ in range(workers):
            population = _Population(
                np.zeros((POPULATION, len(rows)), dtype=np.int64),
                np.full(POPULATION, -1, dtype=np.int64),
                np.zeros(POPULATION, dtype=np.int64),
            )
            self._populations.append(population)
        # What is known already is the first of all.
        for population in self._populations[:1]:
            population.orders[0] = order_of(best.starts[rows])
            population.ends[0] = self._end
        self._pace = 1_000_000.0 / (10.0 + len(rows))

    def round(
        self, pool: ThreadPoolExecutor, *, seconds: float = 0.2, children: int | None = None
    ) -> bool:
        """Breed once, for about ``seconds`` or a number of ``children`` of each worker.

        With ``children`` the result depends on nothing but the arguments and the seed. Returns
        whether there may be anything left to find.
        """
        self._round += 1
        count = max(10, int(self._pace * seconds)) if children is None else children
        jobs = []
        for worker, population in enumerate(self._populations):
            seed = (self._seed * 1_000_003 + self._round * 1_009 + worker) % 2**32
            jobs.append(pool.submit(self._breed, population, seed, count))
        for job in jobs:
            end, starts, took = job.result()
            self.looked += count
            self._pace = count / max(1e-6, took)
            if end < self._end:
                self._offer(starts)
        return self._end > self._goal

    @property
    def _end(self) -> int:
        """The end of the best that is known."""
        return int(self.best.starts[self._last] + self.arrays.dur[self._last])

    def _breed(self, population: _Population, seed: int, count: int) -> tuple[int, Ints, float]:
        begin = perf_counter()
        starts = np.zeros(len(self._rows), dtype=np.int64)
        end = breed(
            population.orders, population.ends, population.marks, *self._given, seed, count,
            self._goal, starts,
        )  # fmt: skip
        population.stale += count
        if end < population.shortest:
            population.shortest, population.stale = end, 0
        elif population.stale >= STALE:
            population.shortest, population.stale = NEVER, 0
            population.ends[:] = -1
        return end, starts, perf_counter() - begin

    def _offer(self, starts: Ints) -> None:
        """Place what the last row waits for as it was bred, and whatever else there is after it."""
        others = np.setdiff1d(order_of(self.best.starts), self._rows, assume_unique=True)
        order = np.concatenate([self._rows[order_of(starts)], others])
        found = placed(self.arrays, order)
        if ((found < NEVER) == (self.best.starts < NEVER)).all():
            self.best.offer(found, cost_of(self.arrays, found))


def _before(arrays: Arrays, last: int) -> Ints:
    """A row and all that it waits for, in their order."""
    found = {last}
    todo = [last]
    while todo:
        row = todo.pop()
        for p in arrays.pred[arrays.pred_from[row] : arrays.pred_from[row + 1]]:
            if int(p) not in found:
                found.add(int(p))
                todo.append(int(p))
    return np.array(sorted(found), dtype=np.int64)


def _day_of(arrays: Arrays, row: int, bound: float) -> int:
    """The earliest finish of a row that costs ``bound``."""
    finish = int(arrays.ready[row] + arrays.dur[row])
    while finish < arrays.days:
        late = arrays.late_cost[row] * max(0, finish - int(arrays.due[row]))
        if late + arrays.flow_cost[row] * (finish - int(arrays.ready0[row])) >= bound * (1 - 1e-9):
            break
        finish += 1
    return finish


def _row(begins: Ints, flat: Ints, row: int, index: dict[int, int]) -> list[int]:
    return [index[int(p)] for p in flat[begins[row] : begins[row + 1]] if int(p) in index]


def _flat(lists: list[list[int]]) -> tuple[Ints, Ints]:
    begins = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return begins, np.array([at for row in lists for at in row], dtype=np.int64)
