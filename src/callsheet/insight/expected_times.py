"""How long stages and whole projects are expected to take: what the studio has set, weighed
against what its finished projects took. Two queries, however many projects ask.

The figures were measured by a nightly job (:mod:`callsheet.insight.stage_history`), so that no
command ever aggregates history inside its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from callsheet.catalogue.lead_times import size_of, stage_times
from callsheet.catalogue.models import Stage, StageTime
from callsheet.insight.credibility import blend, weight
from callsheet.kit.once import once

ENOUGH = 30
"""Projects of one size from which on that size has figures of its own."""

WHOLE = ""
"""In place of a stage: the whole time from start to return of credits."""

type Place = tuple[str, str, str]
"""Brief type, stage (or ``WHOLE``), size (empty: all)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Working days that something takes, usually (P50) and at worst (P80), and from how many of
    the studio's own projects that is known (0: a default).
    """

    p50: int
    p80: int
    n: int = 0

    @property
    def days(self) -> tuple[int, int]:
        """Both numbers."""
        return self.p50, self.p80

    @property
    def source(self) -> str:
        """Where the numbers come from, in words."""
        if not self.n:
            return "default"
        said = f"from {self.n} of the studio's own projects"
        return said if weight(self.n) >= 0.5 else f"{said}, mostly default"


class ExpectedTimes:
    """Expected times of every brief type, stage and size."""

    def __init__(
        self,
        defaults: Mapping[str, Mapping[str, tuple[int, int]]],
        measured: Mapping[Place, Expected],
    ) -> None:
        self._defaults = defaults
        self._measured = measured
        self._stages: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}

    def stage(self, brief_type: str, stage: str, credits: int) -> Expected:
        """The time of one stage (``WHOLE``: of all) for a project that costs so many credits."""
        own = self._defaults.get(brief_type, {})
        if stage == WHOLE:
            p50, p80 = (sum(days[n] for days in own.values()) for n in (0, 1))
        else:
            p50, p80 = own.get(stage, (0, 0))
        known = Expected(p50, max(p50, p80))
        of_type = self._measured.get((brief_type, stage, ""))
        if of_type is not None:
            known = Expected(*blend(of_type.days, of_type.n, known.days), of_type.n)
        of_size = self._measured.get((brief_type, stage, size_of(credits)))
        if of_size is not None and of_size.n >= ENOUGH:
            known = Expected(*blend(of_size.days, of_size.n, known.days), of_size.n)
        return known

    def stages(self, brief_type: str, credits: int) -> dict[str, tuple[int, int]]:
        """The days of every stage: what a return is worked out from."""
        place = brief_type, size_of(credits)
        if place not in self._stages:
            self._stages[place] = {
                str(stage): self.stage(brief_type, stage, credits).days for stage in Stage.values
            }
        return self._stages[place]

    def duration(self, brief_type: str, credits: int) -> Expected:
        """The whole time from start to return of credits, one day at least.

        The sum of the stages' P80 days is more cautious than the P80 of their sum; it is what is
        assumed until finished projects say better.
        """
        whole = self.stage(brief_type, WHOLE, credits)
        return Expected(max(1, whole.p50), max(1, whole.p80), whole.n)


def measured_times(rows: Iterable[StageTime]) -> dict[Place, Expected]:
    """What was measured, by place."""
    return {
        (row.brief_type, row.stage, row.size): Expected(row.p50_days, row.p80_days, row.n)
        for row in rows
    }


@once
def expected_times() -> ExpectedTimes:
    """The expected times as they are known now; two queries, once in a command."""
    return ExpectedTimes(stage_times(), measured_times(StageTime.objects.all()))
