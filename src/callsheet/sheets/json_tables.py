"""JSON read as a table: each object is a row, each key a heading."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from callsheet.sheets.columns import SheetDefinition
from callsheet.sheets.limits import Limits
from callsheet.sheets.tables import Cell, Nested, Table, Unreadable, bounded


def read_json(file: Path, sheet: SheetDefinition, limits: Limits) -> Table:
    """A list of objects, or an object with such a list under the sheet's ``json_list``.

    Rows are counted from 1, in the order of the list. A list of texts counts as a cell of several
    lines, null as a blank one. Each object may spell its keys in its own way. Raises Unreadable.
    """
    try:
        data = json.loads(file.read_bytes(), object_pairs_hook=_object, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Unreadable("not_text", "This is not a text file. JSON is UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Unreadable(
            "broken_json", f"This is no JSON: line {error.lineno}, {error.msg}."
        ) from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or lists in lists in lists.
        raise Unreadable(
            "broken_json", f"This JSON holds what no list of {sheet.json_list} holds."
        ) from None
    rows = [_spelled(row, number, sheet) for number, row in enumerate(_objects(data, sheet), 1)]
    headings = list(dict.fromkeys(key for row in rows for key in row))
    if len(headings) > limits.columns:
        raise Unreadable(
            "too_many_columns",
            f"The {sheet.json_list} have {len(headings):,} different keys; at most "
            f"{limits.columns} are read.",
        )
    cells = ([_cell(row.get(key)) for key in headings] for row in rows)
    return bounded([headings, *cells] if headings else [], file.name, limits, first=0)


def _objects(data: Any, sheet: SheetDefinition) -> Iterator[dict[str, Any]]:
    key = sheet.json_list
    if isinstance(data, dict):
        data = data.get(key)
    if not isinstance(data, list):
        raise Unreadable(
            "not_a_list", f"This JSON is neither a list of {key} nor {{“{key}”: [ … ]}}."
        )
    first = sheet.columns[0].name
    for number, row in enumerate(data, start=1):
        if not isinstance(row, dict):
            raise Unreadable(
                "not_an_object",
                f"Number {number:,} of the list is no object like {{“{first}”: …}}.",
            )
        yield row


def _spelled(row: dict[str, Any], number: int, sheet: SheetDefinition) -> dict[str, Any]:
    """The object with its known keys in our words."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        column = sheet.column_for(key)
        name = key if column is None else column.name
        if name in found:
            raise Unreadable(
                "duplicate_key", f"Number {number:,} of the list has two keys for “{name[:60]}”."
            )
        found[name] = value
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Unreadable("duplicate_key", f"An object has the key “{twice[:60]}” twice.")
    return found


def _no_number(name: str) -> NoReturn:
    raise Unreadable("broken_json", f"{name} is no number of JSON.")


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n".join(value)
    return Nested(json.dumps(value, ensure_ascii=False))
