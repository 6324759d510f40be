"""Where a cluster's files really lie.

Normally in the folder that was asked for. Where root asks for a folder that the unprivileged
server user cannot enter (a private home), the cluster lies under ``/var/lib/callsheet`` and
the folder that was asked for keeps a note of where. Nobody's permissions are changed.
"""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from callsheet.postgres.os_user import ServerUser

_NOTE: Final = "postgres.location"


def place(asked: Path, user: ServerUser) -> Path:
    """Return the folder for the cluster of ``asked``; creates nothing, the same at every call."""
    asked = asked.expanduser().absolute()
    if user.can_enter(_existing(asked)):
        return asked
    digest = hashlib.sha256(os.fsencode(asked)).hexdigest()[:8]
    return user.default_home() / "clusters" / f"{asked.name}-{digest}"


def claim(asked: Path, user: ServerUser) -> Path:
    """Create the folder for the cluster of ``asked`` and return it.

    A cluster elsewhere whose note is gone belonged to a folder that was deleted since: it is
    moved aside, not used, because a new folder means a new studio, and not deleted, because it
    may be missed.
    """
    asked = asked.expanduser().absolute()
    user.make_passable(asked)
    placed = place(asked, user)
    if placed != asked:
        try:
            with (asked / _NOTE).open("x") as note:
                note.write(f"{placed}\n")
        except FileExistsError:
            pass
        else:
            if placed.exists():
                stamp = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
                placed.rename(placed.with_name(f"{placed.name}.left-{stamp}"))
        user.make_passable(placed)
    return placed


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
