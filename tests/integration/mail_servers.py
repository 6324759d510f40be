"""Mail servers that behave badly, as Django backends."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any, ClassVar

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Server(BaseEmailBackend):
    """Takes everything, and counts; the tests below make it worse."""

    taken: ClassVar[list[EmailMessage]] = []
    opened: ClassVar[int] = 0

    def open(self) -> bool:
        type(self).opened += 1
        return True

    def send_messages(self, messages: list[EmailMessage]) -> int:
        self.taken.extend(messages)
        return len(messages)


class Away(Server):
    """Cannot be reached."""

    def open(self) -> bool:
        raise ConnectionRefusedError("nobody listens")


class Picky(Server):
    """Refuses addresses that hold ``refused``: for good with 550, for now with 450."""

    code: ClassVar[int] = 550

    def send_messages(self, messages: list[EmailMessage]) -> int:
        for message in messages:
            address = message.to[0]
            if "refused" in address:
                raise SMTPRecipientsRefused({address: (self.code, b"no such user")})
        return super().send_messages(messages)


class Breaking(Server):
    """Hangs up in the middle of the first mail; nobody knows whether it took it. A connection that
    broke stays broken.
    """

    breaks: ClassVar[int] = 1

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.broken = False

    def send_messages(self, messages: list[EmailMessage]) -> int:
        if self.broken or self.breaks:
            type(self).breaks -= 0 if self.broken else 1
            self.broken = True
            raise SMTPServerDisconnected("Connection unexpectedly closed")
        return super().send_messages(messages)
