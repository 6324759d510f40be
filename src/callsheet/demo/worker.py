"""What the worker does while days go by, done in their own time: so that it is all done when the
demo opens.
"""

from __future__ import annotations

from callsheet.services import bundling, draft_checking, mailing, publishing, returning
from callsheet.services.listening import tell_waiting


def at_night() -> None:
    """What is done before a day begins: drafts looked at anew, expected returns kept true."""
    draft_checking.check_drafts()
    returning.refresh_returns()


def catch_up() -> None:
    """What is else done every few minutes: expected days published, people told, digests made.

    Once a day is enough for a story, and leaves nothing behind.
    """
    publishing.publish_stirred()
    tell_waiting()
    bundling.make_digests()


def send_mail() -> dict[str, int]:
    """Hand over the mails that are due by now; outside of any day's transaction."""
    return mailing.send_due()
