"""The search for a plan, as commands let people wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar

from callsheet.cli.compiling import compile_planner

if TYPE_CHECKING:
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import Problem

TimeLimit = Annotated[
    float, typer.Option(min=0, max=3600, help="Seconds in which to look for better plans.")
]

SearchSeed = Annotated[int, typer.Option(min=0, help="Where the search begins.")]

Robust = Annotated[
    bool,
    typer.Option(
        "--robust",
        help="Look for the order of briefs that is best on average over many courses of events, "
        "not for the plan that is best if everything takes its usual time.",
    ),
]


def improved(problem: Problem, time_limit: float, seed: int, *, robust: bool = False) -> Plan:
    """The best plan within the limit, with a bar on standard error while it is looked for.

    ``robust``: the plan of the order that is best on average.
    """
    from callsheet.planner.progress import Progress
    from callsheet.planner.solve import solve

    compile_planner()
    columns = (
        TextColumn("Looking for better plans"),
        BarColumn(),
        TextColumn("{task.description}"),
    )
    screen = Console(stderr=True)
    # Where nobody looks, not even the empty line that the bar leaves behind.
    with Bar(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task("", total=max(time_limit, 0.01))

        def tell(progress: Progress) -> None:
            said = "Ctrl-C takes the best so far"
            if progress.lower_bound > 0:
                spare = 1 - progress.lower_bound / progress.z if progress.z else 0.0
                said = f"at most {spare:.1%} to save; {said}"
            bar.update(task, completed=progress.seconds, description=said)

        if robust:
            from callsheet.planner.stochastic import solve_stochastic

            return solve_stochastic(
                problem, time_limit=time_limit, seed=seed, on_progress=tell
            ).plan
        return solve(problem, time_limit=time_limit, seed=seed, on_progress=tell)
