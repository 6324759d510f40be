"""The credit strip as text: one sign per cell, readable without colour. Pure: no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_lowercase, ascii_uppercase

from callsheet.insight.credit_strip import Cell, Tone

LETTERS = ascii_uppercase + ascii_lowercase
SIGNS = {Tone.FREE: "□", Tone.RESERVED: "▨"}
CELLS_PER_LINE = 30
"""Thirty cells are 150 credits and sixty columns."""

type Stretch = tuple[str, Tone]
"""A piece of text and the tone in which it is to be shown."""


def letter(place: int) -> str:
    """The letter that stands for the block of that place; "+" where the letters have run out."""
    return LETTERS[place] if place < len(LETTERS) else "+"


def lines(strip: Sequence[Cell]) -> list[list[Stretch]]:
    """The strip in lines of stretches. A bar shows the end of the capacity where it is overdrawn.

    A project's cells carry its letter, free cells are outlined, reserved ones hatched, overdrawn
    ones stand after the bar.
    """
    drawn: list[list[Stretch]] = []
    for first in range(0, len(strip), CELLS_PER_LINE):
        line: list[Stretch] = []
        for place, cell in enumerate(strip[first : first + CELLS_PER_LINE], start=first):
            if cell.overdrawn and (place == 0 or not strip[place - 1].overdrawn):
                line.append(("┃ ", Tone.OVERDRAWN))
            line.append((f"{_sign(cell)} ", cell.main.tone))
        drawn.append(line)
    return drawn


def plain(strip: Sequence[Cell]) -> str:
    """The strip without tones."""
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines(strip))


def _sign(cell: Cell) -> str:
    main = cell.main
    if main.block is None:
        return SIGNS[main.tone]
    return letter(main.block)
