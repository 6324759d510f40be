"""A process that is killed while it hands a mail over: ``before`` or ``after`` it has left."""

from __future__ import annotations

import os
import signal
import sys


def main(where: str) -> None:
    """Send what is due, and die at the first mail."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callsheet.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from callsheet.config import kept_mail
    from callsheet.services import mailing

    settings.MAILERS = {
        "default": {
            "BACKEND": "callsheet.config.kept_mail.EmailBackend",
            "OPTIONS": {"folder": os.environ["MAIL_FOLDER"]},
        }
    }
    real = kept_mail.EmailBackend.send_messages

    def die(self: kept_mail.EmailBackend, messages: list) -> int:
        if where == "after":
            real(self, messages)
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    kept_mail.EmailBackend.send_messages = die  # type: ignore[method-assign]
    if os.environ.get("CLAIM") == "off":
        mailing.claim = lambda mail, before: True
    mailing.send_due()


if __name__ == "__main__":
    main(sys.argv[1])
