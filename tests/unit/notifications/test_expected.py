"""Expected dates: no word of a day's jitter."""

from __future__ import annotations

from datetime import date

import pytest

from callsheet.notifications.expected import changes, days_of, worth_telling

WAS = ["2026-05-20", "2026-05-28"]


@pytest.mark.parametrize(
    ("now", "worth"),
    [
        (WAS, False),
        (["2026-05-21", "2026-05-30"], False),
        (["2026-05-20", "2026-05-31"], True),
        (["2026-05-17", "2026-05-28"], True),
        (None, True),
    ],
)
def test_three_days_are_worth_telling(now: list[str] | None, worth: bool) -> None:
    assert worth_telling(WAS, now) is worth


def test_a_day_too_late_is_worth_telling() -> None:
    slightly = ["2026-05-20", "2026-05-29"]
    assert worth_telling(WAS, slightly, date(2026, 5, 28))
    assert not worth_telling(WAS, slightly, date(2026, 5, 27))  # it was late before
    assert not worth_telling(WAS, slightly, date(2026, 5, 29))


def test_what_has_no_range() -> None:
    assert days_of(None) is days_of([None, None]) is None
    assert not worth_telling(None, None)
    assert worth_telling(None, WAS)
    assert changes({"from": WAS, "to": None})
    assert not changes({"from": WAS, "to": WAS})
