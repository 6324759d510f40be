"""The order of the queue that is best on average, when nobody knows how long work will take.

Sample average approximation: an order is judged by the mean Z of the queue of
``callsheet.planner.simulate`` (policy ``planned``) over scenarios that stay the same while it is
looked for. With too few of them an order is found that suits their luck alone, so there are more
than a mean would need (decision 0148). They are others than those of a forecast with the same
seed, which therefore judges the order fairly.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from callsheet.planner.arrays import Ints, arrays_of
from callsheet.planner.bounds import Relaxation
from callsheet.planner.check import check
from callsheet.planner.given import given_of
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.kernels.costs import cost
from callsheet.planner.kernels.dispatching import dispatch
from callsheet.planner.kernels.queueing import queue
from callsheet.planner.kernels.ranking import anneal
from callsheet.planner.notebooks import marks_of
from callsheet.planner.plan import Plan
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import Problem
from callsheet.planner.progress import OnProgress, Progress
from callsheet.planner.queue_plans import plan_in_order
from callsheet.planner.rules import orders_by_rule
from callsheet.planner.simulate import PATIENCE_DAYS, play, queue_order
from callsheet.planner.solve import solve
from callsheet.planner.training import scenarios_for, training

PLANNED_SHARE = 0.2
"""The part of the time in which a plan for usual durations is looked for, as a beginning."""

METHOD = "stochastic"
"""The ``method`` of plans that are made here."""

HOT, COLD = 0.2, 0.005
"""Temperatures, in expected days of lateness of a project of mean weight."""

LOOK_AHEADS = (0.2, 0.5, 1.0, 2.0, 5.0)
RANKED_DAYS = 5
DISPATCHED = 6
"""In so many scenarios a queue is ranked anew, to begin with its mean starts."""

ROUND_SECONDS = 0.25
ROUNDS_LEAST = 4
RELAXED_STEPS = 200


@dataclass(frozen=True, slots=True)
class Expected:
    """A plan whose ``priority`` is the order that was found, and what to expect of its queue.

    ``z`` and ``tardiness`` are means over the ``scenarios`` that were looked at while searching.
    The order was chosen for them, so under other luck they are a little higher: a forecast says
    how much.
    """

    plan: Plan
    z: float
    tardiness: float
    scenarios: int


def solve_stochastic(
    problem: Problem,
    *,
    time_limit: float = 5.0,
    iterations: int | None = None,
    scenarios: int | None = None,
    workers: int = 2,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Expected:
    """The order of the queue with the lowest mean Z that is found within ``time_limit`` seconds.

    The plan's starts are those of usual durations in this order; they keep every rule (checked),
    and their own Z is not what was aimed at, so nothing is proved of it. Limits, ``seed``,
    ``workers`` and ``on_progress`` are as in ``solve``; the ``z`` of ``Progress`` is the mean.

    Where every duration is known the answer is that of ``solve``. Raises ``ProblemError`` for
    teams with other resources than credits, ``ValueError`` for less than 1 scenario.
    """
    count = scenarios_for(problem) if scenarios is None else scenarios
    if not problem.projects or not problem.uncertain:
        plan = solve(
            problem, time_limit=time_limit, iterations=iterations, workers=workers, seed=seed,
            on_progress=on_progress,
        )  # fmt: skip
        return Expected(plan, plan.measure.z, plan.measure.tardiness, 0)
    run = _Run(problem, time_limit, iterations, count, max(1, workers), seed, on_progress)
    return run.found()


class _Run:
    """One call of ``solve_stochastic``."""

    def __init__(
        self,
        problem: Problem,
        time_limit: float,
        iterations: int | None,
        scenarios: int,
        workers: int,
        seed: int,
        on_progress: OnProgress | None,
    ) -> None:
        self.begin = perf_counter()
        self.problem = problem
        self.time_limit = time_limit
        self.iterations = iterations
        self.workers = workers
        self.seed = seed
        self.on_progress = on_progress
        self.arrays = arrays_of(problem)
        self.scenarios = training(problem, scenarios, seed)
        self.dur = np.hstack((self.scenarios.projects, self.scenarios.in_flight))
        self.given = given_of(problem)
        self.stopped = False
        self.looked = 0

    def found(self) -> Expected:
        orders = [*orders_by_rule(self.arrays).values(), *self._dispatched()]
        self.order, self.z = self._first(orders)
        if self.iterations or (self.iterations is None and self.time_limit > 0):
            try:
                self._planned()
                if self._go_on():
                    self._improve()
            except KeyboardInterrupt:
                self.stopped = True
        return self._expected()

    def _first(self, orders: list[Ints]) -> tuple[Ints, float]:
        """The best of some orders, found in two steps because each costs all scenarios."""
        ranked = sorted(orders, key=lambda order: self._mean(order, 8))
        best = min(ranked[:4], key=self._mean)
        return best, self._mean(best)

    def _dispatched(self) -> list[Ints]:
        """Orders by the mean start in a queue that is ranked anew while it is served."""
        arrays = self.arrays
        density = arrays.late_cost / (np.maximum(1, arrays.demand[:, 0]) * arrays.dur)
        latest = (arrays.due - arrays.dur).astype(np.float64)
        dur = self.dur[:DISPATCHED]
        starts = np.empty((len(dur), arrays.n), dtype=np.int64)
        found = []
        for look_ahead in LOOK_AHEADS:
            scale = look_ahead * float(arrays.dur.mean())
            dispatch(dur, density, latest, scale, RANKED_DAYS, self.given, PATIENCE_DAYS, starts)
            found.append(np.lexsort((-density, starts.mean(axis=0))).astype(np.int64))
        return found

    def _mean(self, order: Ints, scenarios: int | None = None) -> float:
        """The mean Z of an order over the first ``scenarios``, or all."""
        dur = self.dur[:scenarios]
        starts = np.empty((len(dur), len(order)), dtype=np.int64)
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        queue(dur, order, place, self.given, False, PATIENCE_DAYS, starts)
        a = self.arrays
        costs = [
            cost(row, days, a.ready0, a.due, a.late_cost, a.flow_cost, a.days)
            for row, days in zip(starts, dur, strict=True)
        ]
        return float(np.mean(costs))

    def _planned(self) -> None:
        """Begin also with a plan for usual durations, and with what prices of credits suggest."""
        limit = PLANNED_SHARE * self.time_limit
        share = None if self.iterations is None else max(1, int(PLANNED_SHARE * self.iterations))
        plan = solve(
            self.problem, time_limit=limit, iterations=share, workers=self.workers, seed=self.seed,
            on_progress=self._tell_planned if self.on_progress else None,
        )  # fmt: skip
        starts = np.array([_day(plan.starts[id]) for id in self.arrays.ids], dtype=np.int64)
        relaxation = Relaxation(self.arrays, starts)
        relaxation.climb(plan.measure.z, RELAXED_STEPS if self.arrays.n < 1_000 else 40)
        listed = relaxation.full_order(self.arrays.n)
        order, z = self._first([queue_order(self.problem, QueuePolicy.PLANNED, plan), listed])
        if z < self.z:
            self.order, self.z = order, z

    def _improve(self) -> None:
        self.slot_day, shape = marks_of(self.arrays, self.given, len(self.dur))
        self.slots = [np.empty(shape, dtype=np.int64) for _ in range(self.workers)]
        paying = self.arrays.late_cost[self.arrays.late_cost > 0]
        unit = float(paying.mean()) if len(paying) else 1.0
        with ThreadPoolExecutor(self.workers) as pool:
            if self.iterations is not None:
                rounds = max(1, min(10, self.iterations // 50))
                for n in range(rounds):
                    heats = _heats(unit, n / rounds, (n + 1) / rounds)
                    self._round(pool, n, heats, [self.iterations // rounds] * self.workers)
                    if not self._go_on():
                        break
            else:
                self._timed_rounds(pool, unit)

    def _timed_rounds(self, pool: ThreadPoolExecutor, unit: float) -> None:
        begin = self._elapsed()
        # A round plays all scenarios once before its first move; that must not be most of it.
        once = perf_counter()
        self._mean(self.order, 8)
        least = (perf_counter() - once) * len(self.dur) / 8
        slice_ = max(min(ROUND_SECONDS, (self.time_limit - begin) / ROUNDS_LEAST), 8 * least)
        pace = [10.0 / max(1e-5, least)] * self.workers
        n = 0
        while self._elapsed() < self.time_limit - 0.2 * slice_ and self._go_on():
            now = self._elapsed()
            seconds = min(slice_, self.time_limit - now)
            whole = max(1e-6, self.time_limit - begin)
            heats = _heats(unit, (now - begin) / whole, min(1.0, (now + seconds - begin) / whole))
            moves = [max(5, int(max(0.1, seconds - least) * rate)) for rate in pace]
            took = self._round(pool, n, heats, moves)
            # Where hardly anything but the first play was measured, nothing is known of the pace.
            pace = [
                moved / max(0.3 * spent, spent - least)
                for moved, spent in zip(moves, took, strict=True)
            ]
            n += 1

    def _round(
        self, pool: ThreadPoolExecutor, n: int, heats: tuple[float, float], moves: list[int]
    ) -> list[float]:
        """Every worker anneals from the best order; the seconds that each took."""
        jobs = []
        for worker, count in enumerate(moves):
            # One is hotter than the other, for nobody knows the right heat.
            own = (heats[0] * 3.0**worker, heats[1] * 3.0**worker)
            seed = (self.seed * 1_000_003 + n * 1_009 + worker) % 2**32
            jobs.append(pool.submit(self._anneal, worker, seed, count, own))
        took = []
        for count, job in zip(moves, jobs, strict=True):
            order, z, seconds = job.result()
            self.looked += count
            took.append(seconds)
            if z < self.z - 1e-9:
                self.order, self.z = order, z
        return took

    def _anneal(
        self, worker: int, seed: int, count: int, heats: tuple[float, float]
    ) -> tuple[Ints, float, float]:
        begin = perf_counter()
        arrays = self.arrays
        order, z, _ = anneal(
            self.order.copy(), self.dur, self.given, arrays.ready0, arrays.due, arrays.late_cost,
            arrays.flow_cost, arrays.days, self.slot_day, self.slots[worker], PATIENCE_DAYS, seed,
            count, *heats,
        )  # fmt: skip
        return order, z, perf_counter() - begin

    def _expected(self) -> Expected:
        simulation = play(
            self.problem, QueuePolicy.PLANNED, self.order, self.scenarios, workers=self.workers
        )
        plan = replace(
            plan_in_order(self.problem, self.arrays, self.order),
            method=METHOD,
            seconds=perf_counter() - self.begin,
            seed=self.seed,
            iterations=self.looked,
            stopped=self.stopped,
        )
        check(self.problem, plan)
        return Expected(
            plan,
            float(simulation.z.mean()),
            float(simulation.tardiness.mean()),
            self.scenarios.replications,
        )

    def _elapsed(self) -> float:
        return perf_counter() - self.begin

    def _go_on(self) -> bool:
        if self.on_progress is not None and not self.stopped:
            progress = Progress(self._elapsed(), self.looked, self.z, 0.0)
            self.stopped = self.on_progress(progress) is True
        return not self.stopped

    def _tell_planned(self, _: Progress) -> bool:
        return not self._go_on()


def _heats(unit: float, at: float, to: float) -> tuple[float, float]:
    hot, cold = (unit * HOT * (COLD / HOT) ** part for part in (at, to))
    return hot, cold


def _day(start: int | None) -> int:
    return NEVER if start is None else start
