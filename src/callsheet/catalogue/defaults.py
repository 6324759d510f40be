"""The catalogue that a new studio starts with. All of it can be changed in the administration.

Lead times are defaults until the studio's own history replaces them: (P50, P80) working days.
"""

from __future__ import annotations

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
    for key, name, medium, credits in DELIVERABLE_TYPES:
        DeliverableType.objects.get_or_create(
            key=key, defaults={"name": name, "medium": medium, "credits": credits}
        )
    for key, name in VARIATIONS:
        DeliverableType.objects.get_or_create(
            key=key,
            defaults={
                "name": name,
                "medium": Medium.OTHER,
                "kind": DeliverableKind.VARIATION,
                "credits": 0,
            },
        )
    for key, name, credits in PLANS:
        SubscriptionPlan.objects.get_or_create(key=key, defaults={"name": name, "credits": credits})
    for brief_type, stages in LEAD_TIMES.items():
        for stage, (p50, p80) in stages.items():
            LeadTime.objects.get_or_create(
                brief_type=brief_type, stage=stage, defaults={"p50_days": p50, "p80_days": p80}
            )
    StudioRules.objects.get_or_create(pk=1)
