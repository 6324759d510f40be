"""The planner held to PSPLIB: makespans over the best that are known.

Kolisch and Sprecher, "PSPLIB - a project scheduling problem library", European Journal of
Operational Research 96 (1997). The instances are not part of the project: ``PSPLIB=folder`` names a
folder with ``best_known.csv`` (set, file, best_known_makespan) and a folder of .sm files per set.
"""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

from benchmarks.report import Report
from callsheet.planner import psplib
from callsheet.planner.solve import solve

LIMITS = {"j30": 0.0, "j60": 0.05, "j120": 1.0}
SECONDS = 10.0


def sample() -> dict[str, list[tuple[str, int]]]:
    """By set the texts of instances and their best known makespans; empty without a folder."""
    folder = os.environ.get("PSPLIB")
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    if folder:
        root = Path(folder)
        with (root / "best_known.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                text = (root / row["set"] / row["file"]).read_text(encoding="utf-8")
                found[row["set"]].append((text, int(row["best_known_makespan"])))
    return found


def makespans(report: Report, most: int | None = None) -> None:
    """The mean excess over the best known makespans, by set; at most ``most`` of each."""
    for name, instances in sorted(sample().items()):
        excess = []
        for text, known in instances[:most]:
            problem = psplib.read(text)
            found = psplib.makespan(problem, solve(problem, time_limit=SECONDS))
            excess.append(100 * (found - known) / known)
        report.figure(f"over the best known, {name}, {SECONDS:g} s", excess, "%")
        mean = sum(excess) / len(excess)
        report.at_most(f"mean over the best known, {name}, {SECONDS:g} s, %", mean, LIMITS[name])
