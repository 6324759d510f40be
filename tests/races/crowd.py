"""Many threads that begin at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier, Thread

import psycopg
from django.db import connection, connections

from callsheet import credits

POST = Path(credits.__file__).parent / "sql" / "post_v2.sql"


@dataclass(slots=True)
class Outcome[T]:
    """What one thread's work answered, or raised."""

    answer: T | None = None
    error: BaseException | None = None


def together[T](size: int, work: Callable[[int], T]) -> list[Outcome[T]]:
    """Run ``work(0)`` to ``work(size - 1)`` at once; every connection is open before any begins."""
    start = Barrier(size)
    outcomes: list[Outcome[T]] = [Outcome() for _ in range(size)]

    def run(n: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            outcomes[n].answer = work(n)
        except BaseException as error:
            outcomes[n].error = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(n,)) for n in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def answers[T](outcomes: list[Outcome[T]]) -> list[T]:
    """What those answered that did not raise."""
    return [one.answer for one in outcomes if one.error is None]  # type: ignore[misc]


def errors(outcomes: list[Outcome[object]]) -> list[BaseException]:
    """What was raised."""
    return [one.error for one in outcomes if one.error is not None]


def weaken(owner_url: str, *replacements: tuple[str, str], also: str = "") -> None:
    """Put a weakened ledger function in place (negative controls): ``replacements`` in its text,
    and ``also`` as further SQL. Every text to be replaced must be there."""
    text = POST.read_text().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    for old, new in replacements:
        assert old in text, f"the function no longer reads {old!r}"
        text = text.replace(old, new)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(text.encode())
        if also:
            owner.execute(also.encode())
