"""``callsheet scenario``: one calendar under several sets of assumptions, side by side."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from callsheet.cli.output import Json, show
from callsheet.cli.plan_closures import Closures, read_closures
from callsheet.cli.plan_forecast import whole_as_dict
from callsheet.cli.plan_problem import (
    Calendar,
    Country,
    History,
    Order,
    SkipBadRows,
    Uncertainty,
    capacity_given,
    read_problem,
)
from callsheet.cli.plan_search import TimeLimit
from callsheet.cli.plan_teams import Teams
from callsheet.cli.plan_times import uncertainty_from
from callsheet.cli.queue_playing import (
    Policy,
    Replications,
    Seed,
    order_of,
    play_often,
    replications_in,
)
from callsheet.cli.scenario_drawing import draw_scenarios
from callsheet.cli.scenario_sets import Assumptions, read_sets
from callsheet.kit.errors import Refused
from callsheet.planner.policies import QueuePolicy

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.problem import Problem
    from callsheet.planner.simulate import Simulation
    from callsheet.sheets.plan_rows import PlanReading


def scenario(
    calendar: Calendar,
    sets: Annotated[
        list[str],
        typer.Option(
            "--with",
            help="A set of assumptions, at least twice: “more: capacity=120; policy=backfill”. "
            "What it does not say is as the other options say; “as it is:” changes nothing.",
        ),
    ],
    capacity: Annotated[
        str | None, typer.Option(help="Credits at one time: 60, or with steps 60,2027-03-01:90.")
    ] = None,
    teams: Teams = None,
    start: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The first day.")
    ] = None,
    policy: Policy = QueuePolicy.PLANNED,
    country: Country = None,
    closures: Closures = None,
    history: History = None,
    uncertainty: Uncertainty = None,
    date_order: Order = None,
    skip_bad_rows: SkipBadRows = False,
    replications: Replications = None,
    seed: Seed = 0,
    time_limit: TimeLimit = 2.0,
    json: Json = False,
) -> None:
    """Compare what several sets of assumptions would make of a calendar.

    A set may change calendar, capacity or teams, start, policy, country, closures, history and
    uncertainty. All are played under the same luck. The time limit is for each plan.
    """
    common = Assumptions(
        calendar,
        capacity,
        start.date() if start else None,
        policy,
        country,
        closures,
        history,
        uncertainty,
        teams,
    )
    plays = {
        name: _Play(name, assumed, date_order, skip_bad_rows)
        for name, assumed in read_sets(sets, common).items()
    }
    # One number for all, so that every run of one has its run of the other.
    often = min(replications_in(play.problem, replications) for play in plays.values())
    for play in plays.values():
        play.play(often, seed, time_limit)
    first, *_ = plays.values()
    answer = {
        "replications": often,
        "seed": seed,
        "scenarios": [play.as_dict(first, seed) for play in plays.values()],
    }
    show(answer, json=json, human=lambda out: draw_scenarios(out, answer))


class _Play:
    """A set of assumptions, and what comes of it at usual durations and under those that vary."""

    problem: Problem
    timeline: Timeline
    reading: PlanReading
    usual: Simulation
    often: Simulation

    def __init__(
        self, name: str, assumed: Assumptions, order: Order, skip_bad_rows: SkipBadRows
    ) -> None:
        self.name, self.assumed = name, assumed
        if assumed.start is None:
            raise TypeError("sets that were read have one")
        try:
            self.problem, self.timeline, self.reading = read_problem(
                assumed.calendar,
                assumed.start,
                capacity_given(assumed.capacity),
                assumed.country,
                order,
                skip_bad_rows,
                assumed.history,
                read_closures(assumed.closures),
                assumed.uncertainty,
                assumed.teams,
            )
        except Refused as refusal:
            said = f"In “{name}”: {refusal.message}"
            raise Refused("bad_assumptions", said, field="with") from None

    def play(self, replications: int, seed: int, time_limit: float) -> None:
        problem, policy = self.problem, self.assumed.policy
        order = order_of(problem, self.reading, policy, seed, time_limit)
        from callsheet.planner.scenarios import usual_days
        from callsheet.planner.simulate import play

        self.usual = play(problem, policy, order, usual_days(problem))
        self.often = play_often(problem, policy, order, replications, seed)

    def as_dict(self, first: _Play, seed: int) -> dict[str, Any]:
        """The set with its figures, compared with the ``first`` one."""
        from callsheet.planner.forecast import fewer_days_late, forecast

        usual = forecast(self.usual)
        fewer = None if self is first else round(fewer_days_late(self.often, first.often), 4)
        return {
            "name": self.name,
            "assumptions": self.assumed.as_dict(),
            "projects": len(self.problem.projects),
            "durations_from": "defaults" if self.assumed.history is None else "history",
            "uncertainty_from": uncertainty_from(self.assumed.history, self.assumed.uncertainty),
            "usual": {
                "late": round(usual.late),
                "never": round(usual.never),
                "days_late": round(usual.days_late),
                "weighted_tardiness": round(usual.tardiness, 1),
                "used": round(usual.used, 4),
                "last_finish": self.timeline.date_of(usual.last_finish.p50 or 0),
            },
            "simulation": whole_as_dict(forecast(self.often), self.timeline, seed),
            "fewer_days_late_probability": fewer,
            "skipped_rows": [bad.as_dict() for bad in self.reading.problems],
        }
