"""Which moments of the quarter are told as notable: all scenes, and of everything else examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from callsheet.demo.moments import Moment, Theme

MOST: Mapping[Theme, int] = {
    Theme.IN_TIME: 1,
    Theme.LATE: 1,
    Theme.LARGE: 2,
    Theme.LENT: 1,
    Theme.BACK: 1,
    Theme.REMINDED: 0,
    Theme.ESCALATED: 1,
    Theme.BY_ITSELF: 2,
    Theme.PARKED_BY_ITSELF: 1,
    Theme.APPROVED_BY_ITSELF: 1,
    Theme.PROMISE_KEPT: 0,
    Theme.PROMISE_MISSED: 1,
    Theme.LATE_SAMPLE: 0,
    Theme.PER_CONCEPT: 1,
    Theme.SCOPE: 0,
    Theme.EXPIRED: 1,
    Theme.DEPUTY: 1,
    Theme.ACCOUNT: 2,
}
"""How many examples of each theme are told; of scenes all."""


def choose(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """The notable moments, in their order: examples are spread over the quarter."""
    by_theme: dict[Theme, list[tuple[int, Moment]]] = defaultdict(list)
    for place, moment in enumerate(moments):
        if moment.theme is not None:
            by_theme[moment.theme].append((place, moment))
    chosen: list[tuple[int, Moment]] = []
    for theme, found in by_theme.items():
        chosen += found if theme == Theme.SCENE else _spread(found, MOST[theme])
    return tuple(moment for _, moment in sorted(chosen, key=lambda pair: pair[0]))


def _spread[T](found: Sequence[T], most: int) -> list[T]:
    """So many of them, evenly spread; the first where there is room for one."""
    if len(found) <= most:
        return list(found)
    if most < 2:
        return list(found[:most])
    return [found[round(place * (len(found) - 1) / (most - 1))] for place in range(most)]
