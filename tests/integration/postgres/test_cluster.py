"""The embedded server on real folders: starting, sharing, killed servers, other versions."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from callsheet.postgres import Cluster, ClusterVersionError
from callsheet.postgres.roles import APPLICATION, OWNER, SUPERUSER
from tests import in_memory


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """One cluster of this module's own; each test leaves it as it likes."""
    cluster = Cluster(in_memory.folder("callsheet-test-"), durable=False)
    try:
        cluster.start()
        cluster.ensure_database()
        yield cluster
    finally:
        cluster.destroy()


@pytest.fixture
def running(shared: Cluster) -> Cluster:
    shared.start()
    return shared


def answer(cluster: Cluster, query: str, role: str = APPLICATION) -> object:
    with psycopg.connect(cluster.url(role=role)) as connection:
        row = connection.execute(query).fetchone()
        assert row is not None
        return row[0]


def test_a_started_server_answers_each_role_as_itself(running: Cluster) -> None:
    status = running.status()
    assert status.running
    assert status.ready
    assert status.version == running.binaries.major
    for role in (APPLICATION, OWNER, SUPERUSER):
        assert answer(running, "SELECT current_user", role) == role


def test_data_is_checksummed_and_sorted_alike_everywhere(running: Cluster) -> None:
    assert answer(running, "SHOW data_checksums") == "on"
    locale = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'callsheet'"
    assert answer(running, locale) == "bC.UTF-8"


def test_no_port_is_opened_and_the_socket_is_private(running: Cluster) -> None:
    assert answer(running, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(running.socket_dir.stat().st_mode) == 0o700
    with socket.socket() as probe:
        probe.settimeout(1)
        # Another server of this machine may have the port; ours is told from it by its data.
        if probe.connect_ex(("127.0.0.1", 5432)) == 0:
            pytest.skip("another PostgreSQL listens on this machine's port 5432")


def test_the_application_owns_nothing_and_makes_nothing(running: Cluster) -> None:
    for statement in ("CREATE TABLE t (x int)", "CREATE TEMP TABLE t (x int)", "CREATE ROLE r"):
        with (
            psycopg.connect(running.url()) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


def test_starting_and_stopping_twice_says_so(running: Cluster) -> None:
    assert running.start() is False
    assert running.stop() is True
    assert running.stop() is False
    assert running.status().running is False
    assert running.start() is True


def test_a_killed_server_is_noticed_and_started_again(running: Cluster) -> None:
    """A fresh object and the one that started it both notice, and the data is still there."""
    with psycopg.connect(running.url(role=OWNER)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS survivor AS SELECT 42 AS answer")
    with running.superuser() as connection:
        connection.execute("CHECKPOINT")
    pid = running.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while running.status().running and time.monotonic() < deadline:
        time.sleep(0.02)
    assert running.status().running is False
    assert (running.pgdata / "postmaster.pid").exists()
    assert running.start() is True
    assert answer(running, "SELECT answer FROM survivor", OWNER) == 42


def test_a_pid_file_that_names_another_program_does_not_stop_a_start(running: Cluster) -> None:
    """As after a restart of a container: the number now belongs to somebody else."""
    pid_file = running.pgdata / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    running.stop()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert running.status().running is False
    assert running.start() is True


def test_the_last_session_to_leave_stops_the_server(running: Cluster) -> None:
    running.stop()
    other = Cluster(running.asked, durable=False)
    with running.session():
        with other.session():
            assert running.status().ready
        assert running.status().ready
    assert running.status().running is False


def test_a_server_that_was_started_by_hand_outlives_sessions(running: Cluster) -> None:
    with running.session():
        pass
    assert running.status().running


def test_a_killed_session_holds_nothing(running: Cluster) -> None:
    running.stop()
    program = (
        "import sys, time; from pathlib import Path; from callsheet.postgres import Cluster\n"
        "with Cluster(Path(sys.argv[1]), durable=False).session():\n"
        "    print('in', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(running.asked)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == "in\n"
        child.kill()
        child.wait()
    assert running.status().ready
    with running.session():
        pass
    assert running.status().running is False


def test_data_of_another_version_is_refused_with_the_way_out(running: Cluster) -> None:
    running.stop()
    version = running.pgdata / "PG_VERSION"
    ours = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(ClusterVersionError) as refusal:
            running.start()
    finally:
        version.write_text(ours)
    for word in ("PostgreSQL 14", f"PostgreSQL {running.binaries.major}", "backup", "restore"):
        assert word in str(refusal.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as somebody else")
def test_root_changes_nobodys_permissions(tmp_path: Path) -> None:
    """A folder that the server's user cannot enter stays as it is; the data lies elsewhere."""
    private = tmp_path / "home"
    private.mkdir(mode=0o700)
    before = [stat.S_IMODE(folder.stat().st_mode) for folder in (private, *private.parents)]
    cluster = Cluster(private / "data", durable=False)
    try:
        cluster.start()
        assert cluster.status().ready
        assert private not in cluster.data_dir.parents
        assert (private / "data" / "postgres.location").read_text().strip() == str(cluster.data_dir)
    finally:
        cluster.destroy()
    after = [stat.S_IMODE(folder.stat().st_mode) for folder in (private, *private.parents)]
    assert before == after


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as somebody else")
def test_a_strict_umask_of_root_does_not_lock_the_server_out() -> None:
    before = os.umask(0o077)
    folder = in_memory.folder("callsheet-test-")
    cluster = Cluster(folder / "studio" / "data", durable=False)
    try:
        assert cluster.start() is True
        assert cluster.data_dir == folder / "studio" / "data"
        assert Cluster(folder / "studio" / "data").data_dir == cluster.data_dir
    finally:
        os.umask(before)
        cluster.destroy()
        shutil.rmtree(folder)
