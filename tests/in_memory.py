"""Folders of throw-away servers: in memory where there is room.

A database of its own for each test that commits means a thousand small files made and removed for
each. On a disk's file system that took up to 0.8 s of a processor, in memory 0.02 s.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from callsheet.postgres.cluster import temporary_folder

_MEMORY: Final = Path("/dev/shm")
_ROOM: Final = 3 << 30  # bytes; a server here takes up to half of one GiB, a container has 64 MiB

SETTINGS: Final = {"max_wal_size": "256MB"}
"""For a server whose log lies in memory."""


def places() -> list[Path]:
    """Where folders may have been made, by this run or by one before."""
    return [Path(tempfile.gettempdir()), *([_MEMORY] if _MEMORY.is_dir() else [])]


def folder(prefix: str, memory: Path = _MEMORY, room: int = _ROOM) -> Path:
    """Return a new empty folder that a server's user can reach; ``room`` is in bytes."""
    try:
        roomy = os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free >= room
    except OSError:
        roomy = False
    return temporary_folder(prefix, memory if roomy else None)
