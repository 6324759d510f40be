"""Processes killed inside a transaction leave no trace, and the same request can be made again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import sql

from callsheet.credits.models import Grant
from callsheet.jobs import upkeep
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.later import defer
from callsheet.notifications.models import Untold
from callsheet.postgres.roles import LONGEST_IDLE
from callsheet.projects.models import Project
from callsheet.services import briefing
from tests.builders import draft, status_of, submitted, wallet_with
from tests.races.support import assert_all_is_well, contents

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "stalled"


@pytest.fixture
def start(live_db: str, mark: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a process of tests/races/stalled.py; whatever still runs is killed at the end."""
    children: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.races.stalled", *arguments],
            cwd=ROOT, env=os.environ | {"STALL_MARK": str(mark)}, stdout=subprocess.PIPE,
            text=True, process_group=0,
        )  # fmt: skip
        children.append(child)
        return child

    yield run
    for child in children:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(30)
        if child.stdout is not None:
            child.stdout.close()


def wait_for(what: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


def stalled_process(mark: Path) -> int:
    """The number of the process that has written everything and not committed."""
    return int(wait_for(lambda: mark.exists() and mark.read_text()))


def others_at_work() -> int:
    """How many other connections are inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
        )
        return int(cursor.fetchone()[0])


def state() -> dict[str, tuple[int, str]]:
    """All tables but those in which workers sign on, mark the jobs they took and note when queues
    are looked at next.
    """
    return {
        table: rows
        for table, rows in contents().items()
        if "procrastinate" not in table and table != "projects_nextlook"
    }


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not others_at_work(), 20)


def test_a_killed_process_leaves_no_trace(
    start: Callable[..., subprocess.Popen[str]], mark: Path
) -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 20)
    before = state()
    child = start("service", str(project.pk), "once")
    pid = stalled_process(mark)
    assert others_at_work() == 1, "it is not inside a transaction"
    assert state() == before
    kill(pid)
    assert child.wait(30) == -signal.SIGKILL
    assert state() == before
    # The same request, as if nothing had been: done once, and answered again.
    answers = []
    for _ in range(2):
        again = start("service", str(project.pk), "once")
        out, _ = again.communicate(timeout=60)
        answers.append(json.loads(out))
    assert answers[0] == answers[1]
    assert answers[0]["status"] == status_of(project) == "pending_review"
    assert_all_is_well()


def test_control_a_process_killed_after_the_commit_has_left_its_trace(
    start: Callable[..., subprocess.Popen[str]], mark: Path
) -> None:
    """The same comparison does see what a finished command wrote."""
    project = draft(wallet_with(60), 20)
    before = state()
    mark.touch()  # nothing stops it
    assert start("service", str(project.pk), "once").wait(60) == 0
    assert state() != before


def test_a_killed_worker_leaves_no_trace_and_its_job_is_done_by_another(
    start: Callable[..., subprocess.Popen[str]], mark: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    wallet = wallet_with(0)
    waiting = submitted(wallet, 20)
    Grant.objects.create(
        wallet=wallet, category="booster", credits=25, starts_on=clock.today("UTC")
    )
    Untold.objects.all().delete()  # another job of the worker would tell of the brief meanwhile
    defer("tick", timestamp=0)
    before = state()
    start("worker")
    kill(stalled_process(mark))
    assert state() == before
    assert job_statuses("tick")[0] == "doing"  # nobody has told it of the end yet
    monkeypatch.setattr(upkeep, "SILENCE_SECONDS", 0)
    from callsheet.cli.serve import run_jobs

    with connection.cursor() as cursor:  # as it is a minute later
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
        )
    with suppress(AlreadyEnqueued):  # the killed worker itself may have planned it
        defer("retry_stalled_jobs", timestamp=0)
    run_jobs(once=True, concurrency=1)
    wait_for(lambda: _due("tick"), 30)
    run_jobs(once=True, concurrency=1)
    assert set(job_statuses("tick")) == {"succeeded"}
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, status_of(waiting)) == (5, 20, "pending_review")
    assert_all_is_well()


def job_statuses(task: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task]
        )
        return [status for (status,) in cursor.fetchall()]


def _due(task: str) -> bool:
    """Whether the job waits and its time has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(status IN ('todo', 'succeeded') AND coalesce(scheduled_at, now())"
            " <= now()) FROM procrastinate_jobs WHERE task_name = %s",
            [task],
        )
        return bool(cursor.fetchone()[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def get(url: str) -> dict[str, Any] | None:
    """The answer, or None while nobody gives one."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return dict(json.load(answer))
    except (urllib.error.URLError, ConnectionError, TimeoutError, OSError):
        return None


def test_a_killed_web_process_leaves_no_trace_and_the_next_one_answers(
    start: Callable[..., subprocess.Popen[str]], mark: Path
) -> None:
    project = draft(wallet_with(60), 20)
    before = state()
    port = free_port()
    url = f"http://127.0.0.1:{port}/submit/{project.pk}/one-click"
    start("web", str(port))
    wait_for(lambda: listens(port))
    lost: list[Any] = []
    request = Thread(target=lambda: lost.append(get(url)))
    request.start()
    pid = stalled_process(mark)
    kill(pid)
    request.join(60)
    assert lost == [None]  # the browser saw the connection break
    assert state() == before
    # Another process has taken the killed one's place; the same click goes through, once.
    answer = wait_for(lambda: get(url))
    assert answer["status"] == "pending_review"
    assert get(url) == answer
    assert Project.objects.get().version == answer["version"]
    assert_all_is_well()


def test_a_process_that_hangs_lets_the_others_go_on_after_a_while(
    start: Callable[..., subprocess.Popen[str]], mark: Path, owner_url: str
) -> None:
    """It holds its locks until PostgreSQL ends its transaction; here after one second."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == (LONGEST_IDLE,)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        name = connection.settings_dict["NAME"]
        owner.execute(
            sql.SQL("ALTER DATABASE {} SET idle_in_transaction_session_timeout TO '1s'").format(
                sql.Identifier(name)
            )
        )
    wallet = wallet_with(60)
    hanging, waiting = draft(wallet, 20), draft(wallet, 20)
    start("service", str(hanging.pk), "once")
    stalled_process(mark)
    assert briefing.submit(CONSOLE, waiting.pk)["status"] == "pending_review"
    assert status_of(hanging) == "draft"
    assert_all_is_well()
