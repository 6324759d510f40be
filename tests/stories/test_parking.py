"""A project on ice: its credits work for others, its place is kept, it goes on where it was."""

from __future__ import annotations

from datetime import date

import pytest

from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Forbidden, Refused
from callsheet.projects.models import Occupancy, Project
from callsheet.services import parking, production
from callsheet.tenants.models import StaffRole
from tests.builders import (
    assert_books_balance,
    paying_wallet,
    somebody,
    status_of,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db


def accepted(project: Project) -> Project:
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def test_a_launch_is_put_on_ice_and_goes_on() -> None:
    """60 credits. The launch (40) rests; a brief of 40 takes its place at once. When it is done,
    the launch goes on in production, where it was, ahead of what was briefed after it."""
    wallet = wallet_with(60)
    launch = accepted(submitted(wallet, 40, "Launch"))
    second = submitted(wallet, 40, "Second")
    third = submitted(wallet, 40, "Third")
    assert [status_of(p) for p in (launch, second, third)] == ["in_progress", "queued", "queued"]

    answer = parking.park(CONSOLE, launch.pk, "The label is being redrawn.")
    assert (answer["released"], answer["started"]) == (40, [second.pk])
    launch.refresh_from_db()
    assert (launch.status, launch.resumes_to, launch.stage) == ("parked", "in_progress", "booking")
    assert (launch.returns_p50, launch.returns_p80) == (None, None)

    asked = parking.resume(CONSOLE, launch.pk)
    assert (asked["status"], asked["reason"]) == ("parked", "waiting_for_credits")
    assert asked["position"] == 1, "it kept its place, ahead of the third"

    production.accept(CONSOLE, second.pk)
    production.deliver(CONSOLE, second.pk)
    done = production.finalize(CONSOLE, second.pk)
    assert done["started"] == [launch.pk]
    launch.refresh_from_db()
    assert (launch.status, launch.resumes_to, launch.resuming_since) == ("in_progress", "", None)
    assert status_of(third) == "queued"
    intervals = Occupancy.objects.filter(project=launch).order_by("since")
    assert [(one.credits, one.until is None) for one in intervals] == [(40, False), (40, True)]
    assert_books_balance()


def test_what_fits_goes_on_at_once() -> None:
    wallet = wallet_with(60)
    project = accepted(submitted(wallet, 40))
    parking.park(CONSOLE, project.pk, "Waiting for the product.")
    assert parking.resume(CONSOLE, project.pk)["status"] == "in_progress"
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (20, 40)
    assert_books_balance()


def test_under_pay_as_you_go_the_credits_stay() -> None:
    wallet = paying_wallet((50, date(2199, 1, 1)))
    project = accepted(submitted(wallet, 30))
    assert parking.park(CONSOLE, project.pk, "On holiday.")["released"] == 0
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (20, 30)
    assert parking.resume(CONSOLE, project.pk)["status"] == "in_progress"
    assert Occupancy.objects.get(project=project).until is None
    assert_books_balance()


def test_a_parked_project_that_never_was_accepted_costs_nothing_to_cancel() -> None:
    wallet = paying_wallet((50, date(2199, 1, 1)))
    project = submitted(wallet, 30)
    parking.park(CONSOLE, project.pk, "Not sure yet.")
    answer = production.cancel(CONSOLE, project.pk, note="Called off.")
    assert (answer["released"], answer["consumed"]) == (30, 0)
    assert_books_balance()


def test_the_wish_to_go_on_can_be_taken_back() -> None:
    wallet = wallet_with(60)
    project = accepted(submitted(wallet, 40))
    submitted(wallet, 60, "Waits")
    parking.park(CONSOLE, project.pk, "Waiting for the product.")
    assert parking.resume(CONSOLE, project.pk)["status"] == "parked"
    with pytest.raises(Conflict, match="waits for its credits already"):
        parking.resume(CONSOLE, project.pk)
    parking.rest(CONSOLE, project.pk)
    with pytest.raises(Conflict, match="does not wait"):
        parking.rest(CONSOLE, project.pk)
    project.refresh_from_db()
    assert (project.status, project.wait_reason) == ("parked", "")
    assert_books_balance()


def test_who_may_and_when() -> None:
    wallet = wallet_with(60)
    project = submitted(wallet, 10)
    member = somebody(wallet.account)
    producer = somebody(staff=StaffRole.PRODUCER)
    with pytest.raises(Forbidden):
        parking.park(member, project.pk, "I would like to.")
    with pytest.raises(Refused, match="Say why"):
        parking.park(producer, project.pk, " ")
    with pytest.raises(Conflict, match="not parked"):
        parking.resume(member, project.pk)
    parking.park(producer, project.pk, "As asked.")
    with pytest.raises(Conflict) as twice:
        parking.park(producer, project.pk, "As asked.")
    assert twice.value.code == "forbidden_transition"
    assert parking.resume(member, project.pk)["status"] == "pending_review"
    assert_books_balance()
