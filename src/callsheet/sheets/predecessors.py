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
    """The keys that can reach themselves, in order (depth first, without recursion)."""
    after: dict[str, list[str]] = {}
    waiting = {key: len(before) for key, before in edges.items()}
    for key, before in edges.items():
        for other in before:
            after.setdefault(other, []).append(key)
            waiting.setdefault(other, 0)
    free = [key for key, count in waiting.items() if count == 0]
    while free:
        for key in after.get(free.pop(), ()):
            waiting[key] -= 1
            if waiting[key] == 0:
                free.append(key)
    left = {key for key, count in waiting.items() if count > 0}
    # What is left is on a cycle or behind one; only those on one are to blame.
    return [key for key in edges if key in left and _reaches(key, key, edges, left)]


def _reaches(start: str, goal: str, edges: Mapping[str, tuple[str, ...]], within: set[str]) -> bool:
    seen: set[str] = set()
    stack = [other for other in edges.get(start, ()) if other in within]
    while stack:
        key = stack.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            stack.extend(other for other in edges.get(key, ()) if other in within)
    return False
