"""The credit strip: a wallet drawn as cells of five credits, filled by what is in production.

Drawn on the server as one small SVG. The colours come from the style sheet (``cs-...`` classes), so
that it follows light and dark; each part carries its words as a tooltip, and the whole is described
in a sentence, so that nothing is said by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callsheet.projects.lifecycle import Status

CELL = 5  # credits
_GAP = 2.0
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
    """What one project occupies: credits, the style of its status, and words for it."""

    credits: int
    tone: str
    words: str
    title: str = ""


def part(title: str, status: str, credits: int) -> Part:
    """The part of a project that holds ``credits``."""
    tone, state = TONES.get(Status(status), ("made", Status(status).label.lower()))
    return Part(credits, tone, f"{title}: {credits} credits, {state}", title)


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
    width: int = 240,
    height: int = 12,
    titles: bool = False,
) -> SafeString:
    """The strip of a wallet with that capacity as SVG, at most ``width`` wide.

    ``titles`` writes a project's name into its part where there is room.
    """
    parts = [p for p in parts if p.credits > 0]
    held = sum(p.credits for p in parts)
    stated, capacity = capacity, max(0, capacity)
    cells = max(1, -(-max(capacity, held) // CELL))
    pitch = min(30.0 if titles else 18.0, (width + _GAP) / cells)
    # Names are written across cells, so these then stand closer together.
    gap = min(1.0 if titles else _GAP, pitch / 5)
    pen = _Pen(pitch, gap, height)
    outlines = [pen.rectangles(min(held, capacity), capacity, "cs-free", "")]
    fills, labels, start = [], [], 0
    for p in parts:
        end = start + p.credits
        within = min(end, max(start, capacity))
        if within > start:
            fills.append(pen.rectangles(start, within, f"cs-{p.tone}", p.words))
        if end > within:
            fills.append(pen.rectangles(within, end, "cs-over", f"{p.words} (overdrawn)"))
        room = pen.at(end) - pen.at(start)
        name = p.title
        if titles and room > 60:
            short = name if len(name) * 6.5 < room - 10 else name[: int((room - 16) / 6.5)] + "…"
            place = (f"{pen.at(start) + 7:.1f}", f"{height / 2 + 4:.1f}")
            style = f"cs-name cs-on-{p.tone if within > start else 'over'}"
            labels.append(
                format_html('<text x="{}" y="{}" class="{}">{}</text>', *place, style, short)
            )
        if titles and start:
            labels.append(
                format_html(
                    '<rect x="{}" y="0" width="3" height="{}" class="cs-seam"/>',
                    f"{pen.at(start) - 1:.1f}",
                    height,
                )
            )
        start = end
    total = pen.at(cells * CELL)
    return format_html(
        '<svg class="cs-strip" role="img" aria-label="{}" width="{}" height="{}"'
        ' viewBox="0 0 {} {}">{}{}{}</svg>',
        sentence(held, stated), f"{total:.0f}", height, f"{total:.1f}", height,
        _together(outlines), _together(fills), _together(labels),
    )  # fmt: skip


def _together(pieces: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where a number of credits lies on the strip, in pixels."""

    pitch: float
    gap: float
    height: int

    def at(self, credits: int) -> float:
        """The left edge of what begins after ``credits``; a full cell ends before its gap."""
        cell, rest = divmod(credits, CELL)
        if rest == 0 and cell:
            return cell * self.pitch - self.gap
        return cell * self.pitch + rest / CELL * (self.pitch - self.gap)

    def pieces(self, start: int, end: int) -> Iterator[tuple[float, float]]:
        """The parts of cells between two numbers of credits: (x, width)."""
        while start < end:
            cell, rest = divmod(start, CELL)
            stop = min(end, (cell + 1) * CELL)
            inner = self.pitch - self.gap
            yield cell * self.pitch + rest / CELL * inner, (stop - start) / CELL * inner
            start = stop

    def rectangles(self, start: int, end: int, style: str, words: str) -> SafeString:
        """The rectangles from ``start`` to ``end`` credits, with one tooltip."""
        inset = 0.5 if style == "cs-free" else 0
        shapes = format_html_join(
            "",
            '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5"/>',
            (
                (
                    f"{x + inset:.2f}",
                    inset,
                    f"{max(0.6, w - 2 * inset):.2f}",
                    self.height - 2 * inset,
                )
                for x, w in self.pieces(start, end)
            ),
        )
        title = format_html("<title>{}</title>", words) if words else ""
        return format_html('<g class="{}">{}{}</g>', style, title, shapes)
