"""A small model of the studio: who briefed what when, and what it occupied until when.

Days are working days counted from the day of import (0); the past is negative. A project occupies
its credits from its start up to, but not on, the day on which it is finished. No account ever holds
more than its capacity, because each project is placed on the first day on which it fits for good.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

FIRST_DAY = -520
HORIZON = 200

SIZES: dict[str, tuple[tuple[str, int], ...]] = {
    # what is ordered together, with its credits; variations are complimentary
    "original_creative": (
        ("2 static", 10),
        ("1 video", 10),
        ("2 video, 4 format variation of 1", 20),
        ("A: 2 video | B: 2 static", 30),
        ("3 static, 6 text variation of 1", 15),
        ("A: 1 video, 1 static | B: 1 video, 1 static", 30),
        ("1 stop motion, 2 static", 25),
        ("A: 2 video, 5 format variation of 1 | B: 3 static", 35),
    ),
    "content_creation": (
        ("1 photo set", 10),
        ("2 photo set", 20),
        ("1 photo set, 2 raw video clip", 20),
        ("5 photo, 1 raw video clip", 15),
        ("1 stop motion", 15),
        ("3 photo set, 4 raw video clip", 50),
    ),
    "adapt_optimize": (
        ("8 text variation", 10),
        ("6 format variation", 10),
        ("2 static, 6 format variation of 1", 10),
        ("1 video, 8 text variation of 1", 10),
    ),
}
DURATIONS = {"original_creative": 26.0, "content_creation": 23.0, "adapt_optimize": 9.0}
"""Working days from start to finish, usually."""
MIX = ("original_creative",) * 9 + ("content_creation",) * 7 + ("adapt_optimize",) * 4


@dataclass
class Job:
    """A project of the model."""

    brief_type: str
    scope: str
    credits: int
    submitted: int
    started: int | None = None
    finished: int | None = None
    extra: dict[str, str] = field(default_factory=dict)


class Chance:
    """Chance that is the same in every Python: made of ``random()`` alone."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a story, not a secret

    def number(self) -> float:
        """Evenly between 0 and 1."""
        return self._random.random()

    def pick[T](self, choices: Sequence[T]) -> T:
        """One of several."""
        return choices[int(self.number() * len(choices))]

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.number() * (high - low + 1))

    def spread(self, usual: float, width: float = 0.3) -> int:
        """Around ``usual``, at least 1, skewed to the right as durations are."""
        # The sum of twelve even numbers less six is close enough to a normal one.
        normal = sum(self.number() for _ in range(12)) - 6
        return max(1, round(usual * math.exp(width * normal)))


class Capacity:
    """Free credits of one account by day."""

    def __init__(self, credits: int, changes: Sequence[tuple[int, int]] = ()) -> None:
        self.free = [credits] * (HORIZON - FIRST_DAY)
        for day, change in changes:
            for index in range(day - FIRST_DAY, len(self.free)):
                self.free[index] += change

    def take(self, credits: int, start: int, end: int) -> None:
        """Occupy credits from a day up to another."""
        for index in range(start - FIRST_DAY, end - FIRST_DAY):
            self.free[index] -= credits

    def first_fit(self, credits: int, earliest: int, days: int) -> int | None:
        """The first day from which so many credits are free for so many days."""
        start = earliest
        while start + days < HORIZON:
            for day in range(start + days - 1, start - 1, -1):
                if self.free[day - FIRST_DAY] < credits:
                    start = day + 1
                    break
            else:
                return start
        return None


def season(day: int, peak: float) -> float:
    """How much more is briefed: around a year-end (two months ahead of it), and just now."""
    distance = min(abs(day + 245), abs(day + 505), abs(day - 15))
    return 1 + peak * max(0.0, 1 - distance / 35)


def history(
    chance: Chance,
    capacity: Capacity,
    credits: int,
    *,
    demand: float,
    since: int = FIRST_DAY + 5,
    until: int = 0,
    finished_by: int | None = None,
    patience: int = 25,
    peak: float = 0.0,
    least: int = 0,
    most: int | None = None,
) -> list[Job]:
    """What an account has briefed between two days.

    ``demand`` is about the share of the capacity that is asked for. With ``finished_by`` only what
    is over by that day is kept; without it the rest is running or, when it fits nowhere before day
    0, queued. Nobody briefs what would wait longer than ``patience``;
    ``least`` and ``most`` bound the credits of a project.
    """
    jobs: list[Job] = []
    day = float(since)
    usual = sum(DURATIONS[kind] for kind in MIX) / len(MIX)
    gap = 19.0 * usual / max(1.0, credits * demand)
    while True:
        day += -math.log(1 - chance.number()) * gap / season(int(day), peak)
        if day >= until:
            return jobs
        kind = chance.pick(MIX)
        fitting = [s for s in SIZES[kind] if least <= s[1] <= min(credits, most or credits)]
        if not fitting:
            continue
        scope, size = chance.pick(fitting)
        days = chance.spread(DURATIONS[kind] * (0.85 + size / 100))
        submitted = math.floor(day)
        start = capacity.first_fit(size, submitted, days)
        if start is None or start - submitted > patience:
            continue
        job = Job(kind, scope, size, submitted)
        if finished_by is not None and start + days > finished_by:
            continue
        if start < 0:
            capacity.take(size, start, start + days)
            job.started, job.finished = start, start + days
        jobs.append(job)
