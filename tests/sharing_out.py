"""In which order the files of a run are handed to the processes that share it.

The longest first: a file that takes a minute and begins last leaves all other processes waiting.
Tests in a browser are one piece, so that no two browsers wait for each other on a small machine.
"""

from __future__ import annotations

from typing import Final

import pytest
from xdist.scheduler import LoadFileScheduling

LONGEST_FIRST: Final = (
    "tests/functional",
    "tests/integration/test_project_actions.py",
    "tests/races/test_kills_process.py",
    "tests/integration/test_bad_input.py",
    "tests/architecture/test_service_permissions.py",
    "tests/integration/test_brief_page.py",
    "tests/integration/test_program.py",
    "tests/unit/planner/test_durations.py",
    "tests/integration/test_demo_program.py",
    "tests/property/test_ledger_machine.py",
    "tests/property/test_life_machine.py",
    "tests/integration/test_tutorial.py",
    "tests/architecture/test_lifecycle_crossed.py",
    "tests/integration/test_project_page.py",
    "tests/integration/test_queue_page.py",
    "tests/property/test_planner_search.py",
    "tests/integration/test_amendments.py",
)
"""Pieces that take more than some ten seconds each, as measured; the rest follows in any order."""


def piece_of(nodeid: str) -> str:
    """What a test is handed out together with: its file, or all tests in a browser."""
    file = nodeid.partition("::")[0]
    return "tests/functional" if file.startswith("tests/functional/") else file


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests of the longest pieces first, each in its order."""
    places = {piece: place for place, piece in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(piece_of(item.nodeid), len(places)))


class InPieces(LoadFileScheduling):
    """Hands out files in the order in which they were collected, tests in a browser together."""

    def _split_scope(self, nodeid: str) -> str:
        return piece_of(nodeid)
