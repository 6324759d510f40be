"""Who is told of what, and what the mails say: from a service to the outbox."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import dateformat

from callsheet.insight.notification_view import list_notifications, unread_count
from callsheet.journal import events
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK, CONSOLE
from callsheet.kit.errors import NotFound
from callsheet.notifications.models import Mail, Notification, Untold
from callsheet.services import (
    absences,
    briefing,
    bundling,
    choosing,
    crediting,
    listening,
    mailing,
    notifying,
    production,
    transferring,
)
from callsheet.services.clock_running import run_clocks
from callsheet.services.telling import tell
from callsheet.tenants.models import AccountManagerAssignment, Membership, Role, StaffRole, User
from tests.builders import delivered, draft, organization_with, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 5, 12, 9, tzinfo=ZoneInfo("UTC"))


@pytest.fixture(autouse=True)
def outbox(settings) -> list:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    return mail.outbox


def do_jobs() -> int:
    """Tell of everything that waits to be told, as a worker does."""
    return listening.tell_waiting()


def waiting_events() -> list[int]:
    """The events that nobody has been told of yet."""
    return list(Untold.objects.filter(event__isnull=False).values_list("event", flat=True))


def told(actor) -> list[str]:
    """What somebody reads in the product, newest first."""
    return [line.headline for line in list_notifications(actor)]


def managed(account, **more):
    """An account manager who looks after the account."""
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    AccountManagerAssignment.objects.create(
        account=account, manager_id=manager.user_id, starts_on="2020-01-01", **more
    )
    return manager


def test_a_question_is_mailed_at_once_to_the_owner_and_to_nobody_else() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60, name="Brixen")
        owner, colleague = somebody(wallet.account), somebody(wallet.account)
        manager = managed(wallet.account)
        project = submitted(wallet, 20, "Summer launch", actor=owner)
        do_jobs()
        mailing.send_due()
        assert told(manager) == ["“Summer launch” (Brixen) waits for your review"]
        mail.outbox.clear()
        production.request_clarification(manager, project.pk, "Which colours may we use?")
        do_jobs()
        assert mailing.send_due() == {"sent": 1}
        (letter,) = mail.outbox
        assert letter.to == [User.objects.get(pk=owner.user_id).email]
        assert letter.subject == f"{manager.name} has a question about “Summer launch”"
        assert "> Which colours may we use?" in letter.body
        assert "You get this because “Summer launch” is yours." in letter.body
        ((html, kind),) = letter.alternatives
        assert kind == "text/html"
        assert "Which colours may we use?" in html
        assert letter.extra_headers["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/unsub")
        assert told(colleague) == []
        assert told(owner)[0] == letter.subject


def test_twice_is_once() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner = somebody(wallet.account)
        project = submitted(wallet, 20, actor=owner)
        do_jobs()
        event = production.request_clarification(CONSOLE, project.pk, "Which?")
        assert event
        numbers = waiting_events()
        for _ in range(3):
            notifying.notify(numbers)
            mailing.send_due()
        assert len([m for m in mail.outbox if "question" in m.subject]) == 1


def test_news_waits_for_the_digest_which_is_one_even_after_ten_days() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(200, name="Brixen")
        owner = somebody(wallet.account)
        projects = [submitted(wallet, 20, f"Film {n}", actor=owner) for n in range(3)]
        do_jobs()
        assert mailing.send_due() == {}
        assert bundling.make_digests() == 0
    with clock.at(MORNING + timedelta(days=1) - timedelta(hours=1, minutes=1)):
        assert bundling.make_digests() == 0  # 07:59
    with clock.at(MORNING + timedelta(days=1, hours=-1)):
        assert bundling.make_digests() == 1  # 08:00
        assert bundling.make_digests() == 0
        assert mailing.send_due() == {"sent": 1}
        (letter,) = mail.outbox
        assert letter.subject == "3 pieces of news (Brixen)"
        assert letter.body.index("== Brixen ==") < letter.body.index("Film 0")
        for project in projects:
            production.accept(CONSOLE, project.pk)
        do_jobs()
    with clock.at(MORNING + timedelta(days=11)):
        assert bundling.make_digests() == 1
        assert mailing.send_due() == {"sent": 1}
    with clock.at(MORNING + timedelta(days=12)):
        assert bundling.make_digests() == 0  # nothing to say, no mail
    assert len(mail.outbox) == 2


def test_what_is_told_days_late_goes_into_the_digest_instead_of_a_flood() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(200)
        owner = somebody(wallet.account)
        projects = [submitted(wallet, 20, f"Film {n}", actor=owner) for n in range(4)]
        do_jobs()
        Notification.objects.all().delete()
        for project in projects:
            production.request_clarification(CONSOLE, project.pk, "Which?")
    with clock.at(MORNING + timedelta(days=10)):
        do_jobs()
        assert mailing.send_due() == {}
    with clock.at(MORNING + timedelta(days=11)):
        bundling.make_digests()
        assert mailing.send_due() == {"sent": 1}
    assert mail.outbox[0].subject.startswith("4 things wait for you")


def test_mail_waits_until_quiet_hours_end_and_comes_as_one() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(200)
        owner = somebody(wallet.account)
        User.objects.filter(pk=owner.user_id).update(time_zone="Europe/Berlin")
        projects = [submitted(wallet, 20, f"Film {n}", actor=owner) for n in range(2)]
        do_jobs()
    evening = datetime(2026, 5, 12, 21, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    for minutes, project in enumerate(projects):
        with clock.at(evening + timedelta(minutes=minutes)):
            production.request_clarification(CONSOLE, project.pk, "Which?")
            do_jobs()
            assert mailing.send_due() == {}
            assert unread_count(owner) >= 1  # in the product it is there at once
    with clock.at(datetime(2026, 5, 13, 7, 0, tzinfo=ZoneInfo("Europe/Berlin"))):
        assert mailing.send_due() == {"sent": 1}
    (letter,) = mail.outbox
    assert letter.subject.startswith("2 things wait for you")


def test_who_left_hears_nothing_and_sees_nothing() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner, admin = somebody(wallet.account), somebody(wallet.account, Role.ADMIN)
        project = submitted(wallet, 20, actor=owner)
        do_jobs()
        production.request_clarification(CONSOLE, project.pk, "Which?")
        do_jobs()
        assert unread_count(owner) == 2
        Membership.objects.filter(user=owner.user_id).delete()
        assert told(owner) == []
        assert mailing.send_due() == {"skipped": 1}  # the mail that waited for them
        production.clarify(CONSOLE, project.pk, "Red.")
        do_jobs()
        assert unread_count(owner) == 0
        # What was theirs is now for the admins to look after.
        assert "answered the studio's question" in told(admin)[0]
        User.objects.filter(pk=admin.user_id).update(is_active=False)
        with pytest.raises(NotFound):
            unread_count(admin)


def test_the_deputy_of_somebody_away_gets_a_copy() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner, deputy = somebody(wallet.account), somebody(wallet.account)
        project = submitted(wallet, 20, "Summer launch", actor=owner)
        today = clock.today("UTC")
        absences.set_absence(
            owner, owner.user_id, starts_on=today, ends_on=today, deputy_id=deputy.user_id
        )
        do_jobs()
        production.request_clarification(CONSOLE, project.pk, "Which?")
        do_jobs()
        mailing.send_due()
        lines = list_notifications(deputy)
        assert lines[0].why == f"you stand in for {owner.name}"
        assert len(mail.outbox) == 2
    with clock.at(MORNING + timedelta(days=1)):  # back again
        production.clarify(owner, project.pk, "Red.")
        production.request_clarification(CONSOLE, project.pk, "Which red?")
        do_jobs()
        assert len(list_notifications(deputy)) == len(lines)


def test_staff_hear_nothing_of_drafts() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner = somebody(wallet.account)
        manager = managed(wallet.account)
        project = draft(wallet, 20, "Secret", actor=owner)
        event = events.record(
            "comment_added", "project", project.pk, actor=owner, account_id=wallet.account_id
        )
        tell(event)
        do_jobs()
        assert told(manager) == []
        project.shared_with_studio = True
        project.save()
        tell(events.record("comment_added", "project", project.pk, actor=owner,
                           account_id=wallet.account_id))  # fmt: skip
        do_jobs()
        assert len(told(manager)) == 1


def test_a_draft_that_is_deleted_takes_its_notifications_along() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner, other = somebody(wallet.account), somebody(wallet.account)
        project = draft(wallet, 20, actor=owner)
        for _ in range(2):
            tell(events.record("comment_added", "project", project.pk, actor=other,
                               account_id=wallet.account_id))  # fmt: skip
        notifying.notify(waiting_events()[:1])
        assert len(told(owner)) == 1
        briefing.delete_draft(owner, project.pk)
        assert told(owner) == []
        do_jobs()
        assert told(owner) == []


def test_credits_that_come_and_go_are_told_from_the_ledger() -> None:
    with clock.at(MORNING):
        pool, teams = organization_with(100, north=20, south=0)
        boss = somebody(None, Role.ADMIN, organization=pool.organization)
        north = somebody(teams["north"].account, Role.ADMIN)
        south = somebody(teams["south"].account, Role.ADMIN)
        member = somebody(teams["south"].account)
        crediting.adjust(CONSOLE, pool.pk, 10, permanent=True, note="Goodwill")
        do_jobs()
        assert told(boss) == [f"{pool.organization.name} has 10 credits more"]
        assert told(north) == []
        transferring.transfer(boss, pool.pk, teams["south"].pk, 15)
        transferring.transfer(boss, teams["north"].pk, teams["south"].pk, 5)
        do_jobs()
        assert len(told(boss)) == 1  # what they did themselves is no news
        assert told(south) == [
            "5 credits went from North to South",
            f"15 credits went from {pool.organization.name} to South",
        ]
        assert told(north) == ["5 credits went from North to South"]
        assert told(member) == []
        # What projects hold and give back is told by the projects.
        submitted(teams["south"], 10)
        assert not Untold.objects.filter(command__isnull=False)


def expected(project, before, after, reason="") -> None:
    tell(
        events.record(
            "expected_start_changed", "project", project.pk, actor=CLOCK,
            account_id=project.account_id, data={"from": before, "to": after, "reason": reason},
        )
    )  # fmt: skip


def test_expected_dates_are_told_when_they_moved_far_even_by_small_steps() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(10)
        owner = somebody(wallet.account)
        project = submitted(wallet, 20, "Summer launch", actor=owner)
        do_jobs()
        steps = [["2026-05-20", "2026-05-28"], ["2026-05-21", "2026-05-28"],
                 ["2026-05-22", "2026-05-29"], ["2026-05-23", "2026-05-30"]]  # fmt: skip
        expected(project, None, steps[0])  # the first of all is no change
        do_jobs()
        assert len(told(owner)) == 1
        for before, after in pairwise(steps):
            expected(project, before, after, "“Spring” is late")
            do_jobs()
        line, _submitted = list_notifications(owner)
        assert line.headline == (
            "“Summer launch” is now expected to start between Sat 23 May and Sat 30 May"
        )
        assert line.lines[-1] == "The reason: “Spring” is late"
        expected(project, steps[3], ["2026-05-24", "2026-05-31"])
        do_jobs()
        assert len(list_notifications(owner)) == 2
        # Several at once: only where it ends counts.
        expected(project, ["2026-05-24", "2026-05-31"], ["2026-06-24", "2026-06-30"])
        expected(project, ["2026-06-24", "2026-06-30"], ["2026-05-24", "2026-05-31"])
        numbers = waiting_events()
        notifying.notify(numbers)
        assert len(list_notifications(owner)) == 2


def test_queries_do_not_grow_with_events_and_customers() -> None:
    def crowd(customers: int) -> list[int]:
        for _ in range(customers):
            wallet = wallet_with(60)
            owner, _admin = somebody(wallet.account), somebody(wallet.account, Role.ADMIN)
            managed(wallet.account)
            project = submitted(wallet, 20, actor=owner)
            production.request_clarification(CONSOLE, project.pk, "Which?")
        numbers = waiting_events()
        Untold.objects.all().delete()
        return numbers

    counts = []
    with clock.at(MORNING):
        crowd(1)
        for customers in (2, 9):
            numbers = crowd(customers)
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert notifying.notify(numbers) >= customers
            counts.append(len(captured))
            assert mailing.send_due()["sent"] >= customers
    assert counts[0] == counts[1] <= 22, counts
    with clock.at(MORNING + timedelta(days=1)):
        with CaptureQueriesContext(connection) as captured:
            assert bundling.make_digests() >= 11
        assert len(captured) <= 12
        mails = list(Mail.objects.filter(state="waiting").select_related("user"))
        from callsheet.services.mail_texts import write_mails

        with CaptureQueriesContext(connection) as captured:
            written = write_mails(mails)
        assert len(captured) <= 10
        assert all(written.values())


def test_choices_count(outbox) -> None:
    with clock.at(MORNING):
        wallet = wallet_with(200)
        owner, admin = somebody(wallet.account), somebody(wallet.account, Role.ADMIN)
        viewer = somebody(wallet.account, Role.VIEWER)
        choosing.choose(viewer, "review", "product", scope="all", timing="at_once")
        choosing.choose(owner, "review", "mail", timing="off")
        choosing.choose(owner, "queue", "mail", timing="at_once")
        project = submitted(wallet, 20, actor=owner)
        do_jobs()
        production.request_clarification(CONSOLE, project.pk, "Which?")
        do_jobs()
        mailing.send_due()
        assert len(told(viewer)) == 1
        assert told(admin) == []
        assert [m for m in outbox if "question" in m.subject] == []
        assert len(outbox) == 1  # “starts”: news, but chosen at once
        choosing.choose(owner, "review", "mail", timing="default")
        production.clarify(admin, project.pk, "Red.")
        production.request_clarification(CONSOLE, project.pk, "Which red?")
        do_jobs()
        mailing.send_due()
        assert len([m for m in outbox if "question" in m.subject]) == 1


def test_what_was_read_is_not_mailed(outbox) -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner = somebody(wallet.account)
        choosing.choose_times(owner, quiet_from=time(8), quiet_until=time(10), digest_at=time(8))
        project = submitted(wallet, 20, actor=owner)
        do_jobs()
        production.request_clarification(CONSOLE, project.pk, "Which?")
        do_jobs()
        assert choosing.mark_read(owner) == 2
        assert choosing.mark_read(owner) == 0
    with clock.at(MORNING + timedelta(hours=23)):
        assert bundling.make_digests() == 0
        assert mailing.send_due() == {"skipped": 1}
    assert outbox == []


def test_nobody_reads_or_marks_anothers(outbox) -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner, other = somebody(wallet.account), somebody(wallet.account)
        project = submitted(wallet, 20, actor=owner)
        production.request_clarification(CONSOLE, project.pk, "Which?")
        do_jobs()
        numbers = [line.notification for line in list_notifications(owner)]
        assert choosing.mark_read(other, numbers) == 0
        assert unread_count(owner) == len(numbers) == 2


def test_one_that_cannot_be_told_holds_no_other_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.at(MORNING):
        wallet = wallet_with(200)
        owner = somebody(wallet.account)
        projects = [submitted(wallet, 20, f"Film {n}", actor=owner) for n in range(3)]
        do_jobs()
        for project in projects:
            production.request_clarification(CONSOLE, project.pk, "Which?")
        bad = waiting_events()[1]
        real = listening.notify

        def notify(numbers) -> int:
            if bad in numbers:
                raise LookupError
            return real(numbers)

        monkeypatch.setattr(listening, "notify", notify)
        before = unread_count(owner)
        assert do_jobs() == 2
        assert unread_count(owner) == before + 2
        assert waiting_events() == [bad]
        assert do_jobs() == 0
        assert Untold.objects.get().attempts == 1  # not at once again
        monkeypatch.undo()
    with clock.at(MORNING + timedelta(minutes=2)):
        assert do_jobs() == 1
        assert waiting_events() == []


def test_reminders_say_what_happens_by_itself_and_when() -> None:
    with clock.at(MORNING):
        wallet = wallet_with(60)
        owner = somebody(wallet.account)
        project = delivered(submitted(wallet, 20, "Summer launch", actor=owner))
        other = submitted(wallet, 20, "Autumn", actor=owner)
        production.request_clarification(CONSOLE, other.pk, "Which?")
        do_jobs()
    for days in (7, 12):
        with clock.at(MORNING + timedelta(days=days, minutes=1)):
            run_clocks()
            do_jobs()
    day = dateformat.format((MORNING + timedelta(days=14)).date(), "D j M")
    said = [line for line in told(owner) if "by itself" in line]
    assert said == [f"“{project.title}” will be finalized by itself on {day}"] * 2
    asked = [line for line in told(owner) if "still waits for your answer" in line]
    assert asked
    assert all(re.search(r": on \w+ \d+ May it is parked$", line) for line in asked)
