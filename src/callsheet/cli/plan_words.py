"""What is said of a plan in the same words wherever it is shown: terminal, page, workbook."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from callsheet.insight.wording import say_working_days
from callsheet.sheets.problems import shorten


def by_week(
    projects: list[dict[str, Any]], first: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What to brief in the week of ``first``, the latest first, and the rest in its order."""
    week = first + timedelta(days=6 - first.weekday())
    now = [p for p in projects if p["start"] is not None and p["start"] <= week]
    known = {project["id"] for project in now}
    now.sort(key=lambda project: -(project["tardiness"] or 0))
    return now, [project for project in projects if project["id"] not in known]


def rows_to_look_at(answer: dict[str, Any]) -> list[str]:
    """The rows that were left out, then what is worth knowing of the others, a line each."""
    left_out = [f"Left out: {_place(row)}: {row['rule']}" for row in answer["skipped_rows"]]
    known = [f"To look at: {_place(row)}: {row['rule']}" for row in answer["warnings"]]
    return [*left_out, *known]


def say_late(late: float, days_late: float, *, on_average: bool) -> str:
    """How many projects are late by how much in all; ``on_average``: are expected to be."""
    count = round(late, 1) if on_average else round(late)
    if not count:
        return "nothing is expected to be late" if on_average else "nothing is late"
    verb = "is" if count == 1 else "are"
    many = f"{count:,.1f}" if on_average else f"{count:,}"
    said = f"{many} {'project' if count == 1 else 'projects'} {verb} "
    said += "expected to be late" if on_average else "late"
    return f"{said}, by {say_working_days(max(1, round(days_late)))} in all"


def _place(row: dict[str, Any]) -> str:
    said = "the calendar" if row["row"] is None else f"row {row['row']}"
    if row["column"] is not None:
        said += f", column {shorten(row['column'])}"
    return said if row["value"] is None else f"{said}, “{shorten(row['value'])}”"


def quality(answer: dict[str, Any]) -> str:
    """How good a plan (as ``plan.answer_of`` gives it) is known to be."""
    if answer["status"] == "optimal":
        said = "Proved: no other order is better."
    elif answer["solver"]["method"] == "stochastic":
        said = "Of all orders looked at, this one is the best on average when durations vary."
    elif answer["objective"]["lower_bound"] > 0:
        share = f"{answer['objective']['gap']:.1%}"
        said = f"At most {share} of this plan's lateness and waiting (Z) could be saved."
    else:
        said = "How far this plan is from the best one has not been worked out."
    if any(project["brief_type_assumed"] for project in answer["projects"]):
        said += " Rows without a brief type are timed as original creative."
    if answer["durations_from"] == "history":
        return f"{said} Durations are learned from your history."
    return f"{said} Durations are the catalogue's defaults."
