"""Where a cluster's files really lie.

Normally in the folder that was asked for. Where root asks for a folder that the unprivileged
server user cannot enter (a private home), the cluster lies under ``/var/lib/callsheet`` and
the folder that was asked for keeps a note of where. Nobody's permissions are changed.
"""

import secrets
from pathlib import Path

from callsheet.postgres.os_user import ServerUser

_NOTE = "postgres.location"


def place(asked: Path, user: ServerUser) -> Path:
    """Return the folder for the cluster of ``asked``; the same at every call."""
    asked = asked.expanduser().absolute()
    note = asked / _NOTE
    if note.exists():
        return Path(note.read_text().strip())
    asked.mkdir(parents=True, exist_ok=True)
    if user.can_enter(asked):
        return asked
    elsewhere = user.default_home() / "clusters" / f"{asked.name}-{secrets.token_hex(4)}"
    elsewhere.mkdir(parents=True)
    note.write_text(f"{elsewhere}\n")
    return elsewhere
