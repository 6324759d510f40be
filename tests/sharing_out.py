"""In which order the files of a run are handed to the processes that share it.

The longest first: a file that takes a minute and begins last leaves all other processes waiting.
Tests in a browser wait more than they reckon, as those do that start programs. So they take turns
with files that only reckon, and a run has one process more than there are cores.
"""

from __future__ import annotations

from typing import Final

import pytest

LONGEST_FIRST: Final = (
    "tests/integration/test_program.py",
    "tests/functional/test_brief.py",
    "tests/integration/test_project_actions.py",
    "tests/property/test_planner_stochastic.py",
    "tests/functional/test_every_page.py",
    "tests/architecture/test_service_permissions.py",
    "tests/functional/test_project.py",
    "tests/property/test_planner_queue.py",
    "tests/races/test_kills_process.py",
    "tests/architecture/test_lifecycle_crossed.py",
    "tests/functional/test_journey.py",
    "tests/property/test_ledger_machine.py",
    "tests/functional/test_queue.py",
    "tests/unit/planner/test_durations.py",
    "tests/functional/test_login.py",
    "tests/property/test_planner_repair.py",
    "tests/functional/test_frame.py",
    "tests/integration/test_demo_program.py",
    "tests/functional/test_today.py",
    "tests/property/test_admission.py",
    "tests/functional/test_projects.py",
    "tests/integration/test_tutorial.py",
    "tests/functional/test_plan_page.py",
    "tests/integration/test_bad_input.py",
    "tests/property/test_ledger_machine_controls.py",
    "tests/property/test_planner_search.py",
    "tests/property/test_life_machine.py",
    "tests/integration/test_brief_page.py",
    "tests/integration/test_amendments.py",
)
"""Files that take more than some ten seconds each, as measured; the rest follows in any order."""


def file_of(nodeid: str) -> str:
    """What a test is handed out together with: all tests of its file."""
    return nodeid.partition("::")[0]


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests of the longest files first, each in its order."""
    places = {file: place for place, file in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(file_of(item.nodeid), len(places)))
