"""The teams of a plan over time, drawn as SVG: what each holds of its own, and its loans.

A line is a team's own credits. What it holds under the line is filled, what it holds above it is
borrowed, and hatched, so that nothing is said by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callsheet.cli.plan_axis import TOP, Axis
from callsheet.insight.wording import say_count, say_credits

_CHARACTER = 7.0


@dataclass(frozen=True, slots=True)
class _Look:
    """Sizes in pixels. ``above``: names stand over the lanes, else beside them."""

    width: int
    left: float
    right: float
    lane: int
    above: bool


_WIDE, _NARROW = _Look(1080, 250, 8, 64, False), _Look(344, 6, 8, 84, True)


@dataclass(frozen=True, slots=True)
class _Span:
    """From ``begin`` until before ``end`` a team holds and owns the same."""

    begin: date
    end: date
    held: int
    own: int


def teams_drawn(answer: dict[str, Any], first: date, days: int, sentence: str) -> SafeString:
    """A lane for each team of a plan (as ``callsheet plan --json`` answers) in ``days`` days from
    ``first``, once for wide and once for narrow screens; ``sentence`` says the picture in words.
    """
    spans = [(team, _spans(answer["usage"], number)) for number, team in enumerate(answer["teams"])]
    return format_html(
        '<div class="cs-wide">{}</div><div class="cs-narrow">{}</div>',
        *(_drawn(look, spans, first, days, sentence) for look in (_WIDE, _NARROW)),
    )


def _spans(usage: list[dict[str, Any]], number: int) -> list[_Span]:
    """The days of one team, those that follow each other and are alike put together."""
    ends = [day["date"] for day in usage[1:]] + [usage[-1]["date"] + timedelta(days=1)]
    listed = [
        (day["date"], end, day["teams"][number]["held"], day["teams"][number]["own"])
        for day, end in zip(usage, ends, strict=True)
    ]
    found = []
    for (held, own), alike in groupby(listed, key=lambda one: (one[2], one[3])):
        together = list(alike)
        found.append(_Span(together[0][0], together[-1][1], held, own))
    return found


def _drawn(
    look: _Look,
    teams: list[tuple[dict[str, Any], list[_Span]]],
    first: date,
    days: int,
    sentence: str,
) -> SafeString:
    pen = _Pen(look, Axis(first, days, look.left, look.width - look.right))
    foot = TOP + look.lane * len(teams)
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        look.width, f"{foot + 6:.0f}", sentence,
        pen.axis.months(foot),
        format_html_join("", "{}", ((pen.lane(n, *team),) for n, team in enumerate(teams))),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where what lies, in pixels."""

    look: _Look
    axis: Axis

    def lane(self, number: int, team: dict[str, Any], spans: list[_Span]) -> SafeString:
        """A team's name and limits, what it holds, and the line of its own credits."""
        top = TOP + number * self.look.lane
        floor = top + self.look.lane - 8
        most = max(1, *(max(span.held, span.own) for span in spans))
        scale = (floor - top - (40 if self.look.above else 10)) / most
        blocks = [
            block
            for span in spans
            for block in (
                self._block("run", span, 0, min(span.held, span.own), floor, scale),
                self._block("lent", span, span.own, span.held, floor, scale),
            )
        ]
        line = " ".join(
            f"{'L' if n else 'M'}{self.axis.x(span.begin):.1f} {floor - span.own * scale:.1f} "
            f"H{self.axis.x(span.end):.1f}"
            for n, span in enumerate(spans)
        )
        return format_html(
            '<g>{}{}<line class="cs-foot" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<path class="own" d="{}"/></g>',
            self._names(team, top),
            format_html_join("", "{}", ((block,) for block in blocks)),
            f"{self.look.left:.1f}", f"{self.look.width - self.look.right:.1f}",
            f"{floor:.1f}", f"{floor:.1f}", line,
        )  # fmt: skip

    def _block(
        self, kind: str, span: _Span, low: int, high: int, floor: float, scale: float
    ) -> SafeString | str:
        if high <= low or self.axis.x(span.end) <= self.axis.x(span.begin):
            return ""
        return format_html(
            '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
            kind, f"{self.axis.x(span.begin):.1f}", f"{floor - high * scale:.1f}",
            f"{self.axis.x(span.end) - self.axis.x(span.begin):.1f}", f"{(high - low) * scale:.1f}",
        )  # fmt: skip

    def _names(self, team: dict[str, Any], top: float) -> SafeString:
        above = self.look.above
        room = int((self.look.width - 16 if above else self.look.left - 16) / _CHARACTER)
        name = str(team["name"])
        short = name if len(name) <= room else name[: room - 1].rstrip() + "…"
        own = " → ".join(say_count(step["credits"]) for step in team["credits"])
        loans = "borrows nothing"
        if team["most_borrowed"]:
            loans = f"borrows at most {say_credits(team['most_borrowed'])}"
        said = f"{own} of its own; {loans}"
        x = self.look.left if above else 0
        return format_html(
            '<text x="{0}" y="{1}">{2}<title>{3}</title></text>'
            '<text class="cs-tick" x="{0}" y="{4}">{5}</text>',
            x, f"{top + 17:.1f}", short, name, f"{top + 33:.1f}", said,
        )  # fmt: skip
