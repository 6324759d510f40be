"""The program as people start it: processes, signals, exit codes, on an embedded database."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callsheet.postgres import Cluster
from callsheet.postgres.roles import APPLICATION, OWNER
from tests import in_memory

PROGRAM = [sys.executable, "-m", "callsheet"]


class Studio:
    """A studio in a folder of its own, reached through the program alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DATA_DIR": str(folder),
            "CALLSHEET_LOG_LEVEL": "WARNING",
        }

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*PROGRAM, *arguments],
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def json(self, *arguments: str) -> dict[str, object]:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    folder = in_memory.folder("callsheet-test-")
    try:
        yield Studio(folder)
    finally:
        Cluster(folder).destroy()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[str]) -> int:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")


def test_the_embedded_database_from_start_to_stop(studio: Studio, tmp_path: Path) -> None:
    assert studio.json("db", "start")["ready"] is True
    assert studio.json("db", "start")["started"] is False
    backup = tmp_path / "studio.dump"
    assert studio.json("db", "backup", str(backup))["bytes"] == backup.stat().st_size
    former = studio.json("db", "restore", str(backup))["former_database_kept_as"]
    assert str(former).startswith("callsheet_before_")
    assert studio.json("db", "migrate") == {"migrated": True}
    assert studio.json("db", "status")["running"] is True
    assert studio.json("db", "stop") == {"stopped": True}
    assert studio.json("db", "status")["running"] is False


def test_a_command_starts_the_database_and_leaves_it_as_it_was(studio: Studio) -> None:
    report = studio.json("ledger", "verify")
    assert report["clean"] is True
    assert studio.json("db", "status")["running"] is False


@pytest.mark.parametrize(
    ("send", "ending"),
    [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)],
    ids=["Ctrl-C in a terminal", "stopped by a supervisor"],
)
def test_serving_ends_cleanly_with_worker_and_database(
    studio: Studio, send: Callable[[int, int], None], ending: signal.Signals
) -> None:
    port = free_port()
    process = studio.start("serve", "--port", str(port), "--with-worker")
    try:
        assert wait_for(f"http://127.0.0.1:{port}/healthz", process) == 200
        assert wait_for(f"http://127.0.0.1:{port}/nowhere", process) == 404
        assert studio.json("db", "status")["running"] is True
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True
        ).stdout.split()
        assert len(children) >= 2  # the web process and the worker
        asked = time.monotonic()
        send(process.pid, ending)
        said = process.communicate(timeout=60)[0]
        assert time.monotonic() - asked < 15  # nothing had to be killed after its time was up
    finally:
        process.kill()
    assert "Traceback" not in said
    assert process.returncode == 0, said
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert studio.json("db", "status")["running"] is False


def test_a_worker_ends_when_nothing_is_left_to_do(studio: Studio) -> None:
    done = studio.run("worker", "--once")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"PORT": "eighty"}, 2, "PORT is 'eighty'"),
        (
            {
                "DATABASE_URL": "postgresql://callsheet_app@/callsheet?host=/nowhere",
                "SECRET_KEY": "k" * 50,
            },
            6,
            "The database cannot be reached",
        ),
    ],
)
def test_what_does_not_work_says_why(
    studio: Studio, settings: dict[str, str], code: int, said: str
) -> None:
    done = studio.run("ledger", "verify", **settings)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_embedded_server_is_not_managed_beside_a_database_of_ones_own(studio: Studio) -> None:
    url = "postgresql://callsheet_app@/callsheet?host=/nowhere"
    done = studio.run("db", "start", DATABASE_URL=url, SECRET_KEY="k" * 50)
    assert done.returncode == 2
    assert "there is no embedded server here" in done.stderr


def test_a_database_of_ones_own_is_brought_up_to_date_by_its_owner_alone(studio: Studio) -> None:
    cluster = Cluster(studio.folder)
    with cluster.session():
        cluster.ensure_database("own")
        settings = {"DATABASE_URL": cluster.url("own", APPLICATION), "SECRET_KEY": "k" * 50}
        owner = {"CALLSHEET_MIGRATION_DATABASE_URL": cluster.url("own", OWNER)}
        for command, advice in (
            (("ledger", "verify"), "callsheet db migrate"),
            (("db", "migrate"), "CALLSHEET_MIGRATION_DATABASE_URL is not set"),
            (("db", "backup", str(studio.folder / "own.dump")), "CALLSHEET_MIGRATION_DATABASE_URL"),
        ):
            done = studio.run(*command, **settings)
            assert (done.returncode, done.stdout) == (2, "")
            assert advice in done.stderr
            assert "Traceback" not in done.stderr
        assert studio.run("db", "migrate", **settings, **owner).returncode == 0
        assert studio.run("ledger", "verify", **settings).returncode == 0


def test_a_port_that_is_taken_is_said_before_anything_starts(studio: Studio) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in ("serve", "demo"):
            done = studio.run(command, "--port", port)
            assert done.returncode == 2
            assert done.stderr.startswith(f"Port {port} on 127.0.0.1 cannot be used")
    assert studio.run("serve", "--port", "99999").returncode == 2


def test_a_backup_that_cannot_be_written_says_where(studio: Studio) -> None:
    done = studio.run("db", "backup", "/nowhere/studio.dump")
    assert done.returncode == 2
    assert "/nowhere/studio.dump: No such file or directory" in done.stderr
