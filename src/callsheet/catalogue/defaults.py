"""The catalogue that a new studio starts with. All of it can be changed in the administration.

Lead times are defaults until the studio's own history replaces them: (P50, P80) working days.
"""

from __future__ import annotations

from callsheet.catalogue.models import (
    BriefType,
    DeliverableKind,
    DeliverableType,
    LeadTime,
    Medium,
    Stage,
    StudioRules,
    SubscriptionPlan,
)

DELIVERABLE_TYPES = [
    ("static", "Static creative", Medium.STATIC, 5),
    ("video", "Video creative", Medium.VIDEO, 10),
    ("stop-motion", "Stop motion", Medium.STOP_MOTION, 15),
    ("photo", "Photo", Medium.PHOTO, 2),
    ("photo-set", "Photo set", Medium.PHOTO, 10),
    ("raw-clip", "Raw video clip", Medium.VIDEO, 5),
]
VARIATIONS = [
    ("text-variation", "Text variation"),
    ("format-variation", "Format variation"),
]
PLANS = [
    ("starter", "Starter", 30),
    ("growth", "Growth", 60),
    ("scale", "Scale", 120),
    ("enterprise", "Enterprise", 300),
]
LEAD_TIMES: dict[str, dict[str, tuple[int, int]]] = {
    BriefType.ORIGINAL_CREATIVE: {
        Stage.REVIEW: (1, 2),
        Stage.BOOKING: (2, 3),
        Stage.CREATION: (14, 14),
        Stage.POST_PRODUCTION: (4, 5),
        Stage.QUALITY_CHECK: (1, 1),
        Stage.CUSTOMER_REVIEW: (3, 5),
        Stage.REVISION: (0, 5),
    },
    BriefType.CONTENT_CREATION: {
        Stage.REVIEW: (1, 2),
        Stage.BOOKING: (2, 3),
        Stage.CREATION: (14, 14),
        Stage.POST_PRODUCTION: (2, 3),
        Stage.QUALITY_CHECK: (1, 1),
        Stage.CUSTOMER_REVIEW: (3, 5),
        Stage.REVISION: (0, 5),
    },
    BriefType.ADAPT_OPTIMIZE: {
        Stage.REVIEW: (1, 2),
        Stage.BOOKING: (2, 3),
        Stage.CREATION: (0, 0),
        Stage.POST_PRODUCTION: (4, 5),
        Stage.QUALITY_CHECK: (1, 1),
        Stage.CUSTOMER_REVIEW: (3, 5),
        Stage.REVISION: (0, 5),
    },
}


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
