"""``callsheet durations``: how long projects take by a studio's own history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from callsheet.cli.history import HistoryFile, history_of, learned_from
from callsheet.cli.output import Json, show
from callsheet.cli.plan_problem import Country, Order, SkipBadRows, in_our_time, work_calendar
from callsheet.insight.wording import say_count
from callsheet.kit.clock import now

if TYPE_CHECKING:
    from callsheet.planner.calibration import Kept, Learned


def durations(
    history: HistoryFile,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day to look back from; left out, today."),
    ] = None,
    credits: Annotated[int, typer.Option(min=1, help="The size of project to say.")] = 20,
    country: Country = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    json: Json = False,
) -> None:
    """Say how long projects take by a studio's finished ones, and how far to trust it.

    Every past project is predicted from what was known on the day it started. So it is seen how
    often the days that would have been said were kept.
    """
    day = in_our_time((today or now()).date(), "today")
    calendar = work_calendar(country)
    reading = history_of(history, day, date_order, skip_bad_rows)
    learned = learned_from(reading, day, calendar)
    answer = _answer(learned, credits)
    answer["skipped_rows"] = [bad.as_dict() for bad in reading.problems]
    show(answer, json=json, human=lambda out: _draw(out, answer))


def _answer(learned: Learned, credits: int) -> dict[str, Any]:
    from callsheet.planner.calibration import report

    kept = report(learned.outcomes)
    types = []
    for name, default in learned.fitted.defaults.items():
        duration = learned.duration(name, credits)
        types.append(
            {
                "brief_type": name,
                "projects": kept[name].projects if name in kept else 0,
                "p50": duration.p50,
                "p80": duration.p80,
                "default_p50": default.p50,
                "default_p80": default.p80,
            }
        )
    return {
        "projects": len(learned.outcomes),
        "credits": credits,
        "durations": types,
        "calibration": [_kept(name, found) for name, found in kept.items()],
    }


def _kept(name: str, found: Kept) -> dict[str, Any]:
    return {
        "brief_type": name or None,
        "projects": found.projects,
        "kept": _by_chance(found.kept),
        "loss": _by_chance(found.loss),
        "default_kept": _by_chance(found.default_kept),
        "default_loss": _by_chance(found.default_loss),
    }


def _by_chance(values: Sequence[float]) -> dict[str, float]:
    from callsheet.planner.calibration import CHANCES

    return {
        f"p{chance * 100:.0f}": round(value, 4)
        for chance, value in zip(CHANCES, values, strict=True)
    }


def _draw(console: Console, answer: dict[str, Any]) -> None:
    table = Table(box=None, title=f"Working days of a project of {answer['credits']} credits")
    table.add_column("brief type")
    for heading in ("projects", "p50", "p80", "default p50", "default p80"):
        table.add_column(heading, justify="right")
    for row in answer["durations"]:
        table.add_row(
            row["brief_type"] + ("" if row["projects"] else " (none finished)"),
            *(say_count(row[c]) for c in ("projects", "p50", "p80", "default_p50", "default_p80")),
        )
    console.print(table)
    if not answer["calibration"]:
        return
    table = Table(box=None, title="How often the days said would have been kept (by the defaults)")
    table.add_column("brief type")
    for heading in ("projects", "50 % days", "80 % days", "95 % days", "80 % loss, days"):
        table.add_column(heading, justify="right")
    for row in answer["calibration"]:
        table.add_row(
            row["brief_type"] or "all",
            say_count(row["projects"]),
            *(
                f"{row['kept'][c]:.0%} ({row['default_kept'][c]:.0%})"
                for c in ("p50", "p80", "p95")
            ),
            f"{row['loss']['p80']:.1f} ({row['default_loss']['p80']:.1f})",
        )
    console.print(table)
