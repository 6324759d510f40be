"""The demo's story in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.drawing import draw_bridge, draw_strip, draw_waiting
from callsheet.demo.moments import Kind
from callsheet.demo.telling import Chapter, Story
from callsheet.insight.wording import say_credits, say_day
from callsheet.kit import clock

_COLUMNS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("submitted", (Kind.SUBMITTED, Kind.QUEUED)),
    ("queued", (Kind.QUEUED,)),
    ("started by themselves", (Kind.STARTED,)),
    ("overtaking", (Kind.OVERTOOK,)),
    ("delivered", (Kind.DELIVERED,)),
    ("finalized", (Kind.FINALIZED,)),
)


def draw_story(console: Console, story: Story) -> None:
    """Everything, in the order in which one wants to know it."""
    size = story.size
    console.rule("[bold]The demo studio", align="left", style="bright_black")
    console.print(
        Text(
            f"{size.customers} customers, {size.organizations} organizations,"
            f" {size.projects:,} projects of two years. Now {size.held:,} of"
            f" {say_credits(size.capacity)} are in production, and {size.waiting} briefs wait."
        )
    )
    console.print()
    _days(console, story)
    for chapter in story.chapters:
        console.print()
        _chapter(console, chapter)
    if story.bridge is not None:
        console.print()
        console.rule(f"[bold]The bridge of {story.bridged}", align="left", style="bright_black")
        draw_bridge(console, story.bridge)
    console.print()
    console.rule("[bold]The books", align="left", style="bright_black")
    draw_audit(console, story)


def _days(console: Console, story: Story) -> None:
    console.rule("[bold]The fortnight, day by day", align="left", style="bright_black")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for title, _ in _COLUMNS:
        table.add_column(title, justify="right")
    today = clock.now().date()
    totals = [0] * len(_COLUMNS)
    for line in story.days:
        counts = [sum(line.counts.get(kind, 0) for kind in kinds) for _, kinds in _COLUMNS]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        table.add_row(say_day(line.day, today), *(str(count or "") for count in counts))
    table.add_row("together", *(str(count) for count in totals), style="bold")
    console.print(table)


def _chapter(console: Console, chapter: Chapter) -> None:
    view = chapter.view
    console.rule(f"[bold]{view.name}[/bold] ({view.key})", align="left", style="bright_black")
    console.print(Text(chapter.situation))
    console.print()
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    if chapter.left_out:
        table.add_row("", "", Text(f"… {chapter.left_out} moments before"))
    for moment in chapter.moments:
        day = say_day(moment.at.date(), view.today)
        table.add_row(day, Text(moment.kind.value, style="bold"), Text(moment.text))
    if not chapter.moments:
        table.add_row("", "", "Nothing happened here.")
    console.print(table)
    console.print()
    draw_strip(console, view)
    if view.waiting:
        console.print()
        draw_waiting(console, view)


def draw_audit(console: Console, story: Story) -> None:
    """Whether the books are right, and where they are not."""
    audit = story.audit
    if audit.clean:
        console.print(
            f"Rebuilt from the transfers: {audit.wallets} wallets, {audit.transfers} transfers,"
            " no difference.",
            highlight=False,
        )
    for difference in audit.differences:
        console.print(Text(str(difference), style="red"))
