"""The one worker of the simulated day: deferred jobs in their order, periodic ones when due.

Jobs are taken from and given back to the same table with the same statements as by a Procrastinate
worker, one at a time, so that their keeping is part of the measured time. The two periodic jobs
that look after other jobs (``upkeep``) are left out: they go by the computer's clock, not by ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from croniter import croniter
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from benchmarks.studio_measure import Measures

LEFT_OUT = "upkeep"

_WORKER = "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()) RETURNING id"
_FETCH = "SELECT id, task_name, args FROM procrastinate_fetch_job_v2(NULL, %s)"
_FINISH = "SELECT procrastinate_finish_job_v1(%s, 'succeeded', false)"


@dataclass(frozen=True, slots=True)
class _Periodic:
    """A task and the cron line by which it is due."""

    task: str
    cron: str

    def due(self, minute: datetime) -> bool:
        return bool(croniter.match(self.cron, minute))


class Worker:
    """Does jobs in this process; every job is entered into ``measures`` by its name."""

    def __init__(self, measures: Measures) -> None:
        import callsheet.jobs  # noqa: F401  # the tasks announce themselves by being imported

        self._measures = measures
        planned = app.periodic_registry
        self._periodic = [
            _Periodic(task.name, periodic.cron)
            for periodic in planned.periodic_tasks.values()
            if (task := periodic.task).queue != LEFT_OUT
        ]
        with connection.cursor() as cursor:
            cursor.execute(_WORKER)
            self._number = cursor.fetchone()[0]

    def begin(self, minute: datetime) -> None:
        """Put the periodic jobs of that minute into the queue."""
        for periodic in self._periodic:
            if not periodic.due(minute):
                continue
            with self._measures.noted("keeping of jobs", "jobs"):
                try:
                    with transaction.atomic():
                        app.configure_task(periodic.task).defer(timestamp=int(minute.timestamp()))
                except AlreadyEnqueued:
                    pass

    def work(self) -> int:
        """Do all jobs that wait, also those that they put off themselves. Returns how many."""
        done = 0
        for number, name, arguments in iter(self._fetch, None):
            task: Callable[..., object] = app.tasks[name].func
            with self._measures.noted(name, "ticks" if name == "tick" else "jobs"):
                task(**arguments)
            with self._measures.noted("keeping of jobs", "jobs"), connection.cursor() as cursor:
                cursor.execute(_FINISH, [number])
            done += 1
        return done

    def _fetch(self) -> tuple[int, str, dict[str, object]] | None:
        with self._measures.noted("keeping of jobs", "jobs"), connection.cursor() as cursor:
            cursor.execute(_FETCH, [self._number])
            number, name, arguments = cursor.fetchone()
        if number is None:
            return None
        return number, name, json.loads(arguments) if isinstance(arguments, str) else arguments
