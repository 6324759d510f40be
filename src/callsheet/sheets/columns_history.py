"""The columns of a list of finished projects, from which durations are learned."""

from __future__ import annotations

from callsheet.sheets.columns import Column, Kind, SheetDefinition
from callsheet.sheets.columns_projects import BRIEF_TYPES

HISTORY = SheetDefinition(
    name="history",
    title="Finished projects",
    meaning="One row for each project that is over: what it was, when it held its credits.",
    synonyms=("finished", "projects", "past projects"),
    reads_json=True,
    columns=(
        Column("title", "Title", Kind.TEXT, "What was made.",
               ("project", "name", "topic", "subject"), required=True, filled=True, longest=300),
        Column("brief_type", "Brief type", Kind.CHOICE, "The kind of brief.", ("type", "kind"),
               required=True, filled=True, choices=BRIEF_TYPES),
        Column("credits", "Credits", Kind.CREDITS, "What it cost.", ("cost", "credit cost"),
               required=True, filled=True),
        Column("submitted", "Submitted", Kind.DATE,
               "The day on which it was handed in. Only a replay needs it.",
               ("submitted on", "requested", "handed in")),
        Column("started", "Started", Kind.DATE, "The first day on which it held its credits.",
               ("start", "started on", "admitted"), required=True, filled=True),
        Column("finished", "Finished", Kind.DATE, "The day on which its credits came back.",
               ("finish", "finalized", "finished on", "end", "ended"),
               required=True, filled=True),
        Column("expected", "Expected", Kind.DATE,
               "The day on which, as it started, its credits were expected back. For a replay.",
               ("expected back", "expected finish")),
        Column("expected_latest", "Expected at the latest", Kind.DATE,
               "The day by which they were expected back in four of five cases. For a replay.",
               ("expected latest", "80 % date")),
    ),
)  # fmt: skip
"""The list of finished projects."""
