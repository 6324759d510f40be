"""``callsheet calendar``: an account's content calendar, its campaigns, its sheets."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from callsheet.cli import drawing_calendar as drawing
from callsheet.cli.acting import (
    AccountKey,
    As,
    CampaignName,
    EntryName,
    acting,
    find_account,
    find_campaign,
    find_entry,
)
from callsheet.cli.exits import ExitCode
from callsheet.cli.output import Json, show
from callsheet.insight.calendar_export import FORMATS, export_calendar
from callsheet.insight.calendar_view import show_calendar
from callsheet.journal.commands import Answer
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound, Refused
from callsheet.schedule.entry import EntryInput
from callsheet.schedule.models import Entry
from callsheet.services import anchoring, calendaring, campaigning, entry_briefing
from callsheet.services.calendar_importing import import_calendar
from callsheet.services.calendar_loading import entry_of
from callsheet.services.calendar_wanted import wanted_of
from callsheet.sheets import DateOrder

app = typer.Typer(help="Content calendars: entries, campaigns, sheets in and out.")

Key = Annotated[
    str | None,
    typer.Option("--key", help="Name this command; the same one again does nothing more."),
]
Version = Annotated[
    int | None,
    typer.Option(help="The version that you looked at; refused when it has changed since."),
]
Note = Annotated[str, typer.Option("--note", help="Why; kept in the journal.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As 2026-05-12.")]


def _date(day: datetime | None) -> date | None:
    return day.date() if day else None


@app.command("list")
def list_command(
    account: AccountKey,
    since: Day = None,
    until: Day = None,
    as_: As = "",
    json: Json = False,
) -> None:
    """List an account's entries by day; those that are overdue say so."""
    view = show_calendar(
        acting(as_), find_account(account).pk, since=_date(since), until=_date(until)
    )
    show(asdict(view), json=json, human=lambda console: drawing.draw_calendar(console, view))


@app.command("show")
def show_command(entry: EntryName, as_: As = "", json: Json = False) -> None:
    """Show one entry: when, where, what it wants, and which projects make it."""
    actor, found = acting(as_), find_entry(entry)
    entry_of(actor, found.pk)
    view = show_calendar(actor, found.account_id, since=found.publish_on, until=found.publish_on)
    line = next((one for one in view.entries if one.entry == found.pk), None)
    if line is None:
        raise NotFound("entry")
    show(asdict(line), json=json, human=lambda c: drawing.draw_entry(c, line, view.today))


@app.command("campaigns")
def campaigns_command(account: AccountKey, as_: As = "", json: Json = False) -> None:
    """List an account's campaigns with their anchors."""
    view = show_calendar(acting(as_), find_account(account).pk)
    show(
        {"campaigns": [asdict(one) for one in view.campaigns]}, json=json,
        human=lambda console: drawing.draw_campaigns(console, view),
    )  # fmt: skip


@app.command("add")
def add_command(
    account: AccountKey,
    title: Annotated[str, typer.Argument(help="What is published.")],
    on: Day = None,
    campaign: Annotated[str, typer.Option(help="Key or name of its campaign.")] = "",
    days: Annotated[
        int | None, typer.Option(help="Days from the campaign's anchor, instead of --on.")
    ] = None,
    fixed: Annotated[
        bool, typer.Option("--fixed", help="It keeps its day when the campaign moves.")
    ] = False,
    channel: Annotated[str, typer.Option(help="Where it is published.")] = "",
    brand: Annotated[str, typer.Option(help="The brand profile.")] = "",
    wants: Annotated[str, typer.Option(help="Deliverables, as “2 static, 1 video”.")] = "",
    entry_key: Annotated[str, typer.Option(help="What it is called for good; made if empty.")] = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Put an entry into the calendar."""
    entry = EntryInput(
        title=title, publish_on=_date(on), days_from_anchor=days, fixed_date=fixed,
        campaign=campaign, channel=channel, brand=brand, wanted=wanted_of(wants),
    )  # fmt: skip
    answer = calendaring.create_entry(
        acting(as_), find_account(account).pk, entry, entry_key=entry_key, key=key
    )
    show(answer, json=json)


@app.command("add-campaign")
def add_campaign_command(
    account: AccountKey,
    name: Annotated[str, typer.Argument(help="What the campaign is called.")],
    anchor: Day = None,
    brand: Annotated[str, typer.Option(help="The brand profile.")] = "",
    campaign_key: Annotated[str, typer.Option(help="Its key; made from the name.")] = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Open a campaign; its anchor is the day from which its entries' days are counted."""
    answer = campaigning.create_campaign(
        acting(as_), find_account(account).pk, name, campaign_key=campaign_key,
        anchor_on=_date(anchor), brand=brand, key=key,
    )  # fmt: skip
    show(answer, json=json)


@app.command("brief")
def brief_command(
    entries: Annotated[list[str], typer.Argument(help="One entry or several: ACCOUNT/KEY.")],
    title: Annotated[str, typer.Option(help="Of the brief; made from the entries.")] = "",
    brief_type: Annotated[
        str,
        typer.Option("--type", help="original_creative, content_creation or adapt_optimize."),
    ] = "",
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Write one draft brief for these entries, with everything that they want."""
    ids = [find_entry(name).pk for name in entries]
    answer = entry_briefing.brief_entries(
        acting(as_), ids, title=title, brief_type=brief_type, key=key
    )
    show(answer, json=json)


@app.command("publish")
def publish_command(
    entry: EntryName,
    on: Day = None,
    as_: As = "",
    version: Version = None,
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Say that an entry is published; one that is not ready needs a --note."""

    def work(actor: Actor, found: Entry) -> Answer:
        return calendaring.mark_published(
            actor, found.pk, published_on=_date(on), version=version, note=note, key=key
        )

    _act(entry, as_, json, work)


@app.command("drop")
def drop_command(
    entry: EntryName,
    as_: As = "",
    version: Version = None,
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Say that an entry will not be published; it stays, struck out."""

    def work(actor: Actor, found: Entry) -> Answer:
        return calendaring.drop_entry(actor, found.pk, version=version, note=note, key=key)

    _act(entry, as_, json, work)


@app.command("bring-back")
def bring_back_command(
    entry: EntryName, as_: As = "", version: Version = None, key: Key = None, json: Json = False
) -> None:
    """Take back that an entry was published or dropped."""

    def work(actor: Actor, found: Entry) -> Answer:
        return calendaring.bring_back_entry(actor, found.pk, version=version, key=key)

    _act(entry, as_, json, work)


@app.command("move-campaign")
def move_campaign_command(
    campaign: CampaignName,
    anchor: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The new anchor date.")],
    as_: As = "",
    version: Version = None,
    note: Note = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Move a campaign's anchor: what nobody has started moves with it, the rest is listed."""
    found = find_campaign(campaign)
    answer = anchoring.move_campaign(
        acting(as_), found.pk, anchor.date(), version=version, note=note, key=key
    )
    show(answer, json=json, human=lambda console: drawing.draw_move(console, answer))


@app.command("import")
def import_command(
    account: AccountKey,
    file: Annotated[Path, typer.Argument(help="A sheet: .csv or .xlsx.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would happen.")
    ] = False,
    take: Annotated[
        list[str] | None,
        typer.Option(
            help="Whose value counts where both changed: sheet, ours, FIELD=sheet,"
            " KEY:FIELD=ours. May be given several times."
        ),
    ] = None,
    date_order: Annotated[
        DateOrder | None,
        typer.Option(help="How 03/04/2026 is meant: dmy (day first) or mdy (month first)."),
    ] = None,
    as_: As = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Import one account's calendar from a sheet, by key; all or nothing, deletes nothing."""
    choices = {}
    for text in take or []:
        what, _, side = text.rpartition("=")
        choices[what] = side
    report = import_calendar(
        acting(as_), find_account(account).pk, file, order=date_order, take=choices,
        dry_run=dry_run, key=key,
    )  # fmt: skip
    show(report.as_dict(), json=json, human=lambda console: drawing.draw_report(console, report))
    if report.problems or report.conflicts:
        raise typer.Exit(ExitCode.DIFFERENCE if dry_run else ExitCode.REFUSED)


@app.command("export")
def export_command(
    account: AccountKey,
    form: Annotated[str, typer.Option("--format", help=", ".join(FORMATS) + ".")] = "csv",
    to: Annotated[
        Path | None, typer.Option(help="The file to write; not given: standard output.")
    ] = None,
    as_: As = "",
    json: Json = False,
) -> None:
    """Export an account's calendar: csv and xlsx can be imported again, ics is for calendars."""
    data = export_calendar(acting(as_), find_account(account).pk, form)
    if to is None:
        if json:
            raise Refused("file_missing", "With --json, say --to which file.", field="to")
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    to.write_bytes(data)
    show({"file": str(to), "format": form, "bytes": len(data)}, json=json)


def _act(name: str, as_: str, json: bool, work: Callable[[Actor, Entry], Answer]) -> None:
    """Take a step on an entry and say what came of it."""
    show(work(acting(as_), find_entry(name)), json=json)
