"""Today: one sentence and one strip that say how the account stands, then what to do about it."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from callsheet.insight.morning import COMES_BACK_DAYS, Morning, MorningProject, read_morning
from callsheet.projects.lifecycle import HOLDING
from callsheet.web.addresses import project_url
from callsheet.web.dashboard_words import say_morning, say_stock, short_of_drafts
from callsheet.web.frame import Frame, account_page, show
from callsheet.web.home import LAST_ACCOUNT
from callsheet.web.strip import customer_part, strip_on_page
from callsheet.web.strip_over_time import Bar, strip_over_time
from callsheet.web.templatetags.said import say_days
from callsheet.web.tones import customer_tone

_YEAR = 365 * 24 * 3600


@account_page
@require_safe
def dashboard(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The account's first page; HTMX fetches its live part again when something has moved."""
    morning = read_morning(frame.account, frame.rights)
    facts = {
        "nav": "dashboard",
        "morning": morning,
        "sentence": say_morning(morning),
        "strip": _strip(frame, morning),
        "over_time": _over_time(frame, morning),
        "stock": say_stock(morning.stock),
        "short": short_of_drafts(morning.stock),
    }
    response = show(request, frame, "web/dashboard.html", facts, parts=("live",))
    response.set_cookie(
        LAST_ACCOUNT, frame.account.key, _YEAR, samesite="Lax", secure=request.is_secure()
    )
    return response


def _comes_back(project: MorningProject, morning: Morning) -> str:
    if project.first is None:
        return ""
    first = max(project.first, morning.today)
    last = max(project.last or first, first)
    return f", expected back {say_days(first, last, morning.today)}"


def _strip(frame: Frame, morning: Morning) -> SafeString:
    parts = [
        customer_part(
            p.title, p.status, p.credits, project_url(frame.account.key, p.key),
            _comes_back(p, morning),
        )
        for p in morning.production
    ]  # fmt: skip
    return strip_on_page(parts, morning.capacity, reserved=morning.reserved)


def _over_time(frame: Frame, morning: Morning) -> SafeString | str:
    """What is held over the next six weeks, and what is expected to start."""
    today = morning.today
    end_of_picture = today + timedelta(days=COMES_BACK_DAYS)
    bars = []
    for p in (*morning.production, *morning.waiting):
        url = project_url(frame.account.key, p.key)
        if p.status in HOLDING:
            end = max(p.first or end_of_picture, today)
            words = f"{p.title}: {p.credits} credits{_comes_back(p, morning)}"
            tone = customer_tone(p.status).style
            bars.append(Bar(p.title, p.credits, today, end, p.last or end, tone, words, url))
        elif p.first is not None and p.first < end_of_picture:
            first = max(p.first, today)
            days = say_days(first, max(p.last or first, first), today)
            words = f"{p.title}: {p.credits} credits, expected to start {days}"
            bars.append(
                Bar(p.title, p.credits, first, end_of_picture, end_of_picture, "waits", words, url,
                    planned=True)
            )  # fmt: skip
    if not bars:
        return ""
    sentence = f"Credits held over the next six weeks: {morning.held} today."
    return strip_over_time(bars, morning.steps, today, COMES_BACK_DAYS, sentence)
