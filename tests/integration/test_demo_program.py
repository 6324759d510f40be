"""``callsheet demo`` as people start it: made, told, served, stopped, started again."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from callsheet.postgres import Cluster
from tests import in_memory
from tests.small_studio import small_studio
from tests.template import fill_folder

PROGRAM = [sys.executable, "-m", "callsheet"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder; its server goes with it."""
    folder = in_memory.folder("callsheet-test-")
    try:
        yield folder
    finally:
        Cluster(folder).destroy()
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path) -> dict[str, str]:
    """What the program finds around it: nothing of this test run."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONIOENCODING": "utf-8"}


def answers(url: str, process: subprocess.Popen[str]) -> str:
    """The page at that address, as soon as there is one."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[0]
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return str(response.geturl())
        except urllib.error.HTTPError as error:
            error.close()
            raise
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")


def test_the_demo_keeps_to_its_own_database(folder: Path) -> None:
    known = {"DATABASE_URL": "postgresql://nobody@/nowhere", "SECRET_KEY": "x" * 50}
    done = subprocess.run(
        [*PROGRAM, "demo", "--once"],
        env=environment(folder) | known, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr


def test_json_is_for_the_story(folder: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "demo", "--json"],
        env=environment(folder) | {"DATA_DIR": str(folder)}, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "--once" in done.stderr


def test_told_once_then_served_then_stopped(cluster: Cluster, folder: Path, tmp_path: Path) -> None:
    sheets = str(small_studio(tmp_path))
    fill_folder(folder)
    once = subprocess.run(
        [*PROGRAM, "demo", "--once", "--data-dir", str(folder), "--sheets", sheets, "--weeks", "1"],
        env=environment(folder), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert once.returncode == 0, once.stderr
    # One brief or several: what the week brings depends on the weekday that it ends on.
    told = " ".join(once.stdout.split())
    assert re.search(r"starts? by (itself|themselves), thanks to", told)
    assert "no difference." in once.stdout
    assert "\x1b[" not in once.stdout  # no colours where nobody sees them
    again = subprocess.run(
        [*PROGRAM, "demo", "--once", "--json", "--data-dir", str(folder), "--sheets", sheets],
        env=environment(folder), capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    story = json.loads(again.stdout)
    assert story["audit"]["differences"] == []
    assert story["weeks"][0]["counts"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [*PROGRAM, "demo", "--port", str(port), "--sheets", sheets],
        env=environment(folder) | {"DATA_DIR": str(folder)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        process_group=0,
    )  # fmt: skip
    try:
        landed = answers(f"http://127.0.0.1:{port}/admin/", process)
        assert landed.startswith(f"http://127.0.0.1:{port}/accounts/login/")
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C in a terminal
        said = process.communicate(timeout=60)[0]
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}/admin/" in said
    assert "clara.moreau@studio.example  callsheet-demo  (studio admin)" in said
    assert not Cluster(folder).status().running
