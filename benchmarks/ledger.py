"""Holds and releases per second: through Django, and beside what is fastest and what is usual.

    python -m benchmarks.ledger [--quick] [--submit] [--json]

Contestants, all moving one credit into a hold and back again, each movement a commit of its own:

* **callsheet**: ``credits.post`` through Django, the database function called once per movement;
* **pgbench, function**: PostgreSQL's own load program calling the very same function;
* **pgbench, barest**: the least that a ledger writes, as separate statements: a guarded update of
  the balance, the transfer, its two postings, on tables with nothing but primary keys;
* **plain ORM**: lock the row with ``select_for_update``, check, save, create the entries;
* **django-hordak**: its own transfer between two accounts, under the same lock.

Django's clients are processes, as web workers are. Rounds are interleaved: each runs every
contestant, so that a disk that changes its mind changes it for all; bars are medians of the ratios
within a round. The time of a bare commit is measured in every round and printed, because it decides
the absolute figures. Databases stand in a cluster of their own with fsync on.

Last comes a whole submission of a brief (``--submit``: only that), beside the same in plain ORM.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median
from subprocess import run
from time import perf_counter

import psycopg

from benchmarks.ledger_clients import Crowd
from benchmarks.ledger_setup import Ground, environment, ground
from benchmarks.report import Report

ROUNDS = 7
CLIENTS = (1, 8, 32)
WALLETS = (1, 10, 1000)
BARS_AT = (8, 1000)
"""Clients and wallets at which the bars stand."""

SUBMITS = ("submit", "submit in plain ORM")

FUNCTION = """\
\\set n :n + 1
\\set w random(:first, :last)
SELECT callsheet_post_v2(NULL, 'bench', 'hold', concat(:run::text, '-', :client_id::text, '-',
    :n::text), '\\x00', format('[{"kind":"hold","amount":1,"source":%s}]', :w::text)::jsonb,
    now(), NULL) -> 'holds' ->> 0 AS hold \\gset
SELECT callsheet_post_v2(NULL, 'bench', 'release', concat(:run::text, '-', :client_id::text, '-',
    :n::text), '\\x00', format('[{"kind":"release","amount":1,"source":%s,"hold":%s}]', :w::text,
    :hold::text)::jsonb, now(), NULL);
"""

_BARE_MOVE = """\
BEGIN;
UPDATE bare_wallet SET {giver} = {giver} - 1, {taker} = {taker} + 1 WHERE id = :w AND {giver} >= 1;
INSERT INTO bare_transfer (kind, amount, at) VALUES ('{kind}', 1, now()) RETURNING id AS t \\gset
INSERT INTO bare_posting (transfer_id, wallet_id, bucket, amount) VALUES (:t, :w, '{giver}', -1);
INSERT INTO bare_posting (transfer_id, wallet_id, bucket, amount) VALUES (:t, :w, '{taker}', 1);
COMMIT;
"""
BAREST = (
    "\\set w random(:first, :last)\n"
    + _BARE_MOVE.format(kind="hold", giver="available", taker="held")
    + _BARE_MOVE.format(kind="release", giver="held", taker="available")
)


class Pgbench:
    """PostgreSQL's load program with one of the scripts above."""

    def __init__(self, where: Ground, script: str, folder: Path, name: str, first: int) -> None:
        self.where = where
        self.first = first
        self.file = folder / f"{name}.sql"
        self.file.write_text(script)
        self.runs = 0

    def order(self, *, clients: int, wallets: int, seconds: float, durable: bool) -> float:
        """Movements per second of that many clients, connections opened before."""
        self.runs += 1
        done = run(
            [
                self.where.cluster.binaries.path("pgbench"), "-n", "-M", "prepared",
                "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(max(1, round(seconds))),
                "-D", "n=0", "-D", f"run={self.runs}", "-D", f"first={self.first}",
                "-D", f"last={self.first + wallets - 1}", "-f", str(self.file),
                self.where.callsheet_url,
            ],
            env={"PGOPTIONS": f"-c synchronous_commit={'on' if durable else 'off'}"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        (line,) = (line for line in done.stdout.splitlines() if line.startswith("tps"))
        return 2 * float(line.split()[2])


def commit_milliseconds(url: str) -> float:
    """How long one small commit takes at this moment: the median of a hundred."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE bare_wallet SET held = held WHERE id = 1")
        connection.commit()
        times = []
        for _ in range(100):
            connection.execute("UPDATE bare_wallet SET held = held WHERE id = 1")
            begin = perf_counter()
            connection.commit()
            times.append(1000 * (perf_counter() - begin))
    return median(times)


def measure(report: Report, where: Ground, folder: Path, *, quick: bool) -> None:
    """Run all rounds and note figures and bars."""
    rounds, seconds = (3, 1.0) if quick else (ROUNDS, 2.0)
    crowd_size = max(CLIENTS)
    application = environment(where.callsheet_url, "callsheet.config.settings")
    with (
        Crowd("callsheet", crowd_size, where.first_wallet, application) as callsheet,
        Crowd("plain ORM", crowd_size, 1, application) as plain_orm,
        Crowd(
            "django-hordak", crowd_size, where.first_account,
            environment(where.hordak_url, "benchmarks.ledger_hordak"),
        ) as hordak,
    ):  # fmt: skip
        contestants = {
            "callsheet": callsheet,
            "pgbench, function": Pgbench(where, FUNCTION, folder, "function", where.first_wallet),
            "pgbench, barest": Pgbench(where, BAREST, folder, "barest", 1),
            "plain ORM": plain_orm,
            "django-hordak": hordak,
        }
        places = [BARS_AT] if quick else [(c, w) for w in WALLETS for c in CLIENTS]
        cells = [(c, w, durable) for c, w in places for durable in (True, False)]
        found: dict[tuple[int, int, bool, str], list[float]] = {}
        commits = []
        for turn in range(rounds + 1):
            commits.append(commit_milliseconds(where.callsheet_url))
            for clients, wallets, durable in cells:
                # The bars' cell gets the longer turns.
                length = seconds if (clients, wallets) == BARS_AT else 1.0
                for name, contestant in contestants.items():
                    rate = contestant.order(
                        clients=clients, wallets=wallets, seconds=length, durable=durable
                    )
                    if turn:  # the first round warms up
                        found.setdefault((clients, wallets, durable, name), []).append(rate)
            print(f"round {turn} of {rounds} done", file=sys.stderr)
    report.figure("one commit", commits, "ms")
    for (clients, wallets, durable, name), rates in found.items():
        where_from = f"{clients} clients, {wallets} wallets, commit {'on' if durable else 'off'}"
        report.figure(f"{name}: {where_from}", rates, "movements/s")
    at_bars = {name: rates for (c, w, on, name), rates in found.items() if (c, w) == BARS_AT and on}
    _bars(report, at_bars)


def measure_submit(report: Report, where: Ground, *, quick: bool) -> None:
    """The whole service beside the same in plain ORM, a round of each in turn."""
    rounds, seconds = (3, 1.0) if quick else (ROUNDS, 3.0)
    clients, wallets = BARS_AT
    application = environment(where.callsheet_url, "callsheet.config.settings")
    found: dict[str, list[float]] = {name: [] for name in SUBMITS}
    with (
        Crowd(SUBMITS[0], clients, where.first_wallet, application) as service,
        Crowd(SUBMITS[1], clients, 1, application) as plain,
    ):
        for turn in range(rounds + 1):
            for name, crowd in zip(SUBMITS, (service, plain), strict=True):
                rate = crowd.order(clients=clients, wallets=wallets, seconds=seconds, durable=True)
                if turn:
                    found[name].append(rate)
    for name, rates in found.items():
        report.figure(f"{name}: {clients} clients, {wallets} wallets", rates, "briefs/s")
    ratio = median(a / b for a, b in zip(found[SUBMITS[0]], found[SUBMITS[1]], strict=True))
    report.at_least(
        "the submit service ÷ the same in plain ORM",
        ratio,
        1.5,
        "The movement is a small part of a submission: reading the brief and its queue, checking"
        " and writing the project are the same statements in both.",
    )


def _bars(report: Report, rates: dict[str, list[float]]) -> None:
    def ratio(one: str, other: str) -> float:
        return median(a / b for a, b in zip(rates[one], rates[other], strict=True))

    through = ratio("callsheet", "pgbench, function")
    report.at_least("through Django ÷ pgbench calling the same function", through, 0.4)
    report.at_least(
        "the function ÷ the barest statements",
        ratio("pgbench, function", "pgbench, barest"),
        0.8,
        "It writes twice the log and twice the index entries (command and key, hold, both kinds of"
        " numbering), checks and hashes: more of the server's processor, which shows where that is"
        " short; with few wallets it is ahead, because it holds their rows for a shorter time.",
    )
    report.at_least("through Django ÷ django-hordak", ratio("callsheet", "django-hordak"), 5)


def main() -> None:
    """Measure and print."""
    report = Report("ledger")
    with ground() as where, tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        quick = "--quick" in sys.argv
        if "--submit" not in sys.argv:
            measure(report, where, Path(folder), quick=quick)
        measure_submit(report, where, quick=quick)
    report.show()


if __name__ == "__main__":
    main()
