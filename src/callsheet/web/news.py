"""Since you last looked, what else happened lately, and what to finalize so that more starts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from callsheet.credits.kinds import Kind
from callsheet.insight.freeing import Way, ways_to_free
from callsheet.insight.queue_view import read_account_queue
from callsheet.insight.since_last_look import CreditChange, Moved, read_news
from callsheet.insight.wording import say_credits
from callsheet.journal.commands import new_key
from callsheet.projects.models import PublishedRange
from callsheet.services.looking import mark_looked
from callsheet.web.frame import Frame, account_page, show
from callsheet.web.queue_order import numbers_of
from callsheet.web.templatetags.said import say_days

RECENT = 12
"""Happenings that are shown whether they are new or not."""

FEW = 8
"""Lines that are shown on *Today*; the page has all."""

_WHAT = dict(PublishedRange.What.choices)
_WHY = {
    Kind.GRANT: ("by a plan or a grant", "by a plan or a grant"),
    Kind.REVOKE: ("a plan or a grant has ended", "a plan or a grant has ended"),
    Kind.ALLOCATE: ("from the pool", "to the pool"),
    Kind.RECLAIM: ("from the pool", "back to the pool"),
    Kind.REASSIGN: ("from another team", "to another team"),
    Kind.ADJUST: ("adjusted by the studio", "adjusted by the studio"),
    Kind.EXPIRE: ("expired", "expired"),
}


@account_page
@require_safe
def news(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What has changed since this person last looked, as a page and as a part of *Today*."""
    return _news(request, frame)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of news: the project it is about (empty: none), what is said, and when it was."""

    key: str
    words: str
    at: datetime


def _news(request: HttpRequest, frame: Frame) -> HttpResponse:
    seen = read_news(frame.actor, frame.account, frame.rights, recent=RECENT)
    new = [
        *(Line(moved.key, say_moved(moved, frame.today), moved.at) for moved in seen.moved),
        *(Line("", say_credit_change(change), change.at) for change in seen.credits),
        *(Line(one.key, one.said, one.at) for one in seen.happened),
    ]
    few = "few" in request.GET
    before = [Line(one.key, one.said, one.at) for one in seen.before]
    facts = {
        "nav": "dashboard",
        "seen": seen,
        "few": few,
        "new": new[:FEW] if few else new,
        "more": len(new) - FEW if few and len(new) > FEW else 0,
        "before": before[: max(0, FEW - len(new))] if few else before,
        "new_key": new_key,
    }
    return show(request, frame, "web/news.html", facts, parts=("news",))


def say_moved(moved: Moved, today: date) -> str:
    """A range of days that is another one now."""
    what = _WHAT.get(moved.what, moved.what).lower()
    if moved.now is None:
        return f"“{moved.title}”: the {what} is not known any more{_because(moved)}"
    now = say_days(*moved.now, today)
    if moved.before is None:
        return f"“{moved.title}”: {what} {now}"
    return f"“{moved.title}”: {what} {say_days(*moved.before, today)} → {now}{_because(moved)}"


def _because(moved: Moved) -> str:
    return f", because {'; '.join(moved.reasons)}" if moved.reasons else ""


def say_credit_change(change: CreditChange) -> str:
    """Credits that came or went for good or for a while, and why."""
    came, went = _WHY.get(Kind(change.kind), (change.kind, change.kind))
    if change.credits > 0:
        return f"{say_credits(change.credits)} more: {came}"
    return f"{say_credits(-change.credits)} less: {went}"


@account_page
@require_POST
def looked(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Remember that the changes up to here were seen."""
    event, span = (numbers_of(request.POST.get(name, ""))[:1] for name in ("event", "range"))
    mark_looked(
        frame.actor,
        frame.account.pk,
        event_id=event[0] if event else 0,
        range_id=span[0] if span else 0,
        key=request.POST.get("command_key") or None,
    )
    htmx = getattr(request, "htmx", None)
    if htmx and htmx.target == "news":  # the button on the part; the page is marked by itself
        return _news(request, frame)
    if htmx:
        return HttpResponse(status=204)
    response = redirect("dashboard", frame.account.key)
    response.status_code = 303
    return response


@account_page
@require_safe
def ways(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What to finalize so that something that waits starts now: a part of *Today*, and a page."""
    found = ways_to_free(read_account_queue(frame.account), frame.account.wallet.pk)
    facts = {"nav": "dashboard", "ways": [(way, say_way(way)) for way in found]}
    return show(request, frame, "web/ways.html", facts, parts=("ways",))


def say_way(way: Way) -> str:
    """What a way brings, after the names of what is to be finalized."""
    names = [
        f"“{start.title}” grows" if start.more_scope else f"“{start.title}”" for start in way.starts
    ]
    which = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if len(names) == 1 and way.starts[0].more_scope:
        return f"{which} at once"
    return f"{which} {'starts' if len(names) == 1 else 'start'} at once"
