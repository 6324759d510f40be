"""Mail that is kept in a folder, for demos and for studios that try things out: a file for each.

Django's own file backend writes one growing log for a connection; here each mail is an ``.eml``
file that any mail program opens, complete from the moment it has its name.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from callsheet.kit import clock


class EmailBackend(BaseEmailBackend):
    """Writes each message to ``folder``."""

    def __init__(self, *, folder: str, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages; names sort by time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{clock.now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
            unfinished = self.folder / f".{name}"
            unfinished.write_bytes(message.message().as_bytes())
            unfinished.rename(self.folder / f"{name}.eml")
        return len(email_messages)
