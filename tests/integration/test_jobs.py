"""Jobs: deferred with their cause, done by a worker, found again when a worker was killed."""

from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.periodic import PeriodicTask

from callsheet.cli.serve import run_jobs
from callsheet.credits.models import Grant
from callsheet.jobs import upkeep
from callsheet.kit import clock
from callsheet.kit.later import defer
from callsheet.services import clockwork
from tests.builders import assert_books_balance, wallet_with

pytestmark = pytest.mark.usefixtures("closing_threads", "nothing_periodic")


@pytest.fixture
def closing_threads(live_db: str) -> None:
    """Jobs run in threads that outlive nobody here: each gives its connection back at once."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0


@pytest.fixture
def nothing_periodic(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], PeriodicTask]:
    """Workers do what a test defers and nothing else; answers what is periodic otherwise.

    A worker that begins also defers the periodic jobs of the minutes before, and now and then has
    the time to do one of them, which is what a test wants to see undone.
    """
    planned = jobs.periodic_registry.periodic_tasks
    monkeypatch.setattr(jobs.periodic_registry, "periodic_tasks", {})
    return planned


def rows(statement: str, *values: object) -> list[tuple]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def jobs_named(task: str) -> list[str]:
    """The statuses of the jobs of that task."""
    found = rows(
        "SELECT status::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", task
    )
    return [status for (status,) in found]


def abandoned(task: str = "tick", *, attempts: int = 0) -> int:
    """A job that a worker took and never finished, because it was killed ten minutes ago."""
    ((worker,),) = rows(
        "INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now() - interval '10 minutes') RETURNING id"
    )
    job = defer(task, timestamp=0)
    rows(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s"
        " WHERE id = %s",
        worker, attempts, job,
    )  # fmt: skip
    return job


def test_a_deferred_job_goes_with_its_transaction() -> None:
    def defer_and_fail() -> None:
        with transaction.atomic():
            defer("tick", timestamp=0)
            assert jobs_named("tick") == ["todo"]
            raise LookupError

    with pytest.raises(LookupError):
        defer_and_fail()
    assert jobs_named("tick") == []
    with transaction.atomic():
        defer("tick", timestamp=0)
    assert jobs_named("tick") == ["todo"]


def test_a_worker_does_what_is_due_and_twice_is_once() -> None:
    wallet = wallet_with(0)
    today = clock.today("UTC")
    Grant.objects.create(wallet=wallet, category="booster", credits=25, starts_on=today)
    defer("tick", timestamp=0)
    defer("tick", timestamp=0)
    run_jobs(once=True, concurrency=1)
    wallet.refresh_from_db()
    assert wallet.available == 25
    assert set(jobs_named("tick")) == {"succeeded"}
    assert_books_balance()


def test_the_job_of_a_killed_worker_is_done_by_the_next_one() -> None:
    wallet = wallet_with(0)
    Grant.objects.create(
        wallet=wallet, category="booster", credits=25, starts_on=clock.today("UTC")
    )
    abandoned()
    run_jobs(once=True, concurrency=1)  # negative control: a worker alone leaves it where it is
    wallet.refresh_from_db()
    assert wallet.available == 0
    defer("retry_stalled_jobs", timestamp=0)
    run_jobs(once=True, concurrency=1)
    run_jobs(once=True, concurrency=1)
    wallet.refresh_from_db()
    assert wallet.available == 25


def test_a_job_that_keeps_killing_workers_is_given_up() -> None:
    job = abandoned("delete_old_jobs", attempts=upkeep.MOST_ATTEMPTS)
    defer("retry_stalled_jobs", timestamp=0)
    run_jobs(once=True, concurrency=1)
    assert rows("SELECT status::text FROM procrastinate_jobs WHERE id = %s", job) == [("failed",)]


def test_an_abandoned_job_steps_back_where_one_of_its_kind_waits() -> None:
    stalled = abandoned("delete_old_jobs")
    later = clock.now() + timedelta(hours=1)
    waiting = jobs.configure_task(
        "delete_old_jobs", queueing_lock="old", schedule_at=later
    ).defer(timestamp=0)  # fmt: skip
    rows("UPDATE procrastinate_jobs SET queueing_lock = 'old' WHERE id = %s", stalled)
    defer("retry_stalled_jobs", timestamp=0)
    run_jobs(once=True, concurrency=1)
    statuses = dict(
        rows("SELECT id, status::text FROM procrastinate_jobs WHERE id IN (%s, %s)",
             stalled, waiting)
    )  # fmt: skip
    assert statuses == {stalled: "failed", waiting: "todo"}


def test_a_job_that_fails_is_tried_again_later_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> dict[str, int]:
        raise RuntimeError("no luck")

    monkeypatch.setattr(clockwork, "tick", fail)
    job = defer("tick", timestamp=0)
    run_jobs(once=True, concurrency=1)
    status = "SELECT status::text, scheduled_at > now() FROM procrastinate_jobs WHERE id = %s"
    assert rows(status, job) == [("todo", True)]
    rows("UPDATE procrastinate_jobs SET attempts = 7, scheduled_at = now() WHERE id = %s", job)
    run_jobs(once=True, concurrency=1)
    assert rows(status, job)[0][0] == "failed"


def test_old_jobs_go_and_young_ones_stay() -> None:
    young, old, failed, old_failed = (defer("tick", timestamp=0) for _ in range(4))
    for job, status, days in (
        (young, "succeeded", 1), (old, "succeeded", 3), (failed, "failed", 3),
        (old_failed, "failed", 31),
    ):  # fmt: skip
        rows(
            "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s",
            status, job,
        )  # fmt: skip
        rows("UPDATE procrastinate_events SET at = now() - make_interval(days => %s)"
             " WHERE job_id = %s", days, job)  # fmt: skip
    defer("delete_old_jobs", timestamp=0)
    run_jobs(once=True, concurrency=1)
    left = {job for (job,) in rows("SELECT id FROM procrastinate_jobs")}
    assert left & {young, old, failed, old_failed} == {young, failed}


def test_the_clock_and_the_upkeep_are_planned(
    nothing_periodic: dict[tuple[str, str], PeriodicTask],
) -> None:
    jobs.perform_import_paths()
    planned = {periodic.task.name: periodic.cron for periodic in nothing_periodic.values()}
    assert planned["tick"] == "*/10 * * * *"
    assert planned["retry_stalled_jobs"] == "* * * * *"
    assert "delete_old_jobs" in planned
