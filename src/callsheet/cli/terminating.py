"""A terminated program tidies up like an interrupted one, wherever the signal meets it."""

from __future__ import annotations

import signal
import sys

CODE = 128 + signal.SIGTERM
"""The exit code of a program that was terminated, as shells report it."""

_MOMENT = 0.01
"""Seconds until an exit that was lost is asked for again."""


def exit_when_terminated() -> None:
    """Turn SIGTERM into ``SystemExit``; servers set handlers of their own afterwards.

    A signal may arrive within a callback of the garbage collector, where Python prints every
    exception and goes on. Such an exit is asked for again a moment later, so that none is lost.
    """
    before = sys.unraisablehook

    def ask_again(unraisable: sys.UnraisableHookArgs) -> None:
        if isinstance(unraisable.exc_value, SystemExit) and unraisable.exc_value.code == CODE:
            # Not now: the signal would meet this very hook, and be lost likewise.
            signal.setitimer(signal.ITIMER_REAL, _MOMENT)
        else:
            before(unraisable)

    sys.unraisablehook = ask_again
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, lambda *_: sys.exit(CODE))
