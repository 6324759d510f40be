"""What is kept of compiled kernels belongs to their sources, all of them together.

A kernel holds the code of those it calls, and its types are classes of ours. numba looks at a
kernel's own file alone: after an upgrade it would run the old code of another file, or fail to
read what it has kept, for a class that is not there any more.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

NAME = "sources.sha256"
"""The file beside what is kept that says from which sources it is."""


def sum_of(folder: Path) -> str:
    """One sum of all sources in a folder, by name and content."""
    total = sha256()
    for source in sorted(folder.glob("*.py")):
        total.update(f"{source.name}\0".encode())
        total.update(sha256(source.read_bytes()).digest())
    return total.hexdigest()


@cache
def is_fresh(folder: Path) -> bool:
    """Whether a folder keeps nothing of other sources; what it does is thrown away.

    ``False`` where that may not be thrown away.
    """
    note = folder / NAME
    now = sum_of(Path(__file__).parent)
    try:
        if note.is_file() and note.read_text() == now:
            return True
        for pattern in ("*.nbi", "*.nbc"):
            for kept in folder.glob(pattern):
                # Another process may be at it as well.
                kept.unlink(missing_ok=True)
        note.write_text(now)
    except OSError:
        return False
    return True
