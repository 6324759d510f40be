"""A crowd of client processes, each with one database connection, as web workers are.

Processes and not threads, because Python's threads of one process would share one core. Run as a
program: ``python -m benchmarks.ledger_clients PEER CLIENTS FIRST``. It loads Django once, forks the
clients and then reads orders, one JSON object a line: ``{"clients", "wallets", "seconds",
"durable"}``. Those clients move credits for so long; the answer is their movements per second.
"""

import json
import os
import subprocess
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, Self


class Crowd:
    """The clients of one contestant, in processes of their own."""

    def __init__(self, peer: str, clients: int, first: int, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.ledger_clients", peer, str(clients), str(first)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def order(self, **order: Any) -> float:
        """Let clients run; movements (or briefs) per second."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the clients ended early")
        return float(line)


def _client(pipe: Connection, peer: str, first: int, number: int, clients: int) -> None:
    from django.db import connection

    from benchmarks.ledger_peers import PEERS

    durable: bool | None = None
    rounds: dict[int, Any] = {}
    while True:
        try:
            order = pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        if durable is not order["durable"]:
            durable = order["durable"]
            with connection.cursor() as cursor:
                cursor.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
        make, counted = PEERS[peer]
        if order["wallets"] not in rounds:
            rounds[order["wallets"]] = make(first, order["wallets"], number, clients)
        both = rounds[order["wallets"]]
        both()
        pipe.send("ready")
        pipe.recv()
        done, begin = 0, perf_counter()
        end = begin + order["seconds"]
        while perf_counter() < end:
            both()
            done += 1
        pipe.send(done * counted / (perf_counter() - begin))


def main() -> None:
    """Fork the clients and pass orders on to them until there are no more."""
    peer, clients, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    import django

    django.setup()
    fork = get_context("fork")
    pipes = []
    for number in range(clients):
        ours, theirs = fork.Pipe()
        if os.fork() == 0:
            sys.stdin.close()
            for pipe in (*pipes, ours):
                pipe.close()
            _client(theirs, peer, first, number, clients)
            os._exit(0)
        theirs.close()
        pipes.append(ours)
    for line in sys.stdin:
        order = json.loads(line)
        chosen = pipes[: order["clients"]]
        for pipe in chosen:
            pipe.send(order)
        for pipe in chosen:
            pipe.recv()
        for pipe in chosen:
            pipe.send("go")
        print(sum(pipe.recv() for pipe in chosen), flush=True)


if __name__ == "__main__":
    main()
