"""An account's calendar as a file: a sheet that can be imported again, or a feed of days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from icalendar import Calendar, Event

from callsheet.insight.calendar_rows import EntryRow, read_entry_rows
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound, Refused
from callsheet.schedule.following import EntryStatus
from callsheet.sheets.definitions import CALENDAR
from callsheet.sheets.deliverables import splits
from callsheet.sheets.writing import write_csv, write_workbook
from callsheet.tenants.access import Rights, check_can_read
from callsheet.tenants.models import Account

FORMATS = ("csv", "xlsx", "ics")
_EVENT_STATUS = {EntryStatus.PLANNED: "TENTATIVE", EntryStatus.DROPPED: "CANCELLED"}


def export_calendar(actor: Actor, account_id: int, form: str) -> bytes:
    """The account's whole calendar as ``csv``, ``xlsx`` (the columns of the import: importing it
    again changes nothing) or ``ics`` (iCalendar; dropped entries are left out).

    Whoever reads the account; drafts that are not shared with the studio are not named to staff.
    Raises ``Refused("unknown_format")``.
    """
    account = Account.objects.select_related("organization").filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    rights = check_can_read(actor, account)
    rows = read_entry_rows(account_id, drafts=_sees_drafts(rights))
    if form == "csv":
        return write_csv(*_table(rows)).encode()
    if form == "xlsx":
        return write_workbook(CALENDAR.title, *_table(rows))
    if form == "ics":
        return feed(account.name, rows)
    raise Refused("unknown_format", f"Choose {', '.join(FORMATS)}.", field="format")


def _sees_drafts(rights: Rights) -> bool:
    return bool(rights.account_role) or rights.system


def _table(rows: Iterable[EntryRow]) -> tuple[list[str], Iterator[list[object]]]:
    """The headings and the rows, in the columns of the import."""
    columns = [column.name for column in CALENDAR.columns]
    headings = [column.title for column in CALENDAR.columns]
    return headings, ([_cell(row, name) for name in columns] for row in rows)


def _cell(row: EntryRow, column: str) -> object:
    entry = row.entry
    match column:
        case "key":
            return entry.key
        case "account":
            return entry.account.key
        case "publish":
            return entry.publish_on
        case "campaign":
            return entry.campaign.name if entry.campaign else None
        case "anchor":
            return entry.campaign.anchor_on if entry.campaign else None
        case "fixed":
            return "yes" if entry.fixed_date else None
        case "wanted":
            return wanted_text(row) or None
        case "status":
            return EntryStatus(entry.status).label.lower()
        case "published":
            return entry.published_on
        case "projects":
            return ", ".join(row.fields.get("projects", ())) or None
        case "version":
            return entry.version
        case _:
            return row.fields.get(column)


def wanted_text(row: EntryRow) -> str:
    """“2 Static creative, 1 Video creative”, as the import reads it."""
    return ", ".join(
        f"{number} {key if splits(name) else name}" for key, name, number in row.wanted
    )


def feed(name: str, rows: Iterable[EntryRow]) -> bytes:
    """The entries as an iCalendar: one event of a whole day each. Its UID is made of the entry's
    number in this installation, so that a calendar program finds it again after every change.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Callsheet//Content calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{name}: content calendar")
    for row in rows:
        if row.entry.status != EntryStatus.DROPPED:
            calendar.add_component(_event(row))
    return calendar.to_ical()


def _event(row: EntryRow) -> Event:
    entry = row.entry
    event = Event()
    event.add("uid", f"entry-{entry.pk}@{_host()}")
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.version)
    event.add("dtstart", entry.publish_on)
    event.add("dtend", entry.publish_on + timedelta(days=1))
    event.add("summary", row.fields["title"])
    event.add("transp", "TRANSPARENT")
    event.add("status", _EVENT_STATUS.get(EntryStatus(entry.status), "CONFIRMED"))
    tags = [row.fields[name] for name in ("channel", "brand") if name in row.fields]
    if tags:
        event.add("categories", tags)
    event.add("description", _description(row))
    return event


def _description(row: EntryRow) -> str:
    """What somebody wants to know who looks at the day: where it is, of what it is made."""
    entry = row.entry
    lines = [EntryStatus(entry.status).label]
    if entry.campaign:
        lines.append(f"Campaign: {entry.campaign.name}")
    if row.wanted:
        lines.append(f"Wants: {wanted_text(row)}")
    if "projects" in row.fields:
        lines.append(f"Made by: {', '.join(row.fields['projects'])}")
    return "\n".join(lines)


def _host() -> str:
    """The installation's host name, which makes numbers unique in the world."""
    return str(settings.BASE_URL).partition("://")[2].partition("/")[0].partition(":")[0]
