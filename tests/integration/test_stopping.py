"""Wishes to park or cancel, and what is left open when a project stops."""

from __future__ import annotations

import pytest

from callsheet.journal.models import Event
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Forbidden, Refused
from callsheet.projects.models import Amendment, Clock, Project, StopRequest
from callsheet.services import (
    amending,
    briefing,
    parking,
    production,
    sequencing,
    stopping,
)
from callsheet.tenants.models import Role
from tests.builders import (
    assert_books_balance,
    delivered,
    finalized,
    paying_wallet,
    somebody,
    status_of,
    submitted,
    wallet_with,
)
from tests.scope_builders import amended, fewer, line_of, more, proposed, sides_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Project:
    project = submitted(wallet_with(60), 40)
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def asked(project: Project, wish: str = "cancel") -> StopRequest:
    answer = stopping.ask_to_stop(CONSOLE, project.pk, wish, "The launch is off.")
    return StopRequest.objects.get(pk=answer["request"])


def refusal(act: object, *args: object, **more: object) -> str:
    with pytest.raises((Refused, Conflict, Forbidden)) as error:
        act(*args, **more)  # type: ignore[operator]
    return error.value.code


def test_production_goes_on_until_the_studio_decides(running: Project) -> None:
    request = asked(running)
    assert status_of(running) == "in_progress"
    assert Clock.objects.filter(project=running, kind="stop_request").exists()
    answer = stopping.refuse(CONSOLE, request.pk, "It is nearly done.")
    assert (answer["status"], answer["granted"]) == ("in_progress", False)
    request.refresh_from_db()
    assert (request.granted, request.answer) == (False, "It is nearly done.")
    assert not Clock.objects.filter(kind="stop_request").exists()


@pytest.mark.parametrize(("wish", "status"), [("park", "parked"), ("cancel", "canceled")])
def test_what_is_granted_is_done(running: Project, wish: str, status: str) -> None:
    waiting = submitted(running.wallet, 40)
    request = asked(running, wish)
    answer = stopping.grant(CONSOLE, request.pk)
    assert (answer["status"], answer["released"], answer["started"]) == (
        status, 40, [waiting.pk],
    )  # fmt: skip
    request.refresh_from_db()
    assert request.granted is True
    assert_books_balance()


def test_the_customer_asks_only_for_what_was_accepted(running: Project) -> None:
    wallet = running.wallet
    early, queued = submitted(wallet, 20), submitted(wallet, 60)
    for project in (early, queued):
        assert refusal(asked, project) == "not_accepted"
        assert briefing.withdraw(CONSOLE, project.pk)["status"] == "draft"
    assert refusal(asked, finalized(submitted(wallet, 20))) == "ended"
    parking.park(CONSOLE, running.pk, "No sample")
    assert refusal(asked, running, "park") == "already_parked"
    assert stopping.grant(CONSOLE, asked(running).pk)["status"] == "canceled"
    assert refusal(production.cancel, CONSOLE, running.pk, note="Again") == "forbidden_transition"
    assert_books_balance()


def test_one_wish_at_a_time_with_a_reason(running: Project) -> None:
    assert refusal(stopping.ask_to_stop, CONSOLE, running.pk, "pause", "x") == "unknown_wish"
    assert refusal(stopping.ask_to_stop, CONSOLE, running.pk, "park", " ") == "reason_missing"
    request = asked(running)
    assert refusal(asked, running, "park") == "stop_request_open"
    assert refusal(stopping.refuse, CONSOLE, request.pk, "") == "reason_missing"


def test_who_asked_or_an_admin_takes_it_back(running: Project) -> None:
    one, other = somebody(running.account), somebody(running.account)
    admin = somebody(running.account, Role.ADMIN)
    for actor in (one, admin):
        answer = stopping.ask_to_stop(one, running.pk, "cancel", "Off")
        assert refusal(stopping.take_back, other, answer["request"]) == "not_your_request"
        stopping.take_back(actor, answer["request"])
        for act in (stopping.grant, stopping.take_back):
            assert refusal(act, CONSOLE, answer["request"]) == "stop_request_closed"
    assert status_of(running) == "in_progress"


def test_the_studio_says_what_was_used_up() -> None:
    wallet = paying_wallet((60, None))
    project = submitted(wallet, 40)
    production.accept(CONSOLE, project.pk)
    request = asked(project)
    assert refusal(stopping.grant, CONSOLE, request.pk, consumed=41) == "consumed_out_of_range"
    answer = stopping.grant(CONSOLE, request.pk, consumed=15)
    assert (answer["consumed"], answer["released"]) == (15, 25)
    assert_books_balance()


def test_parking_uses_up_nothing(running: Project) -> None:
    request = asked(running, "park")
    assert refusal(stopping.grant, CONSOLE, request.pk, consumed=1) == "nothing_consumed"
    assert status_of(running) == "in_progress"


def test_the_end_overtakes_a_wish(running: Project) -> None:
    request = asked(running, "park")
    production.deliver(CONSOLE, running.pk)
    production.finalize(CONSOLE, running.pk)
    request.refresh_from_db()
    assert (request.decided_at is not None, request.granted) == (True, None)


def test_what_happens_anyhow_fulfils_a_wish(running: Project) -> None:
    park, cancel = asked(running, "park"), None
    parking.park(CONSOLE, running.pk, "By ourselves")
    park.refresh_from_db()
    assert park.granted is True
    cancel = asked(running)
    production.cancel(CONSOLE, running.pk, note="By ourselves")
    cancel.refresh_from_db()
    assert cancel.granted is True


def test_the_owners_of_what_was_to_come_after_are_asked(running: Project) -> None:
    after, other = submitted(running.wallet, 40), submitted(running.wallet, 40)
    sequencing.set_predecessors(CONSOLE, after.pk, [running.pk])
    production.cancel(CONSOLE, running.pk, note="Off")
    event = Event.objects.get(kind="predecessor_canceled")
    assert (event.subject_id, event.data["title"]) == (after.pk, running.title)
    after.refresh_from_db()
    assert (after.status, after.wait_reason) == ("queued", "waiting_for_predecessor")
    assert status_of(other) == "pending_review"
    production.cancel(CONSOLE, other.pk, note="Off")
    assert sequencing.set_predecessors(CONSOLE, after.pk, [])["status"] == "pending_review"
    assert_books_balance()


# -- parking and amendments -----------------------------------------------------------------------


def test_growth_that_waits_counts_when_its_project_is_parked(running: Project) -> None:
    other = submitted(running.wallet, 20)
    amendment = amended(running, more(4))
    parking.park(CONSOLE, running.pk, "No sample")
    amendment.refresh_from_db()
    running.refresh_from_db()
    assert (amendment.status, running.credits) == (Amendment.Status.APPLIED, 60)
    assert parking.resume(CONSOLE, running.pk)["reason"] == "waiting_for_credits"
    finalized(other)
    running.refresh_from_db()
    assert (running.status, running.hold.credits) == ("in_progress", 60)
    assert_books_balance()


def test_what_rests_changes_at_once_and_goes_on_with_the_whole(running: Project) -> None:
    sides = sides_of(running)
    parking.park(CONSOLE, running.pk, "No sample")
    busy = submitted(running.wallet, 30)
    parking.resume(CONSOLE, running.pk)
    assert status_of(running) == "parked"
    # 40 do not fit beside 30 of 60; 30 do.
    assert amended(running, fewer(running, 6), sides).status == Amendment.Status.APPLIED
    assert (running.status, running.hold.credits) == ("in_progress", 30)
    production.finalize(CONSOLE, delivered(busy).pk)
    production.deliver(CONSOLE, running.pk)
    parking.park(CONSOLE, running.pk, "Once more")
    amended(running, more(2), sides)
    assert (running.status, running.resumes_to) == ("parked", "under_revision")
    assert parking.resume(CONSOLE, running.pk)["status"] == "under_revision"
    running.refresh_from_db()
    assert running.hold.credits == running.asks == 40
    assert_books_balance()


def test_pay_as_you_go_keeps_its_hold_while_it_rests() -> None:
    wallet = paying_wallet((50, None))
    project = submitted(wallet, 40)
    production.accept(CONSOLE, project.pk)
    parking.park(CONSOLE, project.pk, "No sample")
    assert amended(project, more(2)).status == Amendment.Status.APPLIED
    assert project.hold.credits == 50
    waiting = amended(project, more(2))
    assert waiting.status == Amendment.Status.WAITING
    parking.resume(CONSOLE, project.pk)
    assert amending.withdraw(somebody(project.account), waiting.pk)["status"] == "in_progress"
    amended(project, fewer(project, 6))
    project.refresh_from_db()
    assert project.hold.credits == project.credits == 40
    assert_books_balance()


def test_an_end_on_ice_closes_what_is_open(running: Project) -> None:
    parking.park(CONSOLE, running.pk, "No sample")
    amendment = proposed(running, more(2))
    production.cancel(CONSOLE, running.pk, note="Off")
    amendment.refresh_from_db()
    assert amendment.status == Amendment.Status.WITHDRAWN
    assert line_of(running).quantity == 8
