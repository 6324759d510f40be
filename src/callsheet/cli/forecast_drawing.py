"""A forecast in the terminal: the dates, and a band over time for each project."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.plan_forecast import expectation, say_chance, uncertainty
from callsheet.cli.plan_problem import MOST_SHOWN
from callsheet.cli.plan_words import rows_to_look_at
from callsheet.kit.visible import visible

AT_WORK, LIKELY, SURE, WANTED = "█", "▓", "░", "◆"
LEGEND = (
    f"{AT_WORK} at work, as likely as not   {LIKELY} until the 80 % date   {SURE} the 95 % date   "
    f"{WANTED} wanted"
)
_CHANCES = ("p50", "p80", "p95")
_TITLE, _CHANCE = 24, 7
"""The widths of a title and a chance; the rest of a line is for the band."""


def draw_forecast(console: Console, answer: dict[str, Any], first: date) -> None:
    """Print a forecast (as ``callsheet forecast --json`` answers) from the day ``first`` on."""
    for line in rows_to_look_at(answer)[:MOST_SHOWN]:
        console.print(Text(visible(line)), soft_wrap=True)
    projects = answer["projects"]
    if projects:
        console.print(_dates(projects, first, console.width))
        console.print(_bands(projects, first, max(20, console.width - _TITLE - _CHANCE - 2)))
        console.print(LEGEND, highlight=False, soft_wrap=True)
    said = f"The queue is served by the policy {answer['simulation']['policy']}."
    for sentence in (expectation(answer), said, uncertainty(answer)):
        console.print(sentence, highlight=False, soft_wrap=True)


def _dates(projects: list[dict[str, Any]], first: date, width: int) -> Table:
    """Six dates and the chance of each project; they have the year where it is another one."""
    rows = [
        [
            "never" if day is None else _short(day, first)
            for what in ("start", "finish")
            for day in (project["forecast"][what][chance] for chance in _CHANCES)
        ]
        for project in projects
    ]
    taken = sum(max(6, *(len(row[n]) for row in rows)) + 1 for n in range(6)) + 5
    longest = max(len(project["title"]) for project in projects)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, width=max(12, min(longest, width - taken)))
    for what in ("start", "finish"):
        table.add_column(f"{what}\nby 50%", justify="right", no_wrap=True)
        table.add_column("\n80%", justify="right", no_wrap=True)
        table.add_column("\n95%", justify="right", no_wrap=True)
    table.add_column("in\ntime", justify="right", no_wrap=True, min_width=4)
    for project, days in zip(projects, rows, strict=True):
        chance = say_chance(project["forecast"]["on_time_probability"])
        table.add_row(Text(project["title"], overflow="ellipsis"), *days, chance)
    return table


def _short(day: date, first: date) -> str:
    said = f"{day.day} {day:%b}"
    return said if day.year == first.year else f"{said} {day:%y}"


def _bands(projects: list[dict[str, Any]], first: date, width: int) -> Table:
    last = max(
        day
        for project in projects
        for day in (first, project["due"], *project["forecast"]["finish"].values())
        if day is not None
    )
    scale = _Scale(first, max(1, -(-((last - first).days + 1) // width)), width)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, width=_TITLE)
    table.add_column("in time", justify="right", no_wrap=True, width=_CHANCE)
    table.add_column(scale.months(), no_wrap=True, min_width=width)
    for project in projects:
        table.add_row(
            Text(project["title"], overflow="ellipsis"),
            say_chance(project["forecast"]["on_time_probability"]),
            Text(scale.band(project)),
        )
    return table


class _Scale:
    """Days as places in a line; ``step`` calendar days share a place."""

    def __init__(self, first: date, step: int, width: int) -> None:
        self.first, self.step, self.width = first, step, width

    def place(self, day: date) -> int:
        return min(self.width - 1, max(0, (day - self.first).days // self.step))

    def months(self) -> str:
        """The names of months where they begin, as far as there is room."""
        line = [" "] * self.width
        free = 0
        for n in range(self.width * self.step):
            day = self.first + timedelta(days=n)
            name = f"{day:%b}" if day.month > 1 or n == 0 else f"{day:%Y}"
            at = self.place(day)
            if (day.day == 1 or n == 0) and free <= at <= self.width - len(name):
                line[at : at + len(name)] = name
                free = at + len(name) + 1
        return "".join(line)

    def band(self, project: dict[str, Any]) -> str:
        """One project: from its start until its finish with 50, 80 and 95 %, and the day wanted.

        What too often never starts has no end on the right.
        """
        line = [" "] * self.width
        seen = project["forecast"]
        begin = seen["start"]["p50"]
        if begin is not None:
            at = self.place(begin)
            for sign, chance in ((AT_WORK, "p50"), (LIKELY, "p80"), (SURE, "p95")):
                day = seen["finish"][chance]
                end = self.width if day is None else self.place(day) + (chance == "p95")
                for n in range(at, end):
                    line[n] = sign
                at = max(at, end)
        if project["due"] is not None:
            line[self.place(project["due"])] = WANTED
        return "".join(line).rstrip()
