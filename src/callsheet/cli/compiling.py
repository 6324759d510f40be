"""The planner made ready to run, for every command that plans."""

from __future__ import annotations

from rich.console import Console


def compile_planner() -> None:
    """Compile the planner where nobody has yet, so that no time limit pays for it.

    ``make setup`` has; on another machine, or for another user, it happens once and is said.
    """
    # The engine loads numba: only once there is something to plan.
    from callsheet.planner.preparing import is_prepared, prepare

    if not is_prepared():
        said = "Compiling the planner for this machine, once (a minute or two)."
        with Console(stderr=True).status(said):
            prepare()
