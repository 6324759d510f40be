"""An entry as somebody writes it: plain data, checked field by field before anything is saved."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from callsheet.catalogue.models import DeliverableType
from callsheet.kit.errors import CallsheetError, Refusals, Refused

LONGEST = {"title": 300, "channel": 80, "brand": 200, "campaign": 200}
LONGEST_KEY = 64
_KEY = re.compile(rf"[^\s,;|][^,;|]{{0,{LONGEST_KEY - 1}}}")
MOST_WANTED = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of one deliverable type, by its key in the catalogue."""

    type: str
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class EntryInput:
    """Everything that an entry says. ``campaign`` is a key or a name of the account's; dates are
    days of the account; see :func:`callsheet.schedule.dates.place` for what they mean together.
    """

    title: str
    publish_on: date | None = None
    days_from_anchor: int | None = None
    fixed_date: bool = False
    campaign: str = ""
    channel: str = ""
    brand: str = ""
    wanted: tuple[Wanted, ...] = ()


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which no cell and no feed can hold, and
    without blanks around it.
    """
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join(plain.split())


def checked_key(text: str, field: str) -> str:
    """A key as it is kept. Raises ``Refused("not_a_key")`` for one that a sheet could not hold."""
    key = one_line(text)
    if not _KEY.fullmatch(key):
        raise Refused(
            "not_a_key",
            f"A key has 1 to {LONGEST_KEY} characters without commas, semicolons and bars.",
            field=field,
        )
    return key


def check(entry: EntryInput, types: Mapping[str, DeliverableType], most_quantity: int) -> None:
    """Raise ``Refusals`` that name every field that is wrong, and by which rule.

    ``types`` is the catalogue by key. Dates are for :func:`callsheet.schedule.dates.place`.
    """
    problems: list[CallsheetError] = []
    if not entry.title.strip():
        problems.append(Refused("title_missing", "Give the entry a title.", field="title"))
    for name, longest in LONGEST.items():
        if len(getattr(entry, name)) > longest:
            problems.append(
                Refused("too_long", f"At most {longest} characters fit here.", field=name)
            )
    if len(entry.wanted) > MOST_WANTED:
        message = f"At most {MOST_WANTED} kinds of deliverables; there are {len(entry.wanted)}."
        problems.append(Refused("too_many_deliverables", message, field="wanted"))
    else:
        problems += _check_wanted(entry.wanted, types, most_quantity)
    if problems:
        raise Refusals(problems)


def _check_wanted(
    wanted: tuple[Wanted, ...], types: Mapping[str, DeliverableType], most_quantity: int
) -> list[CallsheetError]:
    problems: list[CallsheetError] = []
    seen: set[str] = set()
    for number, part in enumerate(wanted):
        where = f"wanted.{number}"
        if part.type not in types:
            message = f"There is no deliverable “{part.type}” in the catalogue."
            problems.append(Refused("unknown_deliverable", message, field=f"{where}.type"))
        elif part.type in seen:
            message = f"{types[part.type].name} stands here twice. Give the number in one place."
            problems.append(Refused("wanted_twice", message, field=f"{where}.type"))
        seen.add(part.type)
        if not 1 <= part.quantity <= most_quantity:
            message = f"The quantity is between 1 and {most_quantity}, not {part.quantity}."
            problems.append(Refused("quantity_out_of_range", message, field=f"{where}.quantity"))
    return problems
