"""Compiling the planner's kernels before they are needed.

``python -m callsheet.planner.preparing`` does it for this machine and this user: a minute or
two, once. Where nobody has, the first plan does. The results are kept beside the kernels' sources,
or, where those cannot be written, in the user's cache folder; ``NUMBA_CACHE_DIR`` names another
place.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from callsheet.planner.arrays import arrays_of
from callsheet.planner.back_schedule import back_schedule
from callsheet.planner.bounds import Relaxation
from callsheet.planner.kernels.placing import serial
from callsheet.planner.makespan import Breeding
from callsheet.planner.policies import QueuePolicy
from callsheet.planner.problem import CREDITS, Duration, Problem, Project, Resource
from callsheet.planner.repair import repair
from callsheet.planner.search import Best, cost_of, first_orders, rippled, shuffled
from callsheet.planner.simulate import simulate
from callsheet.planner.stochastic import solve_stochastic


def is_prepared() -> bool:
    """Whether compiled kernels are kept where this process would look for them.

    What was kept of other sources is gone when this module has been loaded, so it does not count.
    """
    place = serial.stats.cache_path
    return place is not None and any(Path(place).glob("placing.serial-*.nbi"))


def prepare() -> None:
    """Call every kernel with a problem of three projects, so that all are compiled and kept."""
    projects = tuple(
        Project(id, ((CREDITS, 10),), Duration(5, 0.3), due=5, after=after)
        for id, after in (("a", ()), ("b", ()), ("c", ("a",)))
    )
    problem = Problem((Resource(CREDITS, ((0, 10),)),), projects)
    arrays = arrays_of(problem)
    _, starts = first_orders(arrays)
    Relaxation(arrays, starts).climb(cost_of(arrays, starts))
    for look in (shuffled, rippled):
        look(arrays, starts, 0, 10, (1.0, 0.1))
    breeding = Breeding(arrays, 2, Best(starts, 0.0), workers=1, seed=0, bound=0.0)
    with ThreadPoolExecutor(1) as pool:
        breeding.round(pool, children=1)
    repair(problem, {"a": 1}, iterations=10)
    simulate(problem, QueuePolicy.BACKFILL, replications=2)
    found = solve_stochastic(problem, iterations=10, scenarios=2)
    back_schedule(problem, found.plan, replications=2)


if __name__ == "__main__":
    prepare()
