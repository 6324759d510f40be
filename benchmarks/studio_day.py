"""A day of a studio of a thousand customers, lived by one process, against the clock on the wall.

    make bench NAME=studio_day            (python -m benchmarks.studio_day [--quick] [--json])

A studio is built (see ``studio_customers`` and ``studio_copies``): ten customers through the
services over the weeks before, then copies of them, whose credits are posted by the ledger's own
function. Then one simulated day is lived: people write, submit, accept, ask, deliver, approve,
amend, park, reorder and finalize through the services; the clock ticks every ten minutes; every
job that is put off, and every periodic one, is done in the same process as by one worker. Mail is
handed to a backend that throws it away. The books are compared with the transfers at the end.

The whole is done first with a tenth of the customers and of the events, to see what grows with the
number of customers: the statements of a command must not. Those of ticks and jobs depend on what is
due; they are committed numbers in tests/architecture/test_query_counts.py, and printed here for
both studios.

Time on the wall says something of a quiet machine only, so the processor time of the worker and of
the server stands beside it: the one waits while the other works, and together they are the least
that the day takes.

Beside it stands a bound: the least that a plain Django application would do for the same events,
a saved row and an event in a transaction of its own, and nothing else.

``--quick``: 100 customers and 3,000 events, beside 10 and 300.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

import psycopg

from benchmarks.ledger_setup import environment
from benchmarks.report import Report
from benchmarks.studio_measure import processor_seconds
from callsheet.postgres import Cluster
from callsheet.postgres.cluster import temporary_folder
from callsheet.postgres.roles import APPLICATION, OWNER

CUSTOMERS, EVENTS = 1000, 30_000
QUICK_CUSTOMERS, QUICK_EVENTS = 100, 3000
PARTS = 10
"""The smaller studio is this many times smaller; both consist of copies of ten customers."""

TEN, STUDIO = "ten", "studio"
DAY_SECONDS = 24 * 3600
TOO_SLOW = (
    "Most of it is Django's work for 20 to 50 statements of each command; see processor time."
)

ENOUGH_RUNS = 30
"""Kinds that ran less often say nothing about growth: what they found differs from run to run."""

BOUND_ROWS = 2000
BOUND = """
CREATE TABLE bound_row (id bigint PRIMARY KEY, title text NOT NULL, version integer NOT NULL);
INSERT INTO bound_row SELECT n, 'Row ' || n, 0 FROM generate_series(1, 1000) n;
CREATE TABLE bound_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL,
    subject_id bigint NOT NULL, kind varchar(60) NOT NULL, data jsonb NOT NULL
);
CREATE INDEX ON bound_event (subject_id, at);
"""


@contextmanager
def ground() -> Iterator[Cluster]:
    """A server of its own, with fsync on as in production, and away again."""
    cluster = Cluster(
        temporary_folder("callsheet-bench-"),
        settings={"max_wal_size": "8GB", "checkpoint_timeout": "1h"},
    )
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.destroy()


def build_ten(cluster: Cluster) -> None:
    """The ten customers that every studio is copied from, in a database of their own."""
    cluster.ensure_database(TEN)
    settings = _settings(cluster, TEN)
    begin = perf_counter()
    _python(settings, "-m", "callsheet", "db", "migrate", "--json")
    _python(settings, "-m", "benchmarks.studio_replay", "build")
    print(f"ten customers: built in {perf_counter() - begin:.0f} s", file=sys.stderr)


def lived(cluster: Cluster, customers: int, events: int) -> dict[str, Any]:
    """Copy a studio, live its day, and say what that took; the database goes away again."""
    cluster.ensure_database(STUDIO, template=TEN)
    settings = _settings(cluster, STUDIO)
    begin = perf_counter()
    _python(settings, "-m", "benchmarks.studio_replay", "copy", str(customers))
    print(f"{customers} customers: copied in {perf_counter() - begin:.0f} s", file=sys.stderr)
    server = cluster.status().pid or 0
    before = processor_seconds(server)
    said = _python(settings, "-m", "benchmarks.studio_replay", "live", str(events))
    found: dict[str, Any] = json.loads(said)
    found["server_seconds"] = processor_seconds(server) - before
    found["load"] = os.getloadavg()[0]
    found["bound"], found["commit"] = _bound(cluster.url(STUDIO, OWNER), found["events"])
    cluster.drop_database(STUDIO)
    print(
        f"{customers} customers: {found['events']} events in {found['seconds']:.0f} s,"
        f" processor {found['worker_seconds']:.0f} + {found['server_seconds']:.0f} s",
        file=sys.stderr,
    )
    return found


def _settings(cluster: Cluster, database: str) -> dict[str, str]:
    owner, application = cluster.url(database, OWNER), cluster.url(database, APPLICATION)
    return environment(application, "callsheet.config.settings", owner)


def _python(settings: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=settings, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _bound(url: str, events: int) -> tuple[float, float]:
    """Seconds that so many bare saves with their events would take, and one commit's milliseconds:
    a row locked, changed and written down, in a transaction of its own, from one connection.
    """
    with psycopg.connect(url) as connection:
        connection.execute(BOUND)
        connection.commit()
        commits = []
        begin = perf_counter()
        for n in range(1, BOUND_ROWS + 1):
            row = n % 1000 + 1
            connection.execute("SELECT * FROM bound_row WHERE id = %s FOR UPDATE", (row,))
            connection.execute("UPDATE bound_row SET version = version + 1 WHERE id = %s", (row,))
            connection.execute(
                "INSERT INTO bound_event (at, subject_id, kind, data)"
                ' VALUES (now(), %s, \'changed\', \'{"from": "a", "to": "b"}\')',
                (row,),
            )
            before = perf_counter()
            connection.commit()
            commits.append(1000 * (perf_counter() - before))
        return (perf_counter() - begin) / BOUND_ROWS * events, median(commits)


def note(report: Report, big: Mapping[str, Any], small: Mapping[str, Any]) -> None:
    """Note figures and bars."""
    seconds, kinds = big["seconds"], big["kinds"]
    report.figure("customers", [big["customers"]], "")
    report.figure("events", [big["events"]], "")
    for when, studio in (("before", small), ("after", big)):
        report.figure(f"one commit, {when} the day", [studio["commit"]], "ms")
        report.figure(f"load of the machine, {when} the day", [studio["load"]], "")
    report.figure("the day took", [seconds], "s")
    report.figure("events", [big["events"] / seconds], "events/s")
    report.figure("processor time of the worker", [big["worker_seconds"]], "s")
    report.figure("processor time of the server", [big["server_seconds"]], "s")
    processor = big["worker_seconds"] + big["server_seconds"]
    report.figure("faster than real time by processor time", [DAY_SECONDS / processor], "times")
    for group in ("commands", "ticks", "jobs"):
        spent = sum(kind["seconds"] for kind in kinds.values() if kind["group"] == group)
        report.figure(f"share of {group}", [100 * spent / seconds], "%")
    report.figure("share of choosing what is done next", [100 * big["driver"] / seconds], "%")
    for name, kind in sorted(kinds.items(), key=lambda found: -found[1]["seconds"]):
        report.figure(f"{kind['group']}: {name}, runs", [kind["runs"]], "")
        report.figure(f"{kind['group']}: {name}, median", [kind["median_ms"]], "ms")
        report.figure(f"{kind['group']}: {name}, 95 of 100", [kind["p95_ms"]], "ms")
        for studio in (small, big):
            if name in studio["kinds"]:
                said = f"{kind['group']}: {name}, statements with {studio['customers']:,} customers"
                report.figure(said, [studio["kinds"][name]["queries"]], "")
    memory = big["memory"]
    for when, place in (("beginning", 1), ("middle", len(memory) // 2), ("end", -1)):
        report.figure(f"memory, {when}", [memory[place]], "MB")
    report.figure("the bound: bare saves of as many events", [big["bound"]], "s")
    report.figure("the day ÷ the bound", [seconds / big["bound"]], "times")
    report.figure("refused", [sum(big["refused"].values())], "commands")
    report.at_least("faster than real time", DAY_SECONDS / seconds, 200, TOO_SLOW)
    report.at_most("memory, end ÷ middle", memory[-1] / memory[len(memory) // 2], 1.1)
    report.at_most("differences in the books", big["differences"], 0)
    name, ratio = growth(big, small)
    report.at_most(f"statements at {PARTS} times the customers ({name})", ratio, 1.1)


def growth(big: Mapping[str, Any], small: Mapping[str, Any]) -> tuple[str, float]:
    """Which command's statements grew most from the small studio to the big one, and how much: by
    the mean of its runs.
    """
    ratios = {
        name: kind["queries"] / small["kinds"][name]["queries"]
        for name, kind in big["kinds"].items()
        if kind["group"] == "commands"
        and name in small["kinds"]
        and min(kind["runs"], small["kinds"][name]["runs"]) >= ENOUGH_RUNS
    }
    worst = max(ratios, key=lambda name: ratios[name])
    return worst, ratios[worst]


def main() -> None:
    """Measure and print."""
    quick = "--quick" in sys.argv
    customers, events = (QUICK_CUSTOMERS, QUICK_EVENTS) if quick else (CUSTOMERS, EVENTS)
    report = Report("studio_day")
    with ground() as cluster:
        build_ten(cluster)
        small = lived(cluster, max(10, customers // PARTS), events // PARTS)
        big = lived(cluster, customers, events)
    note(report, big, small)
    report.show()


if __name__ == "__main__":
    main()
