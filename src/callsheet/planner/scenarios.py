"""Chance, sampled: how long everything takes in each of many replications.

Common random numbers (Conway 1963; Glasserman and Yao, Management Science 38, 1992): what happens
to a project depends on the seed, the replication and the project's id alone. So plans, policies
and capacities are compared under the same luck, and another project in the calendar changes
nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from callsheet.planner.arrays import Ints
from callsheet.planner.problem import DAYS_MAX, Duration, Problem

BLOCK = 16_384
"""So many values are sampled at a time: they stay in the processor's cache."""

SHARED_LEAST = 256
"""Fewer replications are sampled by one thread: the others would wait for the interpreter."""


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


def scenarios_of(
    problem: Problem, replications: int, seed: int = 0, *, workers: int = 2
) -> Scenarios:
    """Sample durations, lognormal around their medians, in whole days, at least 1.

    More replications begin with the same ones; ``workers`` are threads and change nothing. Raises
    ``ValueError`` below 1 replication.
    """
    if replications < 1:
        raise ValueError(f"There is at least 1 replication, not {replications}.")
    projects = [(project.id, project.duration) for project in problem.projects]
    in_flight = [(work.id, work.remaining) for work in problem.in_flight]
    sampled = Scenarios(
        np.empty((replications, len(projects)), dtype=np.int64),
        np.empty((replications, len(in_flight)), dtype=np.int64),
    )
    length = max(1, BLOCK // replications)
    blocks = [
        (works[at : at + length], days[:, at : at + length])
        for works, days in ((projects, sampled.projects), (in_flight, sampled.in_flight))
        for at in range(0, len(works), length)
    ]
    if replications < SHARED_LEAST or len(blocks) < 2 or workers < 2:
        _sample(blocks, seed)
    else:
        with ThreadPoolExecutor(workers) as pool:
            shares = [blocks[at::workers] for at in range(workers)]
            list(pool.map(_sample, shares, [seed] * workers))
    return sampled


def usual_days(problem: Problem) -> Scenarios:
    """One replication in which everything takes its median: what plans reckon with."""
    return Scenarios(
        np.array([[p.duration.p50 for p in problem.projects]], dtype=np.int64),
        np.array([[work.remaining.p50 for work in problem.in_flight]], dtype=np.int64),
    )


def _sample(blocks: Sequence[tuple[list[tuple[str, Duration]], Ints]], seed: int) -> None:
    """Fill the columns of every block with the days of its works."""
    bits = np.random.Philox(key=0)
    draw = np.random.Generator(bits)
    for works, days in blocks:
        block = np.zeros((len(works), len(days)))
        for row, (id, duration) in zip(block, works, strict=True):
            if duration.sigma > 0:
                bits.state = _beginning(id, seed)
                draw.standard_normal(out=row)
        block *= np.array([duration.sigma for _, duration in works])[:, None]
        np.exp(block, out=block)
        block *= np.array([duration.p50 for _, duration in works], dtype=np.float64)[:, None]
        np.rint(block, out=block)
        np.clip(block, 1, DAYS_MAX, out=block)
        # The kernels walk through one replication after the other.
        days[:] = block.T


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
