"""The days on which a studio is closed, as they are written on the command line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import typer

from callsheet.cli.plan_problem import in_our_time
from callsheet.kit.errors import Refused

Closures = Annotated[
    str | None,
    typer.Option(help="When the studio is closed: 2027-05-07,2027-12-24..2027-12-31."),
]

MOST_DAYS = 366
"""So many closed days can be named; more is a slip of the pen in a year."""


def read_closures(text: str | None) -> frozenset[date]:
    """Read “2027-05-07,2027-12-24..2027-12-31”: days, and ranges with both of their ends.

    Raises ``Refused``.
    """
    closed: set[date] = set()
    for part in text.split(",") if text is not None else ():
        begin, dots, end = part.strip().partition("..")
        try:
            first = date.fromisoformat(begin)
            last = date.fromisoformat(end) if dots else first
        except ValueError:
            raise _refused(part) from None
        in_our_time(first, "closures")
        in_our_time(last, "closures")
        if not 0 <= (last - first).days < MOST_DAYS:
            raise _refused(part)
        closed |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    if len(closed) > MOST_DAYS:
        raise Refused("bad_closures", f"More than {MOST_DAYS} days are closed.", field="closures")
    return frozenset(closed)


def _refused(part: str) -> Refused:
    return Refused(
        "bad_closures",
        f"“{part.strip()}” is no day and no range of at most {MOST_DAYS} days. Write 2027-05-07, "
        "or 2027-12-24..2027-12-31 for all days from the first to the last.",
        field="closures",
    )
