"""What has happened since a plan was made: what has started, what slipped, what is new or gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from callsheet.cli.repair_before import Before, PlannedBefore
from callsheet.cli.repair_change_words import sentence_of
from callsheet.cli.repair_slips import Slip, no_start
from callsheet.insight.wording import say_count
from callsheet.kit.errors import Refused
from callsheet.sheets.plan_rows import PlanReading

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.problem import InFlight, Problem, Project

_NAMED = 3


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
            f"This is the plan of another calendar: {say_count(len(missing))} of the "
            f"{say_count(len(open_))} projects "
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
                raise no_start(project.title)
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
            raise no_start(work.title)
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
                "sentence": sentence_of(code, title, then, now, day),
            }
        )
