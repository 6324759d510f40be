"""``callsheet repair``: a plan made earlier, changed as little as possible. Needs no database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from callsheet.cli.compiling import compile_planner
from callsheet.cli.output import Json, show
from callsheet.cli.plan import described
from callsheet.cli.plan_closures import Closures, read_closures
from callsheet.cli.plan_files import Html, Ics, Xlsx, check_outputs, write_plan
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
from callsheet.cli.plan_search import SearchSeed
from callsheet.cli.plan_teams import CapacityOrTeams, Teams
from callsheet.cli.repair_before import Before, read_before
from callsheet.cli.repair_changes import Since, since
from callsheet.cli.repair_drawing import draw_repair
from callsheet.cli.repair_slips import find_project, read_slips
from callsheet.cli.repair_words import moved_as_dicts
from callsheet.sheets.plan_rows import PlanReading

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.plan import Plan


def repair(
    plan: Annotated[
        Path, typer.Argument(help="The plan: what callsheet plan --json or a repair wrote.")
    ],
    calendar: Calendar,
    start: Start,
    capacity: CapacityOrTeams = None,
    teams: Teams = None,
    slipped: Annotated[
        list[str] | None,
        typer.Option(
            help="“Title: +5” takes 5 working days more than thought, “Title: 20” takes 20; may "
            "be repeated."
        ),
    ] = None,
    not_started: Annotated[
        list[str] | None,
        typer.Option(help="Title or id of what should have started, and has not; repeatable."),
    ] = None,
    frozen: Annotated[
        int, typer.Option(min=0, max=1_000, help="Working days whose starts stay if they can.")
    ] = 0,
    stability: Annotated[
        float,
        typer.Option(
            min=0,
            max=1_000,
            help="How many working days of lateness of a project of mean priority must be saved "
            "for a start to be moved.",
        ),
    ] = 2.0,
    country: Country = None,
    closures: Closures = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    history: History = None,
    uncertainty: Uncertainty = None,
    time_limit: Annotated[
        float,
        typer.Option(min=0, max=3600, help="Seconds to look, and as many for one from scratch."),
    ] = 5.0,
    seed: SearchSeed = 0,
    ics: Ics = None,
    html: Html = None,
    xlsx: Xlsx = None,
    json: Json = False,
) -> None:
    """Mend a plan made earlier: keep as many of its starts as possible, and say what moves.

    The calendar is the one of today, and --start is today: what the plan starts before has
    started. Where nothing has changed, nothing moves. What it answers with --json can be repaired
    again. The files have the whole plan, with the old day of what has moved.
    """
    check_outputs({"ics": ics, "html": html, "xlsx": xlsx}, [plan, calendar, history, teams])
    before = read_before(plan)
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
    slips = read_slips(slipped or (), reading)
    waiting = [find_project(name, reading, "not_started").id for name in not_started or ()]
    now = since(before, problem, reading, timeline, slips, waiting)
    compile_planner()
    from callsheet.planner.repair import repair as mended
    from callsheet.planner.repair_reasons import moves as reasons_of
    from callsheet.planner.solve import solve

    with Console(stderr=True).status("Looking for a plan from scratch to compare with."):
        scratch = solve(now.problem, time_limit=time_limit, seed=seed)
    with Console(stderr=True).status("Mending the plan."):
        found = mended(
            now.problem,
            now.homes,
            stability=stability,
            frozen=frozen,
            improve=bool(now.changes),
            other=scratch,
            time_limit=time_limit,
            seed=seed,
        )
    why = reasons_of(now.problem, now.homes, found.plan, now.longer)
    whole = described(now.problem, found.plan, timeline, reading, seed, history, uncertainty)
    others = {
        id: scratch.starts[id] for id, home in now.homes.items() if scratch.starts[id] != home
    }
    answer: dict[str, Any] = {
        "stability": stability,
        "frozen_days": frozen,
        "changes": list(now.changes),
        "moved": moved_as_dicts(why, found, now, timeline, before, whole),
        "stays": [id for id in found.plan.order if id in now.homes and id not in why],
        "new": [id for id in found.plan.order if id not in now.homes],
        "never": sorted(id for id, day in found.plan.starts.items() if day is None),
        "started": _started(now, timeline, reading, before),
        "lateness": {
            "before": _before(before, now),
            "after": _lateness(now, found.plan),
            "from_scratch": _lateness(now, scratch) | {"moved": len(others)},
        },
        "plan": whole,
    }
    moves = {row["id"]: row for row in answer["moved"]}
    write_plan(whole, timeline.zero, ics=ics, html=html, xlsx=xlsx, moves=moves)
    show(answer, json=json, human=lambda out: draw_repair(out, answer))


def _started(
    now: Since, timeline: Timeline, reading: PlanReading, before: Before
) -> list[dict[str, Any]]:
    """What has started by the plan, or a plan before it, and the calendar calls planned."""
    rows = {row.id: row for row in reading.projects}
    return [
        {
            "id": id,
            "title": rows[id].title,
            "start": before.starts.get(id),
            "finish": timeline.date_of(finish),
            "finished": finish <= 0,
            "priority": rows[id].priority,
            "tardiness": None if (due := now.dues[id][0]) is None else max(0, finish - due),
        }
        for id, finish in sorted(now.held.items(), key=lambda work: (work[1], work[0]))
    ]


def _before(before: Before, now: Since) -> dict[str, Any]:
    """How late the old plan was, with what is still to be planned or has started by it."""
    late = [
        before.late[id] for id in (*now.problem.by_id, *now.held) if before.late.get(id, (0, 0))[0]
    ]
    return {
        "late": len(late),
        "days_late": sum(days for days, _ in late),
        "weighted_tardiness": sum(days * priority for days, priority in late),
    }


def _lateness(now: Since, plan: Plan) -> dict[str, Any]:
    """How late a plan of today is, with what has started by the old one."""
    held = [
        (weight, finish - due)
        for id, finish in now.held.items()
        for due, weight in (now.dues[id],)
        if due is not None and finish > due
    ]
    return {
        "late": plan.measure.late + len(held),
        "days_late": plan.measure.days_late + sum(days for _, days in held),
        "weighted_tardiness": plan.measure.tardiness + sum(w * days for w, days in held),
    }
