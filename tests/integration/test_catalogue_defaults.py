"""The catalogue that a new studio starts with: what is missing comes, what was set stays."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from callsheet.catalogue import defaults
from callsheet.catalogue.models import DeliverableType, LeadTime, StudioRules, SubscriptionPlan
from callsheet.catalogue.standard import DELIVERABLE_TYPES, LEAD_TIMES, PLANS, VARIATIONS

pytestmark = pytest.mark.django_db


def test_all_of_it_comes() -> None:
    defaults.install()
    kinds = {t.key: (t.name, t.medium, t.kind, t.credits) for t in DeliverableType.objects.all()}
    assert kinds == {
        **{key: (name, medium, "master", price) for key, name, medium, price in DELIVERABLE_TYPES},
        **{key: (name, "other", "variation", 0) for key, name in VARIATIONS},
    }
    assert set(SubscriptionPlan.objects.values_list("key", "name", "credits")) == set(PLANS)
    times = {(t.brief_type, t.stage): (t.p50_days, t.p80_days) for t in LeadTime.objects.all()}
    assert times == {(b, s): days for b, stages in LEAD_TIMES.items() for s, days in stages.items()}
    assert StudioRules.objects.get().pk == 1


def test_what_is_missing_comes_and_what_was_set_stays() -> None:
    defaults.install()
    DeliverableType.objects.filter(key="video").update(credits=12, active=False)
    SubscriptionPlan.objects.filter(key="growth").delete()
    LeadTime.objects.filter(brief_type="content_creation", stage="booking").delete()
    LeadTime.objects.filter(brief_type="original_creative", stage="booking").update(p80_days=9)
    defaults.install()
    video = DeliverableType.objects.get(key="video")
    assert (video.credits, video.active) == (12, False)
    assert SubscriptionPlan.objects.get(key="growth").credits == 60
    booking = LeadTime.objects.filter(stage="booking").values_list("brief_type", "p80_days")
    assert dict(booking) == {"original_creative": 9, "content_creation": 3, "adapt_optimize": 3}


def test_it_takes_one_look_at_each_table_where_all_is_there(
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    defaults.install()
    with django_assert_num_queries(4):
        defaults.install()
