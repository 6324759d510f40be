"""*Today*: the sentence in every state of an account, ways to free credits, what has changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import LastLook
from callsheet.services import crediting, noticing, production, subscribing
from callsheet.services.publishing import publish_stirred
from callsheet.tenants.models import Account, Role, User
from tests.builders import delivered, draft, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db


def client_of(account: Account, role: Role = Role.MEMBER) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=somebody(account, role).user_id))
    return client


def page_of(wallet: Wallet, name: str = "dashboard", client: Client | None = None) -> str:
    client = client or client_of(wallet.account)
    answer = client.get(reverse(name, args=[wallet.account.key]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_account_without_projects_is_shown_its_first_steps() -> None:
    wallet = wallet_with(60)
    page = page_of(wallet)
    assert "60 credits are ready for your first brief." in page
    assert "Three steps to your first content" in page
    draft(wallet, 20)
    assert "Three steps" not in page_of(wallet)


def test_without_credits_no_empty_strip_is_drawn() -> None:
    assert "One cell is five credits" in page_of(wallet_with(60))
    page = page_of(wallet_with(0))
    assert "There are no credits here yet." in page
    assert "One cell is five credits" not in page


def test_an_overdrawn_account_says_so() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 60)
    crediting.adjust(CONSOLE, wallet.pk, -20, permanent=True, note="A correction")
    assert "overdrawn by 20, so that nothing starts" in page_of(wallet)


def test_a_pause_says_until_when() -> None:
    defaults.install()
    wallet = wallet_with(0)
    subscribing.subscribe(CONSOLE, wallet.pk, "growth")
    until = clock.today("UTC") + timedelta(days=40)
    subscribing.pause(CONSOLE, wallet.pk, until)
    assert "The subscription is paused; nothing new starts before" in page_of(wallet)
    submitted(wallet, 20, "Autumn drop")
    client = client_of(wallet.account)
    page = page_of(wallet, "queue", client)
    assert "waits for 20 credits. The subscription is paused; nothing starts before" in page


def test_notice_says_until_when_credits_stay() -> None:
    defaults.install()
    wallet = wallet_with(0)
    subscribing.subscribe(CONSOLE, wallet.pk, "growth", term_months=1, notice_days=10)
    noticing.give_notice(CONSOLE, wallet.pk)
    assert "Notice is given: the credits end on" in page_of(wallet)


def test_an_ended_account_says_so() -> None:
    wallet = wallet_with(20)
    Account.objects.filter(pk=wallet.account_id).update(
        status="ended", ended_on=clock.today("UTC") - timedelta(days=3)
    )
    assert "This account ended" in page_of(wallet)


def test_drafts_are_compared_with_what_comes_free() -> None:
    wallet = wallet_with(60)
    draft(wallet, 20)
    page = page_of(wallet)
    assert "1 draft is ready, for 20 credits; 60 come free in the next 2 weeks" in page
    assert "so that 40 would lie idle." in page
    assert "data-short" in page


def test_what_to_finalize_is_a_part_of_its_own() -> None:
    wallet = wallet_with(60)
    delivered(submitted(wallet, 40, "Summer launch"))
    assert reverse("ways", args=[wallet.account.key]) not in page_of(wallet)  # nothing waits
    submitted(wallet, 40, "Autumn drop")
    assert reverse("ways", args=[wallet.account.key]) in page_of(wallet)
    page = page_of(wallet, "ways")
    assert "Summer launch" in page
    assert "“Autumn drop” starts at once" in page


def test_what_has_changed_is_new_until_it_was_seen() -> None:
    with clock.at(clock.now() - timedelta(minutes=5)):
        wallet = wallet_with(60)
        project = submitted(wallet, 40, "Summer launch")
        submitted(wallet, 40, "Autumn drop")
        production.accept(CONSOLE, project.pk)
        publish_stirred()
    client = client_of(wallet.account)
    page = page_of(wallet, "news", client)
    assert "“Summer launch” is accepted" in page
    assert "“Autumn drop”: expected start" in page
    assert "60 credits more: adjusted by the studio" in page
    form = {
        name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("event", "range")
    }
    looked = reverse("looked", args=[wallet.account.key])
    assert client.post(looked, form).status_code == 303
    page = page_of(wallet, "news", client)
    assert "Nothing is new since you looked" in page
    assert "Before that" in page
    assert "“Summer launch” is accepted" in page
    production.deliver(CONSOLE, project.pk)
    page = page_of(wallet, "news", client)
    assert page.index("“Summer launch” is delivered") < page.index("Before that")


@pytest.mark.parametrize("value", ["", "x", "-5", "9" * 30, "\0", "1" * 19])
def test_nonsense_moves_nobodys_look_backwards(value: str) -> None:
    wallet = wallet_with(10)
    client = client_of(wallet.account)
    looked = reverse("looked", args=[wallet.account.key])
    client.post(looked, {"event": "7", "range": "7"})
    assert client.post(looked, {"event": value, "range": value}).status_code == 303
    look = LastLook.objects.get()
    assert min(look.event_id, look.range_id) >= 7


def test_strangers_see_and_mark_nothing() -> None:
    wallet = wallet_with(10)
    stranger = client_of(wallet_with(10).account)
    for name in ("dashboard", "news", "ways"):
        assert stranger.get(reverse(name, args=[wallet.account.key])).status_code == 404
    assert stranger.post(reverse("looked", args=[wallet.account.key])).status_code == 404
    assert stranger.get(reverse("looked", args=[wallet.account.key])).status_code in {404, 405}
