"""The queue once more as a SimPy model: a process for each project, a desk that admits.

The policy is ``backfill``, the order and the durations are given. It is written the way such
models are: processes wait for events, the desk looks at the queue when a day's events are over.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Generator, Mapping, Sequence

import simpy
from simpy.events import Event, EventPriority

from callsheet.planner.kernels.compiling import NEVER
from callsheet.planner.problem import CREDITS, Problem, Project

PATIENCE_DAYS = 5
AFTER_THE_DAY = EventPriority(2)  # SimPy's own priorities are 0 and 1

type Process = Generator[Event, object, None]


def simpy_starts(
    problem: Problem,
    safe: Mapping[str, int],
    order: Sequence[int],
    projects: Sequence[int],
    in_flight: Sequence[int],
) -> list[int]:
    """The starts under one replication's days, of problems whose only resource is credits.

    ``safe`` are the 80 % quantiles by id: worked out once, not for each replication.
    """
    desk = Desk(problem, safe)
    ids = [project.id for project in problem.projects] + [work.id for work in problem.in_flight]
    done = {id: desk.env.event() for id in ids}
    for running, days in zip(problem.in_flight, in_flight, strict=True):
        desk.free -= running.credits
        desk.expected[running.id] = (running.remaining.p50, running.credits)
        desk.env.process(desk.finish(running.id, running.credits, days, done[running.id]))
    ranks = {problem.projects[n].id: rank for rank, n in enumerate(order)}
    for project, days in zip(problem.projects, projects, strict=True):
        waits = [done[other] for other in project.after]
        desk.env.process(desk.come(project, ranks[project.id], days, waits, done[project.id]))
    for (_, before), (day, units) in zip(desk.capacity, desk.capacity[1:], strict=False):
        desk.env.process(desk.change(day, units - before))
    desk.env.run()
    return [desk.starts.get(project.id, NEVER) for project in problem.projects]


class Desk:
    """Who waits, who holds credits, and who may start."""

    def __init__(self, problem: Problem, safe: Mapping[str, int]) -> None:
        self.env = simpy.Environment()
        self.capacity = problem.resources[0].capacity
        if [resource.name for resource in problem.resources] != [CREDITS]:
            raise ValueError("There is more than credits.")
        self.free = self.capacity[0][1]
        self.most = problem.resources[0].most
        self.least = min((project.credits for project in problem.projects), default=0)
        self.line: list[tuple[int, str]] = []
        self.safe = safe
        self.waiting: dict[str, tuple[int, int, int, Event]] = {}
        self.expected: dict[str, tuple[int, int]] = {}
        self.first_reserved: dict[str, int] = {}
        self.starts: dict[str, int] = {}
        self.called = False

    def come(
        self, project: Project, rank: int, days: int, waits: list[Event], done: Event
    ) -> Process:
        """A project: ready, its predecessors over, admitted, over."""
        yield self.env.timeout(project.ready)
        # The queue is looked at whenever something gets ready, also what must wait for another.
        self.call()
        if project.credits > self.most:
            return
        yield self.env.all_of(waits)
        admitted = self.env.event()
        usual, safe = project.duration.p50, self.safe[project.id]
        self.waiting[project.id] = (project.credits, usual, safe, admitted)
        insort(self.line, (rank, project.id))
        self.call()
        yield admitted
        yield from self.finish(project.id, project.credits, days, done)

    def finish(self, id: str, credits: int, days: int, done: Event) -> Process:
        """Work that holds credits for ``days``."""
        yield self.env.timeout(days)
        del self.expected[id]
        self.free += credits
        done.succeed()
        self.call()

    def change(self, day: int, more: int) -> Process:
        """A step of the capacity."""
        yield self.env.timeout(day)
        self.free += more
        self.call()

    def call(self) -> None:
        """Look at the queue when everything else of this day has happened."""
        if not self.called:
            self.called = True
            event = self.env.event()
            event._ok, event._value = True, None
            event.callbacks.append(self.admit)
            self.env.schedule(event, priority=AFTER_THE_DAY)

    def admit(self, _: Event) -> None:
        """EASY backfilling."""
        self.called = False
        today = int(self.env.now)
        head = ""
        within = spare = 0
        left: list[tuple[int, str]] = []
        for at, place in enumerate(self.line):
            if head and self.free < self.least:
                left += self.line[at:]
                break
            credits, usual, safe, admitted = self.waiting[place[1]]
            fits = credits <= self.free
            if fits and (not head or safe <= within or credits <= spare):
                self.starts[place[1]] = today
                self.free -= credits
                self.expected[place[1]] = (today + usual, credits)
                if head and usual > within:
                    spare -= credits
                admitted.succeed()
                continue
            left.append(place)
            if not head:
                day, free = self.reserve(credits, today)
                if day is None:
                    continue
                head, within, spare = place[1], day - today, free - credits
                if today >= self.first_reserved.setdefault(head, day) + PATIENCE_DAYS:
                    left += self.line[at + 1 :]
                    break
        self.line = left

    def reserve(self, credits: int, today: int) -> tuple[int | None, int]:
        """The first day on which so many credits are expected to be free, and how many are."""
        changes: dict[int, int] = {}
        for day, units in self.expected.values():
            day = max(day, today + 1)
            changes[day] = changes.get(day, 0) + units
        for (_, before), (day, units) in zip(self.capacity, self.capacity[1:], strict=False):
            if day > today:
                changes[day] = changes.get(day, 0) + units - before
        free = self.free
        for day in sorted(changes):
            free += changes[day]
            if credits <= free:
                return day, free
        return None, 0
