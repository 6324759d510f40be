"""Asking for pages in turns: of a thousand accounts, of one, and the bare view between them."""

from __future__ import annotations

import gc
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import Any

from benchmarks.pages_clients import Asker, Wanted, free_port, per_second, processor_seconds, served
from benchmarks.pages_ground import MANY, ONE, Ground, python, say

CLIENTS, BURSTS = 16, 3
UNMEASURED = 5
"""Rounds before: connections are opened, templates compiled, settings read."""

BARE = "bare"


@dataclass(slots=True)
class Taken:
    """What the requests of all rounds took: seconds until the whole answer was there, and of these
    the processor time of the web process.
    """

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Measured:
    """A page with a thousand accounts and with one, and the bare view that was asked beside it.

    ``statements`` with one and with many. ``rates``: requests a second under many clients, and the
    bare view's in turns with them; empty where that was not measured.
    """

    name: str
    many: Taken
    one: Taken
    bare: Taken
    statements: tuple[int, int]
    kilobytes: float
    rates: Sequence[float]
    bare_rates: Sequence[float]


@dataclass(frozen=True, slots=True)
class Site:
    """A server that is measured: its port, the processes that answer, and what it is asked for."""

    port: int
    processes: Sequence[int]
    requests: Sequence[Wanted]


def measure(where: Ground, rounds: int, burst: float) -> list[Measured]:
    """Ask for all pages so many times in turns, then with many clients for ``burst`` seconds."""
    asked = {name: _asked(where, name) for name in (ONE, MANY)}
    for name in asked[MANY]["missing"]:
        say(f"there is no address for: {name}")
    pages = asked[MANY]["pages"]
    with ExitStack() as stack:
        sites = {BARE: _bare(where, len(pages), stack)}
        sites |= {name: _callsheet(where, name, asked[name], stack) for name in (ONE, MANY)}
        taken = _in_turns(sites, rounds)
        say(f"asked in turns, load {os.getloadavg()[0]:.1f}")
        rates = {place: _crowd(sites, place, burst) for place, page in enumerate(pages)
                 if page["crowd"]}  # fmt: skip
        say(f"asked by {CLIENTS} clients, load {os.getloadavg()[0]:.1f}")
    return [
        Measured(
            page["name"],
            taken[MANY, place],
            taken[ONE, place],
            taken[BARE, place],
            (asked[ONE]["pages"][place]["statements"], page["statements"]),
            page["bytes"] / 1000,
            *rates.get(place, ((), ())),
        )
        for place, page in enumerate(pages)
    ]


def _asked(where: Ground, database: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        python(where.settings(database), "-m", "benchmarks.pages_asked")
    )
    for page in found["pages"]:
        if page["status"] not in (200, 204):
            raise RuntimeError(f"{page['name']}, {page['address']}: answered {page['status']}")
    return found


def _bare(where: Ground, pages: int, stack: ExitStack) -> Site:
    port, view = free_port(), Wanted("/", {})
    command = ("-c", f"from benchmarks.pages_bare import serve; serve({port})")
    processes = stack.enter_context(served(command, port, where.settings(MANY), view))
    return Site(port, processes, [view] * pages)


def _callsheet(
    where: Ground, database: str, asked: Mapping[str, Any], stack: ExitStack
) -> Site:  # fmt: skip
    port = free_port()
    command = ("-m", "callsheet", "serve", "--port", str(port))
    alive = Wanted("/health/live", {})
    processes = stack.enter_context(served(command, port, where.settings(database), alive))
    requests = [
        Wanted(page["address"], {**page["headers"], "Cookie": asked["cookie"]}, page["status"])
        for page in asked["pages"]
    ]
    return Site(port, processes, requests)


def _in_turns(sites: Mapping[str, Site], rounds: int) -> dict[tuple[str, int], Taken]:
    """What every page of every site took, round after round from one client."""
    places = range(len(sites[MANY].requests))
    taken: dict[tuple[str, int], Taken] = defaultdict(Taken)
    with ExitStack() as stack:
        askers = {
            name: stack.enter_context(closing(Asker(site.port))) for name, site in sites.items()
        }
        for number in range(rounds + UNMEASURED):
            gc.collect()
            gc.disable()
            for place in places:
                for name, site in sites.items():
                    before = processor_seconds(site.processes)
                    seconds = askers[name].seconds(site.requests[place])
                    if number >= UNMEASURED:
                        kept = taken[name, place]
                        kept.seconds.append(seconds)
                        kept.processor.append(processor_seconds(site.processes) - before)
            gc.enable()
    return taken


def _crowd(
    sites: Mapping[str, Site], place: int, burst: float
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Requests a second of a page and of the bare view, in turns."""
    rates: dict[str, list[float]] = {MANY: [], BARE: []}
    for _ in range(BURSTS):
        for name, found in rates.items():
            site = sites[name]
            found.append(per_second(site.port, site.requests[place], CLIENTS, burst))
    return rates[MANY], rates[BARE]
