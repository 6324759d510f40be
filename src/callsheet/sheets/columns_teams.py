"""The columns of a list of teams whose credits the planner keeps apart."""

from __future__ import annotations

from callsheet.sheets.columns import Column, Kind, SheetDefinition

TEAMS = SheetDefinition(
    name="teams",
    title="Teams",
    meaning="One row for each team that has credits of its own, and one more for each day from "
    "which it has others.",
    synonyms=("team", "brands", "accounts", "quotas"),
    reads_json=True,
    json_list="teams",
    columns=(
        Column("team", "Team", Kind.TEXT, "What the calendar calls it.",
               ("name", "brand", "account"), required=True, filled=True, longest=300),
        Column("credits", "Credits", Kind.CREDITS, "Its own credits at one time.",
               ("own", "quota", "capacity"), required=True, filled=True),
        Column("from", "From", Kind.DATE,
               "The day from which it has so many; blank: from the first day on.",
               ("from day", "since", "starting")),
        Column("may_borrow", "May borrow", Kind.CREDITS,
               "The most credits of other teams that it may hold at one time; blank: none.",
               ("borrows", "borrow")),
        Column("may_lend", "May lend", Kind.CREDITS,
               "The most of its idle credits that others may hold at one time; blank: all.",
               ("lends", "lend")),
    ),
)  # fmt: skip
"""The list of teams."""
