"""The projects of a plan as bars in rows, drawn as SVG: when each runs, and until when it should.

A diamond marks the day by which a project is wanted. What runs beyond it is hatched and says in
words how late it is, so that nothing is said by colour alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from callsheet.cli.plan_axis import TOP, Axis
from callsheet.insight.wording import say_working_days

MOST_ROWS = 300
"""So many projects are drawn; a page of more would not be looked at."""

_SAID = 8.0
_CHARACTER = 7.0


@dataclass(frozen=True, slots=True)
class _Look:
    """Sizes in pixels. ``above``: titles and lateness stand over the bars, else beside them."""

    width: int
    left: float
    right: float
    row: int
    above: bool


_WIDE, _NARROW = _Look(1080, 250, 92, 26, False), _Look(344, 6, 8, 42, True)


def rows_drawn(projects: list[dict[str, Any]], first: date, days: int, sentence: str) -> SafeString:
    """Bars of ``projects`` (as ``plan.answer_of`` gives them) in ``days`` days from ``first``,
    once for wide and once for narrow screens; ``sentence`` says the picture in words.
    """
    shown = [project for project in projects if project["start"] is not None][:MOST_ROWS]
    return format_html(
        '<div class="cs-wide">{}</div><div class="cs-narrow">{}</div>',
        *(_drawn(look, shown, first, days, sentence) for look in (_WIDE, _NARROW)),
    )


def _drawn(
    look: _Look, projects: list[dict[str, Any]], first: date, days: int, sentence: str
) -> SafeString:
    pen = _Pen(look, Axis(first, days, look.left, look.width - look.right))
    foot = TOP + look.row * len(projects)
    return format_html(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        look.width, f"{foot + 6:.0f}", sentence,
        pen.axis.months(foot),
        format_html_join("", "{}", ((pen.project(n, p),) for n, p in enumerate(projects))),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Pen:
    """Where what lies, in pixels."""

    look: _Look
    axis: Axis

    def project(self, row: int, project: dict[str, Any]) -> SafeString:
        """A project's title, its bar, the part that is late, and the mark of its date."""
        top = TOP + row * self.look.row
        bar_top = top + (22 if self.look.above else 6)
        begin, end = self.axis.x(project["start"]), self.axis.x(project["finish"])
        late, due = project["tardiness"], project["due"]
        turn = min(max(begin, self.axis.x(due)), end) if late and due else end
        parts = [
            self._title(project["title"], top),
            self._block("run", begin, turn, bar_top),
            self._block("over", turn, end, bar_top) if late else "",
            self._mark(self.axis.x(due), bar_top + 7, late) if due else "",
            self._said(late, end, top, bar_top) if late else "",
        ]
        return format_html("<g>{}</g>", format_html_join("", "{}", ((part,) for part in parts)))

    def _title(self, title: str, top: float) -> SafeString:
        above = self.look.above
        room = int((self.look.width - 90 if above else self.look.left - 16) / _CHARACTER)
        short = title if len(title) <= room else title[: room - 1].rstrip() + "…"
        return format_html(
            '<text x="{}" y="{}">{}<title>{}</title></text>',
            self.look.left if above else 0, f"{top + 17:.1f}", short, title,
        )  # fmt: skip

    def _block(self, kind: str, begin: float, end: float, top: float) -> SafeString | str:
        if end <= begin:
            return ""
        return format_html(
            '<rect class="{}" x="{}" y="{}" width="{}" height="14" rx="2"/>',
            kind, f"{begin:.1f}", f"{top:.1f}", f"{end - begin:.1f}",
        )  # fmt: skip

    def _mark(self, x: float, y: float, late: int | None) -> SafeString:
        return format_html(
            '<path class="due{}" d="M{} {} l5 6 l-5 6 l-5 -6 Z"/>',
            " missed" if late else "", f"{x:.1f}", f"{y - 6:.1f}",
        )  # fmt: skip

    def _said(self, late: int, end: float, top: float, bar_top: float) -> SafeString:
        said = f"{say_working_days(late).replace('working ', '')} late"
        x, y, anchor = end + _SAID, bar_top + 11, "start"
        if self.look.above:
            x, y, anchor = self.look.width - self.look.right, top + 17, "end"
        return format_html(
            '<text class="said" x="{}" y="{}" text-anchor="{}">{}</text>',
            f"{x:.1f}", f"{y:.1f}", anchor, said,
        )  # fmt: skip
