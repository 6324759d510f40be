"""How a search tells how far it has come, and is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come: seconds since the begin, schedules looked at, the best Z, the bound."""

    seconds: float
    iterations: int
    z: float
    lower_bound: float


type OnProgress = Callable[[Progress], bool | None]
"""What is called some times a second; a search ends early where it answers True."""
