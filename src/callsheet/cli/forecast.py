"""``callsheet forecast``: when the projects of a calendar may start and finish, with chances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callsheet.cli.forecast_drawing import draw_forecast
from callsheet.cli.output import Json, show
from callsheet.cli.plan_closures import Closures, read_closures
from callsheet.cli.plan_forecast import (
    project_as_dict,
    whole_as_dict,
)
from callsheet.cli.plan_problem import (
    Calendar,
    Country,
    History,
    Order,
    SkipBadRows,
    Start,
    Uncertainty,
    capacity_given,
    read_problem,
)
from callsheet.cli.plan_search import TimeLimit
from callsheet.cli.plan_teams import CapacityOrTeams, Teams
from callsheet.cli.plan_times import uncertainty_from
from callsheet.cli.queue_playing import (
    Policy,
    Replications,
    Seed,
    order_of,
    play_often,
    replications_in,
)
from callsheet.planner.policies import QueuePolicy
from callsheet.sheets.plan_rows import PlanReading

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.forecast import Forecast
    from callsheet.planner.problem import Problem
    from callsheet.planner.simulate import Simulation


def forecast(
    calendar: Calendar,
    start: Start,
    capacity: CapacityOrTeams = None,
    teams: Teams = None,
    policy: Policy = QueuePolicy.PLANNED,
    replications: Replications = None,
    seed: Seed = 0,
    country: Country = None,
    closures: Closures = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    history: History = None,
    uncertainty: Uncertainty = None,
    time_limit: TimeLimit = 5.0,
    json: Json = False,
) -> None:
    """Say when the projects of a calendar may start and finish, and how likely they are in time.

    The queue is played again and again, each time with other durations. Without a plan it is
    served in the order of not-before dates, those of one day in the order of the rows. Teams lend
    to each other as in the product.
    """
    problem, timeline, reading = read_problem(
        calendar,
        start.date(),
        capacity_given(capacity),
        country,
        date_order,
        skip_bad_rows,
        history,
        read_closures(closures),
        uncertainty,
        teams,
    )
    often = replications_in(problem, replications)
    order = order_of(problem, reading, policy, seed, time_limit)
    played = play_often(problem, policy, order, often, seed)
    answer = _answer(played, timeline, reading, seed) | {
        "durations_from": "defaults" if history is None else "history",
        "uncertainty_from": uncertainty_from(history, uncertainty),
    }
    show(answer, json=json, human=lambda out: draw_forecast(out, answer, timeline.zero))


def _answer(
    played: Simulation, timeline: Timeline, reading: PlanReading, seed: int
) -> dict[str, Any]:
    """The forecast as plain data; projects by the day on which they are as likely as not begun."""
    from callsheet.planner.forecast import forecast

    seen = forecast(played)
    return {
        "simulation": whole_as_dict(seen, timeline, seed),
        "projects": _projects(seen, played.problem, timeline, reading),
        "in_production": [
            {
                "id": work.id,
                "title": work.title,
                "credits": work.credits,
                "finish": timeline.date_of(work.remaining.p50),
            }
            for work in played.problem.in_flight
        ],
        "skipped_rows": [bad.as_dict() for bad in reading.problems],
        "warnings": [warning.as_dict() for warning in reading.warnings],
    }


def _projects(
    seen: Forecast, problem: Problem, timeline: Timeline, reading: PlanReading
) -> list[dict[str, Any]]:
    rows = {row.id: row for row in reading.projects}
    return [
        {
            "id": project.id,
            "title": rows[project.id].title,
            "credits": problem.by_id[project.id].credits,
            "due": rows[project.id].due,
            "forecast": project_as_dict(project, timeline),
            "expected_days_late": project.tardiness and round(project.tardiness, 2),
            "never_probability": round(project.never, 4),
        }
        for project in sorted(
            seen.projects,
            key=lambda p: (p.start.p50 is None, p.start.p50, rows[p.id].row),
        )
    ]
