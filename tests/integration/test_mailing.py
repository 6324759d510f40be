"""Mail servers that are away, refuse or break off: nothing is lost and nothing comes twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callsheet.insight.notification_view import unread_count
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.notifications.models import Mail, Notification
from callsheet.services import bundling, mail_texts, mailing, production
from callsheet.tenants.models import User
from tests.builders import somebody, submitted, wallet_with
from tests.integration import mail_servers
from tests.integration.test_notifying import MORNING, do_jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def server(settings, monkeypatch: pytest.MonkeyPatch):
    """Choose the mail server by name."""

    def choose(name: str) -> type[mail_servers.Server]:
        path = f"tests.integration.mail_servers.{name}"
        settings.MAILERS = {"default": {"BACKEND": path}}
        return getattr(mail_servers, name)

    monkeypatch.setattr(mail_servers.Server, "taken", [])
    monkeypatch.setattr(mail_servers.Server, "opened", 0)
    monkeypatch.setattr(mail_servers.Breaking, "breaks", 1)
    choose("Server")
    return choose


def asked(number: int = 1, *, email: str = "") -> list[Actor]:
    """That many owners, each of whom the studio has asked something; their mails wait."""
    owners = []
    for _ in range(number):
        wallet = wallet_with(20)
        owner = somebody(wallet.account)
        if email:
            User.objects.filter(pk=owner.user_id).update(email=email)
        project = submitted(wallet, 20, "Summer launch", actor=owner)
        production.request_clarification(CONSOLE, project.pk, "Which?")
        owners.append(owner)
    do_jobs()
    return owners


def taken(backend: type[mail_servers.Server]) -> list[str]:
    return [message.to[0] for message in backend.taken]


def test_a_server_that_is_away_for_hours_loses_nothing(server) -> None:
    with clock.at(MORNING):
        asked(3)
        server("Away")
        assert mailing.send_due() == {"away": 1}
        assert set(Mail.objects.values_list("state", "attempts")) == {("waiting", 0)}
    with clock.at(MORNING + timedelta(hours=8)):
        back = server("Server")
        assert mailing.send_due() == {"sent": 3}
        assert len(taken(back)) == 3
        assert back.opened == 1  # one connection for all of them


def test_many_mails_leave_the_longest_due_first_and_each_once(
    server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailing, "MOST_TOGETHER", 2)
    with clock.at(MORNING):
        asked(5)
        mails = list(Mail.objects.order_by("pk"))
        for place, mail in enumerate(mails):  # the newest is due first, three at one moment
            Mail.objects.filter(pk=mail.pk).update(
                due_at=MORNING - timedelta(minutes=max(0, place - 2))
            )
        assert mailing.send_due() == {"sent": 5}
    order = [mails[place].user.email for place in (4, 3, 0, 1, 2)]
    assert taken(mail_servers.Server) == order
    assert set(Mail.objects.values_list("state", "attempts", "leased_until", "sent_at")) == {
        ("sent", 1, None, MORNING)
    }


def test_what_could_not_leave_for_a_day_is_said_by_the_next_digest(server) -> None:
    with clock.at(MORNING):
        (owner,) = asked()
    with clock.at(MORNING + timedelta(days=1, minutes=1)):
        assert mailing.send_due() == {"stale": 1}
        assert bundling.make_digests() == 1  # of yesterday's news; the question comes with the next
    with clock.at(MORNING + timedelta(days=2)):
        assert bundling.make_digests() == 1
        mailing.send_due()
        assert "Which?" in mail_servers.Server.taken[-1].body
        assert "↻" not in mail_servers.Server.taken[-1].body  # it certainly did not leave before
    assert unread_count(owner) == 2


def test_a_refused_recipient_is_not_asked_again_and_holds_nobody_up(server) -> None:
    with clock.at(MORNING):
        asked(email="refused@example.com")
        asked(2)
        picky = server("Picky")
        assert mailing.send_due() == {"refused": 1, "sent": 2}
        assert len(taken(picky)) == 2
        assert mailing.send_due() == {}
        assert "550" in Mail.objects.get(state="refused").error


def test_a_refusal_for_now_is_tried_later_at_growing_intervals(
    server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_servers.Picky, "code", 450)
    server("Picky")
    waits, moment = [], MORNING
    with clock.at(moment):
        asked(email="refused@example.com")
    for _ in range(4):
        with clock.at(moment):
            assert mailing.send_due() == {"waiting": 1}
            assert mailing.send_due() == {}
            due = Mail.objects.get().due_at
            waits.append((due - moment).total_seconds() / 60)
            moment = due
    assert waits == [2, 4, 8, 16]
    with clock.at(moment):
        server("Server")
        assert mailing.send_due() == {"sent": 1}


def test_a_connection_that_breaks_is_opened_anew_and_its_mail_not_sent_again(server) -> None:
    with clock.at(MORNING):
        asked(3)
        breaking = server("Breaking")
        assert mailing.send_due() == {"unknown": 1, "sent": 2}
        assert breaking.opened == 2
        assert mailing.send_due() == {}
    with clock.at(MORNING + timedelta(days=1)):
        bundling.make_digests()
        mailing.send_due()
        again = [m.body for m in breaking.taken if "↻" in m.body]
        assert len(again) == 1
    with clock.at(MORNING + timedelta(days=2)):
        assert bundling.make_digests() == 0


def test_what_perhaps_arrived_twice_over_is_left_at_that(server) -> None:
    """Only one digest says again what a mail perhaps said; if that is lost too, the product has
    it.
    """
    with clock.at(MORNING):
        asked()
        server("Breaking")
        assert mailing.send_due() == {"unknown": 1}
    mail_servers.Breaking.breaks = 1
    with clock.at(MORNING + timedelta(days=1)):
        assert bundling.make_digests() == 1
        assert mailing.send_due() == {"unknown": 1}
    with clock.at(MORNING + timedelta(days=3)):
        mailing.send_due()
        # What was new in that digest comes once more; the question does not.
        bundling.make_digests()
        mailing.send_due()
        assert "Which?" not in "".join(message.body for message in mail_servers.Server.taken)


def test_a_mail_that_cannot_be_written_holds_no_other_up(
    server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.at(MORNING):
        owners = asked(2)
        write = mail_texts._write

        def broken(mail: Mail, *rest: object):
            if mail.user_id == owners[0].user_id:
                raise KeyError("name")
            return write(mail, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(mail_texts, "_write", broken)
        assert mailing.send_due() == {"given_up": 1, "sent": 1}
        assert "KeyError" in Mail.objects.get(state="given_up").error
        assert Notification.objects.filter(mail__state="given_up").count() == 1


def test_an_address_with_a_line_break_reaches_nobody(server) -> None:
    with clock.at(MORNING):
        wallet = wallet_with(20, name="Brixen\r\nBcc: everybody@example.com")
        owner = somebody(wallet.account)
        project = submitted(wallet, 20, "Summer\nBcc: all@example.com", actor=owner)
        production.request_clarification(CONSOLE, project.pk, "<script>alert(1)</script>")
        do_jobs()
        assert mailing.send_due() == {"sent": 1}
        (letter,) = mail_servers.Server.taken
        assert letter.subject.count("\n") == 0
        assert letter.message()["Bcc"] is None
        assert "<script>" not in letter.alternatives[0][0]
