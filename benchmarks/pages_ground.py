"""Where the pages are measured: two databases in a server of their own, and three web servers.

Django's own table of the bare view lies beside Callsheet's, so that all ask the same server.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import perf_counter

import psycopg

from benchmarks.ledger_setup import environment
from benchmarks.studio_measure import processor_seconds
from callsheet.postgres import Cluster
from callsheet.postgres.cluster import temporary_folder
from callsheet.postgres.roles import APPLICATION, OWNER, SUPERUSER

TRANSFERS = 2000
"""Of each account."""

ONE, MANY = "one", "many"
_BARE = """
CREATE TABLE bare_row (
    id bigint PRIMARY KEY, title varchar(200) NOT NULL, status varchar(20) NOT NULL,
    credits integer NOT NULL, changed_at timestamptz NOT NULL
);
INSERT INTO bare_row SELECT n, 'Row ' || n, 'open', n % 60, now() - n * interval '1 hour'
FROM generate_series(1, 1000) n;
GRANT SELECT ON bare_row TO callsheet_app;
"""
_ROWS = (
    ("accounts", "tenants_account"), ("projects", "projects_project"),
    ("transfers", "credits_transfer"), ("events", "journal_event"),
    ("notifications", "notifications_notification"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """Where the databases are. ``took``: seconds of each step of making them; ``processor``:
    processor seconds of those that make the accounts. ``rows``: what there is in the larger one.
    """

    cluster: Cluster
    folder: str
    took: Mapping[str, float]
    processor: float
    rows: Mapping[str, int]

    def settings(self, database: str) -> dict[str, str]:
        """The environment of a process that works on that database."""
        return _settings(self.cluster, database, self.folder)


@contextmanager
def ground(accounts: int) -> Iterator[Ground]:
    """Make both databases, and take everything away again.

    Raises ``CalledProcessError`` where the books of the copies are not right.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="callsheet-bench-files-"))
        cluster = Cluster(
            temporary_folder("callsheet-bench-"),
            # Pages only read: the disk is not waited for while the databases are made.
            durable=False,
            settings={"max_wal_size": "16GB", "checkpoint_timeout": "1h"},
        )
        stack.callback(cluster.destroy)
        cluster.start()
        cluster.ensure_database(ONE)
        one, many = (_settings(cluster, name, folder) for name in (ONE, MANY))
        steps: dict[str, float] = {}
        with _timed(steps, "tables"):
            python(one, "-m", "callsheet", "db", "migrate", "--json")
        before = _processor(cluster)
        with _timed(steps, "one account"):
            python(one, "-m", "benchmarks.pages_account", str(TRANSFERS))
            with psycopg.connect(cluster.url(ONE, OWNER), autocommit=True) as connection:
                connection.execute(_BARE.encode())
                connection.execute("VACUUM ANALYZE")
        with _timed(steps, "copies"):
            cluster.ensure_database(MANY, template=ONE)
            python(many, "-m", "benchmarks.pages_copies", str(accounts))
        processor = _processor(cluster) - before
        with _timed(steps, "ledger verify"):
            say(python(many, "-m", "callsheet", "ledger", "verify").strip())
        yield Ground(cluster, folder, steps, processor, _counted(cluster))


def python(settings: Mapping[str, str], *arguments: str) -> str:
    """What a Python process with these settings prints. Raises ``CalledProcessError``."""
    done = subprocess.run(
        [sys.executable, *arguments], env=settings, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def say(what: str) -> None:
    """Tell how far it is, beside the report."""
    print(what, file=sys.stderr, flush=True)


def _settings(cluster: Cluster, database: str, folder: str) -> dict[str, str]:
    application, owner = cluster.url(database, APPLICATION), cluster.url(database, OWNER)
    return {
        **environment(application, "callsheet.config.settings", owner),
        "CALLSHEET_BENCH_SUPERUSER_URL": cluster.url(database, SUPERUSER),
        "DATA_DIR": folder,
    }


@contextmanager
def _timed(steps: dict[str, float], name: str) -> Iterator[None]:
    begin = perf_counter()
    yield
    steps[name] = perf_counter() - begin
    say(f"{name}: {steps[name]:.0f} s, load {os.getloadavg()[0]:.1f}")


def _processor(cluster: Cluster) -> float:
    """Processor time of the database server and of all processes that were run here, so far."""
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    return processor_seconds(cluster.status().pid or 0) + ours.ru_utime + ours.ru_stime


def _counted(cluster: Cluster) -> dict[str, int]:
    counted = {}
    with psycopg.connect(cluster.url(MANY, OWNER)) as connection:
        for name, table in _ROWS:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert row is not None
            counted[name] = int(row[0])
    return counted
