"""How long the long tests look: as long as it takes, or as long as `SOAK_SECONDS` allows."""

import functools
import os
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

_SOAKING: Final = os.environ.get("HYPOTHESIS_PROFILE") == "soak"  # `make test` is never bounded
SECONDS: Final = float((_SOAKING and os.environ.get("SOAK_SECONDS")) or "inf")
BOUNDED: Final = float("inf") != SECONDS
_STARTED: Final = time.monotonic()
_slice_ends = float("inf")


def over() -> bool:
    """Whether the time of a bounded soak is up."""
    return time.monotonic() - _STARTED > SECONDS


def begin(tests_left: int) -> None:
    """Give the test that starts now its equal share of the time that is left."""
    global _slice_ends
    now = time.monotonic()
    _slice_ends = now + max(0.0, _STARTED + SECONDS - now) / max(1, tests_left)


def scaled(count: int, by: int = 10) -> int:
    """Return how often a long test does what it does ``count`` times when nobody waits for it."""
    return max(1, count // by) if BOUNDED else count


def stop_in_time(item: pytest.Item) -> None:
    """In a bounded soak, let a property test draw no more examples once its share is used."""
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    if BOUNDED and handle is not None:
        handle.inner_test = _while_there_is_time(handle.inner_test)


def _while_there_is_time(inner: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(inner)
    def run(*arguments: Any, **named: Any) -> Any:
        return None if time.monotonic() > _slice_ends else inner(*arguments, **named)

    return run
