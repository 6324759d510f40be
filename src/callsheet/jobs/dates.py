"""Expected dates: returns kept true, changed ranges published."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from callsheet.services import publishing, returning

# Nothing but the database is asked; the next run does what this one has left.
PATIENCE = RetryStrategy(max_attempts=5, exponential_wait=2)


@app.periodic(cron="5 * * * *", periodic_id="returns")
@app.task(name="refresh_returns", queue="clock", queueing_lock="returns", retry=PATIENCE)
def refresh_returns(timestamp: int) -> int:
    """Work out every expected return anew, each hour, because days begin at every hour somewhere.
    Twice changes nothing more.
    """
    return returning.refresh_returns()


@app.periodic(cron="* * * * *", periodic_id="publish")
@app.task(name="publish_dates", queue="clock", queueing_lock="publish", retry=PATIENCE)
def publish_dates(timestamp: int) -> dict[str, int]:
    """Publish the expected dates of all wallets that were stirred. Twice, or on several workers at
    once, publishes nothing twice.
    """
    done = publishing.publish_stirred()
    return {"wallets": done.wallets, "ranges": done.ranges, "events": done.events}
