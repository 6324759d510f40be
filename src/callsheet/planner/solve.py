"""The planner's front door: a problem in, a checked plan out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

from callsheet.planner.arrays import Arrays, Ints, arrays_of
from callsheet.planner.bounds import CHUNK, STEPS, Relaxation
from callsheet.planner.check import check
from callsheet.planner.exact import prove
from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.makespan import (
    ROUND_CHILDREN,
    Breeding,
    bred_share,
    first_proof_seconds,
    last_row,
)
from callsheet.planner.plan import Plan
from callsheet.planner.problem import Problem
from callsheet.planner.progress import OnProgress, Progress
from callsheet.planner.row_plans import plan_of
from callsheet.planner.search import (
    ROUND_SECONDS,
    ROUNDS_LEAST,
    Best,
    Search,
    cost_of,
    first_orders,
    placed,
)

PROVED_MOST = 60
"""Up to this many projects CP-SAT is asked for a proof; many more where few cost anything.

The sum of many costs is what it bounds badly; one makespan it bounds well.
"""

FIRST_SHARE = 0.1
"""The part of the time in which priority rules are tried: of the largest problems only some."""

BOUND_SHARE, BOUND_SHARE_LARGE = 0.4, 0.85
"""The part of the time for the bound and the order that its prices suggest, and the moment, as a
part of the time, at which it ends with more than ``LARGE`` projects: searches gain less there.
"""

OFFERED, OFFERED_MANY = 100, 20
"""After so many steps of the bound what it suggests is placed: with few and with ``MANY`` projects.
A search from the best of more beginnings is colder, and with few projects it ends in worse plans.
"""

MANY = 1_000

LARGE = 20_000
LARGE_CHUNK = 4
"""With more projects the time is looked at after each few steps of the bound."""

TOLD_SECONDS = 0.1
"""Between two calls of ``on_progress`` are at least so many seconds, where time is the limit."""

CLOSED = 1e-9
"""A gap below this is none."""


def solve(
    problem: Problem,
    *,
    time_limit: float = 5.0,
    iterations: int | None = None,
    workers: int = 2,
    seed: int = 0,
    on_progress: OnProgress | None = None,
) -> Plan:
    """The best plan that is found within ``time_limit`` seconds, with a proved lower bound.

    With ``iterations`` (orders that each worker tries) there is no limit of time, and the same
    problem, seed and ``workers`` give the same plan. A limit of 0 gives the first plan at once.
    ``on_progress`` is called some times a second; when it returns True, or on Ctrl-C, the best
    plan so far is returned, marked ``stopped``. Every plan has been checked independently.
    """
    run = _Run(problem, time_limit, iterations, workers, seed, on_progress)
    plan = run.plan()
    check(problem, plan)
    return plan


class _Run:
    """One call of ``solve``."""

    def __init__(
        self,
        problem: Problem,
        time_limit: float,
        iterations: int | None,
        workers: int,
        seed: int,
        on_progress: OnProgress | None,
    ) -> None:
        self.begin = perf_counter()
        self.problem = problem
        self.time_limit = time_limit
        self.iterations = iterations
        self.workers = max(1, workers)
        self.seed = seed
        self.on_progress = on_progress
        self.bound = 0.0
        self.stopped = False
        self.proved = False
        self.method = "rule"
        self.looked = 0
        self.told = 0.0

    def plan(self) -> Plan:
        arrays = arrays_of(self.problem)
        timed = self.iterations is None and self.time_limit > 0
        left = max(0.0, self.time_limit - self._elapsed())
        _, starts = first_orders(arrays, FIRST_SHARE * left if timed else None)
        self.best = Best(starts, cost_of(arrays, starts))
        self.bounded = starts < NEVER
        self._closed(arrays)
        if not self.proved and (self.iterations or timed):
            try:
                self._improve(arrays)
            except KeyboardInterrupt:
                self.stopped = True
        return plan_of(
            self.problem,
            arrays,
            self.best.starts,
            lower_bound=self.bound if self._same_start() else 0.0,
            proved=self.proved,
            method=self.method,
            seconds=perf_counter() - self.begin,
            seed=self.seed,
            iterations=self.looked,
            stopped=self.stopped,
        )

    def _improve(self, arrays: Arrays) -> None:
        self._relax(arrays)
        if self._closed(arrays) or not self._go_on():
            return
        paying = int(((arrays.late_cost + arrays.flow_cost) > 0).sum())
        small = min(arrays.n, 10 * paying) <= PROVED_MOST and not len(arrays.own)
        last = last_row(arrays, self.best.starts)
        if last is not None:
            if self.iterations is None:
                # Many makespans are proved as soon as CP-SAT is asked; nothing is bred for them.
                self._prove(arrays, first_proof_seconds(self.time_limit - self._elapsed()))
                if self._closed(arrays) or not self._go_on():
                    return
            self._breed(arrays, last, bred_share(arrays.n))
        else:
            self._search(arrays, 0.15 if small else 1.0)
        if not self._same_start():
            # More can start than was thought: the bound was about fewer projects.
            self._relax(arrays)
        if small and not self._closed(arrays) and self._go_on():
            self._prove(arrays)

    def _relax(self, arrays: Arrays) -> None:
        """Climb the bound; the starts that its prices suggest are an order to place."""
        relaxation = Relaxation(arrays, self.best.starts)
        self.bounded = self.best.starts < NEVER
        upper = self._value(arrays)
        large = arrays.n > LARGE
        deadline = self._elapsed() + BOUND_SHARE * self.time_limit
        if large:
            deadline = BOUND_SHARE_LARGE * self.time_limit
        while not relaxation.done and relaxation.steps < STEPS:
            relaxation.climb(upper, LARGE_CHUNK if large else CHUNK)
            if relaxation.steps % (OFFERED_MANY if arrays.n > MANY else OFFERED) == 0:
                # Steps are as long as the upper bound is far: a nearer one is a better aim.
                self._offer(arrays, placed(arrays, relaxation.full_order(arrays.n)), "relaxation")
                upper = self._value(arrays)
            if self.iterations is None and self._elapsed() > deadline:
                break
            if relaxation.steps % 100 == 0 and not self._go_on():
                break
        self.bound = relaxation.bound
        listed = placed(arrays, relaxation.full_order(arrays.n))
        self._offer(arrays, listed, "relaxation")

    def _search(self, arrays: Arrays, share: float) -> None:
        search = Search(arrays, self.best, workers=self.workers, seed=self.seed)
        begin = self._elapsed()
        end = begin + share * (self.time_limit - begin)
        z = self.best.z
        with ThreadPoolExecutor(self.workers) as pool:
            if self.iterations is not None:
                rounds = max(1, min(ROUNDS_LEAST, self.iterations // 50))
                for n in range(rounds):
                    moves = self.iterations // rounds
                    search.round(pool, n / rounds, (n + 1) / rounds, moves=moves)
                    self.looked = search.looked
                    if not self._go_on():
                        break
            else:
                slice_ = min(search.round_seconds, (end - begin) / ROUNDS_LEAST)
                while self._elapsed() < end - 0.2 * slice_ and self._go_on():
                    now = self._elapsed()
                    at = (now - begin) / (end - begin)
                    to = min(1.0, (now + slice_ - begin) / (end - begin))
                    search.round(pool, at, to, seconds=min(slice_, end - now))
                    self.looked = search.looked
                    if self._closed(arrays):
                        break
        if self.best.z < z:
            self.method = "search"

    def _breed(self, arrays: Arrays, last: int, share: float) -> None:
        breeding = Breeding(
            arrays, last, self.best, workers=self.workers, seed=self.seed, bound=self.bound
        )
        begin = self._elapsed()
        end = begin + share * (self.time_limit - begin)
        left = self.iterations
        z = self.best.z
        with ThreadPoolExecutor(self.workers) as pool:
            while self._elapsed() < end if left is None else left > 0:
                if left is None:
                    seconds = min(ROUND_SECONDS, max(0.01, end - self._elapsed()))
                    more = breeding.round(pool, seconds=seconds)
                else:
                    more = breeding.round(pool, children=min(left, ROUND_CHILDREN))
                    left -= ROUND_CHILDREN
                self.looked = breeding.looked
                if not (more and self._go_on()):
                    break
        if self.best.z < z:
            self.method = "search"
        self._closed(arrays)

    def _prove(self, arrays: Arrays, left: float | None = None) -> None:
        """Ask CP-SAT, for ``left`` seconds or all that are left."""
        if left is None and self.iterations is None:
            left = self.time_limit - self._elapsed()
        if left is not None and left < 0.02:
            return
        upper = self._value(arrays)
        proof = prove(
            arrays, self.best.starts, upper, seconds=left, workers=self.workers, seed=self.seed,
            go_on=self._go_on,
        )  # fmt: skip
        self._offer(arrays, proof.starts, "exact")
        self.bound = max(self.bound, proof.lower_bound)
        self._closed(arrays)

    def _value(self, arrays: Arrays) -> float:
        """Z over what starts, as the plan will say it."""
        starts = self.best.starts
        rows = starts < NEVER
        finish = starts[rows] + arrays.dur[rows]
        late = (finish - arrays.due[rows]).clip(0)
        flow = finish - arrays.ready0[rows]
        return float((arrays.late_cost[rows] * late + arrays.flow_cost[rows] * flow).sum())

    def _closed(self, arrays: Arrays) -> bool:
        z = self._value(arrays)
        self.proved = self._same_start() and z - self.bound <= CLOSED * max(1.0, z)
        return self.proved

    def _same_start(self) -> bool:
        """Whether those start that the bound is about; it says nothing about others."""
        return bool(((self.best.starts < NEVER) == self.bounded).all())

    def _offer(self, arrays: Arrays, starts: Ints, method: str) -> None:
        # A bound is about certain projects; others would need another bound.
        same = bool(((starts < NEVER) == (self.best.starts < NEVER)).all())
        if same and self.best.offer(starts, cost_of(arrays, starts)):
            self.method = method

    def _elapsed(self) -> float:
        return perf_counter() - self.begin

    def _go_on(self) -> bool:
        if self.on_progress is None or self.stopped:
            return not self.stopped
        now = self._elapsed()
        if self.iterations is None and self.told and now - self.told < TOLD_SECONDS:
            return True
        self.told = now
        said = self.on_progress(
            Progress(now, self.looked, self.best.z, min(self.bound, self.best.z))
        )
        self.stopped = said is True
        return not self.stopped
