"""A German reader's mails, pages and links are German; nobody else's are."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import translation

from callsheet.insight.notification_view import list_notifications
from callsheet.journal import events
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK, CONSOLE, Actor
from callsheet.kit.errors import Refused
from callsheet.services import bundling, choosing, guesting, inviting, mailing, production
from callsheet.services.telling import tell
from callsheet.tenants.models import Role, User
from tests.builders import delivered, somebody, submitted, wallet_with
from tests.integration.test_notification_pages import browser
from tests.integration.test_notifying import MORNING, do_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings) -> list:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    return mail.outbox


def speaks(actor: Actor, language: str) -> Actor:
    choosing.choose_times(
        actor, quiet_from=time(20), quiet_until=time(7), digest_at=time(8), language=language
    )
    return actor


def ask(owner: Actor, account, title: str = "Sommer") -> None:
    project = submitted(account.wallet, 20, title, actor=owner)
    production.request_clarification(CONSOLE, project.pk, "Which blue?")


def html_of(message) -> str:
    return message.alternatives[0][0]


def test_each_reads_their_own_language_and_the_active_one_stays(outbox) -> None:
    with clock.at(MORNING):
        account = wallet_with(60, name="Brixen").account
        german, english = speaks(somebody(account), "de"), somebody(account)
        for owner in (german, english):
            ask(owner, account)
        do_jobs()
        before = translation.get_language()
        mailing.send_due()
        assert translation.get_language() == before
    of = {message.to[0]: message for message in outbox}
    there = {str(User.objects.get(pk=a.user_id).email): a for a in (german, english)}
    for address, actor in there.items():
        text, html = of[address].body, html_of(of[address])
        if actor is german:
            assert of[address].subject.endswith(" hat eine Frage zu „Sommer“")
            assert "Di 12. Mai, 09:00 Uhr" in text
            assert "Sie bekommen diese Mail, weil „Sommer“ Ihr Projekt ist." in text
            assert "Antworten:" in text
            assert "Which blue?" in text  # what people wrote is theirs
            assert '<html lang="de">' in html
            assert "Wartet auf Sie" in html
            assert "You get this" not in text + html
        else:
            assert of[address].subject.endswith(" has a question about “Sommer”")
            assert "Tue 12 May, 09:00" in text


def test_a_digest_is_german_from_its_subject_to_its_last_line(outbox) -> None:
    with clock.at(MORNING):
        account = wallet_with(60, name="Brixen").account
        owner = speaks(somebody(account), "de")
        project = submitted(account.wallet, 20, "Sommer", actor=owner)
        delivered(project)
        tell(
            events.record(
                "expected_finish_changed", "project", project.pk, actor=CLOCK,
                account_id=account.pk,
                data={
                    "from": ["2026-05-20", "2026-05-28"], "to": ["2026-06-03", "2026-12-12"],
                    "reason": "a project of another team was parked; credits were added",
                },
            )
        )  # fmt: skip
        do_jobs()
    outbox.clear()
    with clock.at(MORNING + timedelta(days=1)):
        assert bundling.make_digests() == 1
        mailing.send_due()
    digest = next(message for message in outbox if "Neuigkeit" in message.subject)
    assert "das ist seit Ihrer letzten Tagesmail passiert." in digest.body
    assert "wird jetzt voraussichtlich zwischen Mi 3. Juni und Sa 12. Dez. fertig" in digest.body
    assert "Vorher hieß es „zwischen Mi 20. Mai und Do 28. Mai“." in digest.body
    assert (
        "Der Grund: ein Projekt eines anderen Teams wurde geparkt; es kamen Credits hinzu"
        in digest.body
    )
    assert "Alles ansehen" in digest.body
    for left in (" the ", "You ", " is "):
        assert left not in digest.body


def test_the_studios_language_counts_where_nobody_chose(outbox, settings) -> None:
    settings.STUDIO_LANGUAGE = "de"
    with clock.at(MORNING):
        account = wallet_with(60, name="Brixen").account
        silent, english = somebody(account), speaks(somebody(account), "en-gb")
        for owner in (silent, english):
            ask(owner, account)
        do_jobs()
        mailing.send_due()
        assert "hat eine Frage zu" in list_notifications(silent)[0].headline
        assert "has a question about" in list_notifications(english)[0].headline
    assert sorted("Frage" in message.subject for message in outbox) == [False, True]


def test_pages_of_notifications_are_in_their_readers_language(outbox) -> None:
    with clock.at(MORNING):
        account = wallet_with(60, name="Brixen").account
        owner = speaks(somebody(account), "de")
        ask(owner, account)
        do_jobs()
        mailing.send_due()
        client = browser(owner)
        page = client.get("/notifications/").content.decode()
        assert '<html lang="de">' in page
        assert "<h1>Mitteilungen</h1>" in page
        assert "· weil „Sommer“ Ihr Projekt ist" in page
        assert "Di 12. Mai, 09:00 Uhr" in page
        choices = client.get("/notifications/choose").content.decode()
        assert "Redaktionsplan" in choices
        assert "Von 20:00 bis 07:00 Uhr warten Mails" in choices
        link = outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
        stop = browser().get(link).content.decode()  # not signed in: the reader's all the same
        assert "bekommt dann keine E-Mails mehr zu: Prüfung und Rückfragen" in stop
        assert "Sign out" in client.get("/accounts/logout/").content.decode()  # other pages


def test_invitations_speak_the_language_of_who_invites(outbox) -> None:
    noon = datetime(2026, 5, 12, 12, tzinfo=ZoneInfo("UTC"))
    with clock.at(noon):
        account = wallet_with(10, name="Brixen").account
        account.time_zone = "Europe/Berlin"
        account.save()
        admin = speaks(somebody(account, Role.ADMIN), "de")
        answer = inviting.invite(admin, "ben@example.com", "member", account_id=account.pk)
        assert inviting.send(answer["invitation"], 1)
        known = speaks(somebody(wallet_with(10).account), "en-gb")
        address = User.objects.get(pk=known.user_id).email
        again = inviting.invite(admin, address, "member", account_id=account.pk)
        assert inviting.send(again["invitation"], 1)
    german, english = outbox
    assert german.subject == "Ihre Einladung zu Brixen bei The studio"
    assert "lädt Sie zu Brixen ein." in german.body
    assert "Mai 2026, 14:00 Uhr (Europe/Berlin)" in german.body
    assert english.subject == "You are invited to Brixen at The studio"


def test_guests_are_written_to_in_the_language_of_who_invites(outbox) -> None:
    with clock.at(MORNING):
        account = wallet_with(60, name="Brixen & Söhne").account
        owner = speaks(somebody(account), "de")
        project = submitted(account.wallet, 20, "Sommer & Meer", actor=owner)
        answer = guesting.invite_guest(owner, project.pk, "Ida", email="ida@example.com")
        assert guesting.send_guest_link(answer["link"])
    (message,) = outbox
    assert message.subject == "Bitte sehen Sie sich „Sommer & Meer“ an"
    assert message.body.startswith("Guten Tag, Ida,\n")
    assert "„Sommer & Meer“ anzusehen und zu sagen" in message.body
    assert " Uhr (" in message.body


def test_a_language_that_there_is_not_is_refused_with_those_there_are() -> None:
    owner = somebody(wallet_with(10).account)
    for unknown in ("fr", "DE", "en", "de-at"):
        with pytest.raises(Refused) as refused:
            speaks(owner, unknown)
        assert refused.value.code == "unknown_language"
        assert refused.value.message == "Choose one of de, en-gb."
