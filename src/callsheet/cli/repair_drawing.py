"""A repaired plan in the terminal: what has changed, what moves and why, how late it is."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.plan_reasons import MOST_SAID
from callsheet.insight.wording import say_count, say_number, say_working_days


def draw_repair(console: Console, answer: dict[str, Any]) -> None:
    """Print a repair (as ``callsheet repair --json`` gives it)."""
    _lines(console, "Changed", [change["sentence"] for change in answer["changes"]])
    if answer["moved"]:
        console.print(Text("Moves", style="bold"))
        console.print(_table(answer["moved"]))
        why = [f"{row['title']}: {row['reason']['sentence']}" for row in answer["moved"]]
        _lines(console, "Why", why)
    new = set(answer["new"])
    starts = [f"{p['title']}: {p['start']}" for p in answer["plan"]["projects"] if p["id"] in new]
    _lines(console, "New, brief on", starts)
    for line in (_counts(answer), *_lateness(answer)):
        console.print(Text(line), soft_wrap=True)


def _lines(console: Console, heading: str, lines: list[str]) -> None:
    if lines:
        console.print(Text(heading, style="bold"))
        for line in lines[:MOST_SAID]:
            console.print(Text(f"  {line}"), soft_wrap=True)
        if len(lines) > MOST_SAID:
            console.print(f"  … and {say_count(len(lines) - MOST_SAID)} more")


def _table(moved: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("was", "brief on"):
        table.add_column(heading, no_wrap=True)
    table.add_column("title")
    table.add_column("days", justify="right", no_wrap=True)
    table.add_column("wanted by", no_wrap=True)
    table.add_column("late", justify="right", no_wrap=True)
    for row in moved:
        table.add_row(
            str(row["from"]),
            str(row["to"] or "never"),
            Text(f"{row['title']}{' (frozen)' if row['frozen'] else ''}"),
            "" if row["days"] is None else f"{row['days']:+,d}",
            str(row["due"] or ""),
            f"{row['tardiness_before'] or 0:,} → {row['tardiness'] or 0:,}",
        )
    return table


def _counts(answer: dict[str, Any]) -> str:
    parts = [say_number(len(answer["stays"]), "start stays", "starts stay")]
    moved = len(answer["moved"])
    parts.append(say_number(moved, "moves", "move") if moved else "none moves")
    if answer["new"]:
        parts.append(say_number(len(answer["new"]), "is new", "are new"))
    if answer["started"]:
        parts.append(say_number(len(answer["started"]), "has started", "have started"))
    return f"{', '.join(parts)}."


def _lateness(answer: dict[str, Any]) -> list[str]:
    before, after = answer["lateness"]["before"], answer["lateness"]["after"]
    scratch = answer["lateness"]["from_scratch"]
    lines = [f"Late: {_late(before)} by the old plan, {_late(after)} now."]
    moves = say_number(scratch["moved"], "start", "starts")
    would = f"The best plan found from scratch would move {moves}"
    saved = after["days_late"] - scratch["days_late"]
    if saved > 0:
        lines.append(f"{would} and save {say_working_days(saved)} of lateness.")
    elif saved < 0:
        lines.append(f"{would} and be {say_working_days(-saved)} later in all.")
    else:
        lines.append(f"{would} and be as late in all.")
    return lines


def _late(figures: dict[str, Any]) -> str:
    if not figures["late"]:
        return "no project"
    late = say_number(figures["late"], "project", "projects")
    return f"{late} by {say_working_days(figures['days_late'])}"
