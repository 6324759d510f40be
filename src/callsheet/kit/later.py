"""Putting work off until the transaction that causes it has been committed.

A job is a row of the same database, written in the same transaction: it can neither be lost nor run
for a write that was rolled back. Jobs run at least once, so each must be safe to run twice.
"""

from __future__ import annotations

from typing import Any

from procrastinate.contrib.django import app


def defer(task: str, **arguments: Any) -> int:
    """Put off the task of that name with plain arguments; returns the job's number.

    Named rather than imported, because the tasks stand above their callers.
    """
    return app.configure_task(task).defer(**arguments)
