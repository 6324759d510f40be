"""How long a project of a brief type takes, from its start until its credits come back."""

from __future__ import annotations

from dataclasses import dataclass

from callsheet.catalogue.models import BriefType, LeadTime
from callsheet.catalogue.standard import LEAD_TIMES

SIZES = (("small", 15), ("medium", 40), ("large", None))
"""Classes of projects by their credits, each with the most that still belongs to it."""


def size_of(credits: int) -> str:
    """The size class of a project that costs so many credits."""
    return next(name for name, most in SIZES if most is None or credits <= most)


@dataclass(frozen=True, slots=True)
class Duration:
    """Working days from start to return of credits: usually (P50) and at worst (P80)."""

    p50: int
    p80: int


def stage_times() -> dict[str, dict[str, tuple[int, int]]]:
    """The working days of every stage by brief type, usually (P50) and at worst (P80); one query.

    What the studio has set, or the defaults where it has set nothing.
    """
    times: dict[str, dict[str, tuple[int, int]]] = {name: {} for name in BriefType.values}
    rows = list(LeadTime.objects.values_list("brief_type", "stage", "p50_days", "p80_days"))
    if not rows:
        return {name: dict(stages) for name, stages in LEAD_TIMES.items()}
    for brief_type, stage, p50, p80 in rows:
        times[brief_type][stage] = (p50, p80)
    return times


def durations() -> dict[str, Duration]:
    """The duration of every brief type, one query.

    The sum of the stages' P80 days is more cautious than the P80 of their sum; it stays the
    published default until a studio's own history is known.
    """
    return {
        name: Duration(
            max(1, sum(p50 for p50, _ in stages.values())),
            max(1, sum(p80 for _, p80 in stages.values())),
        )
        for name, stages in stage_times().items()
    }
