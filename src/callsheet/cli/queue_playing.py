"""The queue of a calendar, played as commands let people ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from callsheet.cli.plan_search import improved
from callsheet.kit.errors import Refused
from callsheet.planner.policies import QueuePolicy
from callsheet.sheets.plan_rows import PlanReading

if TYPE_CHECKING:
    from callsheet.planner.arrays import Ints
    from callsheet.planner.problem import Problem
    from callsheet.planner.simulate import Simulation

Policy = Annotated[
    QueuePolicy, typer.Option(help="How the queue is served; planned looks for a plan first.")
]
Replications = Annotated[
    int | None,
    typer.Option(min=1, max=100_000, help="How often the queue is played.", show_default="1000"),
]
Seed = Annotated[int, typer.Option(min=0, help="Where the search begins, and which luck is drawn.")]

REPLICATIONS = 1_000
"""So often the queue is played where nobody says it, ..."""

AT_ONCE, FEWEST = 2_000_000, 200
"""... less often where that would be more durations than this, but never below so many."""

MOST_SAMPLED = 20_000_000
"""So many durations are sampled at most: some 500 MB."""


def replications_in(problem: Problem, asked: int | None) -> int:
    """How often the queue of a problem is played, if ``asked`` is what somebody said.

    Raises ``Refused`` where that is more than a machine can be expected to hold.
    """
    works = len(problem.projects) + len(problem.in_flight)
    often = asked or max(FEWEST, min(REPLICATIONS, AT_ONCE // max(1, works)))
    if works * often > MOST_SAMPLED:
        raise Refused(
            "too_many_replications",
            f"{often:,} runs of {works:,} projects are too many at one time. At most "
            f"{MOST_SAMPLED // works:,} runs are possible with so many projects.",
            field="replications",
        )
    return often


def ranks_of(reading: PlanReading) -> dict[str, int]:
    """The rows of a calendar as the order of what is ready on the same day."""
    return {row.id: row.row for row in reading.projects}


def order_of(
    problem: Problem, reading: PlanReading, policy: QueuePolicy, seed: int, time_limit: float
) -> Ints:
    """The order of the queue; for ``planned`` a plan is looked for."""
    plan = improved(problem, time_limit, seed) if policy is QueuePolicy.PLANNED else None
    # The engine loads numba: only once there is something to play.
    from callsheet.planner.simulate import queue_order

    return queue_order(problem, policy, plan, ranks_of(reading))


def play_often(
    problem: Problem, policy: QueuePolicy, order: Ints, replications: int, seed: int
) -> Simulation:
    """Play a queue under sampled durations."""
    from callsheet.planner.scenarios import scenarios_of
    from callsheet.planner.simulate import play

    with Console(stderr=True).status("Playing the queue."):
        return play(problem, policy, order, scenarios_of(problem, replications, seed))
