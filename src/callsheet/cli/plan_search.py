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


def improved(problem: Problem, time_limit: float, seed: int) -> Plan:
    """The best plan within the limit, with a bar on standard error while it is looked for."""
    from callsheet.planner.solve import Progress, solve

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
            spare = 1 - progress.lower_bound / progress.z if progress.z else 0.0
            said = f"at most {spare:.1%} to save; Ctrl-C takes the best so far"
            bar.update(task, completed=progress.seconds, description=said)

        return solve(problem, time_limit=time_limit, seed=seed, on_progress=tell)
