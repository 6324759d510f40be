"""How long the work of a calendar takes: by default lead times, by a history, varied or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import TYPE_CHECKING

from callsheet.catalogue.standard import LEAD_TIMES
from callsheet.sheets.dates import DateOrder

if TYPE_CHECKING:
    from callsheet.planner.dates import Timeline
    from callsheet.planner.problem import Duration

DEFAULT_BRIEF_TYPE = "original_creative"
"""What a row is timed as that does not say its brief type; the output marks it."""

_Z_80 = 0.8416  # the 80 % quantile of the normal distribution


def standard_duration(brief_type: str) -> Duration:
    """How long a project takes by the default lead times, in working days."""
    from callsheet.planner.problem import Duration

    stages = LEAD_TIMES[brief_type or DEFAULT_BRIEF_TYPE].values()
    p50, p80 = sum(usual for usual, _ in stages), sum(worst for _, worst in stages)
    return Duration(p50, log(p80 / p50) / _Z_80)


def uncertainty_from(history: Path | None, uncertainty: float | None) -> str:
    """Where it is from how much durations vary: ``option``, ``history`` or ``defaults``."""
    if uncertainty is not None:
        return "option"
    return "defaults" if history is None else "history"


@dataclass(frozen=True, slots=True)
class Times:
    """How long work takes, by brief type (“” is not said) and credits.

    ``left`` is what remains after so many working days.
    """

    usual: Callable[[str, int], Duration]
    left: Callable[[str, int, int], Duration]


def times_of(
    history: Path | None,
    timeline: Timeline,
    order: DateOrder | None,
    skip_bad_rows: bool,
    uncertainty: float | None,
) -> Times:
    """By the default lead times or by a ``history``; with an ``uncertainty``, varied by that.

    Raises ``Refused`` for bad rows of the history that are not to be left out.
    """
    from callsheet.planner.problem import Duration
    from callsheet.planner.remaining import left_of

    if history is None:

        def usual(brief_type: str, credits: int) -> Duration:
            return standard_duration(brief_type)

    else:
        from callsheet.cli.history import history_of, learned_from

        reading = history_of(history, timeline.start, order, skip_bad_rows)
        learned = learned_from(reading, timeline.start, timeline.calendar)

        def usual(brief_type: str, credits: int) -> Duration:
            return learned.duration(brief_type or DEFAULT_BRIEF_TYPE, credits)

        if uncertainty is None:
            return Times(
                usual,
                lambda brief_type, *rest: learned.left(brief_type or DEFAULT_BRIEF_TYPE, *rest),
            )

    def varied(brief_type: str, credits: int) -> Duration:
        found = usual(brief_type, credits)
        return found if uncertainty is None else Duration(found.p50, uncertainty)

    return Times(
        varied, lambda brief_type, credits, taken: left_of(varied(brief_type, credits), taken)
    )
