"""How a status follows from deliverables, and what a variation waits for."""

from itertools import product

import pytest

from callsheet.projects.delivery import is_approved, locked_by, status_after
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Deliverable
from callsheet.projects.models import DeliverableState as S


@pytest.mark.parametrize(
    ("states", "was_complete", "status"),
    [
        ([S.WAITING, S.WAITING], False, Status.IN_PROGRESS),
        ([S.WAITING, S.DELIVERED], False, Status.INITIAL_DELIVERY),
        ([S.WAITING, S.APPROVED], False, Status.INITIAL_DELIVERY),
        ([S.DELIVERED, S.APPROVED, S.DROPPED], False, Status.DELIVERED),
        ([S.APPROVED], True, Status.DELIVERED),
        ([S.CHANGES_REQUESTED, S.WAITING], False, Status.UNDER_REVISION),
        ([S.CHANGES_REQUESTED, S.DELIVERED], True, Status.UNDER_REVISION),
        ([S.WAITING, S.APPROVED], True, Status.UNDER_REVISION),  # a variation was added late
        ([S.DROPPED, S.WAITING], False, Status.IN_PROGRESS),
    ],
)
def test_the_status_that_states_make(states: list[str], was_complete: bool, status: str) -> None:
    assert status_after(states, was_complete=was_complete) is status


def test_a_scope_of_dropped_deliverables_has_no_status() -> None:
    with pytest.raises(ValueError, match="at least one"):
        status_after([S.DROPPED], was_complete=False)


def test_every_mix_of_states_has_a_status() -> None:
    for states in product(S.values, repeat=3):
        if any(state != S.DROPPED for state in states):
            for was_complete in (False, True):
                status_after(states, was_complete=was_complete)


@pytest.mark.parametrize(
    ("state", "master", "locked"),
    [
        (S.WAITING, S.WAITING, True),
        (S.WAITING, S.DELIVERED, True),
        (S.WAITING, S.CHANGES_REQUESTED, True),
        (S.WAITING, S.APPROVED, False),
        (S.WAITING, S.DROPPED, False),
        # What was delivered before is not locked again.
        (S.CHANGES_REQUESTED, S.CHANGES_REQUESTED, False),
        (S.WAITING, None, False),  # a master, or a variation of a supplied one
    ],
)
def test_what_locks_a_variation(state: str, master: str | None, locked: bool) -> None:
    above = None if master is None else Deliverable(state=master)
    assert locked_by(Deliverable(state=state, master=above)) is (above if locked else None)


def test_a_concept_is_approved_when_all_that_lives_is() -> None:
    assert is_approved([S.APPROVED, S.DROPPED])
    assert not is_approved([S.APPROVED, S.DELIVERED])
    assert not is_approved([S.DROPPED])
    assert not is_approved([])
