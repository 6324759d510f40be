"""The pages of a customer in a studio of a thousand, against a bare Django view.

    make bench NAME=pages                 (python -m benchmarks.pages [--quick] [--json])

One account with a hundred projects is built through the services (``pages_account``), then copied
until there are 1,000 accounts, 100,000 projects and 2 million transfers (``pages_copies``);
``callsheet ledger verify`` rebuilds all books. Nothing is kept between runs.

Three servers run beside each other, each as ``callsheet serve`` runs it: Callsheet on the database
of a thousand accounts, Callsheet on the database with that one account alone (the same account, the
same pages), and a bare Django view that renders a template with one query (``pages_bare``). One
client with one lasting connection asks them in turns, page after page and round after round, so
that whatever else the machine does slows all of them. Then sixteen clients at once.

On a busy machine everything waits for a processor now and then, and p95 says mostly that. So the
processor time of the web process stands beside it, as a ratio to the bare view's, and the load.

``--quick``: 10 accounts, 20,000 transfers, few rounds.
"""

from __future__ import annotations

import gzip
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

import callsheet
from benchmarks.pages_ground import Ground, ground
from benchmarks.pages_measure import CLIENTS, Measured, measure
from benchmarks.report import Report

ACCOUNTS, ROUNDS, BURST = 1000, 100, 2.0
QUICK_ACCOUNTS, QUICK_ROUNDS, QUICK_BURST = 10, 20, 0.5

MOST_SECONDS, MOST_TIMES, MOST_MS, MOST_STATEMENTS, MOST_GROWTH = 180, 8, 60, 12, 1.5
MOST_KILOBYTES = 120
QUIET = 2.0
"""The load up to which the machine is called quiet; the benchmark itself makes one of it."""


def first_load() -> dict[str, float]:
    """Kilobytes of script and style that every page loads, packed by gzip, by kind."""
    built = Path(callsheet.__file__).parent / "web" / "static" / "app"
    manifest = json.loads((built / "manifest.json").read_text())
    scripts: list[str] = []
    styles: list[str] = []

    def take(name: str) -> None:
        chunk = manifest[name]
        if chunk["file"] not in scripts:
            scripts.append(chunk["file"])
            styles.extend(style for style in chunk.get("css", ()) if style not in styles)
            for imported in chunk.get("imports", ()):
                take(imported)

    take("src/main.ts")
    return {
        kind: sum(len(gzip.compress((built / file).read_bytes())) for file in files) / 1000
        for kind, files in (("script", scripts), ("style", styles))
    }


def note(report: Report, where: Ground, pages: Sequence[Measured]) -> None:
    """Note figures and bars."""
    for name, count in where.rows.items():
        report.figure(f"made: {name}", [count], "rows")
    for name, took in where.took.items():
        report.figure(f"made: {name}", [took], "s")
    report.figure("made: processor time of account and copies", [where.processor], "s")
    bare = [seconds for page in pages for seconds in page.bare.seconds]
    bare_processor = median(seconds for page in pages for seconds in page.bare.processor)
    report.figure("bare view", _ms(bare), "ms")
    report.figure("bare view, p95", [1000 * _p95(bare)], "ms")
    report.figure("bare view, processor", [1000 * bare_processor], "ms")
    for page in pages:
        _figures(report, page, bare_processor)
    load = os.getloadavg()[0]
    report.figure("load of the machine at the end", [load], "")
    busy = "" if load <= QUIET else f"Load: {load:.1f}"
    made = where.took["one account"] + where.took["copies"]
    report.at_most("made, s", made, MOST_SECONDS, busy)
    for page in pages:
        p95 = _p95(page.many.seconds)
        report.at_most(f"{page.name}: p95 ÷ bare view's", p95 / _p95(bare), MOST_TIMES, busy)
        report.at_most(f"{page.name}: p95, ms", 1000 * p95, MOST_MS, busy)
        grown = p95 / _p95(page.one.seconds)
        report.at_most(f"{page.name}: p95 ÷ one account's", grown, MOST_GROWTH, busy)
        report.at_most(f"{page.name}: statements", max(page.statements), MOST_STATEMENTS)
        more = page.statements[1] - page.statements[0]
        report.at_most(f"{page.name}: statements more", more, 0)
    packed = first_load()
    for kind, kilobytes in packed.items():
        report.figure(f"first load, {kind}", [kilobytes], "kB gzip")
    report.at_most("first load, kB gzip", sum(packed.values()), MOST_KILOBYTES)


def _figures(report: Report, page: Measured, bare_processor: float) -> None:
    report.figure(f"{page.name}", _ms(page.many.seconds), "ms")
    report.figure(f"{page.name}, one account", _ms(page.one.seconds), "ms")
    ratios = [seconds / bare_processor for seconds in page.many.processor]
    report.figure(f"{page.name}, processor ÷ bare", ratios, "times")
    report.figure(f"{page.name}, size", [page.kilobytes], "kB")
    if page.rates:
        report.figure(f"{page.name}, {CLIENTS} clients", page.rates, "requests/s")
        pairs = zip(page.rates, page.bare_rates, strict=True)
        ratios = [mine / theirs for mine, theirs in pairs]
        report.figure(f"{page.name}, {CLIENTS} clients ÷ bare", ratios, "times")


def _ms(seconds: Sequence[float]) -> list[float]:
    return [1000 * one for one in seconds]


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


def _stop(*_: object) -> None:
    raise SystemExit(1)


def main() -> None:
    """Measure and print."""
    signal.signal(signal.SIGTERM, _stop)  # so that everything is taken away then, too
    quick = "--quick" in sys.argv
    accounts, rounds = (QUICK_ACCOUNTS, QUICK_ROUNDS) if quick else (ACCOUNTS, ROUNDS)
    report = Report("pages")
    with ground(accounts) as where:
        pages = measure(where, rounds, QUICK_BURST if quick else BURST)
    note(report, where, pages)
    report.show()


if __name__ == "__main__":
    main()
