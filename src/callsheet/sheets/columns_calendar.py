"""The columns of the content calendar's sheet."""

from __future__ import annotations

from callsheet.sheets.columns import Column, Kind, SheetDefinition

ENTRY_STATUSES: dict[str, tuple[str, ...]] = {
    "planned": ("idea", "open", "to do"),
    "briefed": ("requested", "ordered"),
    "in_production": ("in progress", "production", "wip"),
    "ready": ("approved", "done", "scheduled"),
    "published": ("live", "posted", "sent", "out"),
    "dropped": ("canceled", "cancelled", "skipped", "removed"),
}
"""The statuses of a calendar entry and what they are called in spreadsheets."""

CALENDAR = SheetDefinition(
    name="calendar",
    title="Calendar",
    meaning="Optional. One row for each entry of a content calendar: what is published, where and "
    "when, and what it needs. `callsheet calendar import` reads it for one account, and "
    "`callsheet calendar export` writes it.",
    synonyms=("content calendar", "entries", "posts", "editorial calendar", "schedule"),
    columns=(
        Column(
            "key",
            "Key",
            Kind.KEY,
            "What the entry is called and never changes, so that a second import finds it.",
            ("id", "no", "number", "entry", "post id", "entry key", "reference"),
            required=True,
            filled=True,
        ),
        Column(
            "account",
            "Account",
            Kind.KEY,
            "Key or name of the account. Not needed when the calendar of one account is imported.",
            ("customer", "client", "company", "account key"),
        ),
        Column(
            "title",
            "Title",
            Kind.TEXT,
            "What is published.",
            ("post", "topic", "subject", "what", "name", "headline"),
            required=True,
            filled=True,
            longest=300,
        ),
        Column(
            "publish",
            "Publish date",
            Kind.DATE,
            "The day on which it is published. Blank only where days from the anchor say it.",
            ("publish", "publish on", "date", "publication date", "go live", "live on", "day"),
        ),
        Column(
            "campaign",
            "Campaign",
            Kind.TEXT,
            "Key or name of the campaign. One that is not known is opened.",
            ("campaign name", "launch"),
        ),
        Column(
            "anchor",
            "Anchor",
            Kind.DATE,
            "The campaign's anchor date. It counts when the import opens the campaign; later it is "
            "moved in Callsheet, so that the entries move with it.",
            ("anchor date", "launch date", "campaign date"),
        ),
        Column(
            "days",
            "Days from anchor",
            Kind.DAYS,
            "Calendar days after the campaign's anchor, below 0 before it. With a publish date, "
            "too, both must agree. Blank: counted from the publish date.",
            ("days", "offset", "t-minus", "days from launch"),
        ),
        Column(
            "fixed",
            "Fixed date",
            Kind.YES_NO,
            "Yes: the entry keeps its day when the campaign's anchor moves. Blank is no.",
            ("fixed", "immovable"),
        ),
        Column(
            "channel",
            "Channel",
            Kind.TEXT,
            "Where it is published: feed, newsletter, shop, …",
            ("where", "platform", "placement", "medium"),
            longest=80,
        ),
        Column("brand", "Brand", Kind.TEXT, "The brand profile.", ("brand profile", "label")),
        Column(
            "wanted",
            "Deliverables",
            Kind.TEXT,
            "What it wants, as “2 static, 1 video”, by the names of the price list.",
            ("wanted", "wanted deliverables", "assets", "needs", "what is needed"),
            longest=2_000,
        ),
        Column(
            "status",
            "Status",
            Kind.CHOICE,
            "Published and dropped are taken from the sheet; the others follow the projects that "
            "make it, whatever stands here.",
            ("state", "progress"),
            choices=ENTRY_STATUSES,
        ),
        Column(
            "published",
            "Published on",
            Kind.DATE,
            "Of a published entry: when. Blank is its publish date, or today.",
            ("published", "went live", "posted on"),
        ),
        Column(
            "projects",
            "Made by",
            Kind.KEYS,
            "Keys of the projects that make it. “P-7#2” is the second deliverable of P-7; “P-7” is "
            "all of it.",
            ("projects", "briefs", "made in", "served by"),
        ),
        Column(
            "version",
            "Version",
            Kind.WHOLE,
            "Written by the export, and best left alone: it tells what was changed in the sheet "
            "from what was changed in Callsheet since.",
            ("v", "revision"),
        ),
    ),
)
