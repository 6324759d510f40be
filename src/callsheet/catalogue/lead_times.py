"""How long a project of a brief type takes, from its start until its credits come back."""

from __future__ import annotations

from dataclasses import dataclass

from callsheet.catalogue.defaults import LEAD_TIMES
from callsheet.catalogue.models import BriefType, LeadTime


@dataclass(frozen=True, slots=True)
class Duration:
    """Working days from start to return of credits: usually (P50) and at worst (P80)."""

    p50: int
    p80: int


def durations() -> dict[str, Duration]:
    """The duration of every brief type, one query.

    The sum of the stages' P80 days is more cautious than the P80 of their sum; it stays the
    published default until a studio's own history is known.
    """
    sums = {brief_type: [0, 0] for brief_type in BriefType.values}
    rows = list(LeadTime.objects.values_list("brief_type", "p50_days", "p80_days"))
    if not rows:
        rows = [
            (brief_type, p50, p80)
            for brief_type, stages in LEAD_TIMES.items()
            for p50, p80 in stages.values()
        ]
    for brief_type, p50, p80 in rows:
        sums[brief_type][0] += p50
        sums[brief_type][1] += p80
    return {name: Duration(max(1, p50), max(1, p80)) for name, (p50, p80) in sums.items()}
