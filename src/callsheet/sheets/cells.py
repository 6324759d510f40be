"""One cell read by its column's kind. A cell that does not fit is a NotReadable with a sentence."""

from __future__ import annotations

import math
import re
import zoneinfo
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from callsheet.kit.visible import CONTROLS
from callsheet.kit.workdays import CalendarError, WorkCalendar
from callsheet.sheets.dates import DateOrder, NotADate, parse_date
from callsheet.sheets.definitions import Column, Kind, fold
from callsheet.sheets.limits import CREDITS_MAX
from callsheet.sheets.tables import Cell, Nested, UnsavedFormula

MONEY_MAX = Decimal(1_000_000_000)

_EMAIL = re.compile(r"[^@\s,;<>\"()]{1,64}@[^@\s,;<>\"()]{1,190}\.[^@\s,;<>\"().]{2,63}")
_KEY = re.compile(r"[^\s,;|][^,;|]{0,63}")
_GROUPED = re.compile(r"\d{1,3}(?:[, '\u00a0\u202f]\d{3})+")
_AMOUNT = re.compile(r"[-+]?\d[\d., '\u00a0\u202f]*")
_YES = frozenset({"yes", "y", "true", "on", "x", "1", "ja", "oui", "si", "✓"})
_NO = frozenset({"no", "n", "false", "off", "0", "nein", "non", "-"})
_MARKED = re.compile(r"'+[=+@-]")
_FORMULA = re.compile(r"=|[+@-][^|!(]*[|!(]|[\t\r]")
_ERROR_VALUES = frozenset(
    {
        "#n/a",
        "#ref!",
        "#value!",
        "#div/0!",
        "#name?",
        "#null!",
        "#num!",
        "#spill!",
        "#calc!",
    }
)


class NotReadable(ValueError):
    """A cell that breaks its column's rule; the message is a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def read_cell(cell: Cell, column: Column, today: date, order: DateOrder | None) -> Any:
    """The cell's value: str, int, Decimal, date, bool or a tuple of str, by the column's kind.

    Raises NotReadable.
    """
    if isinstance(cell, Nested):
        raise NotReadable("not_one_value", "This is a list or an object; one value is expected.")
    if isinstance(cell, UnsavedFormula):
        raise NotReadable(
            "unsaved_formula",
            "It has no saved result, and formulas are not worked out here. Open the file in your "
            "spreadsheet program and save it there, or put the plain value.",
        )
    if isinstance(cell, str):
        _refuse_formulas(cell)
        if len(cell) > column.longest:
            raise NotReadable(
                "too_long",
                f"At most {column.longest:,} characters fit; this has {len(cell):,}.",
            )
    if column.kind is Kind.DATE:
        try:
            return parse_date(cell, today, order)
        except NotADate as refusal:
            raise NotReadable(refusal.code, refusal.sentence) from None
    if column.kind is Kind.CHOICE:
        return _choice(as_text(cell), column)
    return _READERS[column.kind](cell)


def as_text(cell: Cell) -> str:
    """The cell as a person sees it: no “.0” behind whole numbers, dates in ISO form."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str) and _MARKED.match(cell):
        # The mark that spreadsheets, and our own exports, put before a text that is no formula.
        return cell[1:]
    return str(cell)


def _refuse_formulas(text: str) -> None:
    if text.casefold() in _ERROR_VALUES:
        raise NotReadable("error_value", "The spreadsheet shows an error here; mend the formula.")
    if _FORMULA.match(text):
        raise NotReadable(
            "formula",
            "This begins like a formula and could run in the next person's spreadsheet. "
            "Put the plain value here.",
        )
    if found := CONTROLS.search(text):
        raise NotReadable(
            "not_text",
            f"This holds a character that controls machines (U+{ord(found[0]):04X}). Type it anew.",
        )


def _text(cell: Cell) -> str:
    return as_text(cell)


def _key(cell: Cell) -> str:
    text = as_text(cell)
    if not _KEY.fullmatch(text):
        raise NotReadable(
            "not_a_key",
            "A key has 1 to 64 characters without commas, semicolons and bars.",
        )
    return text


def _keys(cell: Cell) -> tuple[str, ...]:
    parts = re.split(r"[,;\n]", as_text(cell))
    return tuple(_key(p.strip()) for p in parts if p.strip())


def _lines(cell: Cell) -> tuple[str, ...]:
    return tuple(p.strip() for p in re.split(r"[;\n]", as_text(cell)) if p.strip())


def _whole(cell: Cell) -> int:
    if isinstance(cell, bool):
        raise NotReadable("not_a_number", "Yes and no are not numbers.")
    if isinstance(cell, int | float):
        if not math.isfinite(cell) or cell != int(cell):
            raise NotReadable("not_whole", "This has to be a whole number.")
        number = int(cell)
    else:
        text = as_text(cell)
        if _GROUPED.fullmatch(text):
            text = re.sub(r"\D", "", text)
        text = re.sub(r"\s*(credits?|cr)$", "", text, flags=re.IGNORECASE)
        if re.fullmatch(r"[-+]?\d+[.,]\d+", text):
            if text.rstrip("0")[-1] not in ".,":
                raise NotReadable("not_whole", "This has to be a whole number, like 1200.")
            if len(text) - max(text.rfind("."), text.rfind(",")) == 4:
                raise NotReadable("ambiguous_number", "Write it without a point, like 1200.")
            text = re.split(r"[.,]", text)[0]
        if not re.fullmatch(r"[-+]?\d{1,18}", text):
            raise NotReadable("not_a_number", "This has to be a whole number, like 60.")
        number = int(text)
    if number < 0:
        raise NotReadable("negative", "This cannot be below 0.")
    if number > CREDITS_MAX:
        raise NotReadable("too_large", f"This cannot be more than {CREDITS_MAX:,}.")
    return number


def _days(cell: Cell) -> int:
    """A whole number of days, with or without a sign."""
    if isinstance(cell, str):
        text = re.sub(
            r"\s*(days?|d)$", "", as_text(cell).replace("\u2212", "-"), flags=re.IGNORECASE
        )
        before = text.startswith("-")
        days = _whole(text.removeprefix("-").removeprefix("+"))
        return -days if before else days
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell < 0:
        return -_whole(-cell)
    return _whole(cell)


def _amount(cell: Cell) -> Decimal:
    """A decimal number, with . or , before the decimals and optional groups of three digits."""
    if isinstance(cell, bool):
        raise NotReadable("not_a_number", "Yes and no are not numbers.")
    if isinstance(cell, int | float):
        text = repr(cell)
    else:
        text = re.sub(r"^[€$£¥]\s*|\s*(?:[€$£¥]|[A-Z]{3})$", "", as_text(cell))
        if not _AMOUNT.fullmatch(text):
            raise NotReadable("not_a_number", "This has to be a number, like 1250.00.")
        text = _decimal_point(re.sub(r"[ '\u00a0\u202f]", "", text))
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise NotReadable("not_a_number", "This has to be a number, like 1250.00.")
    if number < 0:
        raise NotReadable("negative", "This cannot be below 0.")
    if number > MONEY_MAX:
        raise NotReadable("too_large", f"This cannot be more than {MONEY_MAX:,}.")
    return number


def _decimal_point(text: str) -> str:
    """The number with a point before the decimals and no groups; refuses 1,234 as ambiguous."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return text
    mark = text[last]
    other = "," if mark == "." else "."
    if text.count(mark) > 1:
        if other in text:
            raise NotReadable("not_a_number", "This has to be a number, like 1250.00.")
        return text.replace(mark, "")
    if other not in text and len(text) - last == 4 and text.lstrip("+-")[:last] != "0":
        raise NotReadable("ambiguous_number", "Write it without groups, like 1234 or 1234.00.")
    return text.replace(other, "").replace(mark, ".")


def _money(cell: Cell) -> Decimal:
    amount = _amount(cell)
    if amount != round(amount, 2):
        raise NotReadable("too_precise", "Money has two decimals at most.")
    return round(amount, 2)


def _number(cell: Cell) -> Decimal:
    return _amount(cell)


def _email(cell: Cell) -> str:
    text = as_text(cell).removeprefix("mailto:")
    if not _EMAIL.fullmatch(text) or ".." in text or len(text) > 254:
        raise NotReadable("not_an_email", "This is not an e-mail address.")
    return text.lower()


def _yes_no(cell: Cell) -> bool:
    word = as_text(cell).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise NotReadable("not_yes_or_no", "Write yes or no.")


def _currency(cell: Cell) -> str:
    text = {"€": "EUR", "$": "USD", "£": "GBP"}.get(as_text(cell), as_text(cell).upper())
    if not re.fullmatch(r"[A-Z]{3}", text):
        raise NotReadable("not_a_currency", "Write a currency with three letters, like EUR.")
    return text


def _country(cell: Cell) -> str:
    text = as_text(cell).upper()
    country, _, region = text.partition("-")
    try:
        WorkCalendar(country if len(country) == 2 else "", region or None)
    except CalendarError:
        raise NotReadable(
            "not_a_country", "Write a country with two letters, like DE, or a region, like DE-BE."
        ) from None
    return text


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in zoneinfo.available_timezones()}


def _time_zone(cell: Cell) -> str:
    found = _zones().get(as_text(cell).replace(" ", "_").casefold())
    if found is None:
        raise NotReadable("not_a_time_zone", "Write a time zone like Europe/Berlin.")
    return found


def _choice(text: str, column: Column) -> str:
    found = _words(column).get(fold(text))
    if found is None:
        words = ", ".join(word.replace("_", " ") for word in column.choices)
        raise NotReadable("unknown_word", f"{column.title} is one of: {words}.")
    return found


def _words(column: Column) -> dict[str, str]:
    words = _WORDS.get(id(column))
    if words is None:
        words = {}
        for word, others in column.choices.items():
            for name in (word, *others):
                if words.setdefault(fold(name), word) != word:
                    raise ValueError(f"{column.name}: {name} means {words[fold(name)]} and {word}")
        _WORDS[id(column)] = words
    return words


# By identity: columns are module-level constants and live as long as the program.
_WORDS: dict[int, dict[str, str]] = {}

_READERS: dict[Kind, Callable[[Cell], Any]] = {
    Kind.TEXT: _text,
    Kind.KEY: _key,
    Kind.KEYS: _keys,
    Kind.LINES: _lines,
    Kind.CREDITS: _whole,
    Kind.WHOLE: _whole,
    Kind.DAYS: _days,
    Kind.NUMBER: _number,
    Kind.MONEY: _money,
    Kind.EMAIL: _email,
    Kind.YES_NO: _yes_no,
    Kind.CURRENCY: _currency,
    Kind.COUNTRY: _country,
    Kind.TIME_ZONE: _time_zone,
}
