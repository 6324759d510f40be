"""The administration's steps on scope, dates and wishes to stop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callsheet.catalogue.models import DeliverableType
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Amendment, Project, StopRequest
from callsheet.services import amending, production, stopping
from callsheet.tenants.models import StaffRole
from tests.builders import assert_books_balance, somebody, status_of, submitted, wallet_with
from tests.integration.admin_pages import change, signed_in, take
from tests.scope_builders import line_of, more, proposed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def producer():
    return signed_in(StaffRole.PRODUCER)


@pytest.fixture
def running() -> Project:
    project = submitted(wallet_with(60), 40)
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def test_the_studio_proposes_and_the_customer_agrees(producer, running: Project) -> None:
    line, video = line_of(running), DeliverableType.objects.get(key="video")
    page = take(producer, running, "propose_scope", add=video.pk, reason="Too little")
    assert page.context["form"].errors == {"how_many": ["Say what, and how many."]}
    page = take(producer, running, "propose_scope", add=video.pk, how_many=9, reason="Much")
    assert "at most 60 can be" in str(page.context["form"].errors)
    take(
        producer, running, "propose_scope", add=video.pk, how_many=2, new_concept="Film",
        line=line.pk, to=6, reason="A film instead",
    )  # fmt: skip
    amendment = Amendment.objects.get()
    assert (amendment.credits_change, amendment.proposed_by) == (10, "studio")
    assert "withdraw" in producer.get(change(amendment)).content.decode()
    amending.agree(somebody(running.account), amendment.pk)
    take(producer, running, "propose_scope", line=line.pk, to=0, reason="Only the film")
    assert Amendment.objects.latest("pk").credits_change == -30
    take(producer, Amendment.objects.latest("pk"), "withdraw")
    assert Amendment.objects.latest("pk").status == "withdrawn"
    assert_books_balance()


def test_the_studio_agrees_or_declines(producer, running: Project) -> None:
    member = somebody(running.account)
    first = proposed(running, more(2), member)
    assert "/decline" in producer.get(change(first)).content.decode()
    take(producer, first, "decline", note="Not before May")
    second = proposed(running, more(2), member)
    take(producer, second, "agree")
    states = list(Amendment.objects.order_by("pk").values_list("status", flat=True))
    assert states == ["declined", "applied"]
    assert "/agree" not in producer.get(change(second)).content.decode()


def test_dates_are_changed_with_a_word_on_what_it_means(producer, running: Project) -> None:
    day = clock.today("UTC") + timedelta(days=1)
    typed = {"publish_on": "", "wanted_by": day, "campaign": "Spring", "priority": 10}
    assert take(producer, running, "change_dates", **typed).status_code == 302
    running.refresh_from_db()
    assert (running.wanted_by, running.campaign, running.priority) == (day, "Spring", 10)
    said = producer.get(change(running)).content.decode()
    assert "late by" in said


def test_wishes_are_granted_or_refused(producer, running: Project) -> None:
    for _ in range(2):
        stopping.ask_to_stop(CONSOLE, running.pk, "cancel", "No launch")
        wish = StopRequest.objects.latest("pk")
        if wish.pk == StopRequest.objects.earliest("pk").pk:
            take(producer, wish, "refuse", reason="Nearly done")
            assert status_of(running) == "in_progress"
    take(producer, wish, "grant")
    assert status_of(running) == "canceled"
    assert "/grant" not in producer.get(change(wish)).content.decode()
    assert_books_balance()
