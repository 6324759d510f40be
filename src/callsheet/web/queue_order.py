"""An order of the queue that somebody tries out: it stands in the address, so that it works without
scripts, can be gone back from, and is not lost when the queue changes meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict

from callsheet.insight.reordering import Move, moved, rebased

MOST = 2_000
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order that was asked for. ``seen`` is the one that was there when it was begun, ``number``
    what was moved last, ``move`` a step that is still to be taken.
    """

    order: tuple[int, ...]
    seen: tuple[int, ...]
    number: int | None = None
    move: Move | None = None

    def brought_up_to(
        self, current: tuple[int, ...], own: Collection[int] | None
    ) -> tuple[int, ...]:
        """The order as it would be on top of the ``current`` one; see ``reordering.moved``."""
        order = rebased(self.order or current, current)
        if self.move is not None and self.number is not None:
            order = moved(order, self.number, self.move, own)
        return order


def numbers_of(text: str) -> tuple[int, ...]:
    """The numbers in a list that came in with a request; whatever else is in it is left out."""
    return tuple(
        int(part)
        for part in text.split(",")[:MOST]
        if part.isascii() and part.isdigit() and len(part) < 20 and int(part) < _LARGEST
    )


def text_of(order: Collection[int]) -> str:
    """The list as a request carries it."""
    return ",".join(str(number) for number in order)


def given(request: HttpRequest) -> QueryDict:
    """What a form sent, or, for Undo, what its address says."""
    return request.POST if "order" in request.POST else request.GET


def wanted_of(request: HttpRequest) -> Wanted | None:
    """The order that the address asks for, if it asks for one."""
    asked = request.GET
    step = next((move for move in Move if move.value in asked), None)
    if step is None and "order" not in asked:
        return None
    number = numbers_of(asked.get(step.value if step else "moved", ""))
    return Wanted(
        order=numbers_of(asked.get("order", "")),
        seen=numbers_of(asked.get("seen", "")),
        number=number[0] if number else None,
        move=step,
    )
