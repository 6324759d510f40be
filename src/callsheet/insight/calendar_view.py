"""The content calendar as its people see it: what is published when, and how far it is.

Reads only. The number of queries does not grow with the entries.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from callsheet.insight.calendar_rows import EntryRow, read_entry_rows
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.schedule.following import SAID
from callsheet.schedule.models import Campaign, Entry
from callsheet.tenants.access import rights_in_account
from callsheet.tenants.models import Account, Role


@dataclass(frozen=True, slots=True)
class Wants:
    """So many of one deliverable type."""

    type: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of the calendar. ``overdue``: its day has passed, and nobody has said that it was
    published. Without the right to read contents, only key, day, status and that are filled.
    """

    entry: int
    key: str
    title: str
    publish_on: date
    status: str
    overdue: bool
    campaign: str
    days_from_anchor: int | None
    fixed_date: bool
    channel: str
    brand: str
    wanted: tuple[Wants, ...]
    made_by: tuple[str, ...]
    published_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A campaign with its anchor and how many entries it has in which status."""

    campaign: int
    key: str
    name: str
    anchor_on: date | None
    brand: str
    entries: dict[str, int]
    version: int


@dataclass(frozen=True, slots=True)
class CalendarView:
    """An account's calendar from a day to a day of the account."""

    account: int
    key: str
    name: str
    today: date
    entries: tuple[EntryLine, ...]
    campaigns: tuple[CampaignLine, ...]


def show_calendar(
    actor: Actor, account_id: int, *, since: date | None = None, until: date | None = None
) -> CalendarView:
    """The account's entries from ``since`` to ``until`` (both included; None: without end) and its
    campaigns, for somebody who may see it.

    Organization admins see days and statuses; titles, campaigns and the rest only where the account
    shares its briefs. Raises ``NotFound("account")`` for strangers.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NotFound("account")
    rights = rights_in_account(actor, account)
    if not rights.may_read and rights.organization_role != Role.ADMIN:
        raise NotFound("account")
    entries = Entry.objects.all()
    if since is not None:
        entries = entries.filter(publish_on__gte=since)
    if until is not None:
        entries = entries.filter(publish_on__lte=until)
    drafts = bool(rights.account_role) or rights.system
    rows = read_entry_rows(account_id, entries, drafts=drafts)
    today = clock.today(account.time_zone)
    contents = rights.may_read
    return CalendarView(
        account=account.pk,
        key=account.key,
        name=account.name,
        today=today,
        entries=tuple(_line(row, today, contents=contents) for row in rows),
        campaigns=_campaigns(account_id) if contents else (),
    )


def _line(row: EntryRow, today: date, *, contents: bool) -> EntryLine:
    entry = row.entry
    return EntryLine(
        entry=entry.pk,
        key=entry.key,
        title=entry.title if contents else "",
        publish_on=entry.publish_on,
        status=entry.status,
        overdue=entry.status not in SAID and entry.publish_on < today,
        campaign=entry.campaign.name if contents and entry.campaign else "",
        days_from_anchor=entry.days_from_anchor if contents else None,
        fixed_date=entry.fixed_date,
        channel=entry.channel if contents else "",
        brand=entry.brand.name if contents and entry.brand else "",
        wanted=tuple(Wants(*part) for part in row.wanted) if contents else (),
        made_by=tuple(row.fields.get("projects", ())) if contents else (),
        published_on=entry.published_on,
        version=entry.version,
    )


def _campaigns(account_id: int) -> tuple[CampaignLine, ...]:
    """The campaigns of the account by anchor, with all their entries counted."""
    counts: dict[int, Counter[str]] = {}
    for campaign_id, status in Entry.objects.filter(
        account_id=account_id, campaign__isnull=False
    ).values_list("campaign_id", "status"):
        counts.setdefault(campaign_id or 0, Counter())[status] += 1
    return tuple(
        CampaignLine(
            campaign=one.pk,
            key=one.key,
            name=one.name,
            anchor_on=one.anchor_on,
            brand=one.brand.name if one.brand else "",
            entries=dict(counts.get(one.pk, {})),
            version=one.version,
        )
        for one in Campaign.objects.filter(account_id=account_id)
        .select_related("brand")
        .order_by("anchor_on", "pk")
    )
