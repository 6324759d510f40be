"""PostgreSQL killed under load: what was answered is there, and nothing is there twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connections

from callsheet.config.databases import default_points_at
from callsheet.credits.models import Wallet
from callsheet.journal.models import Command
from callsheet.kit.actor import CONSOLE
from callsheet.postgres import Cluster
from callsheet.postgres.cluster import temporary_folder
from callsheet.postgres.roles import SUPERUSER
from callsheet.projects.models import Project
from callsheet.services import briefing, crediting
from tests.builders import draft, wallet_with
from tests.races.support import assert_all_is_well
from tests.soak import scaled

NAME = "callsheet_killed"
Request = Callable[[], Mapping[str, Any]]


@contextmanager
def durable_server(
    template: Cluster, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """A server of its own with fsync on, holding a copy of the migrated template."""
    server = Cluster(temporary_folder("callsheet-test-"), durable=True, settings=settings)
    dump = folder / "template.dump"
    try:
        server.start()
        server.ensure_database(NAME)
        for program, *arguments in (
            ("pg_dump", "-Fc", "-Z0", "-f", str(dump), "-d",
             template.url("callsheet_template", SUPERUSER)),
            ("pg_restore", "--exit-on-error", "-d", server.url(NAME, SUPERUSER), str(dump)),
        ):  # fmt: skip
            subprocess.run([server.binaries.path(program), *arguments], check=True)
        yield server
    finally:
        connections.close_all()
        server.destroy()


class Load:
    """People who each make one request after the other, until the server is gone."""

    def __init__(self, requests: Mapping[str, Request], people: int) -> None:
        self.requests = requests
        self.answered: dict[str, Mapping[str, Any]] = {}
        self.in_doubt: set[str] = set()
        self.failed: list[BaseException] = []
        self._lock = Lock()
        self._over = Event()
        keys = list(requests)
        self._threads = [Thread(target=self._go, args=(keys[n::people],)) for n in range(people)]

    def _go(self, keys: list[str]) -> None:
        try:
            for key in keys:
                if self._over.is_set():
                    return
                try:
                    answer = self.requests[key]()
                except (OperationalError, InterfaceError):
                    with self._lock:
                        self.in_doubt.add(key)
                    return
                with self._lock:
                    self.answered[key] = answer
        except BaseException as error:
            self.failed.append(error)
        finally:
            connections.close_all()

    def kill_after(self, answers: int, server: Cluster) -> None:
        """Kill the server once that many requests were answered; returns when all are gone."""
        for thread in self._threads:
            thread.start()
        deadline = time.monotonic() + 120
        while len(self.answered) < answers and any(thread.is_alive() for thread in self._threads):
            assert time.monotonic() < deadline, "the load does not get on"
            time.sleep(0.005)
        pid = server.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        for thread in self._threads:
            thread.join(60)
        assert not self.failed, self.failed


def requests_for(wallet: Wallet, drafts: list[Project], count: int) -> dict[str, Request]:
    """Grants of one credit, and between them submissions, each with its key."""
    made: dict[str, Request] = {}
    for n in range(count):
        key = f"request-{n}"
        if n % 3 == 0 and drafts:
            pk = drafts.pop().pk
            made[key] = lambda pk=pk, key=key: briefing.submit(CONSOLE, pk, key=key)
        else:
            made[key] = lambda key=key: crediting.grant(CONSOLE, wallet.pk, 1, key=key)
    return made


def kill_and_look(server: Cluster, *, count: int, after: int, people: int = 4) -> Load:
    """One kill under load, the restart, and everything that must be true then."""
    wallet = wallet_with(0)
    drafts = [draft(wallet, 10) for _ in range(count // 3 + 1)]
    spare = len(drafts) - len(range(0, count, 3))
    load = Load(requests_for(wallet, drafts, count), people)
    load.kill_after(after, server)
    assert load.in_doubt, "nobody was at work when the server was killed"
    connections.close_all()
    server.start()
    kept = {
        key: Command.objects.filter(key=key).values_list("answer", flat=True).first()
        for key in load.answered
    }
    lost = {key for key, answer in kept.items() if answer != load.answered[key]}
    assert not lost, f"answered and gone: {sorted(lost)}"
    # Everything again with the same keys: answered as before, and done once.
    for key, request in load.requests.items():
        answer = request()
        assert answer == load.answered.get(key, answer)
    grants = sum(1 for n in range(count) if n % 3)
    wallet.refresh_from_db()
    assert wallet.capacity == grants
    assert Command.objects.filter(key__startswith="request-").count() == count
    assert Project.objects.filter(wallet=wallet, status="draft").count() == spare
    assert_all_is_well()
    return load


@pytest.fixture
def blocked(django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_a_server_killed_under_load_keeps_what_it_answered(
    cluster: Cluster, blocked: None, tmp_path: Path
) -> None:
    with durable_server(cluster, tmp_path) as server, default_points_at(server.url(NAME)):
        load = kill_and_look(server, count=60, after=20)
        assert len(load.answered) >= 20


def test_control_without_waiting_for_the_disk_answers_are_lost(
    cluster: Cluster, blocked: None, tmp_path: Path
) -> None:
    """The same kill where a commit is answered before it is written down."""
    careless = {
        "synchronous_commit": "off",
        "wal_writer_delay": "10s",
        "wal_writer_flush_after": "1GB",
        "wal_buffers": "64MB",
    }
    with (
        durable_server(cluster, tmp_path, careless) as server,
        default_points_at(server.url(NAME)),
    ):
        wallet = wallet_with(0)
        with server.superuser(NAME) as admin:
            admin.execute("CHECKPOINT")
        load = Load(requests_for(wallet, [], 60), 4)
        load.kill_after(20, server)
        connections.close_all()
        server.start()
        kept = set(Command.objects.filter(key__startswith="req").values_list("key", flat=True))
        assert set(load.answered) - kept, "every answer was kept after all"
        # Even so the books agree with themselves, and repeating repairs what was lost.
        for request in load.requests.values():
            request()
        wallet.refresh_from_db()
        assert wallet.capacity == 60
        assert_all_is_well()


@pytest.mark.soak
@pytest.mark.parametrize("turn", range(scaled(10)))
def test_a_server_killed_at_many_moments(
    cluster: Cluster, blocked: None, tmp_path: Path, turn: int
) -> None:
    with durable_server(cluster, tmp_path) as server, default_points_at(server.url(NAME)):
        kill_and_look(server, count=240, after=17 * (turn + 1), people=8)
