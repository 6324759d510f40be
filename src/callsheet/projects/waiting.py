"""What stands in a queue: briefs, projects that go on after a rest, and agreed growth of scope."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from callsheet.projects.lifecycle import Status

IN_QUEUE = Q(status=Status.QUEUED) | Q(resuming_since__isnull=False)
"""Projects that wait for credits: briefs that have not started, parked projects that are to go on,
finalized ones that are to be opened again."""

RANK_STEP = 1024
"""Between two neighbours of a queue, so that one fits between them."""

FRONT = -(2**50)
"""A rank ahead of every project's: agreed growth of what is in production goes first."""

BACK = 2**60
"""A rank behind every project's: where a brief would stand that is handed in now."""


def spread(ranks: Iterable[int]) -> list[int]:
    """Ranks, smallest first, that differ: where two are equal, the later one moves on by one."""
    apart: list[int] = []
    for rank in ranks:
        apart.append(rank if not apart or rank > apart[-1] else apart[-1] + 1)
    return apart
