"""Expected dates that moved: when that is worth a reader's attention. Pure.

Ranges move by a day or two all the time. Somebody is told when either end lies at least three
calendar days from where it was when they were told last, or when the pessimistic end passes the
day by which the project is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

EXPECTED = frozenset({"expected_start_changed", "expected_finish_changed"})
LEAST_DAYS = 3

Days = tuple[date, date]


def days_of(pair: Any) -> Days | None:
    """An event's ``[p50, p80]`` (ISO days) as dates; None where it has no range."""
    if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(pair):
        return None
    first, last = (day if isinstance(day, date) else date.fromisoformat(day) for day in pair)
    return first, last


def moved_days(before: Days | None, after: Days | None) -> int:
    """By how many calendar days the end moved that moved further; a range that appears or goes
    away counts as moved far enough.
    """
    if before is None or after is None:
        return LEAST_DAYS if before != after else 0
    return max(abs((new - old).days) for old, new in zip(before, after, strict=True))


def worth_telling(told: Any, now: Any, wanted_by: date | None = None) -> bool:
    """Whether ``now`` is worth telling to somebody who knows of ``told`` (both ``[p50, p80]``)."""
    before, after = days_of(told), days_of(now)
    if moved_days(before, after) >= LEAST_DAYS:
        return True
    return bool(wanted_by and before and after and before[1] <= wanted_by < after[1])


def changes(data: Mapping[str, Any]) -> bool:
    """Whether an event's range is another one at all."""
    return days_of(data.get("from")) != days_of(data.get("to"))
