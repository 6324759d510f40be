"""A draft for those who may read it, and no more."""

from __future__ import annotations

from typing import Any

from callsheet.catalogue.models import BriefType, deliverable_types, studio_rules
from callsheet.credits.models import Billing
from callsheet.insight.brief_view import Draft, weigh
from callsheet.projects.brief_fields import fields_for
from callsheet.projects.models import Priority
from callsheet.web.brief_fields import concept_views
from callsheet.web.brief_form import typed_of
from callsheet.web.brief_page import checks
from callsheet.web.frame import Frame


def reading_facts(frame: Frame, draft: Draft) -> dict[str, Any]:
    """What the draft says, without empty fields."""
    types = deliverable_types()
    typed = typed_of(draft.brief)
    weighed = weigh(
        draft.brief, types, studio_rules(), frame.today,
        pay_as_you_go=frame.account.wallet.billing == Billing.PAY_AS_YOU_GO,
    )  # fmt: skip
    texts = [
        (field.label, dict(field.choices).get(text, text))
        for field in fields_for(typed.brief_type, typed.fields)
        if (text := typed.fields.get(field.name, "").strip())
    ]
    return {
        "nav": "brief",
        "draft": draft,
        "brief": draft.brief,
        "brief_type": BriefType(draft.brief.brief_type).label,
        "priority": Priority(draft.brief.priority).label,
        "texts": texts,
        "concepts": concept_views(typed, {}, types),
        "weighed": weighed,
        "checks": [check for check in checks(weighed) if not check.ok],
    }
