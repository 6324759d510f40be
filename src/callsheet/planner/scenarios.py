"""Chance, sampled: how long everything takes in each of many replications.

Common random numbers (Conway 1963; Glasserman and Yao, Management Science 38, 1992): what happens
to a project depends on the seed, the replication and the project's id alone. So plans, policies
and capacities are compared under the same luck, and another project in the calendar changes
nobody's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from callsheet.planner.arrays import Ints
from callsheet.planner.problem import DAYS_MAX, Duration, Problem


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
    return Scenarios(
        _sampled(((p.id, p.duration) for p in problem.projects), replications, seed),
        _sampled(((work.id, work.remaining) for work in problem.in_flight), replications, seed),
    )


def usual_days(problem: Problem) -> Scenarios:
    """One replication in which everything takes its median: what plans reckon with."""
    return Scenarios(
        np.array([[p.duration.p50 for p in problem.projects]], dtype=np.int64),
        np.array([[work.remaining.p50 for work in problem.in_flight]], dtype=np.int64),
    )


def _sampled(works: Iterable[tuple[str, Duration]], replications: int, seed: int) -> Ints:
    listed = list(works)
    days = np.zeros((len(listed), replications))
    bits = np.random.Philox(key=0)
    draw = np.random.Generator(bits)
    for row, (id, duration) in zip(days, listed, strict=True):
        if duration.sigma > 0:
            bits.state = _beginning(id, seed)
            draw.standard_normal(out=row)
    days *= np.array([duration.sigma for _, duration in listed])[:, None]
    np.exp(days, out=days)
    days *= np.array([duration.p50 for _, duration in listed], dtype=np.float64)[:, None]
    np.rint(days, out=days)
    np.clip(days, 1, DAYS_MAX, out=days)
    # The kernels walk through one replication after the other.
    return np.ascontiguousarray(days.T, dtype=np.int64)


def _beginning(id: str, seed: int) -> Any:  # numpy keeps its type to itself
    """The state of a counter-based generator that belongs to an id (Salmon et al., SC11, 2011).

    To put one generator into it costs a quarter of making another one.
    """
    # Python's own hashes differ from run to run; this one does not.
    key = blake2b(f"{seed}\0{id}".encode(), digest_size=16).digest()
    return {
        "bit_generator": "Philox",
        "state": {"counter": _ZERO, "key": np.frombuffer(key, dtype="<u8")},
        "buffer": _ZERO,
        "buffer_pos": len(_ZERO),
        "has_uint32": 0,
        "uinteger": 0,
    }


_ZERO = np.zeros(4, dtype=np.uint64)
