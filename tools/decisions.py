"""The list of decision records, made from their titles: ``docs/decisions/README.md``."""

from pathlib import Path
from typing import Final

DECISIONS: Final = Path(__file__).resolve().parent.parent / "docs" / "decisions"


def page() -> str:
    """Return the page; raises `ValueError` for a record whose first line is not its title."""
    lines = [
        "# Decisions",
        "",
        "*Made from the records by `make docs`; do not edit by hand.*",
        "",
        "What was chosen where something else was possible, what it costs, and the test for it.",
        "",
    ]
    for record in sorted(DECISIONS.glob("[0-9]*.md")):
        number, _, title = record.read_text().split("\n", 1)[0].removeprefix("# ").partition(": ")
        if number != record.name[:4] or not title:
            raise ValueError(f"docs/decisions/{record.name} begins with: # {record.name[:4]}: ...")
        lines.append(f"- [{number}]({record.name}) {title}")
    return "\n".join([*lines, ""])
