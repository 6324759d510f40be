"""How long the long tests look: as long as it takes, or as long as `SOAK_SECONDS` allows."""

import functools
import os
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

SECONDS: Final = float(os.environ.get("SOAK_SECONDS") or "inf")
BOUNDED: Final = float("inf") != SECONDS
_STARTED: Final = time.monotonic()


def over() -> bool:
    """Whether the time of a bounded soak is up."""
    return time.monotonic() - _STARTED > SECONDS


def scaled(count: int) -> int:
    """Return how often a long test does what it does ``count`` times when nobody waits for it."""
    return max(1, count // 10) if BOUNDED else count


def stop_in_time(item: pytest.Item) -> None:
    """In a bounded soak, let a property test draw no more examples once the time is up."""
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    if BOUNDED and handle is not None:
        handle.inner_test = _while_there_is_time(handle.inner_test)


def _while_there_is_time(inner: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(inner)
    def run(*arguments: Any, **named: Any) -> Any:
        return None if over() else inner(*arguments, **named)

    return run
