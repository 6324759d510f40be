"""Processes that stop inside a transaction, after all was written and before the commit.

    python -m tests.races.stalled service PROJECT KEY    submit a brief, as a process of its own
    python -m tests.races.stalled worker                 do the waiting jobs
    python -m tests.races.stalled web PORT               serve /submit/PROJECT/KEY

The first transaction that reaches admission writes the number of its process into the file that
STALL_MARK names and sleeps there until it is killed; later ones go through.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import django

MARK = Path(os.environ["STALL_MARK"])


def prepare() -> None:
    """Set Django up, and put the stop behind every admission."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callsheet.config.settings")
    django.setup()
    from callsheet.services import admitting, briefing, settling

    admit = admitting.admit

    def admit_and_stop(*arguments: Any, **named: Any) -> Any:
        started = admit(*arguments, **named)
        if not MARK.exists():
            MARK.write_text(str(os.getpid()))
            time.sleep(300)
        return started

    briefing.admit = settling.admit = admit_and_stop  # type: ignore[assignment]


def submit(project: str, key: str) -> dict[str, Any]:
    from callsheet.kit.actor import CONSOLE
    from callsheet.services import briefing

    return briefing.submit(CONSOLE, int(project), key=key)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The smallest edge: one path, one service, its answer."""
    from django.db import connections

    _, _, project, key = environ["PATH_INFO"].split("/")
    try:
        body = json.dumps(submit(project, key)).encode()
    finally:
        connections.close_all()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


def serve(port: str) -> None:
    """Serve as ``callsheet serve`` does: one process that looks after its workers."""
    from granian import Granian
    from granian.constants import Interfaces, Loops

    Granian(
        "tests.races.stalled:application", address="127.0.0.1", port=int(port),
        interface=Interfaces.WSGI, workers=1, blocking_threads=2, loop=Loops.asyncio,
        log_enabled=False, respawn_failed_workers=True,
    ).serve()  # fmt: skip


def work() -> None:
    from callsheet.cli.serve import run_jobs

    run_jobs(once=True, concurrency=1)


prepare()

if __name__ == "__main__":
    mode, *rest = sys.argv[1:]
    if mode == "service":
        print(json.dumps(submit(*rest)))
    else:
        {"worker": work, "web": serve}[mode](*rest)
