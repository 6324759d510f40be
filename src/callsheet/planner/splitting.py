"""A project as several smaller ones: into what it may be split, and the problem with its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from callsheet.planner.problem import CREDITS, Problem, Project

LARGE = 30
"""From so many credits on, a project whose concepts are not known is worth a thought."""

PART = 20
"""A part of such a project has at most so many credits."""

GRAIN = 5
"""Credits of briefs come in multiples of this."""


def known_parts(project: Project) -> tuple[int, ...]:
    """The credits of its concepts, if there are several and they are all it needs; else none."""
    sizes = tuple(credits for credits in project.concepts if credits)
    return sizes if len(sizes) > 1 and _fits(project, sizes) else ()


def supposed_parts(project: Project) -> tuple[int, ...]:
    """Equal parts of at most ``PART`` credits for a ``LARGE`` project without known concepts.

    Whether it can be split so, nobody has said.
    """
    if project.credits < LARGE or len([c for c in project.concepts if c]) > 1:
        return ()
    count = -(-project.credits // PART)
    grains, rest = divmod(project.credits, GRAIN)
    sizes = [GRAIN * (grains // count + (n < grains % count)) for n in range(count)]
    sizes[0] += rest
    return tuple(sizes) if _fits(project, sizes) else ()


def with_parts(
    problem: Problem, project: Project, sizes: Sequence[int]
) -> tuple[Problem, dict[str, str]]:
    """The problem with parts in place of a project, and whose parts they are.

    Each takes as long as the whole and is due with it; together they have its weight. What comes
    after the project comes after all of them.
    """
    parts = tuple(
        replace(
            project, id=f"{project.id}#{n}", demand=((CREDITS, credits),), concepts=(),
            weight=project.weight / len(sizes),
        )
        for n, credits in enumerate(sizes, 1)
    )  # fmt: skip
    return with_projects(problem, project, parts), {part.id: project.id for part in parts}


def with_projects(problem: Problem, project: Project, parts: tuple[Project, ...]) -> Problem:
    """The problem with others instead of a project; what comes after it, after all of them."""
    ids = [part.id for part in parts]
    others = tuple(
        replace(
            other,
            after=tuple(id for p in other.after for id in (ids if p == project.id else [p])),
        )
        for other in problem.projects
        if other.id != project.id
    )
    return replace(problem, projects=(*others, *parts))


def _fits(project: Project, sizes: Sequence[int]) -> bool:
    only_credits = {name for name, _ in project.demand} <= {CREDITS}
    return only_credits and sum(sizes) == project.credits
