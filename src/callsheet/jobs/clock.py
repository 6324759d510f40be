"""The studio's clock: every ten minutes, what is due by itself is done."""

from __future__ import annotations

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from callsheet.services import clockwork, draft_checking

# After a failure at once, then slower: 2, 4, 8 … seconds, about four minutes in all. Then the next
# tick takes over, which does whatever this one has left.
PATIENCE = RetryStrategy(max_attempts=7, exponential_wait=2)


@app.periodic(cron="*/10 * * * *", periodic_id="clock")
@app.task(name="tick", queue="clock", lock="tick", retry=PATIENCE)
def tick(timestamp: int) -> dict[str, int]:
    """Do what is due in every wallet now.

    ``timestamp`` is the moment for which it was planned; what counts is the clock when it runs, so
    that a worker that was away catches up in one go. Twice does nothing more than once.
    """
    return clockwork.tick()


@app.periodic(cron="7 2 * * *", periodic_id="drafts")
@app.task(name="check_drafts", queue="clock", lock="drafts", retry=PATIENCE)
def check_drafts(timestamp: int) -> dict[str, int]:
    """Look at every draft anew, once a night. Twice tells nobody twice."""
    return draft_checking.check_drafts()
