"""Rows are written as Django would, in one statement."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from callsheet.journal.models import Event
from callsheet.kit.rows import insert, insert_all, insert_missing, save, write_fields
from callsheet.projects.models import Clock, ClockKind, Project, Stirred
from tests.builders import submitted, wallet_with

pytestmark = pytest.mark.django_db

FIELDS = ["title", "wanted_by", "fields", "rank", "ended_by_clock", "changed_at", "owner"]


@pytest.fixture
def projects() -> list[Project]:
    wallet = wallet_with(20)
    for _ in range(3):
        submitted(wallet, 20)
    return list(Project.objects.order_by("pk"))


def change(projects: list[Project]) -> None:
    for number, project in enumerate(projects):
        project.title = f"“Number” {number}'; --"
        project.wanted_by = date(2027, 1, 1 + number) if number else None
        project.fields = {"number": number, "list": [1, None]}
        project.rank = 2**40 + number
        project.ended_by_clock = bool(number % 2)
        project.changed_at = datetime(2027, 1, 1, number, tzinfo=UTC)
        project.campaign = "not written"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_some_fields_of_rows(projects: list[Project], number: int) -> None:
    change(projects)
    with CaptureQueriesContext(connection) as caught:
        write_fields(projects[:number], FIELDS)
    assert len(caught) == 1
    for project in projects[:number]:
        stored = Project.objects.get(pk=project.pk)
        assert all(getattr(stored, name) == getattr(project, name) for name in FIELDS)
        assert stored.campaign != project.campaign
    for project in projects[number:]:
        assert Project.objects.get(pk=project.pk).title != project.title


def test_arrays_of_several_rows(projects: list[Project]) -> None:
    for number, project in enumerate(projects):
        project.dos = [f"Do {number}", "and that"]
    write_fields(projects, ["dos"])
    assert [project.dos for project in Project.objects.order_by("pk")] == [
        [f"Do {number}", "and that"] for number in range(3)
    ]


def test_what_is_too_long_is_refused_and_not_cut(projects: list[Project]) -> None:
    projects[0].stage = "x" * 500
    with pytest.raises(DataError):
        write_fields(projects, ["stage"])


def test_a_field_that_is_not_there_is_named(projects: list[Project]) -> None:
    with pytest.raises(ValueError, match="titel"):
        write_fields(projects, ["titel"])


def test_a_whole_row(projects: list[Project]) -> None:
    change(projects)
    save(projects[1])
    stored = Project.objects.get(pk=projects[1].pk)
    for field in Project._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(projects[1], field.attname)


def test_a_new_row_gets_its_number(projects: list[Project]) -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    row = Clock(project=projects[0], kind=ClockKind.PARKED, since=now, due_at=now)
    insert(row)
    assert Clock.objects.get(pk=row.pk).due_at == now
    row.step = 3
    row.save()
    assert Clock.objects.get(pk=row.pk).step == 3


@pytest.mark.parametrize("number", [0, 1, 2, 30])
def test_new_rows_get_their_numbers_in_their_order(number: int) -> None:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    rows = [
        Event(
            at=at, actor="user:1", actor_name=f"“{place}” \\'", kind="said", subject_type="project",
            subject_id=place, data={"place": place, "none": None, "list": [[1], {}]},
        )
        for place in range(number, 0, -1)
    ]  # fmt: skip
    with CaptureQueriesContext(connection) as caught:
        insert_all(rows)
    assert len(caught) == bool(number)
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    for row in rows:
        stored = Event.objects.get(pk=row.pk)
        assert (stored.data, stored.actor_name) == (row.data, row.actor_name)
        assert (stored.subject_id, stored.account_id) == (row.subject_id, None)
        row.refresh_from_db()  # it is known to be in the database


def test_what_is_too_long_is_refused_of_several_rows_too() -> None:
    wallet = wallet_with(20)
    at = datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(DataError):
        insert_all([Stirred(wallet=wallet, at=at, cause="x" * 301) for _ in range(2)])


def test_rows_that_are_there_are_left_as_they_are(projects: list[Project]) -> None:
    since, due = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
    Clock.objects.all().delete()

    def clocks(due_at: datetime, kept: list[Project]) -> list[Clock]:
        return [
            Clock(project=project, kind=ClockKind.PARKED, since=since, due_at=due_at)
            for project in kept
        ]

    insert_missing([])
    insert_missing(clocks(due, projects[:2]))
    insert_missing(clocks(since, projects))
    assert list(Clock.objects.order_by("project").values_list("due_at", flat=True)) == [
        due, due, since,
    ]  # fmt: skip


def test_rows_with_arrays_are_not_taken_apart(projects: list[Project]) -> None:
    with pytest.raises(TypeError, match="arrays"):
        insert_all(projects)
