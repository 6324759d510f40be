"""Servers in processes of their own, and clients that ask them."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter, sleep

_START_SECONDS = 120
_STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request and what is expected of it."""

    address: str
    headers: Mapping[str, str]
    status: int = 200


class Asker:
    """One client with one lasting connection, as a browser has it."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def seconds(self, wanted: Wanted) -> float:
        """How long it takes until the whole answer is there. Raises where it is another one."""
        begin = perf_counter()
        self._connection.request("GET", wanted.address, headers=dict(wanted.headers))
        answer = self._connection.getresponse()
        answer.read()
        took = perf_counter() - begin
        if answer.status != wanted.status:
            raise RuntimeError(f"{wanted.address} answered {answer.status}")
        return took

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def per_second(port: int, wanted: Wanted, clients: int, seconds: float) -> float:
    """Requests that so many clients get answered in a second, each asking without a pause."""
    done = [0] * clients
    ready = threading.Barrier(clients + 1)
    end = 0.0

    def ask(place: int) -> None:
        asker = Asker(port)
        asker.seconds(wanted)
        ready.wait()
        while perf_counter() < end:
            asker.seconds(wanted)
            done[place] += 1
        asker.close()

    threads = [threading.Thread(target=ask, args=(place,), daemon=True) for place in range(clients)]
    for thread in threads:
        thread.start()
    begin = perf_counter()
    end = begin + 3600
    ready.wait(timeout=120)
    begin = perf_counter()
    end = begin + seconds
    for thread in threads:
        thread.join()
    return sum(done) / (perf_counter() - begin)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processor_seconds(processes: Sequence[int]) -> float:
    """Processor time of these processes so far, by the kernel's own nanoseconds."""
    found = (
        (task / "schedstat").read_text().split()[0]
        for process in processes
        for task in Path(f"/proc/{process}/task").iterdir()
    )
    return sum(map(int, found)) / 1e9


def _children(parent: int) -> list[int]:
    tasks = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(child) for told in tasks for child in told.read_text().split()]


@contextmanager
def served(
    arguments: Sequence[str], port: int, settings: Mapping[str, str], first: Wanted
) -> Iterator[Sequence[int]]:
    """Run a server until the end of the block; gives the processes that answer (Linux only)."""
    child = subprocess.Popen(
        [sys.executable, *arguments],
        env=dict(settings),
        stdout=subprocess.DEVNULL,
        process_group=0,  # a Ctrl-C reaches it through us
    )
    try:
        _wait(child, port, first)
        yield _children(child.pid)
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(child: subprocess.Popen[bytes], port: int, first: Wanted) -> None:
    begin = perf_counter()
    while perf_counter() - begin < _START_SECONDS:
        if child.poll() is not None:
            raise RuntimeError(f"the server ended with {child.returncode}")
        try:
            Asker(port).seconds(first)
        except OSError:
            sleep(0.2)
        else:
            return
    raise RuntimeError("the server does not answer")
