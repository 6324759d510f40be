"""The credit strip: a wallet drawn as cells of five credits, filled by what is in production.

Drawn on the server as one small SVG. The colours come from the style sheet (``cs-...`` classes), so
that it follows light and dark; each part carries its words as a tooltip, and the whole is described
in a sentence, so that nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callsheet.insight.credit_strip import (
    CREDITS_PER_CELL,
    Block,
    Cell,
    Tone,
    cells,
    tone_of,
)
from callsheet.projects.lifecycle import Status
from callsheet.web.tones import customer_tone

_GAP = 2.0
_CHARACTER = 7.4  # pixels, of the widest of the system fonts that are in use
_PHONE_WIDTH, _CELLS_ON_PHONE, _LINES_ON_PHONE, _LINE_PITCH = 344, 12, 8, 38
# Who has the next step, as the studio sees it: (style, words).
TONES = {
    Status.PENDING_REVIEW: ("needs", "needs your review"),
    Status.CLARIFICATION_REQUESTED: ("waits", "waits for the customer's answer"),
    Status.IN_PROGRESS: ("made", "in production"),
    Status.UNDER_REVISION: ("made", "under revision"),
    Status.INITIAL_DELIVERY: ("made", "partly delivered"),
    Status.DELIVERED: ("done", "delivered, with the customer"),
    Status.PARKED: ("waits", "parked"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """What one project occupies: credits, the style of its status, words for it, and its page
    (empty: no link).
    """

    credits: int
    status: str
    tone: str
    words: str
    title: str
    url: str = ""


def part(title: str, status: str, credits: int) -> Part:
    """The part of a project that holds ``credits``."""
    tone, state = TONES.get(Status(status), ("made", Status(status).label.lower()))
    return Part(credits, status, tone, f"{title}: {credits} credits, {state}", title)


def customer_part(title: str, status: str, credits: int, url: str, more: str = "") -> Part:
    """The part of a project as its customer sees it, with a link; ``more`` ends the words."""
    tone = customer_tone(status)
    words = f"{title}: {credits} credits, {tone.words}{more}"
    return Part(credits, status, tone.style, words, title, url)


def sentence(held: int, capacity: int) -> str:
    """The strip in words."""
    if held > capacity:
        return (
            f"{held} credits in production with a capacity of {capacity}: overdrawn by"
            f" {held - capacity}. Nothing starts until enough have come back."
        )
    free = capacity - held
    return f"{held} of {capacity} credits in production, {free} free."


def strip(
    parts: Iterable[Part],
    capacity: int,
    *,
    reserved: int = 0,
    width: int = 240,
    height: int = 12,
    titles: bool = False,
    words: str = "",
) -> SafeString:
    """The strip of a wallet with that capacity as SVG, at most ``width`` wide.

    ``reserved`` of the free credits are kept for the head of the queue and hatched. ``titles``
    writes a project's name into its part where there is room. ``words`` say the picture where
    it is not a wallet's.
    """
    parts = [p for p in parts if p.credits > 0]
    blocks = [Block(n, p.credits, tone_of(p.status)) for n, p in enumerate(parts)]
    drawn = cells(capacity, blocks, reserved)
    pitch = min(54.0 if titles else 18.0, width / max(1, len(drawn)))
    # Names are written across cells, so these then stand closer together.
    pen = _Pen(pitch, min(1.0 if titles else _GAP, pitch / 5), height)
    groups = [pen.part(drawn, n, p, titles) for n, p in enumerate(parts)]
    size = max(1.0, len(drawn) * pitch - pen.gap)
    return format_html(
        '<svg class="cs-strip" role="{}" aria-label="{}" width="{}" height="{}"'
        ' viewBox="0 0 {} {}">{}{}</svg>',
        "group" if any(p.url for p in parts) else "img",
        words or sentence(sum(p.credits for p in parts), capacity),
        f"{size:.0f}", height, f"{size:.1f}", height,
        pen.shapes(drawn, None, None), _together(groups),
    )  # fmt: skip


def strip_on_page(parts: Iterable[Part], capacity: int, *, reserved: int = 0) -> SafeString:
    """The strip of a wallet as a page shows it, with names: one line across the page, and for
    narrow screens as many lines as it needs, of which each screen shows its own.
    """
    parts = [p for p in parts if p.credits > 0]
    wide = strip(parts, capacity, reserved=reserved, width=1080, height=40, titles=True)
    narrow = _in_lines(parts, capacity, reserved)
    return format_html('<div class="cs-wide">{}</div><div class="cs-narrow">{}</div>', wide, narrow)


def _in_lines(parts: list[Part], capacity: int, reserved: int) -> SafeString:
    """The strip for a phone: lines of sixty credits, longer ones only for very large wallets."""
    blocks = [Block(n, p.credits, tone_of(p.status)) for n, p in enumerate(parts)]
    drawn = cells(capacity, blocks, reserved)
    per_line = max(_CELLS_ON_PHONE, -(-len(drawn) // _LINES_ON_PHONE))
    pen = _Pen(_PHONE_WIDTH / per_line, 1.0, 32)
    lines = []
    for place, first in enumerate(range(0, len(drawn), per_line)):
        line = drawn[first : first + per_line]
        here = {piece.block for cell in line for piece in cell.parts}
        groups = [pen.part(line, n, p, True) for n, p in enumerate(parts) if n in here]
        lines.append(
            format_html(
                '<g transform="translate(0 {})">{}{}</g>',
                place * _LINE_PITCH, pen.shapes(line, None, None), _together(groups),
            )
        )  # fmt: skip
    return format_html(
        '<svg class="cs-strip" role="{}" aria-label="{}" width="{}" height="{}"'
        ' viewBox="0 0 {} {}">{}</svg>',
        "group" if any(p.url for p in parts) else "img",
        sentence(sum(p.credits for p in parts), capacity),
        _PHONE_WIDTH, _LINE_PITCH * max(1, len(lines)) - 6,
        _PHONE_WIDTH, _LINE_PITCH * max(1, len(lines)) - 6, _together(lines),
    )  # fmt: skip


def _together(pieces: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where what lies on the strip, in pixels."""

    pitch: float
    gap: float
    height: int

    def stretches(self, drawn: list[Cell], block: int | None) -> list[tuple[Tone, float, float]]:
        """Where a block lies, cell by cell, or (None) what is free: (tone, x, width)."""
        inner = (self.pitch - self.gap) / CREDITS_PER_CELL
        found = []
        for n, cell in enumerate(drawn):
            x = n * self.pitch
            for piece in cell.parts:
                if piece.block == block:
                    found.append((piece.tone, x, piece.credits * inner))
                x += piece.credits * inner
        return found

    def part(self, drawn: list[Cell], block: int, p: Part, titles: bool) -> SafeString:
        """A project's rectangles and name, as a link where it has a page."""
        drawing = format_html(
            "{}{}", self.shapes(drawn, block, p), self.name(drawn, block, p) if titles else ""
        )
        if not p.url:
            return drawing
        return format_html('<a href="{}">{}</a>', p.url, drawing)

    def shapes(self, drawn: list[Cell], block: int | None, p: Part | None) -> SafeString:
        """The rectangles of one block with its words as tooltip, or of what is free."""
        shapes = []
        for tone, x, wide in self.stretches(drawn, block):
            style = p.tone if p else "free"
            if tone in (Tone.OVERDRAWN, Tone.RESERVED):
                style = "over" if tone is Tone.OVERDRAWN else "kept"
            inset = 0 if p else 0.5  # an outline lies within its cell
            shapes.append(
                format_html(
                    '<rect class="cs-{}" x="{}" y="{}" width="{}" height="{}" rx="1.5"/>',
                    style, f"{x + inset:.2f}", inset, f"{max(0.6, wide - 2 * inset):.2f}",
                    self.height - 2 * inset,
                )
            )  # fmt: skip
        title = format_html("<title>{}</title>", p.words) if p else ""
        return format_html("<g>{}{}</g>", title, _together(shapes))

    def name(self, drawn: list[Cell], block: int, p: Part) -> SafeString:
        """A project's name where there is room for it, and the seam before it."""
        lies = self.stretches(drawn, block)
        start, end = lies[0][1], lies[-1][1] + lies[-1][2]
        seam: SafeString | str = ""
        if start:
            seam = format_html(
                '<rect class="cs-seam" x="{}" y="0" width="3" height="{}"/>',
                f"{start - 1.5 - self.gap / 2:.1f}", self.height,
            )  # fmt: skip
        room = int((end - start - 14) / _CHARACTER)
        if room < 6:
            return format_html("{}", seam)
        short = p.title if len(p.title) <= room else p.title[: room - 1] + "…"
        style = "over" if lies[0][0] is Tone.OVERDRAWN else p.tone
        return format_html(
            '{}<text x="{}" y="{}" class="cs-name cs-on-{}">{}</text>',
            seam, f"{start + 7:.1f}", f"{self.height / 2 + 4:.1f}", style, short,
        )  # fmt: skip
