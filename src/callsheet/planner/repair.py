"""A plan that no longer fits, mended: as many starts as possible stay where they are.

How much a moved start counts against lateness is said by ``stability``. First everything is
shifted right that must move, and nothing else; then a search improves on that with the price of
the moves in what it minimizes (Bean, Birge, Mittenthal and Noon, "Matchup scheduling with multiple
resources, release dates and disruptions", Operations Research 39, 1991, weigh the same two).
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from callsheet.planner.arrays import Arrays, Ints
from callsheet.planner.check import check
from callsheet.planner.homes import pinned, with_homes
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.mending import mend, moves_cost
from callsheet.planner.kernels.placing import (
    balance_of,
    earliest,
    earliest_in_team,
    take,
    take_in_team,
)
from callsheet.planner.move_prices import STABILITY, prices_of
from callsheet.planner.plan import Plan, Status
from callsheet.planner.problem import Problem
from callsheet.planner.progress import OnProgress, Progress
from callsheet.planner.row_plans import plan_of
from callsheet.planner.search import cost_of, left_by, placed

HOT, COLD = 0.3, 0.01
"""Temperatures, in days of lateness of a project of mean weight."""

ROUNDS = 10
ROUND_SECONDS = 0.2

MOST_OUT = 8
"""So many projects one move takes out at most, successors aside."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A plan near to an old one.

    ``moved`` are the working days by which starts have moved (later is above 0), by id; ``None``
    is what had a start and can never start now. ``thawed`` are ids within the frozen days that
    could not stay. ``price`` is what the moves cost, in the unit of Z.
    """

    plan: Plan
    moved: dict[str, int | None]
    thawed: tuple[str, ...]
    price: float


def repair(
    problem: Problem,
    starts: Mapping[str, int],
    *,
    stability: float = STABILITY,
    frozen: int = 0,
    improve: bool = True,
    other: Plan | None = None,
    time_limit: float = 5.0,
    iterations: int | None = None,
    workers: int = 2,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Repair:
    """A checked plan of the problem that minimizes Z and the price of moved starts together.

    ``starts`` are the old ones, by id, in working days of this problem; projects that they do not
    name have no old start and move for nothing. What has started is in the problem's
    ``in_flight``. Starts before day ``frozen`` stay wherever they can. ``stability`` is how many
    days of lateness of a project of mean weight one moved start counts for, and a ``FAR`` part of
    that more for each day of its distance. Without ``improve`` nothing moves if nothing must.
    ``other`` is a plan of the same problem, such as one from scratch: what is found never costs
    more than it, unless it moves what is frozen.

    ``time_limit``, ``iterations``, ``workers``, ``seed`` and ``on_progress`` are those of
    ``planner.solve``; progress is told of Z and the price together. Raises ``ProblemError`` for
    starts that name an unknown project.
    """
    run = _Run(problem, starts, stability, frozen, workers, seed, on_progress)
    must = run.shift_right()
    if must or improve:
        run.consider(other)
        try:
            run.improve(time_limit, iterations)
        except KeyboardInterrupt:
            run.stopped = True
    found = run.repair(other)
    check(problem, found.plan)
    return found


class _Run:
    """One call of ``repair``."""

    def __init__(
        self, problem: Problem, starts: Mapping[str, int], stability: float, frozen: int,
        workers: int, seed: int, on_progress: OnProgress | None,
    ) -> None:  # fmt: skip
        self.begin = perf_counter()
        self.problem = problem
        self.prices = prices_of(problem, stability)
        self.seed, self.workers, self.on_progress = seed, max(1, workers), on_progress
        self.looked, self.stopped = 0, False
        self.arrays, self.homes = with_homes(problem, starts)
        self.order = np.lexsort((self.arrays.due - self.arrays.dur, self.homes)).astype(np.int64)
        soon = (self.homes >= 0) & (self.homes < frozen)
        self.held = self._stay(self.arrays, soon, np.zeros(self.arrays.n, dtype=bool))
        self.thawed = tuple(self.arrays.ids[j] for j in np.flatnonzero(soon & ~self.held))
        self.ground = pinned(self.arrays, self.held, self.homes)
        self.movable = np.flatnonzero(~self.held).astype(np.int64)

    def shift_right(self) -> bool:
        """The first starts, moved only where they must be; whether anything moves or is new.

        Two ways are tried: shifting in the order of the old starts, and around all that can stay.
        """
        kept = self._stay(self.ground, self.homes < NEVER, self.held)
        around = pinned(self.ground, kept & ~self.held, self.homes)
        tries = [self._shifted(around), self._shifted(self.ground)]
        self.starts = min(tries, key=self.cost)
        self.best = self.cost(self.starts)
        return bool((self.starts != self.homes).any())

    def consider(self, other: Plan | None) -> None:
        """Go on from another plan's starts if they cost less and keep what is frozen."""
        if other is None:
            return
        given = [other.starts[id] for id in self.arrays.ids]
        starts = np.array([NEVER if day is None else day for day in given], dtype=np.int64)
        if (starts[self.held] == self.homes[self.held]).all():
            self._offer(starts)

    def improve(self, time_limit: float, iterations: int | None) -> None:
        """Search in rounds from the best starts until the limit is reached."""
        if not len(self.movable) or iterations == 0 or (iterations is None and time_limit <= 0):
            return
        pace = 1e5
        with ThreadPoolExecutor(self.workers) as pool:
            if iterations is not None:
                for n in range(ROUNDS):
                    self._round(pool, n, n / ROUNDS, max(1, iterations // ROUNDS))
                    if not self._go_on():
                        return
                return
            begin, number = self._elapsed(), 0
            slice_ = min(ROUND_SECONDS, max(0.0, time_limit - begin) / ROUNDS)
            while (now := self._elapsed()) < time_limit - 0.2 * slice_ and self._go_on():
                # One round's guess of the pace is the next one's measure.
                count = max(20, int(pace * min(slice_, time_limit - now)))
                self._round(pool, number, (now - begin) / (time_limit - begin), count)
                pace = count / max(1e-6, self._elapsed() - now)
                number += 1

    def repair(self, other: Plan | None) -> Repair:
        """What has been found."""
        starts = self.starts
        bound, proved = 0.0, False
        if other is not None and all(
            (other.starts[id] is None) == (start >= NEVER)
            for id, start in zip(self.arrays.ids, starts, strict=True)
        ):
            bound, proved = other.lower_bound, other.status is Status.OPTIMAL
        plan = plan_of(
            self.problem, self.arrays, starts, lower_bound=bound, method="repair",
            seconds=perf_counter() - self.begin, seed=self.seed, iterations=self.looked,
            stopped=self.stopped,
        )  # fmt: skip
        if proved and plan.measure.z <= bound + 1e-9 * max(1.0, bound):
            plan = replace(plan, status=Status.OPTIMAL)
        moved = {
            id: None if start >= NEVER else int(start - home)
            for id, start, home in zip(self.arrays.ids, starts, self.homes, strict=True)
            if home < NEVER and start != home
        }
        price, far = self.prices
        days = [abs(by) for by in moved.values() if by is not None]
        return Repair(plan, moved, self.thawed, price * len(days) + far * sum(days))

    def cost(self, starts: Ints) -> float:
        """Z and the price of the moves; what never starts counts as starting at the very end."""
        return cost_of(self.arrays, starts) + self._price(starts)

    def _price(self, starts: Ints) -> float:
        price: float = moves_cost(starts, self.homes, *self.prices, self.arrays.days)
        return price

    def _offer(self, starts: Ints) -> None:
        cost = self.cost(starts)
        if cost < self.best - 1e-9:
            self.starts, self.best = starts, cost

    def _round(self, pool: ThreadPoolExecutor, number: int, at: float, count: int) -> None:
        """Every worker makes ``count`` moves from the best starts, at the heat of that moment."""
        costs = self.arrays.late_cost + self.arrays.flow_cost
        unit = float(costs[costs > 0].mean()) if (costs > 0).any() else 1.0
        heat = unit * HOT * (COLD / HOT) ** at
        first = (self.seed * 1_000_003 + number * 1_009) % 2**32
        # Each of them is hotter than the one before, for nobody knows the right heat.
        jobs = [
            pool.submit(
                self._mended, self.starts, (first + worker) % 2**32, count, heat * 3.0**worker
            )
            for worker in range(self.workers)
        ]
        for job in jobs:
            self._offer(job.result())
            self.looked += count

    def _mended(self, starts: Ints, seed: int, count: int, heat: float) -> Ints:
        """The best of ``count`` moves from these starts; ``seed`` decides which are tried."""
        a = self.ground
        free, used = left_by(a, starts)
        move, far = self.prices
        best, _ = mend(
            starts.copy(), self.homes, self.movable, move, far, free, a.demand, a.dur,
            a.ready, a.ready0, a.due, a.late_cost, a.flow_cost, a.pred_from, a.pred, a.succ_from,
            a.succ, a.team, a.own, used, a.may_borrow, a.may_lend, a.days, seed, count, heat,
            heat * (COLD / HOT) ** (1 / ROUNDS), MOST_OUT,
        )  # fmt: skip
        found: Ints = best
        return found

    def _shifted(self, arrays: Arrays) -> Ints:
        """All rows in the order of their homes, each at home or as soon after it as it fits."""
        late = np.where(self.homes < NEVER, np.maximum(arrays.ready, self.homes), arrays.ready)
        return placed(replace(arrays, ready=late), self.order)

    def _stay(self, arrays: Arrays, wanted: np.ndarray, stays: np.ndarray) -> np.ndarray:
        """``stays`` and those wanted that can be at home beside them, the earliest first."""
        free, used = arrays.free.copy(), arrays.team_used.copy()
        balance = balance_of(arrays.own, used, arrays.may_lend)
        stays = stays.copy()
        for j in self.order[(wanted & ~stays)[self.order]]:
            home, need, days = self.homes[j], arrays.demand[j], arrays.dur[j]
            before = arrays.pred[arrays.pred_from[j] : arrays.pred_from[j + 1]]
            if home < arrays.ready[j] or not stays[before].all():
                continue
            if (self.homes[before] + arrays.dur[before] > home).any():
                continue
            if len(arrays.own):
                team = (arrays.team[j], arrays.own, used, balance)
                limits = (arrays.may_borrow, arrays.may_lend)
                if earliest_in_team(free, need, days, home, *team, *limits) == home:
                    take_in_team(free, need, days, home, *team, arrays.may_lend)
                    stays[j] = True
            elif earliest(free, need, days, home) == home:
                take(free, need, days, home)
                stays[j] = True
        return stays

    def _elapsed(self) -> float:
        return perf_counter() - self.begin

    def _go_on(self) -> bool:
        if self.on_progress is not None and not self.stopped:
            progress = Progress(self._elapsed(), self.looked, self.best, 0.0)
            self.stopped = self.on_progress(progress) is True
        return not self.stopped
