"""A project's stages as one strip: how long each took, and who was waited for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callsheet.catalogue.models import Stage
from callsheet.insight.project_dates import Stay
from callsheet.insight.wording import say_working_days
from callsheet.web.templatetags.said import say_days

_TONES = {"studio": "made", "customer": "needs", "carrier": "waits"}
_LEAST = 14.0
_CHARACTER = 7.0


def waited_for(party: str, *, studio: bool) -> str:
    """With whom it was, as the customer (or the studio) reads it."""
    customer = "with the customer" if studio else "with you"
    known = {"studio": "with the studio", "customer": customer, "carrier": "with the carrier"}
    return known.get(party, party)


def stage_strip(
    stays: Sequence[Stay],
    today: date,
    *,
    studio: bool = False,
    width: int = 1080,
    height: int = 34,
) -> SafeString | str:
    """The stages side by side, as wide as they were long in calendar days; each says its words on
    hover, and the table below says them again. ``studio``: it is the studio that reads.
    """
    if not stays:
        return ""
    days = [max(1, ((stay.until or today) - stay.since).days) for stay in stays]
    room = width - _LEAST * len(stays)
    scale = max(0.0, room) / sum(days)
    pieces, x = [], 0.0
    for stay, length in zip(stays, days, strict=True):
        wide = _LEAST + length * scale
        pieces.append(_piece(stay, today, x, wide, height, studio=studio))
        x += wide
    return format_html(
        '<svg class="cs-strip" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}"'
        ' height="{}">{}</svg>',
        _sentence(stays, studio=studio), f"{x:.0f}", height, width, height,
        format_html_join("", "{}", ((piece,) for piece in pieces)),
    )  # fmt: skip


def label_of(stay: Stay) -> str:
    """The stage's name."""
    return str(Stage(stay.stage).label) if stay.stage in Stage.values else stay.stage


def _piece(
    stay: Stay, today: date, x: float, wide: float, height: int, *, studio: bool
) -> SafeString:
    words = (
        f"{label_of(stay)}, {waited_for(stay.waiting_for, studio=studio)}:"
        f" {say_days(stay.since, stay.until or today, today)}, {say_working_days(stay.days)}"
    )
    tone = _TONES.get(stay.waiting_for, "waits")
    room = int((wide - 14) / _CHARACTER)
    name = label_of(stay)
    text: SafeString | str = ""
    if room >= 4:
        short = name if len(name) <= room else name[: room - 1].rstrip() + "…"
        text = format_html(
            '<text x="{}" y="{}" class="cs-name cs-on-{}">{}</text>',
            f"{x + 7:.1f}", f"{height / 2 + 4.5:.1f}", tone, short,
        )  # fmt: skip
    return format_html(
        '<g><title>{}</title><rect class="cs-{}" x="{}" y="0" width="{}" height="{}" rx="2"/>{}'
        "</g>",
        words, tone, f"{x:.1f}", f"{wide - 2:.1f}", height, text,
    )  # fmt: skip


def _sentence(stays: Sequence[Stay], *, studio: bool) -> str:
    spent: dict[str, int] = {}
    for stay in stays:
        spent[stay.waiting_for] = spent.get(stay.waiting_for, 0) + stay.days
    parts = [
        f"{say_working_days(days)} {waited_for(who, studio=studio)}" for who, days in spent.items()
    ]
    return f"So far {', '.join(parts)}."
