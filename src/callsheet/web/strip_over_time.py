"""The credit strip over time: days to the right, credits upwards, each project a block that rests
on others under the line of the capacity. Drawn on the server as accessible SVG.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callsheet.insight.heights import Level, Span, stack
from callsheet.insight.wording import say_count

_LEFT, _RIGHT, _TOP, _FOOT = 40.0, 8.0, 14.0, 26.0
_NAME_NEEDS = 46.0
_CHARACTER = 7.4
_DATE_NEEDS = 46.0
_TODAY_NEEDS = 70  # "Today" or a date, and half of the date beside it
WIDE, NARROW = (1080, 220), (344, 230)
"""The two sizes of the picture, in pixels: for a page's whole width, and for a phone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A project over time. ``tone`` is the colour's name, ``words`` what is said of it on hover;
    ``url`` its page (empty: no link).

    Credits are held from the day ``start`` up to, not including, ``end``; a later end at P80 is
    drawn paler. ``planned`` ones, that have not started, are hatched.
    """

    title: str
    credits: int
    start: date
    end: date
    end_p80: date
    tone: str
    words: str
    url: str
    planned: bool = False


def strip_over_time(
    bars: Sequence[Bar],
    steps: Sequence[tuple[date, int]],
    today: date,
    days: int,
    sentence: str,
    *,
    origin: str = "Today",
) -> SafeString:
    """``days`` days from ``today`` as a picture, drawn once for wide and once for narrow screens,
    of which each shows its own.

    ``steps`` is the capacity from which day on; ``sentence`` says the picture in words. ``origin``
    is what the first day is called.
    """
    return format_html(
        '<div class="cs-wide">{}</div><div class="cs-narrow">{}</div>',
        *(
            _drawn(bars, steps, today, days, sentence, origin=origin, width=width, height=height)
            for width, height in (WIDE, NARROW)
        ),
    )


def _drawn(
    bars: Sequence[Bar],
    steps: Sequence[tuple[date, int]],
    today: date,
    days: int,
    sentence: str,
    *,
    origin: str,
    width: int,
    height: int,
) -> SafeString:
    spans = [_span(bar.credits, bar.start, bar.end, today, days) for bar in bars]
    lies = stack(spans, days)
    tops = [
        level.base + bar.credits for bar, levels in zip(bars, lies, strict=True) for level in levels
    ]
    top = max([*(capacity for _, capacity in steps), *tops, 5])
    pen = _Pen(width, height, days, top)
    shapes = [pen.bar(bar, levels) for bar, levels in zip(bars, lies, strict=True) if levels]
    return format_html(
        '<svg class="cs-time" viewBox="0 0 {} {}" role="group" aria-label="{}">{}{}{}{}</svg>',
        width, height, sentence,
        pen.weeks(today, origin), _joined(shapes), pen.capacity(steps, today), pen.axis(top),
    )  # fmt: skip


def _span(credits: int, start: date, end: date, today: date, days: int) -> Span:
    first = min(max(0, (start - today).days), days)
    # What is overdue is still held today.
    last = min(max(first + 1, (end - today).days), days)
    return Span(credits, first, last)


def _joined(pieces: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((piece,) for piece in pieces))


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where what lies, in pixels."""

    width: int
    height: int
    days: int
    top: int

    def x(self, day: float) -> float:
        return _LEFT + day * (self.width - _LEFT - _RIGHT) / self.days

    def y(self, credits: float) -> float:
        return self.height - _FOOT - credits * (self.height - _TOP - _FOOT) / self.top

    def bar(self, bar: Bar, levels: Sequence[Level]) -> SafeString:
        """A block with its words, as a link; the name where its largest part has room for it."""
        shape = format_html(
            '<path class="cs-{}{}" d="{}"/>',
            bar.tone, " cs-planned" if bar.planned else "", self._outline(bar.credits, levels),
        )  # fmt: skip
        hatch: SafeString | str = ""
        if bar.planned:
            hatch = format_html(
                '<path class="cs-kept" d="{}"/>', self._outline(bar.credits, levels)
            )
        drawn = format_html(
            "<title>{}</title>{}{}{}", bar.words, shape, hatch, self._name(bar, levels)
        )
        if not bar.url:
            return format_html("<g>{}</g>", drawn)
        return format_html('<a href="{}">{}</a>', bar.url, drawn)

    def _outline(self, credits: int, levels: Sequence[Level]) -> str:
        upper = [(level.start, level.end, level.base + credits) for level in levels]
        lower = [(level.start, level.end, level.base) for level in reversed(levels)]
        points = [point for a, b, h in upper for point in ((a, h), (b, h))]
        points += [point for a, b, h in lower for point in ((b, h), (a, h))]
        drawn = " L".join(f"{self.x(day) + 0.5:.1f} {self.y(at):.1f}" for day, at in points)
        return f"M{drawn} Z"

    def _name(self, bar: Bar, levels: Sequence[Level]) -> SafeString | str:
        widest = max(levels, key=lambda level: level.end - level.start)
        wide = self.x(widest.end) - self.x(widest.start)
        high = self.y(0) - self.y(bar.credits)
        room = int((wide - 16) / _CHARACTER)
        if wide < _NAME_NEEDS or high < 15 or room < 4:
            return ""
        short = bar.title if len(bar.title) <= room else bar.title[: room - 1].rstrip() + "…"
        style = "plain" if bar.planned else f"on-{bar.tone}"
        return format_html(
            '<text class="cs-name cs-{}" x="{}" y="{}">{}</text>',
            style, f"{self.x(widest.start) + 8:.1f}",
            f"{self.y(widest.base + bar.credits / 2) + 4.5:.1f}", short,
        )  # fmt: skip

    def capacity(self, steps: Sequence[tuple[date, int]], today: date) -> SafeString:
        """The line under which everything has to fit."""
        points: list[str] = []
        known = [((day - today).days, credits) for day, credits in steps]
        for n, (day, credits) in enumerate(known):
            if day >= self.days:
                break
            until = known[n + 1][0] if n + 1 < len(known) else self.days
            points += [
                f"{self.x(max(0, day)):.1f} {self.y(credits):.1f}",
                f"{self.x(min(until, self.days)):.1f} {self.y(credits):.1f}",
            ]
        return format_html('<path class="cs-capacity" d="M{}"/>', " L".join(points))

    def weeks(self, today: date, origin: str) -> SafeString:
        """A fine line and a date for each Monday, and the first day's name."""
        first = (7 - today.weekday()) % 7
        # As many dates as can be read side by side.
        apart = ceil(_DATE_NEEDS / (self.x(7) - self.x(0)))
        marks = [
            format_html(
                '<line class="cs-grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
                '<text class="cs-tick" x="{0}" y="{3}" text-anchor="middle">{4}</text>',
                f"{self.x(n):.1f}", _TOP, self.height - _FOOT, self.height - 8, _short(today, n),
            )
            for n in range(first, self.days, 7 * apart)
            if self.x(n) - self.x(0) > _TODAY_NEEDS
        ]  # fmt: skip
        marks.append(
            format_html(
                '<text class="cs-tick" x="{}" y="{}">{}</text>',
                f"{self.x(0):.1f}",
                self.height - 8,
                origin,
            )
        )
        return _joined(marks)

    def axis(self, top: int) -> SafeString:
        """The foot, and the figures at its left."""
        return format_html(
            '<line class="cs-foot" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>'
            '<text class="cs-tick" x="{3}" y="{2}" text-anchor="end">0</text>'
            '<text class="cs-tick" x="{3}" y="{4}" text-anchor="end">{5}</text>',
            _LEFT, self.width - _RIGHT, f"{self.y(0):.1f}",
            _LEFT - 6, f"{self.y(top) + 5:.1f}", say_count(top),
        )  # fmt: skip


def _short(today: date, n: int) -> str:
    day = today + timedelta(days=n)
    return f"{day.day} {day:%b}"
