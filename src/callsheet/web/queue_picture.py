"""The queue as a picture: what holds credits and until when, and where what waits will fit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.safestring import SafeString

from callsheet.insight.queue_facts import QueueView
from callsheet.insight.reordering import Foreseen
from callsheet.insight.snapshots import QueueReading
from callsheet.insight.wording import say_credits
from callsheet.kit.workdays import WorkCalendar
from callsheet.web.addresses import project_url
from callsheet.web.queue_words import comes_back
from callsheet.web.strip_over_time import Bar, strip_over_time
from callsheet.web.templatetags.said import say_days
from callsheet.web.tones import customer_tone

SPANS = (42, 70, 98)
"""Calendar days that the picture may look ahead."""


def queue_picture(
    view: QueueView,
    reading: QueueReading,
    calendar: WorkCalendar,
    foreseen: Mapping[int, Foreseen],
    *,
    links: bool,
) -> SafeString | str:
    """The strip over time; ``foreseen`` are starts of an order that is tried out. Empty where
    nothing holds credits and nothing waits.
    """
    today = view.today
    bars = []
    for holder in view.holding:
        end = comes_back(holder, today, calendar) or today
        worst = max(end, holder.returns_by or end)
        words = (
            f"{holder.title}: {say_credits(holder.credits)}, {customer_tone(holder.status).words},"
            f" expected back {say_days(end, worst, today)}"
        )
        url = project_url(view.key, holder.key) if links else ""
        tone = customer_tone(holder.status).style
        bars.append(Bar(holder.title, holder.credits, today, end, worst, tone, words, url))
    lasts = {brief.id: brief.days_p50 for brief in reading.snapshot.briefs}
    starts: list[date] = []
    for brief in view.waiting:
        tried = foreseen.get(brief.number)
        first = tried.starts_from if tried else brief.starts_from
        last = tried.starts_by if tried else brief.starts_by
        if first is None:
            continue
        starts.append(first)
        end = calendar.add(first, lasts[brief.number])
        words = (
            f"{brief.title}: {say_credits(brief.credits)}, expected to start"
            f" {say_days(first, last or first, today)}"
        )
        url = project_url(view.key, brief.key) if links else ""
        bars.append(
            Bar(brief.title, brief.credits, first, end, end, "waits", words, url, planned=True)
        )
    if not bars:
        return ""
    latest = (max(starts, default=today) - today).days + 14
    days = next((span for span in SPANS if latest <= span), SPANS[-1])
    sentence = (
        f"Credits over the next {days // 7} weeks: {view.held} of {view.capacity} in production"
        f" today; {len(view.waiting)} waiting, hatched where expected to start."
    )
    return strip_over_time(bars, view.steps, today, days, sentence)
