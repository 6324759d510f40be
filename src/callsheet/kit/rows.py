"""Writing some fields of several rows back in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import Model


def write_fields[Row: Model](rows: Collection[Row], fields: Sequence[str]) -> None:
    """Write these fields of rows that are in the database, in one statement.

    Most commands change one row: a plain UPDATE is a third of the work of Django's `bulk_update`,
    which is what several rows are written with.
    """
    if not rows:
        return
    if len(rows) > 1:
        type(next(iter(rows)))._default_manager.bulk_update(rows, fields)
        return
    (row,) = rows
    values = {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.name in fields or field.attname in fields
    }
    type(row)._default_manager.filter(pk=row.pk).update(**values)
