"""A plan in the terminal: what to brief this week, what later, how full the capacity is."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.plan_forecast import expectation, say_chance, uncertainty
from callsheet.cli.plan_latest import latest_days
from callsheet.cli.plan_problem import MOST_SHOWN
from callsheet.cli.plan_reasons import draw_reasons
from callsheet.cli.plan_teams import draw_teams
from callsheet.cli.plan_words import by_week, quality, rows_to_look_at
from callsheet.insight.wording import say_count
from callsheet.kit.visible import visible

MOST_ROWS = 300
"""So many projects are listed of this week, and of later; nobody scrolls through more."""

_LEVELS = " ▁▂▃▄▅▆▇█"
_ROW = 26


def draw_plan(console: Console, answer: dict[str, Any], first: date) -> None:
    """Print a plan (as ``callsheet plan --json`` answers) that begins on the day ``first``."""
    lines = rows_to_look_at(answer)
    for line in lines[:MOST_SHOWN]:
        console.print(Text(visible(line)), soft_wrap=True)
    if len(lines) > MOST_SHOWN:
        console.print(f"… and {len(lines) - MOST_SHOWN:,} more", highlight=False)
    now, later = by_week(answer["projects"], first)
    for heading, projects in ((f"This week, from {first} on", now), ("Later", later)):
        if projects:
            console.print(Text(heading, style="bold"))
            console.print(_table(projects[:MOST_ROWS]))
        if len(projects) > MOST_ROWS:
            more = f"… and {len(projects) - MOST_ROWS:,} more: --html, --xlsx or --json has all."
            console.print(more, highlight=False, soft_wrap=True)
    for line in strip(answer["usage"]):
        console.print(Text(line), soft_wrap=True)
    for line in latest_days(answer):
        console.print(Text(line), soft_wrap=True)
    draw_teams(console, answer)
    draw_reasons(console, answer)
    vary = [uncertainty(answer)] if answer["simulation"] else []
    for sentence in (expectation(answer), quality(answer), *vary):
        console.print(sentence, highlight=False, soft_wrap=True)


def strip(usage: list[dict[str, Any]]) -> list[str]:
    """How full the capacity is week by week, a sign for each: lines of half a year.

    A sign is as high as the share of the week's capacity that is in use; where more is held than
    there is, it is an exclamation mark. No lines without usage.
    """
    weeks = [
        (monday, list(days))
        for monday, days in groupby(
            usage, key=lambda day: day["date"] - timedelta(days=day["date"].weekday())
        )
    ]
    lines = []
    for at in range(0, len(weeks), _ROW):
        part = weeks[at : at + _ROW]
        signs = "".join(_sign(days) for _, days in part)
        held = sum(day["held"] for _, days in part for day in days)
        capacity = sum(day["capacity"] for _, days in part for day in days)
        share = f"{held / capacity:.0%} of the credits in use" if capacity else "no credits"
        lines.append(f"weeks from {part[0][0]} on │{signs}│ {share}")
    return lines


def _sign(days: list[dict[str, Any]]) -> str:
    held = sum(day["held"] for day in days)
    capacity = sum(day["capacity"] for day in days)
    if held > capacity:
        return "!"
    # The full block is kept for what is full, the empty one for what is empty.
    top = len(_LEVELS) - 1
    if not held or held == capacity:
        return _LEVELS[top if held else 0]
    return _LEVELS[min(top - 1, max(1, round(top * held / capacity)))]


def _table(projects: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("brief on", no_wrap=True)
    table.add_column("title")
    table.add_column("credits", justify="right")
    for heading in ("80 % date", "wanted by"):
        table.add_column(heading, no_wrap=True)
    table.add_column("in time", justify="right", no_wrap=True)
    for project in projects:
        seen = project["forecast"]
        table.add_row(
            str(project["start"] or "never"),
            Text(project["title"]),
            say_count(project["credits"]),
            str(seen["finish"]["p80"] or ""),
            str(project["due"] or ""),
            say_chance(seen["on_time_probability"]),
        )
    return table
