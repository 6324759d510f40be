"""``callsheet replay``: a recorded queue once more, under other credits or another policy."""

from __future__ import annotations

from datetime import date
from statistics import fmean
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from callsheet.admission.snapshot import Policy
from callsheet.cli.history import HistoryFile, history_of
from callsheet.cli.output import Json, show
from callsheet.cli.plan_problem import Country, Order, SkipBadRows, work_calendar
from callsheet.cli.plan_times import standard_duration
from callsheet.insight.wording import say_count, say_number
from callsheet.kit.clock import now
from callsheet.kit.workdays import WorkCalendar
from callsheet.planner.replay import Recorded
from callsheet.planner.replay import replay as play
from callsheet.sheets.history_rows import HistoryRow


def replay(
    history: HistoryFile,
    capacity: Annotated[
        list[int], typer.Option(min=0, max=100_000, help="Credits at one time; may be repeated.")
    ],
    policy: Annotated[Policy, typer.Option(help="How the queue is served.")] = Policy.BACKFILL,
    country: Country = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    json: Json = False,
) -> None:
    """Say when the finished projects would have started with other credits.

    They are submitted on the days recorded, those of one day in the order of the rows, and take
    as long as they took. The rules that start them are the product's own, and go by how long each
    was expected to take: as the history says, or by the default lead times of its brief type.
    """
    calendar = work_calendar(country)
    rows = history_of(history, now().date(), date_order, skip_bad_rows, submitted=True)
    in_order = sorted(rows.projects, key=lambda row: (row.submitted or date.min, row.row))
    works = [_recorded(row, rank, calendar) for rank, row in enumerate(in_order)]
    recorded = [
        calendar.between(row.submitted, row.started) for row in rows.projects if row.submitted
    ]
    last = max((row.finished for row in rows.projects), default=None)
    answer: dict[str, Any] = {
        "projects": len(works),
        "policy": policy.value,
        "expected_from": {
            "history": sum(row.expected is not None for row in rows.projects),
            "defaults": sum(row.expected is None for row in rows.projects),
        },
        "recorded": _waits(recorded) | {"last_finish": last},
        "capacities": [],
        "skipped_rows": [bad.as_dict() for bad in rows.problems],
    }
    titles = {row.row: row for row in rows.projects}
    for credits in sorted(set(capacity)):
        again = play(works, credits, policy, calendar)
        answer["capacities"].append(
            {
                "credits": credits,
                "never": again.never,
                **_waits(again.waited),
                "utilization": round(again.utilization, 4),
                "last_finish": again.last_finish,
                "projects": [
                    {
                        "row": work.id,
                        "title": titles[work.id].title,
                        "recorded_start": titles[work.id].started,
                        "start": work.start,
                        "finish": work.finish,
                        "waited": work.waited,
                    }
                    for work in again.works
                ],
            }
        )
    show(answer, json=json, human=lambda out: _draw(out, answer))


def _recorded(row: HistoryRow, rank: int, calendar: WorkCalendar) -> Recorded:
    days = max(1, calendar.between(row.started, row.finished))
    p50, p80 = _expected(row, calendar)
    return Recorded(row.row, row.credits, row.submitted or date.min, days, rank, p50, p80)


def _expected(row: HistoryRow, calendar: WorkCalendar) -> tuple[int, int]:
    """The working days that were expected of it as it started: usually, and at the latest."""
    if row.expected is None:
        usual = standard_duration(row.brief_type)
        return usual.p50, usual.p80
    p50 = max(1, calendar.between(row.started, row.expected))
    return p50, max(p50, calendar.between(row.started, row.expected_latest or row.expected))


def _waits(waits: list[int] | tuple[int, ...]) -> dict[str, Any]:
    return {
        "mean_wait": round(fmean(waits), 2) if waits else None,
        "longest_wait": max(waits, default=None),
    }


def _draw(console: Console, answer: dict[str, Any]) -> None:
    table = Table(box=None)
    table.add_column("credits")
    for heading in ("can never start", "mean wait, days", "longest wait", "in use"):
        table.add_column(heading, justify="right")
    table.add_column("all finished")
    rows = [answer["recorded"], *answer["capacities"]]
    for row in rows:
        used = row.get("utilization")
        table.add_row(
            say_count(row["credits"]) if "credits" in row else "as recorded",
            say_count(row["never"]) if "never" in row else "",
            "" if row["mean_wait"] is None else f"{row['mean_wait']:,.1f}",
            "" if row["longest_wait"] is None else say_count(row["longest_wait"]),
            "" if used is None else f"{used:.0%}",
            str(row["last_finish"] or ""),
        )
    console.print(table)
    projects = say_number(answer["projects"], "project", "projects")
    console.print(
        f"{projects} under the policy {answer['policy']}; what was submitted "
        f"when and how long it took is taken as recorded.{_by_what(answer)}",
        highlight=False,
        soft_wrap=True,
    )


def _by_what(answer: dict[str, Any]) -> str:
    """How the queue knew whom it may let go first, in a sentence; a strict one need not know."""
    known = answer["expected_from"]["history"]
    if answer["policy"] == Policy.STRICT:
        return ""
    if known == answer["projects"]:
        return " The queue goes by what was expected as each of them started."
    if known:
        said = f"what was expected as {known:,} of them started, and by the default lead times of"
        return f" The queue goes by {said} the others."
    return " The queue goes by default lead times: the history does not say what was expected."
