"""The reviewer on holiday: a required approver is away, the deputy approves, credits come home."""

from datetime import UTC, datetime, timedelta

import pytest

from callsheet.insight.asked import What, asked_of
from callsheet.insight.project_view import read_project
from callsheet.insight.tasks import tasks_of
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, person
from callsheet.kit.errors import Conflict, Forbidden, Refused
from callsheet.services import absences, production, project_people
from callsheet.tenants.models import Membership, Role, User
from tests.builders import assert_books_balance, status_of, submitted, wallet_with

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 7, 6, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def join(account, name: str, role: Role = Role.MEMBER):
    user = User.objects.create_user(
        f"{name.split()[0].lower()}@lumiere.example", name=name, time_zone="Europe/Berlin"
    )
    Membership.objects.create(user=user, account=account, role=role)
    return person(user.pk, name)


def test_the_reviewer_on_holiday() -> None:
    with clock.at(MONDAY):
        wallet = wallet_with(30)  # 30 credits: a film of 20 runs, a brief of 20 waits
        account = wallet.account
        lea = join(account, "Lea Brandt", Role.ADMIN)
        jonas = join(account, "Jonas Weiss")
        amira = join(account, "Amira Haddad", Role.VIEWER)
        film = submitted(wallet, 20, "Summer film", actor=lea)
        project_people.set_person(lea, film.pk, jonas.user_id, "approver")
        autumn = submitted(wallet, 20, "Autumn still life", actor=lea)
        assert status_of(autumn) == "queued"

        # Jonas goes on holiday. He has something to approve, so somebody has to stand in.
        away = {"starts_on": MONDAY.date() + DAY, "ends_on": MONDAY.date() + 12 * DAY}
        with pytest.raises(Refused) as refusal:
            absences.set_absence(jonas, jonas.user_id, **away)
        assert refusal.value.code == "deputy_missing"
        absences.set_absence(jonas, jonas.user_id, deputy_id=amira.user_id, **away)
        with pytest.raises(Conflict) as circle:
            absences.set_absence(amira, amira.user_id, deputy_id=jonas.user_id, **away)
        assert circle.value.code == "deputies_in_a_circle"

    with clock.at(MONDAY + 3 * DAY):
        production.accept(CONSOLE, film.pk)
        production.deliver(CONSOLE, film.pk)
        with pytest.raises(Conflict) as missing:
            production.finalize(lea, film.pk)
        assert missing.value.code == "approval_missing"
        ask = asked_of([film.pk])[film.pk][0]
        assert (ask.what, ask.people) == (What.APPROVE_DELIVERY, (amira.user_id,))
        (task,) = tasks_of(amira, amira.user_id)
        assert (task.title, task.instead_of) == ("Summer film", "Jonas Weiss")

        # Amira, who may only look at things otherwise, approves for him; Lea finalizes.
        project_people.give_approval(amira, film.pk, note="As we agreed on the phone.")
        production.finalize(lea, film.pk)
        assert status_of(film) == "finalized"
        assert status_of(autumn) == "pending_review"  # 20 came home, and it started with them
        wallet.refresh_from_db()
        assert (wallet.available, wallet.held) == (10, 20)

    said = [(line.kind, line.by) for line in read_project(film.pk).timeline]
    assert ("approval_given", "Amira Haddad for Jonas Weiss") in said
    assert ("finalize", "Lea Brandt") in said

    with clock.at(MONDAY + 14 * DAY):  # he is back, and Amira may look at things again
        with pytest.raises(Forbidden):
            project_people.set_person(amira, autumn.pk, amira.user_id, "reviewer")
        assert not tasks_of(amira, amira.user_id)
    assert_books_balance()
