"""The one clock. Code asks it for the time; tests and simulations set it.

A day boundary is midnight in the time zone of the account concerned, so "today" always takes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

_frozen: ContextVar[datetime | None] = ContextVar("callsheet_clock", default=None)


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises ``ZoneInfoNotFoundError`` for an unknown one."""
    return ZoneInfo(name)


def today(zone_name: str) -> date:
    """The calendar day that it is now in that time zone."""
    return now().astimezone(zone(zone_name)).date()


def start_of(day: date, zone_name: str) -> datetime:
    """The first moment of that day in that time zone."""
    return datetime.combine(day, time.min, tzinfo=zone(zone_name))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at ``moment`` (aware) inside the block: for tests and simulations."""
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware moment")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
