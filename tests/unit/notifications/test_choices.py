"""Quiet hours and digests in people's own time, also where the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsheet.notifications.choices import (
    Choice,
    Listener,
    Times,
    default,
    held_until,
    next_digest,
)
from callsheet.notifications.deciding import LATE, decide
from callsheet.notifications.kinds import Channel, Group, Scope, Timing

BERLIN = ZoneInfo("Europe/Berlin")


def berlin(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (berlin(2026, 5, 12, 19, 59), berlin(2026, 5, 12, 19, 59)),
        (berlin(2026, 5, 12, 20, 0), berlin(2026, 5, 13, 7, 0)),
        (berlin(2026, 5, 13, 6, 59), berlin(2026, 5, 13, 7, 0)),
        (berlin(2026, 5, 13, 7, 0), berlin(2026, 5, 13, 7, 0)),
        # The night that has an hour less, and the one that has an hour more.
        (berlin(2026, 3, 28, 23, 0), utc(2026, 3, 29, 5, 0)),
        (berlin(2026, 10, 24, 23, 0), utc(2026, 10, 25, 6, 0)),
    ],
)
def test_mail_waits_while_it_is_quiet(now: datetime, until: datetime) -> None:
    assert held_until(now, BERLIN, Times()) == until


def test_ends_that_the_clocks_skip_or_show_twice() -> None:
    skipped = Times(quiet_from=time(22), quiet_until=time(2, 30))
    assert held_until(berlin(2026, 3, 28, 23), BERLIN, skipped) == utc(2026, 3, 29, 1, 30)
    twice = Times(quiet_from=time(22), quiet_until=time(2, 30))
    assert held_until(berlin(2026, 10, 25, 1), BERLIN, twice) == utc(2026, 10, 25, 0, 30)
    # 02:10 for the second time: the end at 02:30 for the first time has passed.
    second = berlin(2026, 10, 25, 2, 10, fold=1)
    assert held_until(second, BERLIN, twice) == utc(2026, 10, 25, 1, 30)


def test_never_quiet_and_quiet_by_day() -> None:
    never = Times(quiet_from=time(0), quiet_until=time(0))
    assert held_until(berlin(2026, 5, 12, 3), BERLIN, never) == berlin(2026, 5, 12, 3)
    siesta = Times(quiet_from=time(12), quiet_until=time(15))
    assert held_until(berlin(2026, 5, 12, 13), BERLIN, siesta) == berlin(2026, 5, 12, 15)
    assert held_until(berlin(2026, 5, 12, 23), BERLIN, siesta) == berlin(2026, 5, 12, 23)


def test_the_digest_comes_next_morning_but_not_while_it_is_quiet() -> None:
    assert next_digest(berlin(2026, 5, 12, 7, 59), BERLIN, Times()) == berlin(2026, 5, 12, 8)
    assert next_digest(berlin(2026, 5, 12, 8), BERLIN, Times()) == berlin(2026, 5, 13, 8)
    early = Times(digest_at=time(5))
    assert next_digest(berlin(2026, 5, 12, 12), BERLIN, early) == berlin(2026, 5, 13, 7)


TIMES = st.builds(Times, st.times(), st.times(), st.times())
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"]
).map(ZoneInfo)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, ZONES, TIMES)
def test_held_mail_leaves_within_a_day_and_is_not_held_again(
    now: datetime, zone: ZoneInfo, times: Times
) -> None:
    until = held_until(now, zone, times)
    assert now <= until <= now + timedelta(hours=26)
    assert held_until(until, zone, times) <= until + timedelta(hours=2)  # an hour that comes twice
    digest = next_digest(now, zone, times)
    assert now < digest <= now + timedelta(hours=50)


def someone(**choices: Choice) -> Listener:
    chosen = {tuple(name.split("_", 1)): choice for name, choice in choices.items()}
    return Listener(1, BERLIN, choices=chosen, brands=frozenset({7}))


NOW = berlin(2026, 5, 12, 12)


def how(listener: Listener, **more: object):
    facts = {
        "needs_you": False, "concerned": True, "brand": None, "happened_at": NOW, "now": NOW,
    } | more  # fmt: skip
    return decide(listener, Group.REVIEW, **facts)  # type: ignore[arg-type]


def test_defaults() -> None:
    assert default(Channel.MAIL, needs_you=True).timing is Timing.AT_ONCE
    assert default(Channel.MAIL, needs_you=False).timing is Timing.DIGEST
    news = how(someone())
    assert (news.in_product, news.mail, news.mail_due_at) == (
        True, Timing.DIGEST, berlin(2026, 5, 13, 8),
    )  # fmt: skip
    assert how(someone(), needs_you=True).mail_due_at == NOW
    assert how(someone(), concerned=False) is None


def test_choices_win_over_defaults() -> None:
    off = someone(review_mail=Choice(Scope.MINE, Timing.OFF))
    assert how(off, needs_you=True).mail is Timing.OFF
    nothing = someone(
        review_mail=Choice(Scope.MINE, Timing.OFF), review_product=Choice(Scope.MINE, Timing.OFF)
    )
    assert how(nothing, needs_you=True) is None
    everything = someone(review_mail=Choice(Scope.ALL, Timing.AT_ONCE))
    only_mail = how(everything, concerned=False)
    assert (only_mail.in_product, only_mail.mail) == (False, Timing.AT_ONCE)


def test_chosen_brands() -> None:
    brands = someone(review_product=Choice(Scope.BRANDS, Timing.AT_ONCE))
    assert how(brands, concerned=False, brand=7).in_product
    assert how(brands, concerned=False, brand=8) is None
    assert how(brands, concerned=False) is None
    assert how(brands, brand=8).in_product  # what concerns them, too


def test_news_of_days_ago_is_not_mailed_at_once() -> None:
    late = how(someone(), needs_you=True, happened_at=NOW - LATE - timedelta(minutes=1))
    assert late.mail is Timing.DIGEST
    assert how(someone(), needs_you=True, happened_at=NOW - LATE).mail is Timing.AT_ONCE
