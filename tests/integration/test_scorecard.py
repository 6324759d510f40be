"""How often what was said about dates came true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from callsheet.insight import scorecard as module
from callsheet.insight.scorecard import judge, scorecard
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import briefing, production
from callsheet.services.promising import change_promise
from callsheet.services.publishing import publish_stirred
from tests.builders import finalized, submitted, wallet_with

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def day(number: int) -> date:
    return MONDAY.date() + timedelta(days=number)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.at(MONDAY):
        yield


def test_nothing_is_said_below_thirty_outcomes() -> None:
    score = judge("start", [(day(1), day(5), day(3))] * 29)
    assert (score.outcomes, score.kept, score.days_late) == (29, None, None)


def test_ranges_are_judged_by_both_ends() -> None:
    outcomes = [(day(1), day(5), day(came)) for came in [0] * 10 + [1, 5] * 8 + [6, 6, 9, 15]]
    score = judge("start", outcomes)
    assert (score.outcomes, score.early) == (30, 10 / 30)
    assert (score.kept, score.within) == (26 / 30, 16 / 30)
    assert score.days_late == 2.5  # 1, 1, 4 and 10


@pytest.mark.django_db
def test_the_first_range_counts_and_the_last_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEAST_OUTCOMES", 1)
    wallet = wallet_with(20)
    first = submitted(wallet, 20, "First")
    second = submitted(wallet, 20, "Second")
    publish_stirred()  # both know of 2 to 16 April
    with clock.at(MONDAY + timedelta(days=1)):
        briefing.withdraw(CONSOLE, second.pk)
        publish_stirred()
        briefing.submit(CONSOLE, second.pk)
        production.accept(CONSOLE, first.pk, promised_on=day(10))
        publish_stirred()
    with clock.at(MONDAY + timedelta(days=10)):
        change_promise(CONSOLE, first.pk, day(60), "Rain")
    with clock.at(MONDAY + timedelta(days=40)):
        publish_stirred()
        production.deliver(CONSOLE, first.pk)
    with clock.at(MONDAY + timedelta(days=50)):
        production.finalize(CONSOLE, first.pk)
        finalized(second)  # at once: before anything was published of its finish
        publish_stirred()
        card = scorecard(CONSOLE, wallet.account_id)
    assert (card.starts.outcomes, card.starts.kept) == (1, 0)  # 21 April, not by the 16th
    assert (card.finishes.outcomes, card.finishes.kept) == (1, 0)
    assert (card.promises.kept, card.promises.days_late) == (0, 30)
    assert card.changed_promises.kept == 1
    assert scorecard(CONSOLE) == card
    assert scorecard(CONSOLE, wallet_with(10).account_id).starts.outcomes == 0
