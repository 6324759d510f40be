"""A studio's spreadsheets, read and checked. Pure: no Django, no database, no clock.

``read_studio`` takes a folder (or one workbook) of customers, people, projects, price list,
credits and calendar and gives back a ``Reading``: the ``Studio`` in frozen dataclasses, made of the
good rows only, and every problem named with sheet, row, column, value and rule, as the person sees
them. ``read_calendar`` reads the calendar of one account. Nothing here decides what happens to the
credits; that is the import service's task.
"""

from callsheet.sheets.calendar import CalendarReading, read_calendar
from callsheet.sheets.dates import DateOrder
from callsheet.sheets.definitions import SHEETS, Column, Kind, SheetDefinition
from callsheet.sheets.problems import Problem
from callsheet.sheets.reading import Reading, read_studio
from callsheet.sheets.records import (
    CalendarRow,
    ConceptLine,
    CreditEntry,
    Customer,
    DeliverableLine,
    Known,
    Person,
    PriceItem,
    ProjectRow,
    Rules,
    Studio,
)

__all__ = [
    "SHEETS",
    "CalendarReading",
    "CalendarRow",
    "Column",
    "ConceptLine",
    "CreditEntry",
    "Customer",
    "DateOrder",
    "DeliverableLine",
    "Kind",
    "Known",
    "Person",
    "PriceItem",
    "Problem",
    "ProjectRow",
    "Reading",
    "Rules",
    "SheetDefinition",
    "Studio",
    "read_calendar",
    "read_studio",
]
