"""The columns of the calendar that the planner reads."""

from __future__ import annotations

from callsheet.sheets.columns import Column, Kind, SheetDefinition
from callsheet.sheets.columns_projects import BRIEF_TYPES

PLAN_STATUSES: dict[str, tuple[str, ...]] = {
    "planned": ("draft", "idea", "open", "to do", "queued", "waiting", "backlog", "submitted"),
    "in_production": (
        "in progress", "production", "started", "active", "running", "wip", "briefed",
        "pending review", "clarification requested", "initial delivery", "delivered",
        "under revision",
    ),
    "done": (
        "finalized", "finalised", "finished", "completed", "complete", "closed", "published",
        "live",
    ),
    "dropped": ("canceled", "cancelled", "skipped", "removed"),
}  # fmt: skip
"""What a status means to the planner: to be planned, holding credits, or of no concern.

"Ready" and "approved" are none of them: some say it of ideas, others of what is over.
"""

PLAN = SheetDefinition(
    name="plan",
    title="Calendar to plan",
    meaning="One row for each project that a calendar asks for: what, until when, how much.",
    synonyms=("calendar", "content calendar", "projects", "editorial calendar", "schedule"),
    keeps_notes=True,
    reads_json=True,
    columns=(
        Column("id", "Id", Kind.KEY, "What the project is called and never changes.",
               ("key", "no", "number", "reference")),
        Column("title", "Title", Kind.TEXT, "What is made.",
               ("project", "name", "topic", "subject", "headline", "what"),
               required=True, filled=True, longest=300),
        Column("go_live", "Go live", Kind.DATE, "The day on which it is published.",
               ("publish date", "publish", "publish on", "live on", "date", "launch date"),
               shared=True),
        Column("wanted_by", "Wanted by", Kind.DATE,
               "The day on which it must be finished. Without it, the day it goes live.",
               ("due", "due date", "deadline", "needed by"), shared=True),
        Column("deliverables", "Deliverables", Kind.TEXT,
               "What is wanted, as “2 video, 3 static”, by the names of the price list.",
               ("wanted", "assets", "needs"), longest=2_000),
        Column("credits", "Credits", Kind.CREDITS,
               "What it costs, in place of the price of its deliverables.",
               ("cost", "credit cost")),
        Column("concepts", "Concepts", Kind.TEXT,
               "The credits of its concepts, as “20 + 10 + 10”: parts that do not need each "
               "other and could be briefed apart.",
               ("parts",), longest=200),
        Column("brief_type", "Brief type", Kind.CHOICE, "The kind of brief.", ("type", "kind"),
               choices=BRIEF_TYPES, shared=True),
        Column("team", "Team", Kind.TEXT, "Whose credits it uses.", ("account", "brand"),
               shared=True),
        Column("campaign", "Campaign", Kind.TEXT, "What it belongs to.", ("campaign name",),
               shared=True),
        Column("priority", "Priority", Kind.TEXT,
               "1 to 10, or low, normal, high: how much a day of lateness counts.",
               ("weight", "importance"), longest=20, shared=True),
        Column("not_before", "Not before", Kind.DATE, "The first day on which it may be briefed.",
               ("earliest", "earliest start", "ready date"), shared=True),
        Column("after", "After", Kind.LINES, "Titles or ids of what must be finished first.",
               ("predecessors", "depends on", "waits for"), longest=2_000),
        Column("status", "Status", Kind.CHOICE, "Where it stands; blank is planned.",
               ("state", "progress"), choices=PLAN_STATUSES, shared=True),
        Column("started", "Started", Kind.DATE,
               "Of what is in production: the first day on which it held its credits. Without a "
               "day of finishing, one is expected from it.",
               ("started on", "in production since", "briefed on"), shared=True),
        Column("finish_by", "Finish by", Kind.DATE,
               "Of what is in production: the day on which its credits come back.",
               ("expected finish", "returns on", "credits back"), shared=True),
    ),
)  # fmt: skip
