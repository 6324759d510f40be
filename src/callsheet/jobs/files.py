"""Files that nobody knows of: what a killed upload left behind goes away."""

from __future__ import annotations

from procrastinate.contrib.django import app

from callsheet.services import storing


@app.periodic(cron="41 3 * * *", periodic_id="sweep_files")
@app.task(name="sweep_files", queue="upkeep", queueing_lock="sweep_files")
def sweep_files(timestamp: int) -> dict[str, int]:
    """Remove stored files that no asset knows and that are older than a day. Safe to run twice."""
    return storing.sweep()
