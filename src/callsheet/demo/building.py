"""Making the demo studio: import, quarter, and on every start the clock brought up to now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from callsheet.catalogue import defaults
from callsheet.demo import logins, quarter, worker
from callsheet.demo.smaller import fewer_customers
from callsheet.journal.models import Command
from callsheet.kit import clock
from callsheet.kit.actor import IMPORT
from callsheet.kit.errors import Conflict, Refused
from callsheet.services import clockwork
from callsheet.services.importing import import_studio
from callsheet.tenants.models import Account, Organization

KEY = "demo"
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "studio"
"""The sheets of the example studio, in the repository."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo studio of this installation. ``begins`` is the moment of its import."""

    begins: datetime
    fresh: bool


def imported_at() -> datetime | None:
    """When the demo studio was imported into this installation, on its own clock; None: never."""
    return (
        Command.objects.filter(actor=IMPORT.key, name="import_studio", key=KEY)
        .values_list("at", flat=True)
        .first()
    )


def build(
    sheets: Path = EXAMPLE,
    *,
    weeks: int = quarter.WEEKS,
    told: Callable[[str], None] = lambda text: None,
    played: Callable[[date], None] | None = None,
) -> Demo:
    """Import the studio and play its quarter, whatever of it has not been done yet. With fewer
    ``weeks`` it is shorter; the first start decides.

    Then the clock ticks, so that a demo that lay still for days is up to date. Raises
    ``Conflict("other_studio")`` where the database holds something else.
    """
    now = clock.now()
    begins = imported_at()
    fresh = begins is None
    if begins is None:
        begins = _import(sheets, quarter.first_moment(now, weeks), told)
    logins.give_passwords()
    quarter.play(begins, now, weeks=quarter.span(weeks), done=played)
    clockwork.tick()
    worker.catch_up()
    return Demo(begins, fresh)


def _import(sheets: Path, begins: datetime, told: Callable[[str], None]) -> datetime:
    if Account.objects.exists() or Organization.objects.exists():
        raise Conflict(
            "other_studio",
            "There is a studio in this database already, and it is not the demo. Choose another"
            " folder for the demo: make demo DATA_DIR=…, or callsheet demo --data-dir …",
        )
    if not sheets.is_dir():
        raise Refused(
            "no_sheets",
            f"The demo's sheets are not in {sheets}. They come with the repository, in"
            " examples/studio.",
            field="sheets",
        )
    told("Importing the example studio")
    with clock.at(begins), fewer_customers(sheets) as folder:
        defaults.install()
        report = import_studio(IMPORT, folder, key=KEY)
    if not report.written:
        raise Refused(
            "sheets_refused",
            "The demo's sheets do not read: " + "; ".join(str(p) for p in report.problems[:5]),
            field="sheets",
        )
    return begins
