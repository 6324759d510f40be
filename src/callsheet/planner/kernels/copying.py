"""Arrays copied into others of the same shape.

``target[:] = source`` does the same, but brings the words of its own errors with it, which take
seconds to compile.
"""

from __future__ import annotations

from callsheet.planner.kernels.compiling import compiled


@compiled
def copy_line(target, source):
    """One dimension; the lengths are the same."""
    for at in range(target.shape[0]):
        target[at] = source[at]


@compiled
def copy_table(target, source):
    """Two dimensions; the shapes are the same."""
    for row in range(target.shape[0]):
        for at in range(target.shape[1]):
            target[row, at] = source[row, at]
