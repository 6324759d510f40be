"""The days across a drawing of a plan, and the months that begin on them, as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

TOP = 22.0
"""The pixels above what is drawn, where the names of months stand."""

_MONTH_NEEDS = 34.0


@dataclass(frozen=True, slots=True)
class Axis:
    """``days`` days from ``first`` on, between two places in pixels from the left."""

    first: date
    days: int
    left: float
    right: float

    def x(self, day: date) -> float:
        """Where a day begins; one that is not drawn, at the end that is nearer."""
        number = min(max(0, (day - self.first).days), self.days)
        return self.left + number * (self.right - self.left) / self.days

    def months(self, foot: float) -> SafeString:
        """A fine line down to ``foot`` and a name for each month that begins; names that would
        touch each other are left out.
        """
        marks, free_from = [], 0.0
        for n in range(self.days):
            day = self.first + timedelta(days=n)
            if day.day != 1:
                continue
            x = self.x(day)
            name = f"{day:%b}" if day.month > 1 else str(day.year)
            marks.append((f"{x:.1f}", TOP - 6, f"{foot:.0f}", name if x >= free_from else ""))
            if x >= free_from:
                free_from = x + _MONTH_NEEDS
        return format_html_join(
            "",
            '<line class="cs-grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
            '<text class="cs-tick" x="{0}" y="11" text-anchor="middle">{3}</text>',
            marks,
        )
