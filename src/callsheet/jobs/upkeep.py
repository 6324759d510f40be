"""Looking after the jobs themselves: those of killed workers go on, and old ones go away."""

from __future__ import annotations

from datetime import timedelta

import structlog
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.utils import utcnow

log = structlog.get_logger(__name__)

SILENCE_SECONDS = 60
"""A worker sends a sign of life every ten seconds; after this long without one it is dead."""

MOST_ATTEMPTS = 12
"""A job whose worker was killed this often may be what kills it; it is given up."""

KEPT_HOURS = 48
FAILED_KEPT_HOURS = 30 * 24


@app.periodic(cron="* * * * *", periodic_id="stalled")
@app.task(name="retry_stalled_jobs", queue="upkeep", queueing_lock="stalled", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> dict[str, int]:
    """Put jobs whose worker was killed back into the queue, later each time; give up in the end.

    Safe to run twice, and beside another worker that does the same: whoever comes second finds the
    job moved on. Answers how many go on and how many were given up.
    """
    outcome = {"retried": 0, "given_up": 0}
    for job in await context.app.job_manager.get_stalled_jobs(
        seconds_since_heartbeat=SILENCE_SECONDS
    ):
        try:
            outcome[await _go_on(context.app, job)] += 1
        except UniqueViolation:
            # One of the same kind waits already and will do the same work.
            await _give_up(context.app, job)
            outcome["given_up"] += 1
        except ConnectorException as error:
            log.info("stalled_job_moved_on", job=job.id, task=job.task_name, error=str(error))
    return outcome


async def _go_on(jobs: App, job: Job) -> str:
    if job.attempts >= MOST_ATTEMPTS:
        await _give_up(jobs, job)
        return "given_up"
    wait = timedelta(seconds=2**job.attempts - 1)
    log.warning("stalled_job_retried", job=job.id, task=job.task_name, attempts=job.attempts)
    await jobs.job_manager.retry_job(job, retry_at=utcnow() + wait)
    return "retried"


async def _give_up(jobs: App, job: Job) -> None:
    log.error("stalled_job_given_up", job=job.id, task=job.task_name, attempts=job.attempts)
    if job.id is not None:
        await jobs.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)


@app.periodic(cron="23 * * * *", periodic_id="old")
@app.task(name="delete_old_jobs", queue="upkeep", queueing_lock="old", pass_context=True)
async def delete_old_jobs(context: JobContext, timestamp: int) -> None:
    """Delete jobs that were done two days ago, and those that failed a month ago."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=KEPT_HOURS)
    await manager.delete_old_jobs(
        nb_hours=FAILED_KEPT_HOURS, include_failed=True, include_cancelled=True,
        include_aborted=True,
    )  # fmt: skip
