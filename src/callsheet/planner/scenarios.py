"""Chance, sampled: how long everything takes in each of many replications.

Common random numbers (Conway 1963; Glasserman and Yao, Management Science 38, 1992): what happens
to a project depends on the seed, the replication and the project's id alone. So plans, policies
and capacities are compared under the same luck, and another project in the calendar changes
nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from callsheet.planner.arrays import Floats, Ints
from callsheet.planner.problem import DAYS_MAX, Problem

BLOCK = 16_384
"""So many values are sampled at a time: they stay in the processor's cache."""


@dataclass(frozen=True)
class Scenarios:
    """Realized working days by replication (row) and project (column, in the problem's order).

    ``in_flight`` are the days that are left from day 0 on; that the work had not ended before is
    in its ``remaining`` already.
    """

    projects: Ints
    in_flight: Ints

    @property
    def replications(self) -> int:
        """How many replications there are."""
        return int(self.projects.shape[0])


def scenarios_of(problem: Problem, replications: int, seed: int = 0) -> Scenarios:
    """Sample durations, lognormal around their medians, in whole days, at least 1.

    More replications begin with the same ones. Raises ``ValueError`` below 1 replication.
    """
    if replications < 1:
        raise ValueError(f"There is at least 1 replication, not {replications}.")
    works = [(project.id, project.duration) for project in problem.projects]
    works += [(work.id, work.remaining) for work in problem.in_flight]
    keys = np.array([_key(id, seed) for id, _ in works], dtype=np.uint64)
    spread = np.array([duration.sigma for _, duration in works], dtype=np.float64)
    median = np.array([duration.p50 for _, duration in works], dtype=np.float64)
    n = len(problem.projects)
    sampled = Scenarios(
        np.empty((replications, n), dtype=np.int64),
        np.empty((replications, len(works) - n), dtype=np.int64),
    )
    length = _PARTS * max(1, BLOCK // (_PARTS * max(1, len(works))))
    for at in range(0, replications, length):
        block = _scores(keys, at, min(length, replications - at))
        block *= spread
        np.exp(block, out=block)
        block *= median
        np.rint(block, out=block)
        np.clip(block, 1, DAYS_MAX, out=block)
        sampled.projects[at : at + length] = block[:, :n]
        sampled.in_flight[at : at + length] = block[:, n:]
    return sampled


def usual_days(problem: Problem) -> Scenarios:
    """One replication in which everything takes its median: what plans reckon with."""
    return Scenarios(
        np.array([[p.duration.p50 for p in problem.projects]], dtype=np.int64),
        np.array([[work.remaining.p50 for work in problem.in_flight]], dtype=np.int64),
    )


def _key(id: str, seed: int) -> int:
    # Python's own hashes differ from run to run; this one does not.
    return int.from_bytes(blake2b(f"{seed}\0{id}".encode(), digest_size=8).digest(), "little")


def _scores(keys: npt.NDArray[np.uint64], first: int, count: int) -> Floats:
    """Normal scores by replication, from ``first`` (a multiple of 4) on, and key.

    Each word of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), which goes to any place of its
    sequence at once, is the luck of four replications.
    """
    words = np.arange(first // _PARTS, -(-(first + count) // _PARTS), dtype=np.uint64)
    word = ((words + _ONE) * _GAMMA)[:, None] + keys
    for shift, factor in _MIXING:
        word ^= word >> shift
        word *= factor
    word ^= word >> _LAST
    places = np.empty((len(words), _PARTS, len(keys)), dtype=np.intp)
    for part in range(_PARTS):
        places[:, part] = word & _MASK
        word >>= _PART_BITS
    rows = places.reshape(len(words) * _PARTS, len(keys))[:count]
    scores: Floats = _quantiles().take(rows, mode="clip")
    return scores


@cache
def _quantiles() -> Floats:
    """The standard normal in 2**14 parts that are equally likely: the middle of each."""
    parts = 1 << 14
    normal = NormalDist()
    lower = [normal.inv_cdf((part + 0.5) / parts) for part in range(parts // 2)]
    return np.array([*lower, *(-score for score in reversed(lower))])


_PARTS = 4
"""The luck of so many replications is drawn at once."""

_MASK, _PART_BITS = np.uint64((1 << 14) - 1), np.uint64(16)
_ONE, _GAMMA, _LAST = np.uint64(1), np.uint64(0x9E3779B97F4A7C15), np.uint64(31)
_MIXING = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)
