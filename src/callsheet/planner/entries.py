"""From dated entries of a calendar to a problem in working days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from callsheet.planner.dates import Timeline
from callsheet.planner.problem import (
    CREDITS,
    Duration,
    InFlight,
    Problem,
    Project,
    Resource,
    Steps,
    Team,
)

_A_DAY = Duration(1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A project that has not started. ``due`` is the last day on which it may finish in time.

    ``concepts`` are the credits of parts that do not need each other.
    """

    id: str
    title: str
    credits: int
    duration: Duration
    due: date | None
    not_before: date | None = None
    weight: float = 1.0
    after: tuple[str, ...] = ()
    concepts: tuple[int, ...] = ()
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A project in production, whose credits come back on ``finish_by``.

    ``sigma`` says how much the days until then vary, as in ``Duration``. Without such a day,
    ``left`` are the working days that it still takes.
    """

    id: str
    title: str
    credits: int
    finish_by: date | None
    sigma: float = 0.0
    team: str | None = None
    left: Duration = _A_DAY


def capacity_steps(capacity: Sequence[tuple[date | None, int]], timeline: Timeline) -> Steps:
    """Capacity by date as steps by working day; the first one begins with the plan.

    Of steps that fall on one working day the later counts. A step before the start replaces the
    first one.
    """
    steps: dict[int, int] = {}
    dated = sorted(capacity, key=lambda step: step[0] or date.min)
    for begin, units in dated:
        steps[0 if begin is None else max(0, timeline.day_from(begin))] = units
    return tuple(sorted(steps.items()))


def problem_of(
    entries: Iterable[Entry],
    held: Iterable[Held],
    capacity: Steps,
    timeline: Timeline,
    teams: tuple[Team, ...] = (),
) -> Problem:
    """The problem of planning these entries beside what is held.

    With ``teams``, each belongs to one of them, and ``capacity`` is what they own together. A
    project is due on the last working day on or before its date. A return that is overdue
    counts as the next working day. Raises ``ProblemError``.
    """
    return Problem(
        resources=(Resource(CREDITS, capacity),),
        projects=tuple(
            Project(
                id=entry.id,
                title=entry.title,
                demand=((CREDITS, entry.credits),),
                duration=entry.duration,
                ready=max(0, timeline.day_from(entry.not_before)) if entry.not_before else 0,
                due=timeline.day_by(entry.due) if entry.due else None,
                weight=entry.weight,
                after=entry.after,
                concepts=entry.concepts,
                team=entry.team,
            )
            for entry in entries
        ),
        in_flight=tuple(
            InFlight(
                id=work.id,
                title=work.title,
                demand=((CREDITS, work.credits),),
                remaining=work.left
                if work.finish_by is None
                else Duration(max(1, timeline.day_from(work.finish_by)), work.sigma),
                team=work.team,
            )
            for work in held
        ),
        teams=teams,
    )
