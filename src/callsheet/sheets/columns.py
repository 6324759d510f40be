"""What a column and a sheet are. The definitions are data: the reader and the reference page
are made from them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache


class Kind(StrEnum):
    """How a cell is read. The value is the wording of the reference page."""

    TEXT = "text"
    KEY = "key"
    KEYS = "keys, separated by commas"
    LINES = "several, one per line or separated by semicolons"
    CREDITS = "credits (whole number)"
    WHOLE = "whole number"
    DAYS = "number of days, below 0 for before"
    NUMBER = "number"
    MONEY = "amount of money"
    DATE = "date"
    EMAIL = "e-mail address"
    YES_NO = "yes or no"
    CHOICE = "one of"
    CURRENCY = "currency (EUR)"
    COUNTRY = "country (DE, or DE-BE for a region)"
    TIME_ZONE = "time zone (Europe/Berlin)"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``name`` in code, ``title`` as we write the heading, what else it may be called.

    ``choices`` maps our word to other words for it (only for ``Kind.CHOICE``). ``required`` means
    that the column must be there; ``filled`` that no cell of it may be blank; ``longest`` is the
    most characters that a text may have; ``shared`` that a cell merged over several rows speaks for
    each of them.
    """

    name: str
    title: str
    kind: Kind
    meaning: str
    synonyms: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    longest: int = 200
    shared: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetDefinition:
    """One sheet: its name, the names its file or tab may have, and its columns.

    With ``keeps_notes``, columns that are not known are kept as notes, and merged cells speak for
    their rows or are refused; without it, the former are left out and the latter blank.
    ``reads_json`` says whether it may be a JSON file, with the list of its rows as ``json_list`` if
    the whole is an object.
    """

    name: str
    title: str
    meaning: str
    columns: tuple[Column, ...]
    synonyms: tuple[str, ...] = ()
    keeps_notes: bool = False
    reads_json: bool = False
    json_list: str = "projects"

    def __hash__(self) -> int:
        return hash(self.name)

    def column(self, name: str) -> Column:
        """The column with this name in code. Raises KeyError."""
        return _by_name(self)[name]

    def column_for(self, heading: object) -> Column | None:
        """The column that a heading means, whatever its case, spaces and punctuation."""
        return _by_heading(self).get(fold(str(heading)))

    def has_name(self, name: str) -> bool:
        """Whether a file or a tab of this name holds this sheet."""
        return fold(name) in {fold(n) for n in (self.name, self.title, *self.synonyms)}


def fold(text: str) -> str:
    """A name without case, accents, spaces and punctuation, for comparing: “Wanted-by” = wantedby.

    Letters and digits of every script stay, so that names in other scripts remain different.
    """
    plain = unicodedata.normalize("NFKD", text.strip())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", "", plain).casefold()


def slug(key: str) -> str:
    """A customer's key as the installation keeps it: “Fir Outdoor” and “FIR_outdoor” are
    ``fir-outdoor`` and ``fir_outdoor``. Empty when the key has no letter a to z and no digit.
    """
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", re.sub(r"[-_]{2,}", "-", plain)).strip("-_")


def fold_key(key: str) -> str:
    """A key for comparing: only case and the number of spaces do not matter."""
    return " ".join(key.split()).casefold()


@cache
def _by_name(sheet: SheetDefinition) -> dict[str, Column]:
    return {column.name: column for column in sheet.columns}


@cache
def _by_heading(sheet: SheetDefinition) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for column in sheet.columns:
        for heading in (column.name, column.title, *column.synonyms):
            other = found.setdefault(fold(heading), column)
            if other is not column:
                raise ValueError(f"{sheet.name}: {heading} means {other.name} and {column.name}")
    return found
