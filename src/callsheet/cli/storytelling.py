"""The demo's story in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.drawing import draw_bridge, draw_strip, draw_waiting
from callsheet.demo.moments import Kind, Moment
from callsheet.demo.telling import Chapter, Story
from callsheet.insight.scorecard import LEAST_OUTCOMES, Score
from callsheet.insight.wording import say_credits, say_day, say_number
from callsheet.kit import clock
from callsheet.notifications.kinds import Group
from callsheet.projects.lifecycle import Status

_COLUMNS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("submitted", (Kind.SUBMITTED, Kind.QUEUED)),
    ("queued", (Kind.QUEUED,)),
    ("started", (Kind.STARTED,)),
    ("overtook", (Kind.OVERTOOK,)),
    ("delivered", (Kind.DELIVERED,)),
    ("changes", (Kind.CHANGES,)),
    ("finalized", (Kind.FINALIZED,)),
    ("clock", (Kind.CLOCK,)),
)
"""What is counted of each week; narrow enough for eighty columns."""


def draw_story(console: Console, story: Story) -> None:
    """Everything, in the order in which one wants to know it."""
    size = story.size
    _rule(console, "The demo studio")
    console.print(
        Text(
            f"{size.customers} customers, {size.organizations} organizations,"
            f" {size.projects:,} projects of two years. Now {size.held:,} of"
            f" {say_credits(size.capacity)} are in production, and"
            f" {say_number(size.waiting, 'brief waits', 'briefs wait')}."
        )
    )
    console.print()
    _weeks(console, story)
    console.print()
    _rule(console, "Notable moments")
    _moments(console, story.notable, clock.now().date(), names=story.names)
    for chapter in story.chapters:
        console.print()
        _chapter(console, chapter)
    if story.bridge is not None:
        console.print()
        _rule(console, f"The bridge of {story.bridged}")
        draw_bridge(console, story.bridge)
    console.print()
    _rule(console, "What was told, and whether it came true")
    _scores(console, story)
    console.print()
    _told(console, story)
    console.print()
    _rule(console, "Who is asked now")
    _standing(console, story)
    console.print()
    _rule(console, "The books")
    draw_audit(console, story)


def _rule(console: Console, title: str) -> None:
    console.rule(f"[bold]{title}", align="left", style="bright_black")


def _weeks(console: Console, story: Story) -> None:
    _rule(console, "The quarter, week by week")
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("week of", no_wrap=True)
    for title, _ in _COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    today = clock.now().date()
    totals = [0] * len(_COLUMNS)
    for line in story.weeks:
        counts = [sum(line.counts.get(kind, 0) for kind in kinds) for _, kinds in _COLUMNS]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        table.add_row(say_day(line.first, today), *(str(count or "") for count in counts))
    table.add_row("together", *(f"{count:,}" for count in totals), style="bold")
    console.print(table)
    console.print(
        "Started: by themselves, after they had waited. Clock: what was due and happened by"
        " itself, mostly reminders.",
        style="dim",
    )


def _moments(
    console: Console,
    moments: Iterable[Moment],
    today: date,
    *,
    names: Mapping[str, str] | None = None,
    left_out: int = 0,
) -> None:
    """Moments as lines; with ``names`` each says in whose account it happened."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    if left_out:
        table.add_row(
            "", "", Text(f"… {say_number(left_out, 'moment', 'moments')} before", style="dim")
        )
    for moment in moments:
        text = Text()
        if names is not None:
            text.append(f"{names.get(moment.account, moment.account)}: ", style="bold")
        text.append(moment.text)
        table.add_row(say_day(moment.at.date(), today), Text(moment.kind.value, style="cyan"), text)
    console.print(table)


def _chapter(console: Console, chapter: Chapter) -> None:
    view = chapter.view
    console.rule(f"[bold]{view.name}[/bold] ({view.key})", align="left", style="bright_black")
    console.print(Text(chapter.situation))
    console.print()
    if chapter.moments:
        _moments(console, chapter.moments, view.today, left_out=chapter.left_out)
    else:
        console.print("Nothing happened here.")
    console.print()
    draw_strip(console, view)
    if view.waiting:
        console.print()
        draw_waiting(console, view)


def _scores(console: Console, story: Story) -> None:
    card = story.scorecard
    table = Table.grid(padding=(0, 2))
    for name, score, kept in (
        ("Expected starts", card.starts, "by the end of the range"),
        ("Expected finishes", card.finishes, "by the end of the range"),
        ("Promised days", card.promises, "by the day first promised"),
    ):
        table.add_row(Text(name, style="bold"), Text(_score(score, kept)))
    console.print(table)


def _score(score: Score, kept: str) -> str:
    if score.kept is None:
        return f"{score.outcomes} so far; judged from {LEAST_OUTCOMES} on"
    text = f"{score.outcomes:,} judged, {score.kept:.0%} {kept}"
    if score.days_late:
        text += f", the others usually {score.days_late:.0f} days later"
    return text


def _told(console: Console, story: Story) -> None:
    told = story.told
    groups = ", ".join(
        f"{Group(group).label.lower()} {count:,}" for group, count in told.by_group.items()
    )
    mails = say_number(told.mails.get("sent", 0), "mail was", "mails were")
    console.print(
        Text(
            f"{told.people} people were told {told.notifications:,} things in the product"
            f" ({groups}). In the last week {mails} written: callsheet mail list."
        )
    )


def _standing(console: Console, story: Story) -> None:
    standing = story.standing
    statuses = ", ".join(
        f"{count} {Status(status).label.lower()}" for status, count in standing.by_status.items()
    )
    asked = ", ".join(f"{what.replace('_', ' ')} {count}" for what, count in standing.asked.items())
    console.print(Text(f"Projects that go on: {statuses}."))
    console.print(Text(f"Asked of somebody: {asked}."))
    if standing.nobody_asked:
        console.print(Text(f"Of nobody: {', '.join(standing.nobody_asked)}", style="red"))
    else:
        console.print("There is none of which nobody is asked.")


def draw_audit(console: Console, story: Story) -> None:
    """Whether the books are right, and where they are not."""
    audit = story.audit
    if audit.clean:
        console.print(
            f"Rebuilt from the transfers: {audit.wallets} wallets, {audit.transfers:,} transfers,"
            " no difference.",
            highlight=False,
        )
    for difference in audit.differences:
        console.print(Text(str(difference), style="red"))
