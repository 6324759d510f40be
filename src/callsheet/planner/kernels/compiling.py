"""How kernels are compiled: once for each machine, kept on disk, without the interpreter's lock."""

from __future__ import annotations

from numba import njit

NEVER = 2**40
"""The start of what cannot start within the horizon."""

compiled = njit(cache=True, nogil=True)
