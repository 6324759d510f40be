"""How kernels are compiled: once for each machine, kept on disk, without the interpreter's lock.

What is kept is used until a source changes (see ``keeping``); ``make setup`` compiles all again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

from callsheet.planner.kernels.keeping import is_fresh

NEVER = 2**40
"""The start of what cannot start within the horizon."""


def compiled(kernel: Callable[..., Any]) -> Any:
    """Compile a function when it is first called."""
    return _njit(kernel)


def inner(kernel: Callable[..., Any]) -> Any:
    """As ``compiled``, for what only kernels call: there is no way in from Python.

    Unpacking a queue's arrays for each of them would take a large part of all compiling, and so
    would counting who holds which array: whoever calls holds all. Therefore it makes no arrays,
    and assigns none to a part of another (see ``copying``). ``making`` is for what does.
    """
    return _njit(kernel, no_cpython_wrapper=True, _nrt=False)


def woven(kernel: Callable[..., Any]) -> Any:
    """As ``inner``, for what is long and called at one place: it is compiled as a part of that.

    What kernels call is optimized again with each that calls it, so every storey of a house of
    calls costs as much as all below it. ``queueing.serve_one`` is not: playing took a fifth longer.
    """
    return _njit(kernel, no_cpython_wrapper=True, _nrt=False, inline="always")


def making(kernel: Callable[..., Any]) -> Any:
    """As ``inner``, for what makes arrays."""
    return _njit(kernel, no_cpython_wrapper=True)


def _njit(kernel: Callable[..., Any], **options: Any) -> Any:
    # Nothing written in C calls kernels, so that way in is never compiled.
    options |= {"nogil": True, "no_cfunc_wrapper": True}
    try:
        found = njit(kernel, cache=True, **options)
    except RuntimeError:
        # There is no folder that may be written, so that every process compiles for itself.
        return njit(kernel, **options)
    # With NUMBA_DISABLE_JIT it is the function itself.
    place = found.stats.cache_path if hasattr(found, "stats") else None
    return found if place and is_fresh(Path(place)) else njit(kernel, **options)
