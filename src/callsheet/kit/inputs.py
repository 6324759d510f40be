"""What no input may hold, whatever it is for: checked once for every command.

PostgreSQL stores neither NUL characters nor halves of surrogate pairs, JSON knows no infinity, and
calendars are not made for the days of science fiction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from callsheet.kit.errors import CallsheetError, Refusals, Refused

LONGEST_KEY = 120
LONGEST_NOTE = 20_000
LAST_YEAR = 2199


def check_input(key: str, given: Mapping[str, Any], note: str) -> None:
    """Raise ``Refusals`` that name every part of a command's input that nothing can be done with.

    ``key`` is the caller's key of the command. Codes: ``key_too_long``, ``too_long``,
    ``bad_character``, ``not_a_number``, ``date_out_of_range``.
    """
    problems: list[CallsheetError] = []
    if len(key) > LONGEST_KEY:
        problems.append(
            Refused(
                "key_too_long",
                f"The key of a request has at most {LONGEST_KEY} characters, not {len(key)}.",
                field="key",
            )
        )
    if len(note) > LONGEST_NOTE:
        problems.append(
            Refused("too_long", f"At most {LONGEST_NOTE:,} characters fit here.", field="note")
        )
    problems += _problems("", {"key": key, "note": note, **given})
    if problems:
        raise Refusals(problems)


def _problems(where: str, value: Any) -> Iterator[CallsheetError]:
    if isinstance(value, str):
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in value):
            yield Refused(
                "bad_character", "This text has a character that cannot be stored.", field=where
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            message = f"Give a number that can be counted with, not {value}."
            yield Refused("not_a_number", message, field=where)
    elif isinstance(value, date):
        if value.year > LAST_YEAR:
            yield Refused(
                "date_out_of_range", f"The last day is in the year {LAST_YEAR}.", field=where
            )
    elif isinstance(value, Mapping):
        for name, part in value.items():
            inner = f"{where}.{name}" if where else str(name)
            if isinstance(name, str) and any(_problems("", name)):
                yield Refused(
                    "bad_character", "This name has a character that cannot be stored.",
                    field=where or None,
                )  # fmt: skip
                continue
            yield from _problems(inner, part)
    elif isinstance(value, list | tuple | set | frozenset):
        for number, part in enumerate(value):
            yield from _problems(f"{where}.{number}", part)
