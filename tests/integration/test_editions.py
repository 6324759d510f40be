"""Settings that a process has read are kept until one of them changes, by whomever."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from callsheet.catalogue.models import (
    DeliverableType,
    Edition,
    LeadTime,
    StageTime,
    StudioRules,
    deliverable_types,
    studio_rules,
)
from callsheet.insight.calendars import closures
from callsheet.insight.expected_times import expected_times
from callsheet.kit import clock
from callsheet.kit.once import read_anew, reading_once
from callsheet.tenants.models import StudioClosure

READS = (studio_rules, deliverable_types, expected_times, closures)


def in_a_command() -> int:
    """Ask everything, as a command does. Answers how many statements that took."""
    with CaptureQueriesContext(connection) as caught, reading_once():
        for read in READS:
            read()
    return len(caught)


@pytest.mark.django_db
def test_the_second_command_asks_only_which_edition_is_in_force() -> None:
    in_a_command()
    assert in_a_command() == 1


def change_type() -> None:
    DeliverableType.objects.create(key="reel", name="Reel", credits=30)


def change_times() -> None:
    LeadTime.objects.create(brief_type="content_creation", stage="review", p50_days=1, p80_days=9)


def change_measured() -> None:
    StageTime.objects.create(
        brief_type="content_creation", p50_days=3, p80_days=4, n=2, measured_at=clock.now()
    )


def change_rules() -> None:
    StudioRules.objects.update_or_create(pk=1, defaults={"reopen_days": 77})


def close_a_day() -> None:
    StudioClosure.objects.create(day=date(2026, 12, 24), name="Christmas Eve")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [change_type, change_times, change_measured, change_rules, close_a_day]
)
def test_every_change_of_a_setting_begins_an_edition(change: object) -> None:
    in_a_command()
    before = Edition.objects.get().mark
    change()
    assert Edition.objects.get().mark != before
    assert in_a_command() > 1


@pytest.mark.django_db
def test_a_change_is_seen_by_the_next_command_and_not_in_the_middle_of_one() -> None:
    StudioRules.objects.update_or_create(pk=1, defaults={"reopen_days": 10})
    with reading_once():
        assert studio_rules().reopen_days == 10
        StudioRules.objects.update(reopen_days=11)
        assert studio_rules().reopen_days == 10
        read_anew()
        assert studio_rules().reopen_days == 11
    StudioRules.objects.update(reopen_days=12)
    with reading_once():
        assert studio_rules().reopen_days == 12


@pytest.mark.django_db
def test_what_a_command_changed_before_it_asked_is_not_kept_for_others() -> None:
    StudioRules.objects.update_or_create(pk=1, defaults={"reopen_days": 10})
    with reading_once():
        assert studio_rules().reopen_days == 10
    try:
        with transaction.atomic(), reading_once():
            closures()  # the edition is known from here on
            StudioRules.objects.update(reopen_days=11)
            deliverable_types()
            raise ValueError("a command that fails")
    except ValueError:
        pass
    with reading_once():
        assert studio_rules().reopen_days == 10
        assert deliverable_types() == {kind.key: kind for kind in DeliverableType.objects.all()}


def test_a_change_that_another_process_commits_is_seen(live_db: str, owner_url: str) -> None:
    StudioRules.objects.update_or_create(pk=1, defaults={"reopen_days": 10})
    with reading_once():
        assert studio_rules().reopen_days == 10
    with psycopg.connect(live_db) as elsewhere:
        elsewhere.execute("UPDATE catalogue_studiorules SET reopen_days = 11")
        with reading_once():
            assert studio_rules().reopen_days == 10  # it may still be rolled back
        elsewhere.commit()
    with reading_once():
        assert studio_rules().reopen_days == 11


@pytest.mark.django_db
def test_the_application_cannot_say_which_edition_is_in_force() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('callsheet_app', 'catalogue_edition', r)"
            " FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) r"
        )
        assert cursor.fetchall() == [(False,)] * 4
