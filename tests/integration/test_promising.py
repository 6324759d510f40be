"""Promised dates: given, changed and taken back, each time with a reason and on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import Project, PublishedRange
from callsheet.services import production
from callsheet.services.promising import change_promise
from tests.builders import delivered, submitted, wallet_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(datetime(2026, 3, 2, 9, tzinfo=UTC)):
        yield


def refused(code: str, project: Project, day: date | None, reason: str = "Because") -> None:
    with pytest.raises(CallsheetError) as error:
        change_promise(CONSOLE, project.pk, day, reason)
    assert error.value.code == code


def test_every_promise_stays_on_record_with_its_reason() -> None:
    project = submitted(wallet_with(20), 20)
    production.accept(CONSOLE, project.pk, promised_on=date(2026, 4, 1))
    change_promise(CONSOLE, project.pk, date(2026, 4, 9), "The model is ill")
    change_promise(CONSOLE, project.pk, None, "Nobody knows")
    rows = PublishedRange.objects.filter(project=project, what="promise").order_by("pk")
    assert list(rows.values_list("first", "last", "reason")) == [
        (date(2026, 4, 1), date(2026, 4, 1), "given when the brief was accepted"),
        (date(2026, 4, 9), date(2026, 4, 9), "The model is ill"),
        (None, None, "Nobody knows"),
    ]
    first, second = Event.objects.filter(kind="promise_changed").order_by("pk")
    assert (first.data["from"], first.data["to"]) == ("2026-04-01", "2026-04-09")
    assert (second.data["from"], second.data["to"]) == ("2026-04-09", None)
    assert second.note is not None
    assert second.note.text == "Nobody knows"


def test_a_promise_needs_a_reason_and_a_day_to_come() -> None:
    project = submitted(wallet_with(20), 20)
    refused("nothing_to_promise", project, date(2026, 4, 1))
    production.accept(CONSOLE, project.pk)
    assert not PublishedRange.objects.filter(what="promise").exists()
    refused("reason_missing", project, date(2026, 4, 1), " ")
    refused("date_in_the_past", project, date(2026, 3, 1))
    refused("promised_already", project, None)
    change_promise(CONSOLE, project.pk, date(2026, 3, 2), "Today still")
    refused("promised_already", project, date(2026, 3, 2))
    with pytest.raises(CallsheetError) as error:
        change_promise(CONSOLE, project.pk, None, "Because", version=1)
    assert error.value.code == "stale"


def test_what_is_delivered_can_not_be_promised() -> None:
    project = delivered(submitted(wallet_with(20), 20))
    refused("nothing_to_promise", project, date(2026, 4, 1))
    production.finalize(CONSOLE, project.pk)
    refused("nothing_to_promise", project, date(2026, 4, 1))
