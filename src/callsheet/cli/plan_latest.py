"""By when to brief at the latest, with chances, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from callsheet.cli.plan_forecast import MOST_PLAYED
from callsheet.cli.queue_playing import ranks_of
from callsheet.insight.wording import say_number
from callsheet.sheets.plan_rows import PlanReading

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.plan import Plan
    from callsheet.planner.problem import Problem

MOST_WORK = 40_000
"""Briefs are looked at as long as their number times that of all projects is below this."""

REPLICATIONS = 400

MOST_NAMED = 5
"""So many briefs are named in the terminal, the most urgent first."""


def with_latest_days(
    answer: dict[str, Any],
    problem: Problem,
    found: Plan,
    timeline: Timeline,
    reading: PlanReading,
    seed: int,
) -> dict[str, Any]:
    """An answer (of ``plan.answer_of``) with the latest days on which to brief.

    Those that start first are looked at, for playing the queue for each takes time. ``None`` for
    the others, without a date, where no duration varies, and where no queue is played.
    """
    durations = [p.duration for p in problem.projects] + [w.remaining for w in problem.in_flight]
    latest: dict[str, dict[str, Any]] = {}
    played = len(problem.projects) <= MOST_PLAYED
    if played and any(duration.sigma for duration in durations):
        from callsheet.planner.back_schedule import back_schedule

        next_ones = [p["id"] for p in answer["projects"] if p["due"] is not None]
        only = next_ones[: max(1, MOST_WORK // len(problem.projects))]
        days = back_schedule(
            problem,
            found,
            only=only,
            ranks=ranks_of(reading),
            replications=REPLICATIONS,
            seed=seed,
        )
        latest = {
            id: {
                name: None if day is None else timeline.date_of(day)
                for name, day in (("p50", by.p50), ("p80", by.p80), ("p95", by.p95))
            }
            for id, by in days.items()
        }
    return answer | {
        "projects": [
            project | {"brief_by_at": latest.get(project["id"])} for project in answer["projects"]
        ]
    }


def latest_days(answer: dict[str, Any]) -> list[str]:
    """In sentences: the next briefs that four of five times are in time, and until when."""
    looked_at = [p for p in answer["projects"] if p["brief_by_at"] is not None]
    dated = sorted(
        (p["brief_by_at"]["p80"], p["title"])
        for p in looked_at
        if p["brief_by_at"]["p80"] is not None
    )
    said = []
    if dated:
        named = ", ".join(f"{day} “{title}”" for day, title in dated[:MOST_NAMED])
        said.append(f"In time in four of five cases if briefed by: {named}.")
    hopeless = len(looked_at) - len(dated)
    if hopeless:
        briefs = say_number(len(looked_at), "brief", "briefs")
        said.append(
            f"That chance is out of reach for {hopeless:,} of the next {briefs} with dates."
        )
    return said
