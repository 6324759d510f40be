"""Builders of calendars: entries and campaigns, written through their services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Deliverable, Project
from callsheet.schedule.entry import EntryInput, Wanted
from callsheet.schedule.models import Campaign, Entry
from callsheet.services import calendaring, campaigning, entry_links


def in_days(number: int) -> date:
    """So many calendar days from today."""
    return clock.today("UTC") + timedelta(days=number)


def an_entry(
    wallet: Wallet, *wanted: tuple[str, int], title: str = "A post", key: str = "", **more: Any
) -> Entry:
    """An entry in the account's calendar, 40 days ahead unless said otherwise."""
    defaults.install()
    if "publish_on" not in more and "days_from_anchor" not in more:
        more["publish_on"] = in_days(40)
    parts = tuple(Wanted(kind, number) for kind, number in wanted)
    answer = calendaring.create_entry(
        CONSOLE, wallet.account_id, EntryInput(title=title, wanted=parts, **more), entry_key=key
    )
    return Entry.objects.get(pk=answer["entry"])


def a_campaign(wallet: Wallet, name: str = "Launch", anchor: int | None = 60, **more: Any) -> Any:
    """A campaign whose anchor is so many days ahead."""
    day = None if anchor is None else in_days(anchor)
    answer = campaigning.create_campaign(CONSOLE, wallet.account_id, name, anchor_on=day, **more)
    return Campaign.objects.get(pk=answer["campaign"])


def serves(project: Project, *entries: Entry) -> None:
    """Link everything that the project makes to these entries."""
    lines = Deliverable.objects.filter(concept__project=project).values_list("pk", flat=True)
    for entry in entries:
        entry_links.link_deliverables(CONSOLE, entry.pk, list(lines))


def now(row: Any) -> Any:
    """The row as it is in the database now."""
    row.refresh_from_db()
    return row
