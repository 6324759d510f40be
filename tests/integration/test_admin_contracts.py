"""The subscription's page: terms, prices and notice, each by a step through one service."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from callsheet.catalogue import defaults
from callsheet.credits.models import Subscription
from callsheet.credits.prices import periods
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import subscribing
from callsheet.tenants.models import StaffRole
from tests.builders import organization_with, wallet_with
from tests.integration.admin_pages import change, signed_in, step, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def manager():
    return signed_in(StaffRole.ACCOUNT_MANAGER)


@pytest.fixture
def subscription() -> Subscription:
    defaults.install()
    wallet = wallet_with(0)
    with clock.at(datetime(2026, 3, 1, 9, tzinfo=UTC)):
        subscribing.subscribe(
            CONSOLE, wallet.pk, "growth", price=Decimal(2400),
            renews_on=clock.today("UTC") + timedelta(days=3650),
        )  # fmt: skip
    return Subscription.objects.get(wallet=wallet)


def test_prices_and_terms_are_shown_and_changed(manager, subscription) -> None:
    page = manager.get(change(subscription)).content.decode()
    assert "2,400.00 EUR" in page
    assert "90 days before a renewal" in page
    tomorrow = clock.today("UTC") + timedelta(days=1)
    assert take(
        manager, subscription, "announce_price", monthly_price="2500", from_day=tomorrow
    ).status_code == 302  # fmt: skip
    assert [p.monthly_price for p in periods(subscription)] == [2400, 2500]
    assert "announced" in manager.get(change(subscription)).content.decode()
    assert take(manager, subscription, "withdraw_price").status_code == 302
    assert [p.monthly_price for p in periods(subscription)] == [2400]
    take(manager, subscription, "change_terms", term_months="6", notice_days="30")
    subscription.refresh_from_db()
    assert (subscription.term_months, subscription.notice_days) == (6, 30)


def test_notice_is_recorded_and_taken_back(manager, subscription) -> None:
    refused = take(manager, subscription, "give_notice", on=date(2020, 1, 1), reason="price")
    assert refused.status_code == 422
    assert "was for an earlier one" in refused.content.decode()
    assert take(manager, subscription, "give_notice", on="", reason="price").status_code == 302
    subscription.refresh_from_db()
    assert subscription.ends_on == subscription.renews_on
    page = manager.get(change(subscription)).content.decode()
    assert step(subscription, "take_back_notice") in page
    assert step(subscription, "give_notice") not in page
    assert take(manager, subscription, "take_back_notice").status_code == 302
    subscription.refresh_from_db()
    assert subscription.ends_on is None


def test_producers_see_no_prices(subscription) -> None:
    producer = signed_in(StaffRole.PRODUCER)
    assert producer.get(change(subscription)).status_code == 403
    assert producer.get(step(subscription, "give_notice")).status_code == 403


# --- costs -------------------------------------------------------------------------------------


def test_costs_of_an_account_are_read_and_downloaded(manager, subscription) -> None:
    account = subscription.wallet.account
    span = {"first": "2026-04-01", "last": "2026-04-30", "by": "campaign"}
    page = manager.get(step(account, "costs"), span)
    assert page.status_code == 200
    assert "2,400.00 EUR" in page.content.decode()
    file = manager.get(step(account, "costs"), {**span, "csv": "1"})
    assert file["Content-Type"].startswith("text/csv")
    assert f"costs-{account.key}-2026-04-01" in file["Content-Disposition"]
    assert "2400.00" in file.content.decode()
    wrong = manager.get(step(account, "costs"), {**span, "first": "2026-05-01"})
    assert wrong.status_code == 422
    assert "The last day is before the first." in wrong.content.decode()
    assert manager.get(step(account, "costs")).status_code == 200  # the present month


def test_an_organizations_page_charges_back_and_orders_who_gives_first(manager) -> None:
    pool, team = organization_with(20, north=40, south=40)
    organization = pool.organization
    page = manager.get(step(organization, "costs")).content.decode()
    assert "No price agreed" in page
    assert "North" in page
    places = {f"place_{team['south'].account_id}": "1", f"place_{team['north'].account_id}": ""}
    assert take(manager, organization, "giving_back", **places).status_code == 302
    team["south"].refresh_from_db()
    assert team["south"].gives_back == 1


def test_producers_see_no_costs(subscription) -> None:
    producer = signed_in(StaffRole.PRODUCER)
    assert producer.get(step(subscription.wallet.account, "costs")).status_code == 403
