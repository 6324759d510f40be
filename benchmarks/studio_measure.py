"""Seconds and queries of everything that happens in the simulated day, by its kind."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any


@dataclass(slots=True)
class Kind:
    """One kind of command or job: what each of its runs took."""

    group: str
    seconds: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Its numbers: runs, seconds in all, milliseconds and queries of one run."""
        return {
            "group": self.group,
            "runs": len(self.seconds),
            "seconds": sum(self.seconds),
            "median_ms": 1000 * median(self.seconds),
            "p95_ms": 1000 * _p95(self.seconds),
            "queries": sum(self.queries) / len(self.queries),
            "median_queries": median(self.queries),
            "most_queries": max(self.queries),
        }


class Measures:
    """What was measured, by kind. Counts every statement of Django's connection."""

    def __init__(self) -> None:
        self.kinds: dict[str, Kind] = {}
        self.refused: dict[str, int] = defaultdict(int)
        self._queries = 0

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count statements inside the block."""
        from django.db import connection

        def count(execute: Callable[..., Any], *rest: Any) -> Any:
            self._queries += 1
            return execute(*rest)

        with connection.execute_wrapper(count):
            yield

    @contextmanager
    def noted(self, name: str, group: str) -> Iterator[None]:
        """Enter what the block takes under that kind; what fails is not entered."""
        before = self._queries
        begin = perf_counter()
        yield
        took = perf_counter() - begin
        kind = self.kinds.setdefault(name, Kind(group))
        kind.seconds.append(took)
        kind.queries.append(self._queries - before)

    def forget(self) -> None:
        """Begin anew: what was entered so far belonged to the preparation."""
        self.kinds.clear()
        self.refused.clear()


def processor_seconds(parent: int) -> float:
    """Processor time that a process and its children have used, those that ended included."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:  # it has just ended: its parent knows
            continue
        if int(folder.name) == parent:
            ticks += sum(map(int, told[11:15]))
        elif int(told[1]) == parent:
            ticks += sum(map(int, told[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_megabytes() -> float:
    """What this process has in main memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
