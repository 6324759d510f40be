"""The catalogue that a new studio starts with. All of it can be changed in the administration.

Lead times are defaults until the studio's own history replaces them: (P50, P80) working days.
"""

from __future__ import annotations

from operator import attrgetter

from django.db.models import Model

from callsheet.catalogue.models import (
    DeliverableKind,
    DeliverableType,
    LeadTime,
    Medium,
    StudioRules,
    SubscriptionPlan,
)
from callsheet.catalogue.standard import DELIVERABLE_TYPES, LEAD_TIMES, PLANS, VARIATIONS


def install() -> None:
    """Create what is missing; never changes what the studio has set."""
    _add_missing(
        [
            *(
                DeliverableType(key=key, name=name, medium=medium, credits=credits)
                for key, name, medium, credits in DELIVERABLE_TYPES
            ),
            *(
                DeliverableType(
                    key=key,
                    name=name,
                    medium=Medium.OTHER,
                    kind=DeliverableKind.VARIATION,
                    credits=0,
                )
                for key, name in VARIATIONS
            ),
        ],
        "key",
    )
    _add_missing(
        [SubscriptionPlan(key=key, name=name, credits=credits) for key, name, credits in PLANS],
        "key",
    )
    _add_missing(
        [
            LeadTime(brief_type=brief_type, stage=stage, p50_days=p50, p80_days=p80)
            for brief_type, stages in LEAD_TIMES.items()
            for stage, (p50, p80) in stages.items()
        ],
        "brief_type",
        "stage",
    )
    _add_missing([StudioRules(pk=1)], "pk")


def _add_missing[Row: Model](rows: list[Row], *named_by: str) -> None:
    """Create those of ``rows`` that the studio has not, told apart by the fields ``named_by``.

    One look and at most one statement for all of them. What somebody else creates meanwhile stays.
    """
    name = attrgetter(*named_by)
    entries = type(rows[0])._default_manager
    there = set(entries.values_list(*named_by, flat=len(named_by) == 1))
    if missing := [row for row in rows if name(row) not in there]:
        entries.bulk_create(missing, ignore_conflicts=True)
