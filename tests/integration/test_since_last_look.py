"""Since you last looked: dates that moved, what happened, credits that came and went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.catalogue import defaults
from callsheet.insight.since_last_look import SinceLastLook, since_last_look
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import LastLook
from callsheet.services import crediting, production, sampling, staging
from callsheet.services.looking import mark_looked
from callsheet.services.publishing import publish_stirred
from callsheet.tenants.models import StaffRole
from tests.builders import somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        defaults.install()
        yield


def look(actor: Actor, account_id: int) -> SinceLastLook:
    """Look, and remember it."""
    seen = since_last_look(actor, account_id)
    mark_looked(actor, account_id, event_id=seen.event_id, range_id=seen.range_id)
    return seen


def test_dates_that_moved_are_shown_as_they_were_and_as_they_are() -> None:
    wallet = wallet_with(20)
    mia = somebody(wallet.account)
    running = submitted(wallet, 20, "Mug")
    production.accept(CONSOLE, running.pk)
    staging.enter_stage(CONSOLE, running.pk, "awaiting_sample")
    sample = sampling.create_sample(CONSOLE, wallet.account_id, "Mug", [running.pk],
                                    expected_on=date(2026, 3, 11))["sample"]  # fmt: skip
    waiting = submitted(wallet, 20, "Waiting")
    publish_stirred()
    with clock.at(MONDAY + timedelta(minutes=5)):
        seen = look(mia, wallet.account_id)
        assert seen.looked_at is None
        assert {(m.title, m.what, m.before) for m in seen.moved} == {
            ("Mug", "finish", None), ("Waiting", "start", None),
        }  # fmt: skip
    with clock.at(MONDAY + timedelta(hours=1)):
        assert not look(mia, wallet.account_id).moved
        for day in (12, 18):
            sampling.expect_sample(CONSOLE, sample, date(2026, 3, day))
            publish_stirred()
    with clock.at(MONDAY + timedelta(hours=2)):
        seen = look(mia, wallet.account_id)
        assert seen.looked_at is not None
        moved = next(m for m in seen.moved if m.what == "start")
        assert (moved.project, moved.before, moved.now) == (
            waiting.pk, (date(2026, 4, 8), date(2026, 4, 20)),
            (date(2026, 4, 15), date(2026, 4, 27)),
        )  # fmt: skip
        assert moved.reasons == ("the sample “Mug” is expected on another day",)
        assert {h.kind for h in seen.happened} == {"sample_expected"}
    with clock.at(MONDAY + timedelta(hours=3)):
        for day in (19, 18):  # there and back again
            sampling.expect_sample(CONSOLE, sample, date(2026, 3, day))
            publish_stirred()
        assert not look(mia, wallet.account_id).moved


def test_credits_that_came_and_went() -> None:
    wallet = wallet_with(40)
    mia = somebody(wallet.account)
    with clock.at(MONDAY + timedelta(hours=1)):
        look(mia, wallet.account_id)
    with clock.at(MONDAY + timedelta(hours=2)):
        crediting.grant(CONSOLE, wallet.pk, 15)
        crediting.adjust(CONSOLE, wallet.pk, -5, permanent=True, note="Wrong")
        submitted(wallet, 20)  # what is held is not gone
    with clock.at(MONDAY + timedelta(hours=3)):
        seen = look(mia, wallet.account_id)
        assert sorted((c.kind, c.credits) for c in seen.credits) == [("adjust", -5), ("grant", 15)]
        assert not since_last_look(mia, wallet.account_id).credits


def test_each_has_their_own_look_and_their_own_deeds_are_no_news() -> None:
    wallet = wallet_with(40)
    mia, tom = somebody(wallet.account), somebody(wallet.account)
    producer = somebody(staff=StaffRole.PRODUCER)
    project = submitted(wallet, 20)
    with clock.at(MONDAY + timedelta(minutes=1)):
        for person in (mia, tom, producer):
            look(person, wallet.account_id)
        production.accept(producer, project.pk)
    with clock.at(MONDAY + timedelta(minutes=2)):
        assert [h.kind for h in look(mia, wallet.account_id).happened] == ["accept"]
        assert not since_last_look(producer, wallet.account_id).happened
        assert not since_last_look(mia, wallet.account_id).happened
        assert [h.kind for h in since_last_look(tom, wallet.account_id).happened] == ["accept"]


def test_what_may_still_have_an_elder_is_shown_again() -> None:
    """Numbers are given out before their transactions commit: the last seconds come twice."""
    wallet = wallet_with(40)
    mia = somebody(wallet.account)
    submitted(wallet, 20)
    seen = look(mia, wallet.account_id)
    assert (len(seen.happened), seen.event_id) == (2, 0)
    with clock.at(MONDAY + timedelta(seconds=11)):
        assert len(look(mia, wallet.account_id).happened) == 2
        assert not since_last_look(mia, wallet.account_id).happened


def test_a_look_never_goes_back_and_the_system_has_no_eyes() -> None:
    wallet = wallet_with(40)
    mia = somebody(wallet.account)
    mark_looked(mia, wallet.account_id, event_id=50, range_id=7)
    mark_looked(mia, wallet.account_id, event_id=20, range_id=9)
    row = LastLook.objects.get()
    assert (row.event_id, row.range_id) == (50, 9)
    with pytest.raises(CallsheetError) as error:
        mark_looked(CONSOLE, wallet.account_id, event_id=1, range_id=1)
    assert error.value.code == "nobody_looked"
    assert since_last_look(CONSOLE, wallet.account_id).looked_at is None


def test_looking_asks_the_same_however_much_has_happened() -> None:
    def asked(projects: int) -> int:
        wallet = wallet_with(10)
        mia = somebody(wallet.account)
        look(mia, wallet.account_id)
        for _ in range(projects):
            submitted(wallet, 10)
        publish_stirred()
        with CaptureQueriesContext(connection) as queries:
            since_last_look(mia, wallet.account_id)
        return len(queries)

    assert asked(2) == asked(7)
