"""Pages: the list, the way to what a notification is about, choices, stopping mail by a link."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from callsheet.insight.notification_view import show_preferences, unread_count
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.services import mailing, production
from callsheet.tenants.models import User
from tests.builders import somebody, submitted, wallet_with
from tests.integration.test_notifying import MORNING, do_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(settings) -> Actor:
    """Somebody whom the studio has asked something, by mail."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    with clock.at(MORNING):
        wallet = wallet_with(60, name="Brixen")
        owner = somebody(wallet.account)
        project = submitted(wallet, 20, "Summer launch", actor=owner)
        production.request_clarification(CONSOLE, project.pk, "May we use <blue>?")
        do_jobs()
        assert mailing.send_due() == {"sent": 1}
    return owner


def browser(actor: Actor | None = None) -> Client:
    client = Client(enforce_csrf_checks=True)
    if actor is not None:
        client.force_login(
            User.objects.get(pk=actor.user_id), "django.contrib.auth.backends.ModelBackend"
        )
    return client


def in_mail(pattern: str) -> str:
    found = re.search(pattern, mail.outbox[0].body)
    assert found, mail.outbox[0].body
    return found.group()


def test_the_list_and_the_button(asked: Actor) -> None:
    mine = browser(asked)
    page = mine.get("/notifications/")
    assert page.status_code == 200
    assert "has a question about “Summer launch”" in page.text
    assert "May we use &lt;blue&gt;?" in page.text
    assert unread_count(asked) == 2
    link = in_mail(r"/notifications/\d+")
    answer = mine.get(link)
    assert answer.status_code == 302
    assert unread_count(asked) == 1
    assert browser(somebody()).get(link).status_code == 404
    assert browser().get(link).status_code == 302  # to the login
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    mine.post("/notifications/read", {"csrfmiddlewaretoken": token.group(1)})
    assert unread_count(asked) == 0


def test_choosing_on_the_page(asked: Actor) -> None:
    mine = browser(asked)
    page = mine.get("/notifications/choose").text
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    line = {"csrfmiddlewaretoken": token.group(1), "group": "review", "channel": "mail"}
    done = mine.post("/notifications/choose", line | {"scope": "all", "timing": "digest"})
    assert done.status_code == 302
    chosen = {(x.group, x.channel): x for x in show_preferences(asked).lines if x.chosen}
    assert [(x.scope, x.timing) for x in chosen.values()] == [("all", "digest")]
    refused = mine.post("/notifications/choose", line | {"scope": "all", "timing": "hourly"})
    assert refused.status_code == 422
    assert "Choose at_once" in refused.text


def test_one_click_stops_mail_of_its_kind_and_nothing_else(asked: Actor) -> None:
    link = in_mail(r"/unsubscribe/\S+")
    assert mail.outbox[0].extra_headers["List-Unsubscribe"].endswith(f"{link}>")
    stranger = browser()
    page = stranger.get(link)
    assert page.status_code == 200
    assert not [x for x in show_preferences(asked).lines if x.chosen]  # looking changes nothing
    done = stranger.post(link, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    chosen = [x for x in show_preferences(asked).lines if x.chosen]
    assert [(x.group, x.channel, x.timing) for x in chosen] == [("review", "mail", "off")]
    assert stranger.post(link).status_code == 200  # mail programs click twice
    assert Event.objects.filter(kind="notifications_chosen").count() == 2


@pytest.mark.parametrize("change", ["x", ""])
def test_a_link_that_nobody_signed(asked: Actor, change: str) -> None:
    link = in_mail(r"/unsubscribe/\S+")
    forged = link[:-1] + change if change == "" else link.replace(":review:", ":credits:")
    assert browser().get(forged).status_code == 404
    assert browser().post(forged).status_code == 404
