"""How long ``callsheet plan`` takes beyond the time that it was given to look for plans."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.report import Report

CALENDAR = Path(__file__).parents[1] / "examples/calendars/team-season.csv"  # 42 rows
LIMIT = 1.0
RUNS = 9


def beyond_limit() -> float:
    """Seconds from the start of one process to its end, without those spent looking as allowed."""
    command = [
        sys.executable, "-m", "callsheet", "plan", str(CALENDAR), "--capacity", "90", "--start",
        "2027-01-04", "--country", "SG", "--time-limit", str(LIMIT), "--json",
    ]  # fmt: skip
    begin = perf_counter()
    done = subprocess.run(command, check=True, capture_output=True)
    wall = perf_counter() - begin
    return wall - min(LIMIT, json.loads(done.stdout)["solver"]["seconds"])


def imports_alone() -> float:
    """Seconds in which a process starts, imports the largest library of the planner, and ends."""
    begin = perf_counter()
    subprocess.run([sys.executable, "-c", "import numba"], check=True)
    return perf_counter() - begin


def command(report: Report) -> None:
    """The command line with compiled kernels, by turns with a process that only imports numba.

    The latter and the load average say how much of it is the machine's other work.
    """
    beyond_limit()
    pairs = [(beyond_limit(), imports_alone()) for _ in range(RUNS)]
    times = [beyond for beyond, _ in pairs]
    load = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    report.figure(f"callsheet plan beyond its limit, 42 rows, load {load}", times, "s")
    report.figure("... ÷ a process that imports numba", [a / b for a, b in pairs], "")
    report.at_most("callsheet plan beyond its limit, 42 rows, s", median(times), 1.5)
