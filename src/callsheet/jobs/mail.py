"""Mail that a service has put off until its transaction was committed."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from callsheet.services import guesting, inviting

# A mail server that is away is asked again for about a day, at growing intervals, and then no more.
PATIENCE = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="send_invitation", queue="mail", retry=PATIENCE)
def send_invitation(*, invitation_id: int, times_sent: int) -> None:
    """Mail an invitation, unless it was sent anew, accepted or revoked meanwhile."""
    inviting.send(invitation_id, times_sent)


@app.task(name="send_guest_link", queue="mail", retry=PATIENCE)
def send_guest_link(*, link_id: int) -> None:
    """Mail a guest their link, unless it was revoked or used up meanwhile."""
    guesting.send_guest_link(link_id)
