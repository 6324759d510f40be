"""How kernels are compiled: once for each machine, kept on disk, without the interpreter's lock.

What is kept of a kernel is used until its own file changes, not those that it calls: whoever
changes one runs ``make setup``, which throws all away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

NEVER = 2**40
"""The start of what cannot start within the horizon."""


def compiled(kernel: Callable[..., Any]) -> Any:
    """Compile a function when it is first called."""
    try:
        return njit(kernel, cache=True, nogil=True)
    except RuntimeError:
        # There is no folder that may be written, so that every process compiles for itself.
        return njit(kernel, nogil=True)


def inner(kernel: Callable[..., Any]) -> Any:
    """As ``compiled``, for what only kernels call: there is no way in from Python.

    Unpacking a queue's arrays for each of them would take a large part of all compiling.
    """
    options: dict[str, Any] = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    try:
        return njit(kernel, cache=True, **options)
    except RuntimeError:
        return njit(kernel, **options)
