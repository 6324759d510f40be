"""What is to be planned: projects, the credits there are, and what holds them already.

Days are whole working days, 0 is the first day of the plan. Work that starts on day ``s`` and
takes ``d`` working days occupies its credits on the days ``s`` to ``s + d - 1``; its *finish* is
``s + d``, the day on which the credits can be used again and a successor may start.

This is the resource-constrained project scheduling problem with capacities that change over
time, ready dates (scheduling's release dates) and due dates, for weighted tardiness and flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import exp, isfinite
from statistics import NormalDist

from callsheet.planner.ordering import cycle_of

CREDITS = "credits"
"""The name of the first resource of every problem."""

DAYS_MAX = 100_000
"""No day of a problem is beyond this: some 400 years."""

UNITS_MAX = 1_000_000_000
"""No demand and no capacity is above this, so that no sum overflows."""

type Steps = tuple[tuple[int, int], ...]


class ProblemError(ValueError):
    """The problem contradicts itself. ``field`` names the part, the message says the rule."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.sentence = message


@dataclass(frozen=True, slots=True)
class Duration:
    """Working days from the start until the credits come back: lognormal around its median.

    ``p50`` is the median in whole days, at least 1. ``sigma`` is the standard deviation of the
    logarithm; 0 is a duration that is known.
    """

    p50: int
    sigma: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.p50 <= DAYS_MAX:
            raise ProblemError("duration.p50", f"takes at least 1 working day, not {self.p50}")
        if not (isfinite(self.sigma) and 0 <= self.sigma <= 3):
            raise ProblemError("duration.sigma", f"lies between 0 and 3, not {self.sigma}")

    def quantile(self, chance: float) -> int:
        """The working days within which it is done with this chance (0 < chance < 1)."""
        if self.sigma == 0:
            return self.p50
        return max(1, round(self.p50 * exp(self.sigma * NormalDist().inv_cdf(chance))))

    @property
    def p80(self) -> int:
        """The working days within which it is done in four of five cases."""
        return self.quantile(0.8)


@dataclass(frozen=True, slots=True)
class Resource:
    """Something there is only so much of at one time: credits, or one medium's part of them.

    ``capacity`` are steps of (from day, units), the first from day 0; the last one stays.
    """

    name: str
    capacity: Steps

    def __post_init__(self) -> None:
        _check_steps(f"resource {self.name}", self.capacity)

    @property
    def most(self) -> int:
        """The highest capacity it ever has."""
        return max(units for _, units in self.capacity)


@dataclass(frozen=True, slots=True)
class Team:
    """One wallet of several that may lend to each other.

    ``own`` are its credits in steps like a resource's. ``may_borrow`` and ``may_lend`` limit the
    amounts at one time; ``None`` is without limit.
    """

    name: str
    own: Steps
    may_borrow: int | None = 0
    may_lend: int | None = 0

    def __post_init__(self) -> None:
        _check_steps(f"team {self.name}", self.own)
        for limit in (self.may_borrow, self.may_lend):
            if limit is not None and limit < 0:
                raise ProblemError(f"team {self.name}", f"a limit of {limit} is below 0")


@dataclass(frozen=True, slots=True)
class Project:
    """A project that has not started.

    ``demand`` are (resource, units), credits among them. ``ready`` is the first day on which it
    may start, ``due`` the day by which it should have finished (``None``: no such day), ``weight``
    how much a day of lateness counts (priority 1-10). ``after`` are the ids of its predecessors.
    ``concepts`` are the credits of parts that do not need each other, if it may be split.
    """

    id: str
    demand: tuple[tuple[str, int], ...]
    duration: Duration
    ready: int = 0
    due: int | None = None
    weight: float = 1.0
    after: tuple[str, ...] = ()
    team: str | None = None
    concepts: tuple[int, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "demand", _tidy_demand(self.id, self.demand))
        object.__setattr__(self, "after", tuple(sorted(set(self.after))))
        _check_work(self.id, self.due, self.weight)
        if not 0 <= self.ready <= DAYS_MAX:
            raise ProblemError(f"project {self.id}", f"ready on day {self.ready}, before day 0")
        if any(credits < 0 for credits in self.concepts):
            raise ProblemError(f"project {self.id}", "a concept has less than 0 credits")

    @property
    def credits(self) -> int:
        """The credits it occupies."""
        return dict(self.demand).get(CREDITS, 0)


@dataclass(frozen=True, slots=True)
class InFlight:
    """A project in production: it holds its demand from day 0 until it has finished.

    ``remaining`` are the working days from day 0 on.
    """

    id: str
    demand: tuple[tuple[str, int], ...]
    remaining: Duration
    due: int | None = None
    weight: float = 1.0
    team: str | None = None
    title: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "demand", _tidy_demand(self.id, self.demand))
        _check_work(self.id, self.due, self.weight)

    @property
    def credits(self) -> int:
        """The credits it holds."""
        return dict(self.demand).get(CREDITS, 0)


@dataclass(frozen=True, slots=True)
class Objective:
    """What a plan is judged by, the smaller the better.

    Z = tardiness · Σ w·max(0, finish - due) + flow · Σ w·(finish - ready), in working days. The
    defaults are Callsheet's; both are at least 0.
    """

    tardiness: float = 100.0
    flow: float = 1.0

    def __post_init__(self) -> None:
        if not (0 <= self.tardiness < 1e9 and 0 <= self.flow < 1e9):
            raise ProblemError("objective", "its weights are numbers from 0 on")


@dataclass(frozen=True)
class Problem:
    """Everything a plan depends on. The order in which the parts are given does not matter.

    ``resources`` begins with the credits. With ``teams``, every project belongs to one of them
    and the credits are the sum of what the teams own.

    Raises ``ProblemError`` where names repeat or are unknown, or predecessors form a circle.
    """

    resources: tuple[Resource, ...]
    projects: tuple[Project, ...]
    in_flight: tuple[InFlight, ...] = ()
    teams: tuple[Team, ...] = ()
    objective: Objective = field(default_factory=Objective)

    def __post_init__(self) -> None:
        for name in ("projects", "in_flight"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name), key=lambda p: p.id)))
        object.__setattr__(self, "teams", tuple(sorted(self.teams, key=lambda t: t.name)))
        if not self.resources or self.resources[0].name != CREDITS:
            raise ProblemError("resources", f"the first one is called {CREDITS!r}")
        first, *rest = self.resources
        object.__setattr__(
            self, "resources", (first, *sorted(rest, key=lambda resource: resource.name))
        )
        _unique("resources", (resource.name for resource in self.resources))
        _unique("teams", (team.name for team in self.teams))
        _unique("projects", [p.id for p in self.projects] + [p.id for p in self.in_flight])
        known = {resource.name for resource in self.resources}
        teams = {team.name for team in self.teams}
        ids = {project.id for project in self.projects} | {work.id for work in self.in_flight}
        everything: tuple[Project | InFlight, ...] = (*self.projects, *self.in_flight)
        for work in everything:
            for name, _ in work.demand:
                if name not in known:
                    raise ProblemError(f"project {work.id}", f"needs {name!r}, which is unknown")
            if teams and work.team not in teams:
                raise ProblemError(f"project {work.id}", f"team {work.team!r} is unknown")
        for project in self.projects:
            for predecessor in project.after:
                if predecessor not in ids:
                    raise ProblemError(
                        f"project {project.id}", f"comes after {predecessor!r}, which is unknown"
                    )
        circle = cycle_of({project.id: project.after for project in self.projects})
        if circle:
            raise ProblemError("projects", "wait for each other in a circle: " + " → ".join(circle))

    @cached_property
    def by_id(self) -> dict[str, Project]:
        """The projects that have not started, by id."""
        return {project.id: project for project in self.projects}

    @cached_property
    def uncertain(self) -> bool:
        """Whether anything here may take longer or shorter than usual."""
        works = [project.duration for project in self.projects]
        works += [work.remaining for work in self.in_flight]
        return any(duration.sigma > 0 for duration in works)

    @cached_property
    def resource_names(self) -> tuple[str, ...]:
        """The names of the resources, credits first."""
        return tuple(resource.name for resource in self.resources)


def steps_on(steps: Steps, day: int) -> int:
    """The units that steps give on a day."""
    units = steps[0][1]
    for begin, amount in steps:
        if begin > day:
            break
        units = amount
    return units


def _check_steps(name: str, steps: Steps) -> None:
    if not steps or steps[0][0] != 0:
        raise ProblemError(name, "its capacity begins on day 0")
    days = [day for day, _ in steps]
    if days != sorted(set(days)) or days[-1] > DAYS_MAX:
        raise ProblemError(name, "the days of its capacity rise from step to step")
    if any(not 0 <= units <= UNITS_MAX for _, units in steps):
        raise ProblemError(name, "a capacity is a whole number from 0 on")


def _tidy_demand(id: str, demand: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    tidy = tuple(sorted((name, units) for name, units in demand if units))
    if any(not 0 <= units <= UNITS_MAX for _, units in tidy):
        raise ProblemError(f"project {id}", "asks for less than 0 of something")
    _unique(f"project {id}", (name for name, _ in tidy))
    return tidy


def _check_work(id: str, due: int | None, weight: float) -> None:
    if not id:
        raise ProblemError("projects", "every project has an id")
    if due is not None and not -DAYS_MAX <= due <= DAYS_MAX:
        raise ProblemError(f"project {id}", f"due on day {due}, which is too far away")
    if not (isfinite(weight) and 0 <= weight <= 1e6):
        raise ProblemError(f"project {id}", f"has a weight of {weight}; it is a number from 0 on")


def _unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ProblemError(what, f"{name!r} appears twice")
        seen.add(name)
