"""What takes longer or shorter than an earlier plan thought, as it is said on the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from callsheet.kit.errors import Refused
from callsheet.sheets.definitions import fold, fold_key
from callsheet.sheets.plan_rows import PlanReading, PlanRow


@dataclass(frozen=True, slots=True)
class Slip:
    """Working days more (or, below 0, fewer) than thought, or ``total`` working days in all."""

    days: int
    total: bool


def read_slips(texts: Sequence[str], reading: PlanReading) -> dict[str, Slip]:
    """Read “Title: +5” (longer by so many working days) or “Title: 20” (so many in all), by id.

    Raises ``Refused`` for what is neither, and for a project that the calendar does not have.
    """
    slips: dict[str, Slip] = {}
    for text in texts:
        name, _, said = text.rpartition(":")
        found = re.fullmatch(r"\s*([+-]?)(\d{1,4})\s*", said)
        if not name.strip() or found is None:
            raise Refused(
                "bad_slip",
                f"“{text}” is no slip. Write “Title: +5” for 5 working days more than thought, or "
                "“Title: 20” for 20 in all.",
                field="slipped",
            )
        sign, days = found.groups()
        id = find_project(name.strip(), reading, "slipped").id
        slips[id] = Slip(-int(days) if sign == "-" else int(days), not sign)
    return slips


def find_project(name: str, reading: PlanReading, field: str) -> PlanRow:
    """The row with this id, or else the only one with this title. Raises ``Refused``."""
    open_ = [row for row in reading.projects if row.status in ("planned", "in_production")]
    found = [row for row in open_ if fold_key(row.id) == fold_key(name)]
    found = found or [row for row in open_ if fold(row.title) == fold(name)]
    if len(found) == 1:
        return found[0]
    if found:
        said = f"More than one project is called “{name}”; write its id."
        raise Refused("ambiguous_reference", said, field=field)
    said = f"The calendar has no project “{name}” that is planned or in production."
    raise Refused("unknown_project", said, field=field)


def no_start(title: str) -> Refused:
    """The refusal of “20 days in all” where it is not known when it started."""
    return Refused(
        "bad_slip",
        f"The plan does not say when “{title}” started, so that its days cannot be counted. "
        "Write “+5” for 5 working days more than thought.",
        field="slipped",
    )
