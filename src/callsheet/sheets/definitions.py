"""The six sheets. Everything that knows a column by name takes it from here."""

from __future__ import annotations

from callsheet.sheets.columns import Column, Kind, SheetDefinition, fold, fold_key, slug
from callsheet.sheets.columns_calendar import CALENDAR
from callsheet.sheets.columns_customers import CREDITS, CUSTOMERS, PEOPLE
from callsheet.sheets.columns_projects import PRICE_LIST, PROJECTS

SHEETS: tuple[SheetDefinition, ...] = (
    CUSTOMERS,
    PEOPLE,
    PRICE_LIST,
    PROJECTS,
    CREDITS,
    CALENDAR,
)
"""All sheets, in the order in which they are read: each refers only to those before it."""

__all__ = [
    "CALENDAR",
    "CREDITS",
    "CUSTOMERS",
    "PEOPLE",
    "PRICE_LIST",
    "PROJECTS",
    "SHEETS",
    "Column",
    "Kind",
    "SheetDefinition",
    "fold",
    "fold_key",
    "slug",
]
