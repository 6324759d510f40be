"""Queries that are asked all day, turned into SQL once.

Django works out the text of a query each time it is asked, which takes two to three times as long
as PostgreSQL takes to answer it. A command asks twenty of them, always the same. Here a query is
written as ever, with places for its values; its text is worked out at the first time, and from
then on only the values change. Rows become the same objects as with Django's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, ForeignObject, Lookup, QuerySet
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler


class _Place(Expression):
    """Where a value goes that is known when the query is asked."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: SQLCompiler, connection: object) -> Any:
        """A place, and for its value the place itself."""
        return "%s", (self,)


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(Lookup):
    """``wallet__any_of=ids``: as ``in``, but one text for lists of any length."""

    lookup_name = "any_of"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        """The text and what stands in its places."""
        column, before = self.process_lhs(compiler, connection)
        values, after = self.process_rhs(compiler, connection)
        return f"{column} = ANY({values})", [*before, *after]


@dataclass(frozen=True, slots=True)
class _Text:
    """A query as SQL, and how its rows become objects."""

    sql: str
    params: tuple[Any, ...]
    build: Callable[[Sequence[tuple[Any, ...]]], list[Any]]


class Asked[Row]:
    """A query with places for values: ``Asked(lambda pk: Project.objects.filter(pk=pk))``.

    What its places stand for goes to the database as it is: plain numbers, texts, days, moments,
    for ``any_of`` lists of them; no model instances, no None. The query answers model instances
    (``select_related``, ``only``, ``annotate`` are fine) or, by ``values_list``, tuples.
    """

    def __init__(self, ask: Callable[..., QuerySet[Any, Row]]) -> None:
        self._ask = ask
        self._text: _Text | None = None

    def rows(self, *values: object) -> list[Row]:
        """The rows of the answer."""
        text = self._text
        if text is None:
            text = self._text = _text(self._ask(*map(_Place, range(len(values)))))
        params: list[Any] = [values[p.number] if isinstance(p, _Place) else p for p in text.params]
        with connection.cursor() as cursor:
            cursor.execute(text.sql, params)
            found: list[Row] = text.build(cursor.fetchall())
        return found

    def first(self, *values: object) -> Row | None:
        """The first row; None where there is none."""
        return next(iter(self.rows(*values)), None)


def _text(queryset: QuerySet[Any, Any]) -> _Text:
    compiler = queryset.query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    shape = queryset._iterable_class
    if shape not in (ModelIterable, ValuesListIterable):
        raise TypeError("only model instances and values_list can be asked for like this")
    instances = _instances(queryset, compiler) if shape is ModelIterable else list
    converters = compiler.get_converters([column for column, *_ in _columns(compiler)])

    def build(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
        return instances(_converted(rows, converters) if converters else rows)

    return _Text(sql, tuple(params), build)


def _columns(compiler: SQLCompiler) -> Sequence[tuple[Any, ...]]:
    """What is selected, up to what the query adds for itself."""
    return (compiler.select or [])[: compiler.col_count]


def _converted(
    rows: Sequence[tuple[Any, ...]], converters: dict[int, tuple[list[Any], Any]]
) -> Iterator[tuple[Any, ...]]:
    """The rows with JSON and the like as Python knows them."""
    for row in rows:
        values = list(row)
        for place, (conversions, expression) in converters.items():
            for convert in conversions:
                values[place] = convert(values[place], expression, connection)
        yield tuple(values)


def _instances(queryset: QuerySet[Any, Any], compiler: SQLCompiler) -> Callable[[Any], list[Any]]:
    """How rows become model instances; as `ModelIterable` does it, with what it looks up at each
    query looked up once.
    """
    info: Any = compiler.klass_info
    select: Any = compiler.select
    model, fields = info["model"], info["select_fields"]
    begin, end = fields[0], fields[-1] + 1
    names = [column.target.attname for column, *_ in select[begin:end]]
    mode = queryset._fetch_mode  # type: ignore[attr-defined]  # the stubs do not know it yet
    related = get_related_populators(info, select, queryset.db, mode)
    annotations = compiler.annotation_col_map or {}
    from_db = model.from_db

    def build(rows: Any) -> list[Any]:
        made = []
        for row in rows:
            instance = from_db(queryset.db, names, row[begin:end], fetch_mode=mode)
            for populator in related:
                populator.populate(row, instance)
            for name, place in annotations.items():
                setattr(instance, name, row[place])
            made.append(instance)
        return made

    return build
