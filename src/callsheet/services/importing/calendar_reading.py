"""What a calendar's row means in an account: its campaign, its deliverables, the types it wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from callsheet.catalogue.models import DeliverableType
from callsheet.insight.calendar_rows import ProjectLines, project_lines
from callsheet.projects.models import Brand
from callsheet.schedule.entry import one_line
from callsheet.schedule.models import Campaign
from callsheet.services.campaigning import open_campaign
from callsheet.sheets.definitions import fold, fold_key
from callsheet.sheets.records import CalendarRow
from callsheet.tenants.models import Account


@dataclass(slots=True)
class Meanings:
    """The names that an account's sheet may use, and what they mean. Campaigns and brands that are
    not known are opened: inside the import's transaction, so that a refused import opens none.
    """

    account: Account
    types: Mapping[str, DeliverableType]
    lines: ProjectLines = field(default_factory=lambda: ProjectLines({}, {}))
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    brands: dict[str, Brand] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    anchors: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(
        cls, account: Account, types: Mapping[str, DeliverableType], rows: Iterable[CalendarRow]
    ) -> Meanings:
        """All that these rows may name, in three queries. ``types`` by their folded names."""
        keys = {key for row in rows for key, _ in row.projects}
        found = cls(account, types, project_lines(account.pk, keys))
        for campaign in Campaign.objects.filter(account=account):
            found.campaigns[fold_key(campaign.name)] = campaign
        for campaign in list(found.campaigns.values()):
            found.campaigns[fold_key(campaign.key)] = campaign
        found.brands = {brand.name: brand for brand in Brand.objects.filter(account=account)}
        for row in rows:
            if row.campaign and row.anchor is not None:
                found.anchors.setdefault(fold_key(row.campaign), row.anchor)
        return found

    def campaign(self, text: str) -> Campaign | None:
        """The campaign of this key or name; a new one where there is none."""
        name = one_line(text)
        if not name:
            return None
        known = self.campaigns.get(fold_key(name))
        if known is None:
            known = open_campaign(self.account.pk, name, anchor_on=self.anchors.get(fold_key(name)))
            self.campaigns[fold_key(name)] = self.campaigns[fold_key(known.key)] = known
            self.opened.append(known.name)
        return known

    def brand(self, text: str) -> Brand | None:
        """The brand of this name; a new one where there is none."""
        name = one_line(text)
        if not name:
            return None
        if name not in self.brands:
            self.brands[name] = Brand.objects.create(account=self.account, name=name)
        return self.brands[name]

    def type(self, item: str) -> DeliverableType:
        """The deliverable type that the price list calls so."""
        return self.types[fold(item)]

    def deliverables(self, row: CalendarRow) -> frozenset[int]:
        """The ids of the deliverables that the row names."""
        return self.lines.deliverables(row.projects)

    def fields(self, row: CalendarRow) -> dict[str, Any]:
        """The row as plain data, named as :mod:`callsheet.insight.calendar_rows` does."""
        campaign = self.campaign(row.campaign)
        fields: dict[str, Any] = {
            "title": one_line(row.title),
            "publish": row.publish.isoformat() if row.publish else None,
            "campaign": campaign.key if campaign else "",
            "days": row.days,
            "fixed": row.fixed or None,
            "channel": one_line(row.channel),
            "brand": one_line(row.brand),
            "wanted": [[self.type(item).key, number] for item, number in row.wanted],
            "status": row.status,
            "published": row.published.isoformat() if row.published else None,
            "projects": self.lines.names(self.deliverables(row)),
        }
        return {name: value for name, value in fields.items() if value not in ("", None, [])}
