"""Reading once what does not change while a command is at work: the studio's rules, its expected
times, its closures.

A command goes by the settings that it found when it first asked; many parts of it ask. It asks the
database only for the mark of the edition in force, and reads where this process has not read that
edition before: triggers draw a new mark whenever a setting changes, and none comes twice. Pages,
which decide nothing, may go by what this process read a few seconds ago. Outside of both every
question reads anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from time import monotonic
from typing import Any

from django.db import connection

type _Read = Callable[[], Any]


class _Command:
    """What one command has read, and the mark of the edition that it goes by."""

    def __init__(self) -> None:
        self.answers: dict[_Read, Any] = {}
        self.mark: object = None

    def ask(self, read: _Read) -> Any:
        if read not in self.answers:
            self.answers[read] = self._kept(read)
        return self.answers[read]

    def edition(self) -> object:
        if self.mark is None:
            self.mark = _mark()
        return self.mark

    def _kept(self, read: _Read) -> Any:
        self.edition()
        mark, answer = _of_edition.get(read, (None, None))
        if mark is not None and mark == self.mark:
            return answer
        answer = read()
        # What changed while we read belongs to an edition of which we may have seen a part.
        if self.mark is not None and _mark() == self.mark:
            _of_edition[read] = (self.mark, answer)
        return answer


_of_edition: dict[_Read, tuple[object, Any]] = {}
"""What commands of this process have read last, with the mark under which they did."""


def _mark() -> object:
    """The mark of the edition of the settings that is in force; of an own change, too, that is not
    committed yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM catalogue_edition")
        row = cursor.fetchone()
        return row and row[0]


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


def edition() -> object:
    """The mark of the edition that a command goes by (inside :func:`reading_once`), or that is in
    force now. What the command has read is of that edition, or of a newer one.
    """
    kept = _known.get()
    return kept.edition() if isinstance(kept, _Command) else _mark()


def read_anew() -> None:
    """For a command that has changed settings itself: let it go by them from here on."""
    kept = _known.get()
    if isinstance(kept, _Command):
        kept.answers.clear()
        kept.mark = None


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
