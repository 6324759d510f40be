"""What has happened since a plan was made: what has started, what slipped, what is new or gone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from callsheet.cli.repair_before import Before, PlannedBefore
from callsheet.kit.errors import Refused
from callsheet.sheets.definitions import fold, fold_key
from callsheet.sheets.plan_rows import PlanReading, PlanRow

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.problem import InFlight, Problem, Project

_NAMED = 3


@dataclass(frozen=True, slots=True)
class Slip:
    """Working days more (or, below 0, fewer) than thought, or ``total`` working days in all."""

    days: int
    total: bool


@dataclass(frozen=True, slots=True)
class Since:
    """The problem of today, and what it kept of the plan made earlier.

    ``homes`` are the old starts in working days of ``problem``, by id. ``held`` are the finishes
    of what has started by the plan and is not in production by the calendar: those above day 0
    are in the problem's ``in_flight``; ``dues`` are their due days and weights. ``longer`` are ids
    of what takes longer than it did. ``changes`` say what is not as the plan had it.
    """

    problem: Problem
    homes: dict[str, int]
    held: dict[str, int]
    dues: dict[str, tuple[int | None, float]]
    longer: frozenset[str]
    changes: tuple[dict[str, Any], ...]


def read_slips(texts: Sequence[str], reading: PlanReading) -> dict[str, Slip]:
    """Read “Title: +5” (longer by so many working days) or “Title: 20” (so many in all), by id.

    Raises ``Refused`` for what is neither, and for a project that the calendar does not have.
    """
    slips: dict[str, Slip] = {}
    for text in texts:
        name, _, said = text.rpartition(":")
        found = re.fullmatch(r"\s*([+-]?)(\d{1,4})\s*", said)
        if not name.strip() or found is None:
            raise Refused(
                "bad_slip",
                f"“{text}” is no slip. Write “Title: +5” for 5 working days more than thought, or "
                "“Title: 20” for 20 in all.",
                field="slipped",
            )
        sign, days = found.groups()
        id = find_project(name.strip(), reading, "slipped").id
        slips[id] = Slip(-int(days) if sign == "-" else int(days), not sign)
    return slips


def find_project(name: str, reading: PlanReading, field: str) -> PlanRow:
    """The row with this id, or else the only one with this title. Raises ``Refused``."""
    open_ = [row for row in reading.projects if row.status in ("planned", "in_production")]
    found = [row for row in open_ if fold_key(row.id) == fold_key(name)]
    found = found or [row for row in open_ if fold(row.title) == fold(name)]
    if len(found) == 1:
        return found[0]
    if found:
        said = f"More than one project is called “{name}”; write its id."
        raise Refused("ambiguous_reference", said, field=field)
    said = f"The calendar has no project “{name}” that is planned or in production."
    raise Refused("unknown_project", said, field=field)


def since(
    before: Before,
    problem: Problem,
    reading: PlanReading,
    timeline: Timeline,
    slips: dict[str, Slip],
    not_started: Iterable[str],
) -> Since:
    """What an earlier plan means on the first day of ``timeline``.

    What it would have started before that day has started, unless it is ``not_started``, and is
    finished when the plan said, or later by its slip. Raises ``Refused`` if the plan is one of
    another calendar.
    """
    _same_calendar(before, reading, timeline)
    return _Since(before, problem, reading, timeline, slips, frozenset(not_started)).all()


def _same_calendar(before: Before, reading: PlanReading, timeline: Timeline) -> None:
    known = {row.id for row in reading.projects}
    open_ = [p for p in before.projects.values() if p.start is None or p.start >= timeline.zero]
    missing = [project for project in open_ if project.id not in known]
    if 2 * len(missing) > len(open_):
        names = ", ".join(f"“{project.title}” ({project.id})" for project in missing[:_NAMED])
        raise Refused(
            "another_calendar",
            f"This is the plan of another calendar: {len(missing)} of the {len(open_)} projects "
            f"that it has not started yet are not in this one, such as {names}.",
            field="plan",
        )


class _Since:
    def __init__(
        self, before: Before, problem: Problem, reading: PlanReading, timeline: Timeline,
        slips: dict[str, Slip], not_started: frozenset[str],
    ) -> None:  # fmt: skip
        self.before, self.problem, self.timeline = before, problem, timeline
        self.slips, self.not_started = slips, not_started
        self.rows = {row.id: row for row in reading.projects}
        self.homes: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.dues: dict[str, tuple[int | None, float]] = {}
        self.changes: list[dict[str, Any]] = []

    def all(self) -> Since:
        from callsheet.planner.problem import Duration, InFlight

        left: list[Project] = []
        flying = [self._in_production(work) for work in self.problem.in_flight]
        for project in self.problem.projects:
            old, slip = self.before.projects.get(project.id), self.slips.get(project.id)
            finish = self._started(project, old)
            if finish is not None:
                self.held[project.id] = finish
                self.dues[project.id] = project.due, project.weight
                if finish > 0:
                    rest = Duration(finish, project.duration.sigma)
                    flying.append(
                        InFlight(project.id, project.demand, rest, project.due, project.weight,
                                 project.team, project.title)
                    )  # fmt: skip
                continue
            if slip is not None:
                days = slip.days if slip.total else max(1, project.duration.p50 + slip.days)
                self._say("slipped", project.id, project.duration.p50, days)
                project = replace(project, duration=Duration(max(1, days), project.duration.sigma))
            if old is not None and old.start is not None:
                home = self.homes[project.id] = self.timeline.day_from(old.start)
                if self._date(home) != old.start:
                    self._say("closed", project.id, old.start, self._date(home))
            left.append(project)
        over = {id for id, finish in self.held.items() if finish <= 0}
        projects = tuple(
            replace(project, after=tuple(id for id in project.after if id not in over))
            for project in left
        )
        problem = replace(self.problem, projects=projects, in_flight=tuple(flying))
        longer = self._compare(problem)
        return Since(problem, self.homes, self.held, self.dues, longer, tuple(self.changes))

    def _started(self, project: Project, old: PlannedBefore | None) -> int | None:
        """The day on which it is finished, if it has started by the plan."""
        if project.id in self.not_started:
            self._say("not_started", project.id, None, None)
            return None
        if project.id in self.before.held:
            finish = self.timeline.day_from(self.before.held[project.id])
        elif old is None or old.start is None or old.start >= self.timeline.zero:
            return None
        else:
            finish = self.timeline.day_from(old.finish or old.start)
        slip = self.slips.get(project.id)
        if slip is None:
            return finish
        then = finish + slip.days
        if slip.total:
            start = self.before.starts.get(project.id)
            if start is None:
                raise _no_start(project.title)
            then = self.timeline.day_from(start) + slip.days
        self._say("slipped", project.id, self._date(finish), self._date(then))
        return then

    def _in_production(self, work: InFlight) -> InFlight:
        """What the calendar has in production, later by its slip."""
        slip, finish = self.slips.get(work.id), work.remaining.p50
        planned = self.before.projects.get(work.id)
        old = planned.finish if planned is not None else self.before.held.get(work.id)
        if slip is None:
            if old is not None and max(1, self.timeline.day_from(old)) != finish:
                self._say("finish", work.id, old, self._date(finish))
            return work
        if slip.total:
            raise _no_start(work.title)
        then = max(1, finish + slip.days)
        self._say("slipped", work.id, self._date(finish), self._date(then))
        return replace(work, remaining=replace(work.remaining, p50=then))

    def _compare(self, problem: Problem) -> frozenset[str]:
        """Say what else is not as it was; returns what takes longer now."""
        longer = {id for id, slip in self.slips.items() if slip.total or slip.days > 0}
        open_ = {project.id for project in problem.projects}
        going = open_ | {work.id for work in problem.in_flight}
        for project in problem.projects:
            old, row = self.before.projects.get(project.id), self.rows[project.id]
            if old is None:
                self._say("added", project.id, None, None)
                continue
            pairs: list[tuple[str, Any, Any]] = [
                ("team", old.team, project.team or row.team or None),
                ("credits", old.credits, project.credits),
                ("due", old.due, row.due),
                ("not_before", old.not_before, row.not_before),
                ("priority", old.priority, row.priority),
                ("after", sorted(going & set(old.after)), sorted(going & set(project.after))),
            ]
            if project.id not in self.slips:
                pairs.append(("duration", old.duration, project.duration.p50))
            for code, then, now in pairs:
                if then != now:
                    self._say(code, project.id, then, now)
                    if code == "duration" and now > then:
                        longer.add(project.id)
        self._compare_others(open_, going | set(self.held))
        self._compare_capacity(problem)
        return frozenset(longer)

    def _compare_others(self, open_: set[str], known: set[str]) -> None:
        """Say what is not to be planned any more, though the plan has not finished it yet."""
        starts = {id: project.start for id, project in self.before.projects.items()}
        finishes = {id: project.finish for id, project in self.before.projects.items()}
        for id, finish in (finishes | self.before.held).items():
            start = starts.get(id)
            if id in known:
                if id not in open_ and start is not None and start >= self.timeline.zero:
                    self._say("started_early", id, start, None)
            elif finish is None or finish > self.timeline.zero:
                row = self.rows.get(id)
                done = row is not None and row.status == "done"
                self._say("done" if done else "gone", id, finish, None)

    def _compare_capacity(self, problem: Problem) -> None:
        from callsheet.planner.problem import steps_on

        limits = {team.name: (team.may_borrow, team.may_lend) for team in problem.teams}
        if limits != self.before.limits:
            self._say("limits", None, None, None)
        for day, then in sorted(self.before.own.items()):
            on = max(0, self.timeline.day_from(day))
            own = {team.name: steps_on(team.own, on) for team in problem.teams}
            if day >= self.timeline.zero and own != then:
                self._say("team_credits", None, then, own, day)
                break
        steps = problem.resources[0].capacity
        for day, credits in sorted(self.before.capacity.items()):
            now = steps_on(steps, max(0, self.timeline.day_from(day)))
            if day >= self.timeline.zero and credits != now:
                self._say("capacity", None, credits, now, day)
                return

    def _date(self, day: int) -> date:
        return self.timeline.date_of(day)

    def _say(self, code: str, id: str | None, then: Any, now: Any, day: date | None = None) -> None:
        title = None
        if id is not None:
            old = self.before.projects.get(id)
            title = self.rows[id].title if id in self.rows else old.title if old else id
        self.changes.append(
            {
                "code": code,
                "id": id,
                "title": title,
                "before": then,
                "now": now,
                "sentence": _sentence(code, title, then, now, day),
            }
        )


def _sentence(code: str, title: str | None, then: Any, now: Any, day: date | None) -> str:
    name = f"“{title}”"
    if code == "slipped" and isinstance(now, int):
        code = "duration"
    if code == "not_before" and now is None:
        return f"{name} may be briefed on any day, not only from {then} on."
    if code == "team_credits":
        now, then = (_list(own) for own in (now, then))
    if code == "after":
        now, then = (", ".join(ids) or "nothing" for ids in (now, then))
    said = {
        "slipped": f"{name} is finished on {now}, not on {then}.",
        "finish": f"{name} is finished on {now}, not on {then}.",
        "not_started": f"{name} has not started.",
        "closed": f"Nobody works on {then} now, the day of {name}; {now} counts as its old day.",
        "added": f"{name} is new.",
        "gone": f"{name} is not in the calendar any more.",
        "done": f"{name} is finished already.",
        "started_early": f"{name} has started already, before {then}.",
        "capacity": f"The capacity on {day} is {now}, not {then} credits.",
        "limits": "The teams, or what they may borrow and lend, are not what they were.",
        "team_credits": f"On {day} the teams have {now} credits, not {then}.",
        "team": f"{name} belongs to {now or 'no team'}, not to {then or 'none'}.",
        "credits": f"{name} costs {now} credits, not {then}.",
        "duration": f"{name} takes {now} working days, not {then}.",
        "due": f"{name} is wanted by {now}, not by {then}.",
        "not_before": f"{name} may be briefed from {now} on, not from {then or 'any day'} on.",
        "priority": f"{name} has a priority of {now}, not {then}.",
        "after": f"{name} comes after {now}, not after {then}.",
    }
    return said[code]


def _list(own: dict[str, int]) -> str:
    return ", ".join(f"{name} {credits}" for name, credits in own.items()) if own else "no"


def _no_start(title: str) -> Refused:
    return Refused(
        "bad_slip",
        f"The plan does not say when “{title}” started, so that its days cannot be counted. "
        "Write “+5” for 5 working days more than thought.",
        field="slipped",
    )
