"""How the calendar's commands draw: entries, conflicts of an import, what a moved anchor moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.insight.calendar_view import CalendarView, EntryLine
from callsheet.insight.wording import say_day, say_number
from callsheet.schedule.following import EntryStatus
from callsheet.services.calendar_importing import CalendarReport
from callsheet.sheets import Problem

MOST_SHOWN = 50
REASONS = {
    "in_production": "is in production",
    "ready": "is ready",
    "published": "is published",
    "fixed_date": "has a fixed date",
    "serves_others": "serves entries that stay, too",
    "no_entry": "names the campaign, but serves no entry",
}


def draw_calendar(console: Console, view: CalendarView) -> None:
    """The entries by day."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("key", "day", "title", "status", "campaign", "channel", "wants", "made by"):
        table.add_column(column, no_wrap=column in ("key", "day", "status"))
    for entry in view.entries:
        day = Text(say_day(entry.publish_on, view.today), style="red" if entry.overdue else "")
        table.add_row(
            Text(entry.key), day, Text(entry.title), say_status(entry), Text(entry.campaign),
            Text(entry.channel), Text(say_wanted(entry)), Text(", ".join(entry.made_by)),
        )  # fmt: skip
    console.print(table)


def draw_entry(console: Console, entry: EntryLine, today: date) -> None:
    """One entry, line by line."""
    lines = {
        "key": entry.key,
        "publish date": say_day(entry.publish_on, today),
        "status": say_status(entry),
        "campaign": entry.campaign,
        "channel": entry.channel,
        "brand": entry.brand,
        "wants": say_wanted(entry),
        "made by": ", ".join(entry.made_by),
        "version": str(entry.version),
    }
    if entry.days_from_anchor is not None:
        lines["campaign"] += f" ({entry.days_from_anchor:+d} days from its anchor)"
    elif entry.fixed_date:
        lines["publish date"] += " (fixed)"
    console.print(Text(entry.title, style="bold"))
    for name, value in lines.items():
        if value:
            console.print(Text(f"  {name}: {value}"))


def draw_campaigns(console: Console, view: CalendarView) -> None:
    """The campaigns with their anchors."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("key", "name", "anchor", "entries"):
        table.add_column(column)
    for one in view.campaigns:
        counts = ", ".join(
            f"{number} {EntryStatus(status).label.lower()}"
            for status, number in sorted(one.entries.items())
        )
        anchor = say_day(one.anchor_on, view.today) if one.anchor_on else ""
        table.add_row(Text(one.key), Text(one.name), anchor, counts)
    console.print(table)


def say_status(entry: EntryLine) -> str:
    """The status; "overdue" where its day has passed."""
    said = EntryStatus(entry.status).label.lower()
    return f"{said}, overdue" if entry.overdue else said


def say_wanted(entry: EntryLine) -> str:
    """“2 Static creative, 1 Photo set”."""
    return ", ".join(f"{part.quantity} {part.name}" for part in entry.wanted)


def draw_move(console: Console, answer: Mapping[str, Any]) -> None:
    """What a moved anchor has moved, and what stays."""
    moved, briefs = answer["moved"], answer["briefs"]
    console.print(
        f"The anchor is {answer['anchor_on']} now."
        f" {say_number(len(moved), 'entry moves', 'entries move')}, with"
        f" {say_number(len(briefs), 'brief', 'briefs')}.",
        highlight=False,
    )
    for one in moved:
        console.print(Text(f"  {one['key']} {one['title']}: {one['from']} → {one['to']}"))
    stayed = [*answer["stayed"], *answer["briefs_stayed"]]
    if stayed:
        console.print(Text("Stays as it is:", style="bold"))
    for one in stayed:
        console.print(Text(f"  {one['key']} {one['title']} {REASONS[one['reason']]}"))


def draw_report(console: Console, report: CalendarReport) -> None:
    """Problems, conflicts, changes, and what came of it."""
    _list(console, "Problems", report.problems, "red")
    _list(console, "Worth knowing", report.warnings, "yellow")
    _conflicts(console, report.conflicts)
    for change in report.changes[:MOST_SHOWN]:
        console.print(
            Text(f"{change['key']}, {change['field']}: {_said(change['before'])} →"
                 f" {_said(change['after'])}")
        )  # fmt: skip
    _more(console, len(report.changes))
    if report.vanished:
        console.print(Text("Not in the sheet any more; drop them if they are off:", style="yellow"))
    for gone in report.vanished[:MOST_SHOWN]:
        console.print(Text(f"  {gone['key']} {gone['title']}, {gone['publish_on']}"))
    _more(console, len(report.vanished))
    console.print(Text(_sentence(report)), soft_wrap=True)


def _conflicts(console: Console, conflicts: Sequence[Mapping[str, Any]]) -> None:
    if not conflicts:
        return
    console.print(
        f"Changed here and in the sheet: {len(conflicts):,}", style="bold red", highlight=False
    )
    for one in conflicts[:MOST_SHOWN]:
        console.print(
            Text(
                f"  row {one['row']}, {one['key']}, {one['column']}: was {_said(one['last'])};"
                f" here {_said(one['ours'])}, in the sheet {_said(one['sheet'])}"
            ),
            soft_wrap=True,
        )
    _more(console, len(conflicts))


def _said(value: Any) -> str:
    """A value of a field, short."""
    if value is None:
        return "blank"
    if isinstance(value, list):
        return ", ".join(" ".join(map(str, reversed(v))) if isinstance(v, list) else str(v)
                         for v in value)  # fmt: skip
    return "yes" if value is True else f"“{value}”" if isinstance(value, str) else str(value)


def _list(console: Console, title: str, problems: Sequence[Problem], style: str) -> None:
    if not problems:
        return
    console.print(f"{title}: {len(problems):,}", style=f"bold {style}", highlight=False)
    for problem in problems[:MOST_SHOWN]:
        console.print(Text(f"  {problem}"), soft_wrap=True)
    _more(console, len(problems))


def _more(console: Console, count: int) -> None:
    if count > MOST_SHOWN:
        console.print(f"  … and {count - MOST_SHOWN:,} more (all of them with --json)")


def _sentence(report: CalendarReport) -> str:
    if report.problems:
        return "Nothing was written. Mend the sheet and try again."
    if report.conflicts:
        return (
            "Nothing was written. Say whose value counts: --take sheet or --take ours for all,"
            " --take title=ours for a field, --take KEY:title=sheet for one of them."
        )
    counts = report.counts
    happened = (
        f"{counts['new']:,} new, {counts['changed']:,} changed, {counts['unchanged']:,} as before."
    )
    return (
        f"Nothing was written. It would be: {happened}"
        if report.dry_run
        else f"Imported: {happened}"
    )
