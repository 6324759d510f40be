"""New briefs, as the customers of the demo studio write them."""

from __future__ import annotations

from datetime import date
from random import Random

from callsheet.catalogue.models import BriefType
from callsheet.kit.workdays import WorkCalendar
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput

_OCCASIONS = (
    "Gift guide", "Winter sale", "New year", "Store opening", "Best of the year", "Back in stock",
    "Customer stories", "Last orders", "Newsletter", "Members only",
)  # fmt: skip
_WORK: tuple[tuple[str, BriefType, tuple[tuple[str, int], ...]], ...] = (
    ("key visuals", BriefType.ORIGINAL_CREATIVE, (("static", 4),)),
    ("two short films", BriefType.ORIGINAL_CREATIVE, (("video", 2),)),
    ("film and stills", BriefType.ORIGINAL_CREATIVE, (("video", 1), ("static", 3))),
    ("stop motion", BriefType.ORIGINAL_CREATIVE, (("stop-motion", 1),)),
    ("photo set", BriefType.CONTENT_CREATION, (("photo-set", 1),)),
    ("raw clips", BriefType.CONTENT_CREATION, (("raw-clip", 3),)),
    ("new formats", BriefType.ADAPT_OPTIMIZE, (("static", 2),)),
)
_TEXTS = {
    BriefType.ORIGINAL_CREATIVE: {
        "objective": "More first orders before the end of the year.",
        "creative_style": "lifestyle",
        "central_idea": "The product where one does not expect it.",
    },
    BriefType.CONTENT_CREATION: {
        "creative_style": "studio",
        "setting": "A plain table by a window.",
        "product_information": "Samples are with the studio.",
    },
    BriefType.ADAPT_OPTIMIZE: {"what_to_change": "Shorter, with a new call to action."},
}


def new_brief(rng: Random, today: date, calendar: WorkCalendar) -> BriefInput:
    """A ready brief, wanted in six to nine weeks."""
    work, brief_type, parts = rng.choice(_WORK)
    occasion = rng.choice(_OCCASIONS)
    wanted = calendar.add(today, rng.randint(30, 45))
    return BriefInput(
        title=f"{occasion}: {work}",
        brief_type=brief_type,
        campaign=occasion,
        wanted_by=wanted,
        publish_on=calendar.add(wanted, 5),
        fields=_TEXTS[brief_type],
        concepts=(
            ConceptInput(work.capitalize(), tuple(DeliverableInput(t, q) for t, q in parts)),
        ),
        dos=("show the logo once",),
    )
