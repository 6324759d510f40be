"""Whether a sheet's dates are written day first or month first, as far as they show it."""

from __future__ import annotations

import re

from callsheet.sheets.columns import Kind
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.understanding import Sheet

_TWO_NUMBERS = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2\d{4}")


def order_of(sheet: Sheet) -> DateOrder | None:
    """The one order in which every date of the sheet can be read; None if both or neither can.

    A date like 25/03/2027 shows the order of all others, because a file is written by one program
    or one person. Where dates contradict each other, nothing is concluded.
    """
    columns = [c.name for c in sheet.definition.columns if c.kind is Kind.DATE]
    found: set[DateOrder] = set()
    for _, cells in sheet.rows:
        for name in columns:
            match = _TWO_NUMBERS.fullmatch(str(cells.get(name, "")))
            if match and int(match[1]) > 12:
                found.add(DateOrder.DAY_FIRST)
            elif match and int(match[3]) > 12:
                found.add(DateOrder.MONTH_FIRST)
    return found.pop() if len(found) == 1 else None
