"""The tutorial, done as it is written, by somebody who types what stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callsheet.postgres import Cluster
from tests import in_memory
from tests.template import fill_folder

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "first-hour.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(cluster: Cluster) -> Iterator[Path]:
    made = in_memory.folder("callsheet-tutorial-")
    fill_folder(made / "first-hour")
    yield made
    Cluster(made / "first-hour").destroy()
    shutil.rmtree(made, ignore_errors=True)


def run(folder: Path, line: str) -> tuple[int, str]:
    """Type a line of the tutorial in ``folder``; returns the exit code and what was printed."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "DATA_DIR": str(folder / "first-hour"),
            "COLUMNS": "120",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_first_hour_goes_as_it_is_told(folder: Path) -> None:
    text = TUTORIAL.read_text()
    blocks = BLOCK.findall(text)
    sheets = folder / "my-studio"
    sheets.mkdir()
    tables = [block for block in blocks if block.startswith("Key,")]
    for name, table in zip(re.findall(r"`my-studio/(\w+\.csv)`", text), tables, strict=True):
        (sheets / name).write_text(table)
    lines = [
        line for block in blocks for line in block.splitlines() if line.startswith("callsheet")
    ]

    said: dict[str, list[tuple[int, str]]] = {}
    for line in lines:
        said.setdefault(line, []).append(run(folder, line))
        if line.endswith("--dry-run"):  # "Write `2 static` there and ask again."
            projects = sheets / "projects.csv"
            projects.write_text(projects.read_text().replace("2 statc", "2 static"))
            said[line].append(run(folder, line))

    first, mended = said["callsheet import my-studio --dry-run"]
    assert first[0] == 1
    assert "projects.csv, row 5, column Deliverables, “2 statc”" in first[1]
    assert mended[0] == 0
    assert said["callsheet import my-studio"][0][0] == 0
    queue = said["callsheet queue show fir"][0][1]
    assert "55 of 60 credits in production" in queue
    assert "1. Boots for the valley" in queue
    assert "“Postcards” (10 credits) went ahead of “Boots for the valley”" in queue
    once, again = said["callsheet project finalize fir/101"]
    assert once[0] == 0
    assert "25 credits came home" in once[1]
    assert "“Boots for the valley” (25 credits) started by itself" in once[1]
    assert again[0] == 4
    assert said["callsheet project finalize fir/102"][0][0] == 4
    assert said["callsheet project show fir/999"][0][0] == 3
    assert "Closing balance" in said["callsheet ledger statement fir"][0][1]
    assert said["callsheet ledger verify"][0][0] == 0
    assert said["callsheet db stop"][0][0] == 0
