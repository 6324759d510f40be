"""Reads the single-mode instances of PSPLIB, so that the planner can be held to known results.

Kolisch and Sprecher, "PSPLIB - a project scheduling problem library", European Journal of
Operational Research 96 (1997). Their measure is the makespan: here only the last job, the sink,
costs anything, one for each day until it has finished.
"""

from __future__ import annotations

import re

from callsheet.planner.plan import Plan
from callsheet.planner.problem import (
    CREDITS,
    Duration,
    Objective,
    Problem,
    ProblemError,
    Project,
    Resource,
)

_DIGITS = 9

SECTIONS = ("PRECEDENCE RELATIONS", "REQUESTS/DURATIONS", "RESOURCEAVAILABILITIES")


def read(text: str) -> Problem:
    """The problem that an ``.sm`` file describes; its first resource is called credits here.

    The source, which takes no time, is left out; the sink takes one day, so its start is the
    makespan. Raises ``ProblemError`` where the text is not such a file.
    """
    part = {name: _section(text, name) for name in SECTIONS}
    capacities = _numbers(part[SECTIONS[2]])
    if len(capacities) != 1:
        raise ProblemError(SECTIONS[2], "has one row of capacities")
    names = [CREDITS, *(f"R{n}" for n in range(2, len(capacities[0]) + 1))]
    before: dict[int, list[str]] = {}
    jobs = []
    for job, modes, count, *successors in _rows(part[SECTIONS[0]], 3):
        if modes != 1:
            raise ProblemError(SECTIONS[0], f"job {job} has {modes} modes; only one is planned")
        if count != len(successors):
            raise ProblemError(SECTIONS[0], f"job {job} names {len(successors)} of {count}")
        jobs.append(job)
        for successor in successors:
            before.setdefault(successor, []).append(f"j{job:03}")
    if not jobs:
        raise ProblemError(SECTIONS[0], "names no job")
    source, sink = jobs[0], jobs[-1]
    projects = []
    for job, _, days, *units in _rows(part[SECTIONS[1]], 3):
        if job == source:
            continue
        if len(units) != len(names):
            raise ProblemError(SECTIONS[1], f"job {job} needs {len(units)} of {len(names)} things")
        if not days and job != sink:
            raise ProblemError(SECTIONS[1], f"job {job} takes no time")
        projects.append(
            Project(
                id=f"j{job:03}",
                demand=tuple(zip(names, units, strict=True)),
                duration=Duration(max(1, days)),
                weight=float(job == sink),
                after=tuple(p for p in before.get(job, []) if p != f"j{source:03}"),
            )
        )
    return Problem(
        resources=tuple(
            Resource(name, ((0, units),)) for name, units in zip(names, capacities[0], strict=True)
        ),
        projects=tuple(projects),
        objective=Objective(tardiness=0, flow=1),
    )


def makespan(problem: Problem, plan: Plan) -> int | None:
    """The day on which everything has finished; None where the sink never starts."""
    sink = max(project.id for project in problem.projects)
    return plan.starts[sink]


def _section(text: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)}:?\s*$(.*?)^\*+\s*$", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise ProblemError(name, "is missing; this is no .sm file of PSPLIB")
    return found[1]


def _rows(section: str, least: int) -> list[list[int]]:
    rows = _numbers(section)
    for row in rows:
        if len(row) < least:
            raise ProblemError("jobs", f"a row has {len(row)} numbers, at least {least} are needed")
    return rows


def _numbers(section: str) -> list[list[int]]:
    lines = (line.split() for line in section.splitlines())
    rows = [line for line in lines if line and all(re.fullmatch("[0-9]+", word) for word in line)]
    if any(len(word) > _DIGITS for row in rows for word in row):
        raise ProblemError("jobs", f"a number has more than {_DIGITS} digits")
    return [[int(word) for word in row] for row in rows]
