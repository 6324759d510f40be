"""The starts that a repaired plan has moved, as its page, workbook and calendar mark them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callsheet.insight.wording import say_day, say_working_days

type Moves = Mapping[str, dict[str, Any]]
"""What has moved (rows of ``moved`` as ``callsheet repair --json`` answers), by project."""


def moves_section(moves: Moves, first: date) -> SafeString | str:
    """What has moved, with old and new day and the reason; nothing where nothing has."""
    if not moves:
        return ""
    rows = (
        (
            say_day(move["from"], first),
            say_day(move["to"], first) if move["to"] else "never",
            move["title"],
            _by(move),
            move["reason"]["sentence"],
        )
        for move in moves.values()
    )
    return format_html(
        '<section class="card"><h2>What has moved</h2><ul class="briefs moves">{}</ul></section>',
        format_html_join(
            "",
            '<li><span class="day">{} → {}</span><strong>{}</strong><span>{}</span>'
            '<span class="more">{}</span></li>',
            rows,
        ),
    )


def old_day(move: dict[str, Any] | None, first: date) -> SafeString | str:
    """The mark beside a new day: the one it had before."""
    if move is None:
        return ""
    return format_html('<span class="note">moved, was {}</span>', say_day(move["from"], first))


def say_move(move: dict[str, Any]) -> str:
    """A move in one sentence, with days as programs write them, and its reason."""
    if move["to"] is None:
        return f"Was to be briefed on {move['from']}. {move['reason']['sentence']}"
    by = _by(move)
    return f"Moved from {move['from']} to {move['to']}, {by}. {move['reason']['sentence']}"


def _by(move: dict[str, Any]) -> str:
    if move["days"] is None:
        return ""
    return f"{say_working_days(abs(move['days']))} {'later' if move['days'] > 0 else 'earlier'}"
