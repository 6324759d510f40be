"""The late sample: one mug for two films, a carrier that loses it, and a team that waits behind."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from callsheet.insight.since_last_look import since_last_look
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.projects.models import Clock, ClockKind, Project, PublishedRange
from callsheet.services import production, sampling, staging
from callsheet.services.looking import mark_looked
from callsheet.services.publishing import publish_stirred
from callsheet.services.returning import refresh_returns
from callsheet.tenants.models import StaffRole
from tests.builders import assert_books_balance, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db


def on(month: int, day: int, hour: int = 9) -> object:
    return clock.at(datetime(2026, month, day, hour, tzinfo=UTC))


def start_of(project: Project) -> tuple[date | None, date | None, str]:
    row = PublishedRange.objects.filter(project=project, what="start").latest("pk")
    return row.first, row.last, row.reason


def test_the_late_sample() -> None:
    # Monday, 2 March. 60 credits: two films of 20 run, a third of 40 waits for both of them.
    with on(3, 2):
        wallet = wallet_with(60)
        mia = somebody(wallet.account)
        producer = somebody(staff=StaffRole.PRODUCER)
        film, teaser = submitted(wallet, 20, "Mug film"), submitted(wallet, 20, "Mug teaser")
        waiting = submitted(wallet, 40, "Winter")
        for project in (film, teaser):
            production.accept(producer, project.pk)
            staging.enter_stage(producer, project.pk, "awaiting_sample")
        mug = int(
            sampling.create_sample(
                mia, wallet.account_id, "Mug", [film.pk, teaser.pk], expected_on=date(2026, 3, 4)
            )["sample"]
        )
        sampling.ship_sample(mia, mug, date(2026, 3, 2), tracking="1Z99")
        publish_stirred()
        # 4 March + 14 creation + 2 post-production + 1 check + 3 review;
        # at worst 14 + 3 + 1 + 5, and 5 of a revision.
        assert start_of(waiting)[:2] == (date(2026, 4, 1), date(2026, 4, 13))
    with on(3, 3):
        seen = since_last_look(mia, wallet.account_id)
        mark_looked(mia, wallet.account_id, event_id=seen.event_id, range_id=seen.range_id)

    # The day passes. On Thursday the customer is asked, and the days move on by themselves.
    asked = Clock.objects.filter(kind=ClockKind.SAMPLE)
    assert {row.due_at.date() for row in asked} == {date(2026, 3, 5)}
    assert {row.project_id for row in asked} == {film.pk, teaser.pk}
    with on(3, 6):
        assert refresh_returns() == 2
        publish_stirred()
        assert start_of(waiting)[:2] == (date(2026, 4, 3), date(2026, 4, 15))
        assert "takes longer than expected" in start_of(waiting)[2]
        # Two days: written down, and nobody is told yet.
        assert not Event.objects.filter(kind="expected_start_changed").exists()

        # The carrier has lost it; another one is on its way.
        sampling.expect_sample(mia, mug, date(2026, 3, 18), note="Lost in Leipzig")
        publish_stirred()
        assert start_of(waiting) == (
            date(2026, 4, 15), date(2026, 4, 27), "the sample “Mug” is expected on another day",
        )  # fmt: skip
        told = Event.objects.filter(kind="expected_start_changed").latest("pk")
        assert told.subject_id == waiting.pk
        assert told.data["from"] == ["2026-04-01", "2026-04-13"]
        assert {row.due_at.date() for row in asked.all()} == {date(2026, 3, 19)}

    # It comes a day early, and both films begin in the same moment.
    with on(3, 17):
        answer = sampling.receive_sample(producer, mug, date(2026, 3, 17))
        assert answer["went_on"] == [film.pk, teaser.pk]
        publish_stirred()
        assert start_of(waiting) == (
            date(2026, 4, 14), date(2026, 4, 24), "the sample “Mug” arrived",
        )  # fmt: skip
        assert not asked.all().exists()

        # Mia looks: what she knew, what is so now, and everything that moved it in between.
        seen = since_last_look(mia, wallet.account_id)
        moved = next(m for m in seen.moved if m.project == waiting.pk)
        assert moved.before == (date(2026, 4, 1), date(2026, 4, 13))
        assert moved.now == (date(2026, 4, 14), date(2026, 4, 24))
        assert moved.reasons[:2] == (
            "the sample “Mug” arrived", "the sample “Mug” is expected on another day",
        )  # fmt: skip
    for project in (film, teaser):
        project.refresh_from_db()
        assert project.stage == "creation"
    assert_books_balance()
