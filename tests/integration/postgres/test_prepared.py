"""Statements are prepared on the server's own connections, and never behind a pooler."""

from __future__ import annotations

import os
import signal
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import DataError, OperationalError, connection, connections, transaction

from callsheet.config.databases import default_points_at
from callsheet.config.engine.base import ASKED_BEFORE, MOST_PREPARED
from callsheet.config.engine.refusing import FORGETS_EVERY
from callsheet.kit.plans import plan_each_call
from tests.conftest import own_cluster

KEY_DATA = b"K"
"""The message in which the server says which process greets the client."""


def ask_often() -> set[str]:
    """Ask the same thing until it would be prepared; answers what is prepared of it."""
    with connection.cursor() as cursor:
        for number in range(ASKED_BEFORE + 2):
            cursor.execute("SELECT %s::int + 41", [number])
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return {statement for (statement,) in cursor.fetchall() if "+ 41" in statement}


def test_what_is_asked_often_is_prepared_once(live_db: str) -> None:
    connections.close_all()
    assert ask_often() == {"SELECT $1::int + 41"}
    assert connection.connection.prepared_max == MOST_PREPARED


def prepared() -> list[str]:
    """What of it is prepared; twice, if the connection does not know that it has it already."""
    asked = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%+ 41'"
    return [statement for (statement,) in connection.connection.execute(asked, prepare=False)]


class Refused(Exception):
    """Why a transaction is rolled back."""


def refuse(*, savepoint: bool, by_the_database: bool) -> None:
    """Roll back a transaction, or a savepoint in one that goes on."""
    around = transaction.atomic() if savepoint else nullcontext()
    refused = suppress(Refused, DataError)
    with around, refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if by_the_database:
            cursor.execute("SELECT 1 / %s", [0])
        raise Refused


@pytest.mark.parametrize("by_the_database", [False, True])
@pytest.mark.parametrize("savepoint", [False, True])
def test_what_is_refused_leaves_statements_prepared(
    live_db: str, savepoint: bool, by_the_database: bool
) -> None:
    connections.close_all()
    ask_often()
    refuse(savepoint=savepoint, by_the_database=by_the_database)
    assert prepared() == ["SELECT $1::int + 41"]
    ask_often()
    assert prepared() == ["SELECT $1::int + 41"]


def test_now_and_then_all_are_forgotten(live_db: str) -> None:
    connections.close_all()
    ask_often()
    connection._rollbacks = FORGETS_EVERY - 2  # type: ignore[attr-defined]
    for remembered in (True, False):
        refuse(savepoint=False, by_the_database=False)
        assert len(prepared()) == int(remembered)


def test_a_rollback_undoes_what_it_should(live_db: str) -> None:
    def made(name: str) -> None:
        Group.objects.create(name=name)

    with transaction.atomic():
        made("kept")
        with suppress(Refused), transaction.atomic():
            made("undone")
            raise Refused
        assert [group.name for group in Group.objects.all()] == ["kept"]
    with suppress(Refused), transaction.atomic():
        made("undone, too")
        raise Refused
    assert [group.name for group in Group.objects.all()] == ["kept"]
    Group.objects.all().delete()


def test_a_rollback_on_a_broken_connection_says_so_and_the_next_one_works(live_db: str) -> None:
    def lose_the_connection() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            os.kill(cursor.fetchone()[0], signal.SIGTERM)
            cursor.execute("SELECT pg_sleep(10)")

    with pytest.raises(OperationalError):
        lose_the_connection()
    assert ask_often() == {"SELECT $1::int + 41"}


def plans_of_one_statement() -> tuple[int, int]:
    """Ask the same thing often; how often its kept plan was used, and how often one of its own."""
    connections.close_all()
    with connection.cursor() as cursor:
        for number in range(4 * ASKED_BEFORE):
            cursor.execute("SELECT codename FROM auth_permission WHERE id = %s", [number])
        cursor.execute(
            "SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements"
            " WHERE statement LIKE 'SELECT codename FROM auth_permission%'"
        )
        kept, own = cursor.fetchone()
    return int(kept), int(own)


def test_plans_are_kept_where_they_are_as_good(live_db: str) -> None:
    assert plans_of_one_statement()[0] > 0


def test_who_fills_tables_has_each_call_planned_until_the_end(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        monkeypatch.setattr(connections, "close_all", lambda: None)
        plan_each_call()
        kept, own = plans_of_one_statement()
        assert kept == 0 < own
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("auto",)


def test_behind_a_pooler_nothing_is_prepared(live_db: str, tmp_path: Path) -> None:
    with pooler(own_cluster().socket_dir / ".s.PGSQL.5432", tmp_path) as folder:
        url = live_db.replace(live_db.partition("host=")[2], str(folder).replace("/", "%2F"))
        with default_points_at(url):
            assert ask_often() == set()
            assert connection.connection.prepare_threshold is None


@pytest.mark.parametrize("pool", [2])
def test_a_pool_asks_each_connection_once(live_db: str, pool: int) -> None:
    described = connections.settings["default"]
    before = dict(described)
    connections["default"].close()
    described["OPTIONS"] = {**described["OPTIONS"], "pool": {"min_size": 1, "max_size": pool}}
    described["CONN_MAX_AGE"] = 0
    try:
        for _ in range(3):
            assert ask_often() == {"SELECT $1::int + 41"}
            connection.close()
    finally:
        connection.close_pool()
        described.clear()
        described.update(before)


@contextmanager
def pooler(server: Path, folder: Path) -> Iterator[Path]:
    """Something before the server that greets with a number of its own, as a pooler does."""
    path = folder / server.name
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(path))
        door.listen()
        door.settimeout(10)

        def let_in() -> None:
            try:
                while True:
                    _serve(door.accept()[0], server)
            except OSError:  # the door is closed
                return

        thread = threading.Thread(target=let_in, daemon=True)
        thread.start()
        yield folder
        door.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def _serve(client: socket.socket, server: Path) -> None:
    behind = socket.socket(socket.AF_UNIX)
    behind.connect(str(server))
    threading.Thread(target=_pass_on, args=(client, behind), daemon=True).start()
    threading.Thread(target=_pass_on, args=(behind, client, True), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, greeting: bool = False) -> None:
    with source, target:
        try:
            while data := source.recv(65536):
                if greeting and (at := data.find(KEY_DATA + struct.pack("!I", 12))) >= 0:
                    pid = struct.unpack_from("!I", data, at + 5)[0]
                    data = data[: at + 5] + struct.pack("!I", pid + 1) + data[at + 9 :]
                    greeting = False
                target.sendall(data)
        except OSError:
            return
