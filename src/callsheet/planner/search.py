"""Looking for better plans, for as long as there is time.

Two ways of looking share the work: annealing the order of placing (``kernels.shuffling``), which
is strong where one project moves all others, and taking neighbours out and putting them back
(``kernels.repairing``), which costs the same whatever the size. They look in rounds, each worker
in a thread of its own without the interpreter's lock, and begin every round with the best that
any of them has found. With few projects rounds are short, because going back to the best often is
what helps there most, and for a while each worker goes back to its own best.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.costs import cost
from callsheet.planner.kernels.placing import serial
from callsheet.planner.kernels.repairing import ripple
from callsheet.planner.kernels.shuffling import shuffle
from callsheet.planner.rules import orders_by_rule

ROUND_SECONDS = 0.2
ROUNDS_LEAST = 10
HOT, COLD = 0.1, 0.002
"""Temperatures, in what a project costs on average beyond starting on its ready date.

Where little is late, an accepted day of lateness would spoil what many moves have gained; where
much is late, nothing else gets a search out of a corner. The cost of what is known says which.
"""

SHUFFLED_MOST = 600
"""Up to this many projects one worker anneals the order of placing."""

REACH = 20
"""No move takes a project further than so many places forward or back in the order."""

FEW = 300
SHORT_ROUND_SECONDS = 0.02
RIPPLED_EVERY = 4
"""Up to ``FEW`` projects all workers anneal the order of placing, in short rounds; every second of
them takes neighbours out and puts them back in each fourth round.
"""

APART = 0.6
"""For this part of the way each worker goes on from its own best with so few projects, so that not
all of them end in the same corner.
"""


def placed(arrays: Arrays, order: Ints) -> Ints:
    """The starts by row of one pass of serial schedule generation in this order."""
    starts, _ = _placed(arrays, order, np.inf, 0.0)
    return starts


def _placed(arrays: Arrays, order: Ints, limit: float, least: float) -> tuple[Ints, float]:
    """As ``placed``, with Z; given up, with a Z above the limit, as soon as it must exceed it.

    ``least`` is what all rows cost at least.
    """
    starts = np.empty(arrays.n, dtype=np.int64)
    z: float = serial(
        order, limit, least, arrays.free.copy(), arrays.demand, arrays.dur, arrays.ready,
        arrays.ready0, arrays.due, arrays.late_cost, arrays.flow_cost, arrays.pred_from,
        arrays.pred, arrays.team, arrays.own, arrays.team_used.copy(), arrays.may_borrow,
        arrays.may_lend, arrays.days, starts, np.empty(arrays.n + 1, dtype=np.int64),
    )  # fmt: skip
    return starts, z


def cost_of(arrays: Arrays, starts: Ints) -> float:
    """Z of starts by row; what never starts counts as finishing at the end of the horizon."""
    z: float = cost(
        starts, arrays.dur, arrays.ready0, arrays.due, arrays.late_cost, arrays.flow_cost,
        arrays.days,
    )  # fmt: skip
    return z


def first_orders(arrays: Arrays, seconds: float | None = None) -> tuple[Ints, Ints]:
    """The best order of the priority rules, and its starts.

    After so many ``seconds`` no further rule is tried.
    """
    begin = perf_counter()
    least = cost_of(arrays, arrays.ready)
    best = None
    for order in orders_by_rule(arrays).values():
        # What must cost more is not placed to its end; sums in another order differ a little.
        limit = np.inf if best is None else best[0] + 1e-6 * max(1.0, best[0])
        starts, total = _placed(arrays, order, limit, least)
        if total <= limit:
            z = cost_of(arrays, starts)
            if best is None or z < best[0]:
                best = (z, order, starts)
        if seconds is not None and perf_counter() - begin > seconds:
            break
    if best is None:
        return arrays.topological, arrays.dur.copy()
    return best[1], best[2]


def order_of(starts: Ints) -> Ints:
    """Rows by start, ties by row; placing them in this order starts nothing later."""
    order: Ints = np.argsort(starts, kind="stable").astype(np.int64)
    return order


@dataclass
class Best:
    """The best starts so far and their Z."""

    starts: Ints
    z: float

    def offer(self, starts: Ints, z: float) -> bool:
        """Take these starts if they are better; whether they were."""
        if z < self.z - 1e-9:
            self.starts, self.z = starts, z
            return True
        return False


def shuffled(
    arrays: Arrays, starts: Ints, seed: int, count: int, heats: tuple[float, float]
) -> Ints:
    """The best of ``count`` annealed orders around these starts."""
    found, _ = shuffle(
        order_of(starts), arrays.free, arrays.demand, arrays.dur, arrays.ready, arrays.ready0,
        arrays.due, arrays.late_cost, arrays.flow_cost, arrays.pred_from, arrays.pred, arrays.team,
        arrays.own, arrays.team_used, arrays.may_borrow, arrays.may_lend, arrays.days, seed, count,
        *heats, min(REACH, max(3, arrays.n // 5)),
    )  # fmt: skip
    result: Ints = found
    return result


def rippled(
    arrays: Arrays, starts: Ints, seed: int, count: int, heats: tuple[float, float]
) -> Ints:
    """The best of ``count`` moves that take up to eight neighbours out and put them back."""
    free, used = left_by(arrays, starts)
    found, _ = ripple(
        starts.copy(), free, arrays.demand, arrays.dur, arrays.ready, arrays.ready0, arrays.due,
        arrays.late_cost, arrays.flow_cost, arrays.pred_from, arrays.pred, arrays.succ_from,
        arrays.succ, arrays.team, arrays.own, used, arrays.may_borrow, arrays.may_lend,
        arrays.days, seed, count, *heats, 8,
    )  # fmt: skip
    result: Ints = found
    return result


def left_by(arrays: Arrays, starts: Ints) -> tuple[Ints, Ints]:
    """What these starts leave free, and what they make the teams use, by day."""
    rows = np.flatnonzero(starts < NEVER)
    begin, end = starts[rows], starts[rows] + arrays.dur[rows]
    demand = arrays.demand[rows]
    free = arrays.free.copy()
    for r in range(len(free)):
        free[r] -= _held(begin, end, demand[:, r], arrays.days)
    used = arrays.team_used.copy()
    for k in range(len(used)):
        mine = arrays.team[rows] == k
        used[k] += _held(begin[mine], end[mine], demand[mine, 0], arrays.days)
    return free, used


def _held(begin: Ints, end: Ints, units: Ints, days: int) -> Ints:
    """What is held on each day by works that hold ``units`` from ``begin`` to before ``end``."""
    change = np.zeros(days + 1, dtype=np.int64)
    np.add.at(change, np.minimum(begin, days), units)
    np.subtract.at(change, np.minimum(end, days), units)
    held: Ints = np.cumsum(change[:-1])
    return held


type Look = Callable[[Arrays, Ints, int, int, tuple[float, float]], Ints]


class Search:
    """Rounds of looking, by ``workers`` threads, from the best that is known."""

    def __init__(self, arrays: Arrays, best: Best, *, workers: int, seed: int) -> None:
        self.arrays = arrays
        self.best = best
        self.looked = 0
        self._seed = seed
        self._round = 0
        self._workers = workers
        self._own = [Best(best.starts, best.z) for _ in range(workers)]
        excess = best.z - cost_of(arrays, arrays.ready)
        self._unit = max(excess / max(1, arrays.n), 1e-6)
        # Moves a second are found out as it goes; one round's guess is another's measure.
        self._pace: dict[Look, float] = {shuffled: 2_000_000.0 / (20.0 + arrays.n), rippled: 5e5}

    @property
    def round_seconds(self) -> float:
        """How long a round is at most."""
        return SHORT_ROUND_SECONDS if self.arrays.n <= FEW else ROUND_SECONDS

    def _look_of(self, worker: int) -> Look:
        """How this worker looks in the current round."""
        if worker % 2 == 0 and self.arrays.n <= SHUFFLED_MOST:
            return shuffled
        if self.arrays.n <= FEW and (self._round + worker // 2) % RIPPLED_EVERY:
            return shuffled
        return rippled

    def round(
        self, pool: ThreadPoolExecutor, at: float, to: float, *,
        seconds: float | None = None, moves: int | None = None,
    ) -> None:  # fmt: skip
        """Look once, from the part ``at`` of the whole way to the part ``to``.

        Limited by ``seconds`` or by ``moves`` of each worker; with ``moves`` the result depends
        on nothing but the arguments and the seed.
        """
        self._round += 1
        apart = at < APART and self.arrays.n <= FEW
        heats = tuple(self._unit * HOT * (COLD / HOT) ** part for part in (at, to))
        jobs = []
        for worker in range(self._workers):
            start = (self._own[worker] if apart else self.best).starts
            look = self._look_of(worker)
            # Each of them is hotter or colder than the next one, for nobody knows the right heat.
            own = (heats[0] * 3.0 ** (worker // 2), heats[1] * 3.0 ** (worker // 2))
            if moves is not None:
                count = moves * (1 if look is shuffled else 4)
            else:
                count = max(20, int(self._pace[look] * (seconds or self.round_seconds)))
            seed = (self._seed * 1_000_003 + self._round * 1_009 + worker) % 2**32
            jobs.append((look, count, pool.submit(self._timed, look, start, seed, count, own)))
        for worker, (look, count, job) in enumerate(jobs):
            starts, took = job.result()
            self.looked += count
            self._pace[look] = count / max(1e-6, took)
            z = cost_of(self.arrays, starts)
            self.best.offer(starts, z)
            self._own[worker].offer(starts, z)

    def _timed(
        self, look: Look, start: Ints, seed: int, count: int, heats: tuple[float, float]
    ) -> tuple[Ints, float]:
        begin = perf_counter()
        return look(self.arrays, start, seed, count, heats), perf_counter() - begin
