"""The tutorial of the demo, done as it is written, in a smaller studio."""

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
from callsheet.postgres.cluster import temporary_folder
from tests.small_studio import small_studio

pytestmark = pytest.mark.soak

TUTORIAL = Path(__file__).resolve().parents[2] / "docs" / "tutorial" / "first-quarter.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = temporary_folder("callsheet-tutorial-")
    yield made
    Cluster(made / "demo").destroy()
    shutil.rmtree(made, ignore_errors=True)


def run(folder: Path, line: str, seconds: int = 120) -> tuple[int, str]:
    """Type a line of the tutorial in ``folder``; returns the exit code and what was printed."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=folder,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "DATA_DIR": str(folder / "demo"),
            "COLUMNS": "120",
        },
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_first_quarter_goes_as_it_is_told(folder: Path) -> None:
    text = TUTORIAL.read_text()
    lines = [
        line
        for block in BLOCK.findall(text)
        for line in block.splitlines()
        if line.startswith("callsheet")
    ]
    sheets = folder / "sheets"
    sheets.mkdir()
    small_studio(sheets)
    code, story = run(folder, f"callsheet demo --once --sheets {sheets}", 1500)
    assert code == 0, story
    for words in ("The quarter, week by week", "The launch slips", "no difference."):
        assert words in story
    said: dict[str, list[tuple[int, str]]] = {}
    for line in lines:
        said.setdefault(line, []).append(run(folder, line))

    def of(start: str, turn: int = 0) -> tuple[int, str]:
        (found,) = (answers for line, answers in said.items() if line.startswith(start))
        return found[turn]

    assert "50 of 120 credits in production" in of("callsheet queue show brixen")[1]
    assert "1. Second wave of the pocket projector" in of("callsheet queue show brixen")[1]
    code, finalized = of("callsheet project finalize brixen/brixen-9")
    assert code == 0
    assert "“Desk speaker in the kitchen” is now finalized. 30 credits came home." in finalized
    assert "“Second wave of the pocket projector” (100 credits) started by itself." in finalized
    assert of("callsheet project show brixen/brixen-11 --as")[0] == 3
    accept = "callsheet project accept brixen/brixen-11"
    assert [of(accept, turn)[0] for turn in (0, 1)] == [0, 4]
    assert of("callsheet project stage brixen/brixen-11 creation")[0] == 0
    for line, answers in said.items():
        if line.startswith(("callsheet account", "callsheet mail")):
            assert answers[0][0] == 0, (line, answers)
    assert "Closing balance" in of("callsheet ledger statement brixen")[1]
    assert of("callsheet ledger verify")[0] == 0
    assert of("callsheet db stop")[0] == 0
