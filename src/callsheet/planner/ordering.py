"""Predecessors that wait for each other: the circle, if there is one."""

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
