"""Sets of assumptions side by side in the terminal: figures in rows, sets in columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.plan_forecast import say_chance, uncertainty
from callsheet.cli.plan_problem import MOST_SHOWN

_LABEL, _COLUMN = 34, 14


def draw_scenarios(console: Console, answer: dict[str, Any]) -> None:
    """Print a comparison (as ``callsheet scenario --json`` answers), as many beside each other as
    there is room for; the first one is always there.
    """
    first, *others = answer["scenarios"]
    room = max(1, (console.width - _LABEL) // (_COLUMN + 1) - 1)
    for at in range(0, len(others), room):
        console.print(_table([first, *others[at : at + room]], answer["replications"]))
    for one in answer["scenarios"]:
        for problem in one["skipped_rows"][:MOST_SHOWN]:
            said = f"{one['name']}: left out: row {problem['row']}: {problem['rule']}"
            console.print(Text(said), soft_wrap=True)
        console.print(Text(f"{one['name']}: {_assumed(one)}"), soft_wrap=True)


def _table(shown: list[dict[str, Any]], replications: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", width=_LABEL)
    for one in shown:
        table.add_column(Text(one["name"]), justify="right", width=_COLUMN, overflow="fold")

    def row(label: str, said: Callable[[dict[str, Any]], str]) -> None:
        table.add_row(f"  {label}", *map(said, shown))

    table.add_row(Text("If all takes its usual time", style="bold"))
    row("late projects", lambda one: f"{one['usual']['late']:,}")
    row("working days late", lambda one: f"{one['usual']['days_late']:,}")
    row("weighted tardiness", lambda one: f"{one['usual']['weighted_tardiness']:,.0f}")
    row("credits in use", lambda one: f"{one['usual']['used']:.0%}")
    row("all finished", lambda one: str(one["usual"]["last_finish"]))
    runs = f"As durations vary ({replications:,} runs)"
    table.add_row(Text(runs, style="bold"))
    row("expected late projects", lambda one: f"{one['simulation']['expected_late']:,.1f}")
    row("expected days late", lambda one: f"{one['simulation']['expected_days_late']:,.0f}")
    row(
        "expected weighted tardiness",
        lambda one: f"{one['simulation']['expected_weighted_tardiness']:,.0f}",
    )
    row("credits in use", lambda one: f"{one['simulation']['used']:.0%}")
    row("all finished, 80 % date", lambda one: str(one["simulation"]["last_finish"]["p80"]))
    row(
        "fewer days late than the first",
        lambda one: say_chance(one["fewer_days_late_probability"]),
    )
    if any(one["usual"]["never"] or one["simulation"]["expected_never"] for one in shown):
        row("expected never to start", lambda one: f"{one['simulation']['expected_never']:,.1f}")
    return table


def _assumed(one: dict[str, Any]) -> str:
    """All that is assumed, in a sentence."""
    given = one["assumptions"]
    said = [f"{one['projects']:,} projects of {given['calendar']}"]
    whose = f"{given['capacity']} credits" if given["capacity"] else f"teams of {given['teams']}"
    said += [whose, f"from {given['start']} on", f"{given['policy']}"]
    if given["country"]:
        said.append(f"holidays of {given['country']}")
    if given["closures"]:
        said.append(f"closed {given['closures']}")
    if given["history"]:
        said.append(f"durations from {given['history']}")
    return f"{', '.join(said)}. {uncertainty(one)}"
