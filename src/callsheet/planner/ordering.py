"""Predecessors: an order in which everything comes after what it waits for, or the circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def cycle_of(after: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """A circle of names that wait for each other, first and last the same; empty if none does.

    ``after`` gives the predecessors of each name; predecessors without an entry wait for nobody.
    """
    white, grey, black = 0, 1, 2
    colour = dict.fromkeys(after, white)
    for root in sorted(after):
        if colour[root] != white:
            continue
        path = [root]
        todo = [iter(sorted(after[root]))]
        colour[root] = grey
        while todo:
            for name in todo[-1]:
                if colour.get(name, black) == grey:
                    return (*path[path.index(name) :], name)
                if colour.get(name, black) == white:
                    colour[name] = grey
                    path.append(name)
                    todo.append(iter(sorted(after[name])))
                    break
            else:
                todo.pop()
                colour[path.pop()] = black
    return ()


def in_order(after: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """All names, each behind its predecessors; among equals by name. Needs ``after`` acyclic."""
    waits = {name: {p for p in before if p in after} for name, before in after.items()}
    followers: dict[str, list[str]] = {name: [] for name in after}
    for name, before in waits.items():
        for predecessor in before:
            followers[predecessor].append(name)
    layer = sorted(name for name, before in waits.items() if not before)
    done: list[str] = []
    while layer:
        done += layer
        following: list[str] = []
        for name in layer:
            for follower in followers[name]:
                waits[follower].discard(name)
                if not waits[follower]:
                    following.append(follower)
        layer = sorted(following)
    return tuple(done)
