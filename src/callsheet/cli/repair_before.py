"""The plan to repair, as ``callsheet plan --json`` or ``callsheet repair --json`` wrote it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from callsheet.kit.errors import Refused
from callsheet.sheets.dates import EARLIEST, LATEST

Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
"""A day of the years that calendars have."""

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class PlannedBefore(BaseModel):
    """A project of the plan; ``start`` is ``None`` of what could never start."""

    id: str
    title: str
    team: str | None
    credits: Count
    duration: Count
    priority: Count
    start: Day | None
    finish: Day | None
    due: Day | None
    not_before: Day | None
    after: tuple[str, ...]
    tardiness: Count | None


class HeldBefore(BaseModel):
    """What was in production: when its credits come back."""

    id: str
    finish: Day


class StartedBefore(HeldBefore):
    """What had started by the plan before it when a repair was made."""

    start: Day | None
    priority: Count
    tardiness: Count | None


class _TeamDay(BaseModel):
    team: str
    own: int


class _Day(BaseModel):
    date: Day
    capacity: int
    teams: list[_TeamDay] = []


class _Team(BaseModel):
    name: str
    may_borrow: int
    may_lend: int | None


class _Plan(BaseModel):
    projects: list[PlannedBefore]
    in_production: list[HeldBefore]
    teams: list[_Team]
    usage: list[_Day]


class _Repaired(BaseModel):
    """The answer of a repair; it knows what had started by then."""

    plan: _Plan
    started: list[StartedBefore]


class _Kind(BaseModel):
    """Tells the two apart: a plan has no plan."""

    plan: object = None


class Before:
    """An earlier plan by id.

    ``held`` are the finishes of what had started or was in production, ``starts`` all starts that
    are known, ``own`` the credits of each team by day, ``limits`` what teams may borrow and lend,
    ``late`` the working days late and the priority of what has a start.
    """

    def __init__(self, plan: _Plan, started: list[StartedBefore]) -> None:
        self.projects = {project.id: project for project in plan.projects}
        self.held = {work.id: work.finish for work in (*plan.in_production, *started)}
        self.capacity = {day.date: day.capacity for day in plan.usage}
        self.own = {day.date: {t.team: t.own for t in day.teams} for day in plan.usage}
        self.limits = {team.name: (team.may_borrow, team.may_lend) for team in plan.teams}
        known: list[PlannedBefore | StartedBefore] = [*plan.projects, *started]
        self.starts = {work.id: work.start for work in known if work.start is not None}
        self.late = {work.id: (work.tardiness or 0, work.priority) for work in known}


def read_before(file: Path) -> Before:
    """Read an earlier plan. Raises ``Refused`` for what is none, naming the place."""
    try:
        text = file.read_bytes()
    except OSError as error:
        reason = f"{file} cannot be read: {error.strerror}."
        raise Refused("unreadable", reason, field="plan") from None
    try:
        if _Kind.model_validate_json(text).plan is not None:
            repaired = _Repaired.model_validate_json(text)
            return Before(repaired.plan, repaired.started)
        return Before(_Plan.model_validate_json(text), [])
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Refused(
            "not_a_plan",
            f"{file} is no plan as callsheet plan --json writes it: "
            f"{f'{place}: ' if place else ''}{first['msg'].rstrip('.')}.",
            field="plan",
        ) from None
