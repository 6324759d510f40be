"""``callsheet notifications``: what somebody was told, and what they want to hear of."""

from __future__ import annotations

from dataclasses import asdict
from datetime import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from callsheet.cli.acting import acting
from callsheet.cli.output import Json, show
from callsheet.insight.notification_view import list_notifications, show_preferences, unread_count
from callsheet.kit.errors import Refused
from callsheet.notifications.choices import Times
from callsheet.services import choosing

app = typer.Typer(help="What people are told, and what they want to hear of.")

Whose = Annotated[
    str, typer.Option("--as", metavar="EMAIL", help="The person whose notifications these are.")
]


@app.command("list")
def list_command(
    as_: Whose,
    unread: Annotated[bool, typer.Option("--unread", help="Only what was not read.")] = False,
    most: Annotated[int, typer.Option("--most", min=1, max=500, help="How many.")] = 20,
    json: Json = False,
) -> None:
    """List what somebody was told in the product, the newest first."""
    me = acting(as_)
    lines = list_notifications(me, unread=unread, most=most)

    def human(console: Console) -> None:
        console.print(f"{unread_count(me)} unread", style="bold")
        for line in lines:
            mark = " " if line.read else "•"
            console.print(
                Text.assemble(
                    f"{mark} {line.at:%a} {line.at.day} {line.at:%b %H:%M}  ",
                    (line.headline, "bold" if line.needs_you and not line.read else ""),
                ),
                soft_wrap=True,
            )
            for text in (*line.lines, *([f"“{line.note}”"] if line.note else [])):
                console.print(Text(f"    {text}"), soft_wrap=True)

    data = {"unread": unread_count(me), "notifications": [asdict(line) for line in lines]}
    show(data, json=json, human=human)


@app.command("read")
def read_command(
    as_: Whose,
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Numbers of notifications. Not given: all.")
    ] = None,
    json: Json = False,
) -> None:
    """Mark notifications as read."""
    show({"read": choosing.mark_read(acting(as_), numbers)}, json=json)


@app.command("preferences")
def preferences_command(as_: Whose, json: Json = False) -> None:
    """Show what somebody hears of, by which way and when."""
    page = show_preferences(acting(as_))

    def human(console: Console) -> None:
        console.print(
            f"quiet from {page.quiet_from:%H:%M} to {page.quiet_until:%H:%M}, daily mail at"
            f" {page.digest_at:%H:%M} ({page.time_zone})",
            highlight=False,
        )
        if page.brands:
            console.print(Text(f"brands: {', '.join(page.brands)}"))
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in ("group", "channel", "scope", "timing", ""):
            table.add_column(column)
        for line in page.lines:
            chosen = "chosen" if line.chosen else ""
            table.add_row(line.group, line.channel, line.scope, line.timing, chosen)
        console.print(table)

    show(asdict(page), json=json, human=human)


@app.command("choose")
def choose_command(
    as_: Whose,
    group: Annotated[str, typer.Argument(help="Such as review, delivery, credits.")],
    channel: Annotated[str, typer.Argument(help="product or mail.")],
    timing: Annotated[str, typer.Argument(help="at_once, digest, off, or default.")],
    scope: Annotated[str, typer.Option(help="mine, brands or all.")] = "mine",
    key: Annotated[
        str | None,
        typer.Option("--key", help="Name this command; the same one again does nothing more."),
    ] = None,
    json: Json = False,
) -> None:
    """Choose what one hears of."""
    show(
        choosing.choose(acting(as_), group, channel, scope=scope, timing=timing, key=key),
        json=json,
    )


@app.command("times")
def times_command(
    as_: Whose,
    quiet: Annotated[
        str, typer.Option(help="Quiet hours, such as 20:00-07:00; 00:00-00:00 for none.")
    ] = f"{Times().quiet_from:%H:%M}-{Times().quiet_until:%H:%M}",
    digest: Annotated[
        str, typer.Option(help="When the daily mail comes.")
    ] = f"{Times().digest_at:%H:%M}",
    language: Annotated[str, typer.Option(help="en-gb or de; empty: the studio's.")] = "",
    json: Json = False,
) -> None:
    """Choose when one is mailed, in one's own time zone, and in which language."""
    begins, _, ends = quiet.partition("-")
    show(
        choosing.choose_times(
            acting(as_),
            quiet_from=_time(begins),
            quiet_until=_time(ends),
            digest_at=_time(digest),
            language=language,
        ),
        json=json,
    )


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text.strip())
    except ValueError:
        raise Refused("time_malformed", f"{text!r} is no time such as 07:30.") from None
