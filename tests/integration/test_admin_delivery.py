"""The studio's steps around a delivery: files, deliveries, answers that the customer gave."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import AssetVersion, Project
from callsheet.services import commenting, production, reviewing
from callsheet.services.commenting import Said
from callsheet.tenants.models import StaffRole
from tests.builders import status_of, wallet_with
from tests.delivery_builders import accepted, concept, parts_of, per_concept, states_of
from tests.files import PNG
from tests.integration.admin_pages import change, signed_in, step, take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assets_folder")]


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def project() -> Project:
    return accepted(
        per_concept(wallet_with(60)),
        concept("Kitchen", ("static", 2), variations=3),
        concept("Garden", ("video", 1)),
        title="Spring launch",
    )


@pytest.fixture
def producer() -> Client:
    return signed_in(StaffRole.PRODUCER)


@pytest.fixture
def manager() -> Client:
    return signed_in(StaffRole.ACCOUNT_MANAGER)


def png(name: str = "hero.png", data: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")  # whatever a browser says


def offered(client: Client, project: Project) -> set[str]:
    return set(re.findall(rf"/project/{project.pk}/(\w+)/", client.get(change(project)).text))


def test_a_file_is_added_shown_and_fetched(producer: Client, project: Project) -> None:
    part = parts_of(project)[0].pk
    page = take(producer, project, "add_file", deliverable=part, file=png(), name="Hero")
    assert page.status_code == 302
    version = AssetVersion.objects.get()
    assert (version.asset.name, version.content_type) == ("Hero", "image/png")
    text = producer.get(change(project)).text
    assert f'href="{reverse("asset_file", args=[version.pk])}">hero.png</a> (version 1' in text
    assert reverse("project_files", args=[project.pk]) in text


def test_what_is_refused_is_said_at_the_file(producer: Client, project: Project) -> None:
    part = parts_of(project)[0].pk
    for file, words in (
        (png("page.html", b"<html>"), "of a type that is not taken"),
        (png("hero.png", b"<html>"), "not what its ending says"),
    ):
        page = take(producer, project, "add_file", deliverable=part, file=file)
        assert page.status_code == 422
        assert words in page.context["form"].errors["file"][0]
    other = accepted(wallet_with(20), concept("A", ("static", 2)))
    foreign = parts_of(other)[0].pk
    page = take(producer, project, "add_file", deliverable=foreign, file=png())
    assert "deliverable" in page.context["form"].errors
    assert not AssetVersion.objects.exists()


def test_some_are_delivered_and_locked_ones_are_named(producer: Client, project: Project) -> None:
    static, _, video = (part.pk for part in parts_of(project))
    field = producer.get(step(project, "deliver")).context["form"].fields["deliverables"]
    assert [value for value, _ in field.choices] == [str(static), str(video)] == field.initial
    assert "Kitchen: 3 Format variation" in field.help_text
    page = take(producer, project, "deliver", deliverables=[video])
    assert page.status_code == 302
    assert states_of(project) == ["waiting", "waiting", "delivered"]
    assert take(producer, project, "deliver").status_code == 422  # nothing chosen


def test_a_manager_answers_for_the_customer_and_a_producer_does_not(
    producer: Client, manager: Client, project: Project
) -> None:
    static, _, video = (part.pk for part in parts_of(project))
    production.deliver(CONSOLE, project.pk)
    assert {"approve_for_customer", "pass_on_change"} <= offered(manager, project)
    assert not {"approve_for_customer", "pass_on_change"} & offered(producer, project)
    typed: dict[str, Any] = {"command_key": "k", "deliverables": [video]}
    assert producer.post(step(project, "approve_for_customer"), typed).status_code == 403
    page = take(manager, project, "approve_for_customer", deliverables=[video], note="By phone.")
    assert page.status_code == 302
    assert "10 credits came home." in manager.get(page.url).text
    page = take(manager, project, "pass_on_change", deliverable=static, note="Warmer light")
    assert page.status_code == 302
    assert status_of(project) == "under_revision"
    text = manager.get(change(project)).text
    assert "“Warmer light”" in text
    assert "10 of 20 credits were settled by approved concepts." in text


def test_the_page_shows_what_was_said(producer: Client, project: Project) -> None:
    first = commenting.comment(CONSOLE, project.pk, Said("<b>Shorter</b>"))["comment"]
    commenting.comment(CONSOLE, project.pk, Said("By how much?", answers=first))
    text = producer.get(change(project)).text
    assert "Comments, 1 unresolved" in text
    assert "&lt;b&gt;Shorter&lt;/b&gt;" in text
    assert "By how much?" in text


def test_steps_are_offered_where_they_can_be_taken(producer: Client, project: Project) -> None:
    assert {"add_file", "deliver"} <= offered(producer, project)
    production.deliver(CONSOLE, project.pk)
    reviewing.approve(CONSOLE, project.pk)
    production.deliver(CONSOLE, project.pk)
    assert "deliver" not in offered(producer, project)
    assert "add_file" in offered(producer, project)
