"""The forecast of a plan or a queue with dates, as plain data and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callsheet.cli.queue_playing import play_often, ranks_of, replications_in
from callsheet.insight.wording import say_number, say_working_days
from callsheet.planner.policies import QueuePolicy
from callsheet.sheets.plan_rows import PlanReading

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.forecast import Forecast, ProjectForecast, Range
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import Problem

MOST_PLAYED = 10_000
"""A plan of more projects comes without a forecast: playing the queue would take minutes."""


def forecasted(
    answer: dict[str, Any],
    problem: Problem,
    found: Plan,
    timeline: Timeline,
    reading: PlanReading,
    seed: int,
) -> dict[str, Any]:
    """An answer (of ``plan.answer_of``) with the forecast of its queue in the plan's order.

    ``answer`` says already where the uncertainty is from. With more than ``MOST_PLAYED`` projects
    there are no dates with a chance, and ``simulation`` is ``None``.
    """
    if len(answer["projects"]) > MOST_PLAYED:
        nothing = dict.fromkeys(("p50", "p80", "p95"))
        unknown = {"start": nothing, "finish": nothing, "on_time_probability": None}
        projects = [project | {"forecast": unknown} for project in answer["projects"]]
        return answer | {"projects": projects, "simulation": None}
    from callsheet.planner.forecast import forecast
    from callsheet.planner.simulate import queue_order

    order = queue_order(problem, QueuePolicy.PLANNED, found, ranks_of(reading))
    often = replications_in(problem, None)
    seen = forecast(play_often(problem, QueuePolicy.PLANNED, order, often, seed))
    by_id = {project.id: project for project in seen.projects}
    return answer | {
        "projects": [
            project | {"forecast": project_as_dict(by_id[project["id"]], timeline)}
            for project in answer["projects"]
        ],
        "simulation": whole_as_dict(seen, timeline, seed),
    }


def project_as_dict(seen: ProjectForecast, timeline: Timeline) -> dict[str, Any]:
    """One project's dates and its chance; ``None`` where too often it never starts."""
    return {
        "start": range_as_dict(seen.start, timeline),
        "finish": range_as_dict(seen.finish, timeline),
        "on_time_probability": None if seen.on_time is None else round(seen.on_time, 4),
    }


def whole_as_dict(seen: Forecast, timeline: Timeline, seed: int) -> dict[str, Any]:
    """What is expected of the whole queue."""
    return {
        "policy": seen.policy.value,
        "replications": seen.replications,
        "seed": seed,
        "expected_late": round(seen.late, 2),
        "expected_never": round(seen.never, 2),
        "expected_days_late": round(seen.days_late, 1),
        "expected_weighted_tardiness": round(seen.tardiness, 1),
        "last_finish": range_as_dict(seen.last_finish, timeline),
        "used": round(seen.used, 4),
    }


def range_as_dict(days: Range, timeline: Timeline) -> dict[str, Any]:
    """A range of working days as dates."""
    return {
        name: None if day is None else timeline.date_of(day)
        for name, day in (("p50", days.p50), ("p80", days.p80), ("p95", days.p95))
    }


def say_chance(chance: float | None) -> str:
    """Say "87%", or "<1%" and ">99%" for what is neither impossible nor certain."""
    if chance is None:
        return ""
    if 0 < chance < 0.01:
        return "<1%"
    if 0.99 < chance < 1:
        return ">99%"
    return f"{chance:.0%}"


def expectation(answer: dict[str, Any]) -> str:
    """What is expected of the whole queue, in a sentence."""
    seen = answer["simulation"]
    if seen is None:
        return f"With more than {MOST_PLAYED:,} projects the dates have no chances beside them."
    late, projects = seen["expected_late"], len(answer["projects"])
    if projects == 1 and late:
        said = f"The project is late with a chance of {say_chance(late)}"
    elif round(late, 1):
        days = say_working_days(max(1, round(seen["expected_days_late"])))
        said = f"{late:,.1f} of {projects:,} projects are expected to be late, by {days} in all"
    else:
        said = "No project is expected to be late"
    if seen["last_finish"]["p80"] is not None:
        said += f"; in four of five cases all is finished by {seen['last_finish']['p80']}"
    runs = say_number(seen["replications"], "run", "runs")
    return f"{said} ({runs} of the queue, each with other durations)."


def uncertainty(answer: dict[str, Any]) -> str:
    """Where it is from how much durations vary, in a sentence."""
    if answer["uncertainty_from"] == "history":
        return "How much durations vary is learned from your history."
    if answer["uncertainty_from"] == "option":
        return "How much durations vary was given by you."
    return "How much durations vary is a default of the catalogue, not your own experience."
