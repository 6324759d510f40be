"""Telling people what happened, and mailing it."""

from __future__ import annotations

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from callsheet.services import bundling, listening, mailing

# Nothing but the database is asked: what fails longer than some minutes is a fault of ours.
PATIENCE = RetryStrategy(max_attempts=8, exponential_wait=2)


@app.periodic(cron="* * * * *", periodic_id="notify")
@app.task(name="notify", queue="mail", retry=PATIENCE)
def notify(timestamp: int = 0) -> int:
    """Tell people of everything that waits to be told. Twice tells nobody twice."""
    made = listening.tell_waiting()
    if made:
        _send_soon()
    return made


@app.periodic(cron="* * * * *", periodic_id="mail")
@app.task(name="send_mail", queue="mail", queueing_lock="send_mail")
def send_mail(timestamp: int = 0) -> dict[str, int]:
    """Send the mail that is due. Where the mail server is away, the next minute tries again; what
    could not leave for a day goes into the next digest, so that the trying ends.
    """
    return mailing.send_due()


@app.periodic(cron="*/10 * * * *", periodic_id="digests")
@app.task(name="make_digests", queue="mail", queueing_lock="make_digests", retry=PATIENCE)
def make_digests(timestamp: int = 0) -> int:
    """Make the digests whose hour has come; after days of downtime one for all of them."""
    made = bundling.make_digests()
    if made:
        _send_soon()
    return made


def _send_soon() -> None:
    """Let a worker send at once, unless one is about to; the next minute does it anyhow."""
    try:
        with transaction.atomic():
            app.configure_task("send_mail", queueing_lock="send_mail").defer()
    except AlreadyEnqueued:
        pass
