"""What an entry's status follows from."""

import pytest

from callsheet.projects.lifecycle import Status
from callsheet.schedule.following import EntryStatus, Part, standing, status_of

WAITING = "waiting"


def following(*parts: tuple[str, str]) -> str:
    return status_of([Part(status, state) for status, state in parts])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("draft", "planned"),
        ("pending_approval", "planned"),
        ("queued", "briefed"),
        ("pending_review", "briefed"),
        ("clarification_requested", "briefed"),
        ("in_progress", "in_production"),
        ("initial_delivery", "in_production"),
        ("delivered", "in_production"),
        ("under_revision", "in_production"),
        ("finalized", "ready"),
        ("canceled", "planned"),
    ],
)
def test_one_project(status: str, expected: str) -> None:
    assert following((status, WAITING)) == expected


def test_every_status_of_a_project_says_something() -> None:
    assert {following((status, WAITING)) for status in Status} == {
        "planned", "briefed", "in_production", "ready",
    }  # fmt: skip


def test_nothing_linked_is_planned() -> None:
    assert status_of([]) == EntryStatus.PLANNED


def test_ready_needs_everything() -> None:
    assert following(("delivered", "approved")) == "ready"
    assert following(("delivered", "approved"), ("delivered", "delivered")) == "in_production"
    # Half is there and the other half is a draft: what exists cannot be moved for nothing.
    assert following(("finalized", "approved"), ("draft", WAITING)) == "in_production"


def test_what_is_gone_does_not_count() -> None:
    assert following(("delivered", "approved"), ("delivered", "dropped")) == "ready"
    assert following(("finalized", "approved"), ("canceled", WAITING)) == "ready"
    assert following(("in_progress", "dropped")) == "planned"


def test_the_farthest_counts() -> None:
    assert following(("draft", WAITING), ("queued", WAITING)) == "briefed"
    assert following(("queued", WAITING), ("in_progress", WAITING)) == "in_production"


def test_a_parked_project_counts_as_where_it_was() -> None:
    assert status_of([Part("parked", WAITING, "pending_review")]) == "briefed"
    assert status_of([Part("parked", WAITING, "in_progress")]) == "in_production"
    assert status_of([Part("parked", WAITING)]) == "briefed"
    assert standing("queued", "in_progress") == "queued"
