"""Writing rows: whole ones, or some fields of several, in one statement whose text is known.

Django works out the text of each INSERT and UPDATE anew, and for several rows one with a branch for
each row and field. Most commands write one or two rows, always the same fields.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Field, Model

type _Field = Field[Any, Any]


def write_fields[Row: Model](rows: Collection[Row], fields: Sequence[str]) -> None:
    """Write these fields (by name or by column) of rows that are in the database, in one statement.

    Values are plain: no expressions. Signals are not sent.
    """
    if not rows:
        return
    model = type(next(iter(rows)))
    if len(rows) > 1 and any(isinstance(field, ArrayField) for field in _named(model, *fields)):
        model._default_manager.bulk_update(rows, fields)  # unnest would take the arrays apart
        return
    if len(rows) == 1:
        (row,) = rows
        columns = _named(model, *fields)
        values = [_value(row, field) for field in columns]
        _execute(_update_one(model, *fields), [*values, row.pk])
        return
    columns = (model._meta.pk, *_named(model, *fields))
    _execute(
        _update_many(model, *fields), [[_value(row, field) for row in rows] for field in columns]
    )


def save(row: Model) -> None:
    """Write all fields of a row that is in the database; as Django's ``save``, without signals."""
    write_fields([row], _all_fields(type(row)))


def insert(row: Model) -> None:
    """Insert one new row and give it its number; as Django's ``save``, without signals."""
    model = type(row)
    values = [_value(row, field) for field in _named(model, *_all_fields(model))]
    with connection.cursor() as cursor:
        cursor.execute(_insert_one(model), values)
        (row.pk,) = cursor.fetchone()
    row._state.adding = False
    row._state.db = connection.alias


def insert_all[Row: Model](rows: Collection[Row]) -> None:
    """Insert new rows of a table without arrays, in one statement, and give them their numbers."""
    if len(rows) == 1:
        insert(next(iter(rows)))
    elif rows:
        model = type(next(iter(rows)))
        with connection.cursor() as cursor:
            cursor.execute(_insert_many(model, ""), _columns_of(rows, model))
            # Rows come back in the order in which they went in.
            for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = number
                row._state.adding = False
                row._state.db = connection.alias


def insert_missing[Row: Model](rows: Collection[Row]) -> None:
    """Insert those rows that no unique constraint finds there already, in one statement; as
    Django's ``bulk_create`` with ``ignore_conflicts``. They are not given their numbers.
    """
    if rows:
        model = type(next(iter(rows)))
        _execute(_insert_many(model, "ON CONFLICT DO NOTHING"), _columns_of(rows, model))


def _columns_of(rows: Collection[Model], model: type[Model]) -> list[list[Any]]:
    return [[_value(row, field) for row in rows] for field in _named(model, *_all_fields(model))]


def _value(row: Model, field: _Field) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _execute(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@lru_cache(maxsize=512)
def _named(model: type[Model], *names: str) -> tuple[_Field, ...]:
    found = tuple(
        field
        for field in model._meta.concrete_fields
        if field.name in names or field.attname in names
    )
    if len(found) != len(set(names)):
        raise ValueError(f"{model.__name__} has not all of these fields: {', '.join(names)}")
    return found


@lru_cache(maxsize=512)
def _all_fields(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


@lru_cache(maxsize=512)
def _update_one(model: type[Model], *names: str) -> str:
    table, pk = model._meta.db_table, model._meta.pk.column
    changes = ", ".join(f'"{field.column}" = %s' for field in _named(model, *names))
    return f'UPDATE "{table}" SET {changes} WHERE "{pk}" = %s'  # noqa: S608  # a model's names


@lru_cache(maxsize=512)
def _update_many(model: type[Model], *names: str) -> str:
    table, pk, fields = model._meta.db_table, model._meta.pk, _named(model, *names)
    changes = ", ".join(f'"{field.column}" = new."{field.column}"' for field in fields)
    # A cast to varchar(10) would cut off what is longer; the column refuses it.
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in (pk, *fields))
    columns = ", ".join(f'"{field.column}"' for field in (pk, *fields))
    return (
        f'UPDATE "{table}" SET {changes} FROM unnest({arrays}) AS new ({columns})'  # noqa: S608  # as above
        f' WHERE "{table}"."{pk.column}" = new."{pk.column}"'
    )


@lru_cache(maxsize=512)
def _insert_one(model: type[Model]) -> str:
    fields = _named(model, *_all_fields(model))
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join("%s" for _ in fields)
    table, pk = model._meta.db_table, model._meta.pk.column
    return f'INSERT INTO "{table}" ({columns}) VALUES ({places}) RETURNING "{pk}"'  # noqa: S608  # as above


@lru_cache(maxsize=512)
def _insert_many(model: type[Model], conflict: str) -> str:
    fields = _named(model, *_all_fields(model))
    if any(isinstance(field, ArrayField) for field in fields):
        raise TypeError(f"{model.__name__} has arrays, which unnest would take apart")
    columns = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
    table, pk = model._meta.db_table, model._meta.pk.column
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {columns}'  # noqa: S608  # as above
        f" FROM unnest({arrays}) WITH ORDINALITY AS new ({columns}, place) ORDER BY place"
        f' {conflict} RETURNING "{pk}"'
    )


def _type(field: _Field) -> str:
    return (field.db_type(connection) or "").partition("(")[0]
