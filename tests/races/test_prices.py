"""Two at once agree on prices of one subscription: one of them is refused, and the days adjoin."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import psycopg
import pytest

from callsheet import credits
from callsheet.catalogue import defaults
from callsheet.credits.models import PricePeriod, Subscription
from callsheet.kit.actor import CONSOLE
from callsheet.services import subscribing
from tests.builders import wallet_with

INSERT = (
    "INSERT INTO credits_priceperiod (subscription_id, starts_on, monthly_price, credits)"
    " VALUES (%s, %s, 1, 60)"
)
GO_ON = "UPDATE credits_priceperiod SET ends_on = NULL WHERE subscription_id = %s"


def both_write(url: str, subscription: int) -> list[str]:
    """One lets the present price go on without an end, one lets another follow it: each alone is
    lawful, together a day has two prices. They commit one after the other.
    """
    said: list[str] = []
    second_is_at_it = threading.Event()

    def second() -> None:
        with psycopg.connect(url) as connection:
            second_is_at_it.set()
            try:
                connection.execute(INSERT, (subscription, date(2031, 6, 1)))
                connection.commit()
                said.append("second kept")
            except psycopg.Error as error:
                said.append(str(error))

    with psycopg.connect(url) as connection:
        connection.execute(GO_ON, (subscription,))
        thread = threading.Thread(target=second)
        thread.start()
        second_is_at_it.wait(10)
        thread.join(0.7)  # with the lock it waits here; without, it is through
        connection.commit()
        thread.join(10)
    return said


@pytest.fixture
def subscription(live_db: str) -> int:
    """A subscription whose only price ends where the two want to begin."""
    defaults.install()
    wallet = wallet_with(0)
    subscribing.subscribe(CONSOLE, wallet.pk, "growth")
    found = Subscription.objects.get(wallet=wallet)
    PricePeriod.objects.filter(subscription=found).update(ends_on=date(2031, 6, 1))
    return found.pk


def test_the_second_waits_for_the_first_and_is_refused(live_db: str, subscription: int) -> None:
    (said,) = both_write(live_db, subscription)
    assert "leave a gap or overlap" in said
    assert PricePeriod.objects.filter(subscription=subscription).count() == 1


def test_without_the_lock_both_are_kept(live_db: str, owner_url: str, subscription: int) -> None:
    """Negative control: the trigger without the line that takes the subscription's row."""
    text = (Path(credits.__file__).parent / "sql" / "prices_v1.sql").read_text()
    body = text[text.index("CREATE FUNCTION") : text.index("REVOKE ALL")]
    lines = [line for line in body.splitlines() if "FOR NO KEY UPDATE" not in line]
    careless = "\n".join(lines).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(careless)
    assert both_write(live_db, subscription) == ["second kept"]
    open_ends = PricePeriod.objects.filter(subscription=subscription, ends_on__isnull=True)
    assert open_ends.count() == 2
