"""Reading once what does not change while a command is at work: the studio's rules, its expected
times, its closures.

A command goes by the settings that it found when it first asked; many parts of it ask. Pages, which
decide nothing, may go by what this process read a few seconds ago. Outside of both every question
reads anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from time import monotonic
from typing import Any

type _Read = Callable[[], Any]


class _Command:
    """What one command has read."""

    def __init__(self) -> None:
        self.answers: dict[_Read, Any] = {}

    def ask(self, read: _Read) -> Any:
        if read not in self.answers:
            self.answers[read] = read()
        return self.answers[read]


class _Pages:
    """What the pages of this process have read lately, with the moment (monotonic seconds)."""

    def __init__(self) -> None:
        self.answers: dict[_Read, tuple[float, Any]] = {}
        self.seconds = 0.0

    def ask(self, read: _Read) -> Any:
        now = monotonic()
        at, answer = self.answers.get(read, (None, None))
        if at is None or now - at >= self.seconds:
            answer = read()
            self.answers[read] = (now, answer)
        return answer


_pages = _Pages()
_known: ContextVar[_Command | _Pages | None] = ContextVar("callsheet_known", default=None)


@contextmanager
def reading_once() -> Iterator[None]:
    """Inside the block, what :func:`once` marks is read at most once. Blocks may be nested; what
    was read is forgotten at the end of the outermost one. Inside :func:`reading_lately`, too, a
    command reads anew.
    """
    if isinstance(_known.get(), _Command):
        yield
        return
    token = _known.set(_Command())
    try:
        yield
    finally:
        _known.reset(token)


@contextmanager
def reading_lately(seconds: float) -> Iterator[None]:
    """For pages: inside the block, what :func:`once` marks may be as old as ``seconds``."""
    if _known.get() is not None:
        yield
        return
    _pages.seconds = seconds
    token = _known.set(_pages)
    try:
        yield
    finally:
        _known.reset(token)


def forget() -> None:
    """Forget what pages have read, so that the next one reads anew (tests between databases)."""
    _pages.answers.clear()


def once[T](read: Callable[[], T]) -> Callable[[], T]:
    """Mark a function that reads settings. Its callers share what it answers: nobody changes it."""

    @wraps(read)
    def known() -> T:
        kept = _known.get()
        if kept is None:
            return read()
        answer: T = kept.ask(read)
        return answer

    return known
