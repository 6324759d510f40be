"""The studio's steps inside production, as pages: stages, promises, samples."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Project, PublishedRange, Sample
from callsheet.services import production, sampling
from callsheet.services.publishing import publish_stirred
from callsheet.tenants.models import StaffRole
from tests.builders import submitted, wallet_with
from tests.integration.admin_pages import change, path, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def producer() -> Client:
    return signed_in(StaffRole.PRODUCER)


@pytest.fixture
def project() -> Project:
    project = submitted(wallet_with(60), 20, "Summer launch")
    production.accept(CONSOLE, project.pk)
    project.refresh_from_db()
    return project


def test_a_producer_moves_a_project_from_stage_to_stage(producer: Client, project: Project) -> None:
    page = producer.get(change(project)).text
    assert "Move to a stage" in page
    sent = take(producer, project, "enter_stage", stage="creation", waiting_for="", note="")
    assert sent.status_code == 302
    project.refresh_from_db()
    assert project.stage == "creation"
    back = take(producer, project, "enter_stage", stage="booking", waiting_for="", note="")
    assert "Say why the project goes back" in back.text
    assert back.status_code == 422
    page = producer.get(change(project)).text
    assert "14 to 14 (default)" in page


def test_a_promise_is_changed_and_read_with_its_reason(producer: Client, project: Project) -> None:
    day = clock.today("UTC") + timedelta(days=40)
    take(producer, project, "change_promise", promised_on=day.isoformat(), note="The model is ill")
    row = PublishedRange.objects.get(what="promise")
    assert (row.first, row.reason) == (day, "The model is ill")
    publish_stirred()
    page = producer.get(change(project)).text
    assert "What the customer was told" in page
    assert "The model is ill" in page
    assert "“Summer launch” is in production" in page


def test_a_sample_goes_its_way(producer: Client, project: Project) -> None:
    today = clock.today("UTC")
    sampling.create_sample(CONSOLE, project.account_id, "Mug", [project.pk])
    sample = Sample.objects.get()
    assert "Change the expected day" in producer.get(change(sample)).text
    take(producer, project, "enter_stage", stage="awaiting_sample", waiting_for="", note="")
    take(producer, sample, "expect", expected_on=(today + timedelta(days=9)).isoformat(), note="")
    take(producer, sample, "ship", day=today.isoformat(), tracking="1Z99", expected_on="")
    assert "1Z99" in producer.get(change(project)).text
    late = take(producer, sample, "receive", day=(today + timedelta(days=1)).isoformat())
    assert "is still to come" in late.text
    take(producer, sample, "receive", day=today.isoformat())
    project.refresh_from_db()
    assert project.stage == "creation"
    page = producer.get(change(sample)).text
    assert "It went back" in page
    assert "It has come" not in page
    take(producer, sample, "send_back", day=today.isoformat())
    sample.refresh_from_db()
    assert sample.returned_on == today
    assert "Went back" in producer.get(path(Sample)).text


def test_steps_are_offered_where_they_are_possible(producer: Client, project: Project) -> None:
    production.deliver(CONSOLE, project.pk)
    page = producer.get(change(project)).text
    assert "Move to a stage" not in page
    assert "Change the promise" not in page
