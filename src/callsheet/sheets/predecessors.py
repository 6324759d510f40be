"""Which project waits for which: they exist, share an account, and never wait in a circle."""

from __future__ import annotations

from collections.abc import Mapping

from callsheet.sheets.records import ProjectRow
from callsheet.sheets.rows import Register


def check_predecessors(
    projects: Register[ProjectRow],
    known: Mapping[str, str],
    known_predecessors: Mapping[str, tuple[str, ...]],
) -> None:
    """Predecessors exist, are of the same account, and none waits for itself by a detour."""
    edges: dict[str, tuple[str, ...]] = dict(known_predecessors)
    for key, project in list(projects.records.items()):
        row = projects.rows[key]
        resolved = []
        for text in project.after:
            other = projects.resolve(text) or (text if text in known else None)
            if other is None:
                row.error("unknown_reference", f"There is no project {text}.", "after")
                continue
            before = projects.get(other)
            account = before.account if before else known.get(other)
            if account is not None and account != project.account:
                row.error("other_account", f"{other} is of another account.", "after")
            resolved.append(other)
        edges[key] = tuple(resolved)
    for key in on_cycles(edges):
        if key in projects.rows:
            projects.rows[key].error(
                "cycle",
                "It would wait for itself: its predecessors come back to it.",
                "after",
            )
    projects.drop_bad()
    _drop_followers(projects, edges, known)


def _drop_followers(
    projects: Register[ProjectRow],
    edges: Mapping[str, tuple[str, ...]],
    known: Mapping[str, str],
) -> None:
    """What follows a bad row cannot be imported either, and what follows that, and so on."""
    waiting = True
    while waiting:
        waiting = False
        for key in list(projects.records):
            for other in edges.get(key, ()):
                if projects.is_bad(other) and other not in known:
                    projects.rows[key].error(
                        "refers_to_bad_row",
                        f"{other} has a problem of its own.",
                        "after",
                    )
                    projects.drop(key)
                    waiting = True
                    break


def on_cycles(edges: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The keys that can reach themselves, in order.

    They are the strongly connected components of more than one key, and what names itself
    (Tarjan, SIAM Journal on Computing 1, 1972), without recursion.
    """
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    closed: set[str] = set()
    found: set[str] = set()
    for root in edges:
        work = [] if root in order else [(root, iter(edges[root]))]
        while work:
            key, others = work[-1]
            if key not in order:
                order[key] = low[key] = len(order)
                path.append(key)
            for other in others:
                if other not in order:
                    work.append((other, iter(edges.get(other, ()))))
                    break
                if other not in closed:
                    low[key] = min(low[key], order[other])
            else:
                work.pop()
                if work:
                    before = work[-1][0]
                    low[before] = min(low[before], low[key])
                if low[key] == order[key]:
                    component = _cut(path, key)
                    closed |= component
                    if len(component) > 1 or key in edges.get(key, ()):
                        found |= component
    return [key for key in edges if key in found]


def _cut(path: list[str], key: str) -> set[str]:
    """Take ``key`` and all behind it off the path."""
    component = set()
    while True:
        component.add(path.pop())
        if key in component:
            return component
