"""The ledger machine finds what it is there to find: a function that restores wrongly is caught.

Each control takes one condition out of the function and lets the machine run until it stumbles.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from callsheet.kit.errors import CallsheetError
from tests.property.test_ledger_machine import LedgerMachine
from tests.races.crowd import weaken

BROKEN = {
    "more than was used up": ("IF m.amount > v_consumed THEN", "IF false THEN"),
    "twice": ("t.kind IN ('consume', 'restore') AND", "t.kind = 'consume' AND"),
    "of any lot": ("AND t.lot_id IS NOT DISTINCT FROM m.lot", ""),
    "of an open hold": ("IF v_open THEN", "IF false THEN"),
    "into the wallet and not into the lot": (
        "IF m.lot IS NOT NULL THEN", "IF m.lot IS NOT NULL AND m.kind <> 'restore' THEN",
    ),
}  # fmt: skip


SLOW = {"more than was used up", "twice", "of an open hold"}
"""What the machine stumbles over only after many examples: these controls run in a soak."""


@pytest.mark.parametrize(
    "broken", [pytest.param(name, marks=[pytest.mark.soak] * (name in SLOW)) for name in BROKEN]
)
def test_control_a_function_that_restores_wrongly_is_caught(
    broken: str, live_db: str, owner_url: str
) -> None:
    weaken(owner_url, BROKEN[broken])
    once = settings(
        max_examples=400,
        stateful_step_count=30,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with pytest.raises((AssertionError, CallsheetError)):
        run_state_machine_as_test(LedgerMachine, settings=once)
