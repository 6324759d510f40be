"""``callsheet serve`` and ``callsheet worker``: the two kinds of process an installation runs."""

import gc
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, cast

import typer
from django.db import connections
from granian import Granian
from granian.constants import Interfaces, Loops
from procrastinate.contrib.django import app as jobs
from rich.console import Console

from callsheet.cli.session import studio
from callsheet.config.databases import default_points_at, worker_url
from callsheet.config.env import Env, SettingsError, get_env

if TYPE_CHECKING:
    from procrastinate.contrib.django.django_connector import DjangoConnector

_STOP_SECONDS = 20

GC_THRESHOLD = 20_000
"""New objects after which a worker looks for garbage: several jobs' worth, some megabytes."""


def serve(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port, instead of PORT.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address, instead of CALLSHEET_HOST.")] = None,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Run a worker beside it.")
    ] = False,
) -> None:
    """Serve the pages until Ctrl-C; the embedded PostgreSQL is started and stopped with it."""
    require_free(port, host)
    with studio(), worker_beside() if with_worker else _nothing():
        run_web(port=port, host=host)


def worker(
    once: Annotated[bool, typer.Option("--once", help="Stop when no job is waiting.")] = False,
    concurrency: Annotated[int, typer.Option(min=1, help="Jobs at the same time.")] = 4,
) -> None:
    """Do the jobs that were put off, until Ctrl-C. Run as many workers as you like."""
    with studio() as env, default_points_at(worker_url(env)):
        collect_seldom()
        run_jobs(once=once, concurrency=concurrency)


def require_free(port: int | None = None, host: str | None = None) -> None:
    """Raise `SettingsError` where the pages cannot be served, before anything else is begun."""
    env = get_env()
    port, host = port or env.port, host or env.host
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            # As a server does: a port that was left a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"Port {port} on {host} cannot be used: {error.strerror}. Choose another one, as in "
            "PORT=8123."
        ) from error


def run_web(*, port: int | None = None, host: str | None = None) -> None:
    """Serve the pages in this process until SIGINT or SIGTERM; the database must be there."""
    env = get_env()
    port, host = port or env.port, host or env.host
    Console().print(f"Callsheet is on http://{host}:{port} (Ctrl-C stops it)", highlight=False)
    # WhiteNoise warns where the folder for collected files is missing.
    (env.data_dir / "static").mkdir(parents=True, exist_ok=True)
    connections.close_all()  # a connection must not be shared with the processes to come
    serve_application("callsheet.cli.web_process:application", host, port, env)


def serve_application(application: str, host: str, port: int, env: Env) -> None:
    """Serve a WSGI application with as many processes and threads as the settings say."""
    server = Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=env.web_workers,
        blocking_threads=env.web_threads,
        loop=Loops.asyncio,
        log_enabled=env.log_level == "DEBUG",
        respawn_failed_workers=True,
        workers_kill_timeout=_STOP_SECONDS,
    )
    server.serve()


def collect_seldom() -> None:
    """Spare a process that lasts from looking for garbage in all that it is made of, again and
    again; that costs a worker a seventh of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


def run_jobs(*, once: bool = False, concurrency: int = 4) -> None:
    """Do jobs in this process: until a signal comes, or, ``once``, until none is waiting."""
    connector = cast("DjangoConnector", jobs.connector)
    with jobs.replace_connector(connector.get_worker_connector()) as runner:
        runner.run_worker(
            wait=not once,
            concurrency=concurrency,
            install_signal_handlers=True,
            shutdown_graceful_timeout=_STOP_SECONDS,
        )


@contextmanager
def worker_beside() -> Iterator[subprocess.Popen[bytes]]:
    """Run ``callsheet worker`` as a child process, and end it, jobs done, on the way out."""
    child = subprocess.Popen(
        [sys.executable, "-m", "callsheet", "worker"],
        stdin=subprocess.DEVNULL,
        # Its own group: a Ctrl-C in the terminal reaches it through us, once, and in order.
        process_group=0,
    )
    try:
        yield child
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_STOP_SECONDS + 5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def _nothing() -> Iterator[None]:
    yield
