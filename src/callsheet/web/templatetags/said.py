"""Days, moments, credits and statuses as people say them, in the time zone of the page."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from callsheet.kit import clock
from callsheet.web.tones import customer_tone

register = template.Library()

_MINUTE, _HOUR = 60, 3600
_FAR = 300
"""From this many calendar days away on, a date says its year."""


def _today() -> date:
    return clock.now().astimezone(timezone.get_current_timezone()).date()


def say_day(day: date, today: date) -> str:
    """``Thu 12 May``, with the year where that would be in doubt."""
    year = f" {day.year}" if abs((day - today).days) >= _FAR else ""
    return f"{day:%a} {day.day} {day:%b}{year}"


def say_distance(day: date, today: date) -> str:
    """``today``, ``tomorrow``, ``in 3 days``, ``12 days ago``."""
    apart = (day - today).days
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if apart in near:
        return near[apart]
    return f"in {apart} days" if apart > 0 else f"{-apart} days ago"


def say_days(first: date, last: date, today: date) -> str:
    """A range of days, nothing said twice: ``12 to 20 May``, ``28 May to 3 June``."""
    if first == last:
        return say_day(first, today)
    year = f" {last.year}" if abs((last - today).days) >= _FAR else ""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last.day} {last:%b}{year}"
    early = f" {first.year}" if year and first.year != last.year else ""
    return f"{first.day} {first:%b}{early} to {last.day} {last:%b}{year}"


@register.filter(name="day")
def day_filter(value: date | datetime | None) -> SafeString | str:
    """A day with its distance from today on hover; nothing for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    today = _today()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(), say_distance(value, today), say_day(value, today),
    )  # fmt: skip


@register.simple_tag(name="days")
def days_tag(first: date | None, last: date | None) -> SafeString | str:
    """A range of days; on hover how far away its first day is."""
    if first is None:
        return ""
    today = _today()
    return format_html(
        '<span title="{}">{}</span>',
        say_distance(first, today),
        say_days(first, last or first, today),
    )


@register.simple_tag(name="back")
def back_tag(first: date | None, last: date | None) -> SafeString | str:
    """The days on which credits are expected back; what is overdue may come any day."""
    if first is None:
        return ""
    today = _today()
    if first >= today:
        return days_tag(first, last)
    if last is None or last <= today:
        return "any day now"
    return format_html(
        '<span title="{}">by {}</span>', say_distance(last, today), say_day(last, today)
    )


@register.filter(name="distance")
def distance_filter(value: date | None) -> str:
    """How far away a day is, in words."""
    return "" if value is None else say_distance(value, _today())


@register.filter(name="ago")
def ago_filter(value: datetime | None) -> SafeString | str:
    """A moment of the past as people say it, the exact one on hover."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    exact = f"{local:%a} {local.day} {local:%b} {local.year}, {local:%H:%M}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, _ago(local)
    )


def _ago(local: datetime) -> str:
    now = timezone.localtime(clock.now())
    seconds = (now - local).total_seconds()
    if -_MINUTE < seconds < _MINUTE:
        return "just now"
    if 0 <= seconds < _HOUR:
        minutes = int(seconds // _MINUTE)
        return f"{minutes} minute{'' if minutes == 1 else 's'} ago"
    if local.date() == now.date():
        return f"{local:%H:%M}"
    if local.date() == now.date() - timedelta(days=1):
        return f"yesterday, {local:%H:%M}"
    return say_day(local.date(), now.date())


_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS X", "Linux")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "Mac OS X": "macOS"}


@register.filter(name="browser")
def browser_filter(agent: str) -> str:
    """What a browser says of itself, as its owner would: ``Firefox on Windows``."""
    program, system = (
        next((_CALLED.get(name, name) for name in names if name in agent), "")
        for names in (_BROWSERS, _SYSTEMS)
    )
    if program and system:
        return f"{program} on {system}"
    return program or system or "A browser"


@register.filter(name="credits")
def credits_filter(value: int | None) -> str:
    """``20 credits``, ``1 credit``."""
    number = value or 0
    return f"{number:,} credit{'' if abs(number) == 1 else 's'}"


@register.filter(name="status")
def status_filter(value: str) -> SafeString:
    """A project's status with the hue of who has the next step."""
    tone = customer_tone(value)
    return format_html('<span class="state {}">{}</span>', tone.style, tone.label)
