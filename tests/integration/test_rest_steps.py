"""Resting, going on and opening again, from the administration and from the command line."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from callsheet.cli.main import build
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Project
from callsheet.services import production
from callsheet.tenants.models import StaffRole
from tests.builders import (
    delivered,
    finalize_by_clock,
    status_of,
    submitted,
    wallet_with,
)
from tests.integration.admin_pages import change, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


def offered(client: Client, project: Project) -> set[str]:
    """The steps that the project's page offers."""
    text = client.get(change(project)).text
    found = re.findall(rf'href="[^"]*/project/{project.pk}/(\w+)/"', text)
    return set(found) & {"park", "go_on", "stay", "open_again", "more_time"}


def test_the_studio_parks_lets_go_on_gives_time_and_opens_again() -> None:
    """A project's way by steps, each offered where it leads somewhere."""
    manager = signed_in(StaffRole.ACCOUNT_MANAGER)
    wallet = wallet_with(60)
    project = submitted(wallet, 40)
    assert offered(manager, project) == {"park"}
    take(manager, project, "park", note="The label is being redrawn.")
    assert status_of(project) == "parked"
    assert offered(manager, project) == {"go_on", "stay"}
    take(manager, project, "go_on")
    assert status_of(project) == "pending_review"
    delivered(project)
    assert offered(manager, project) == {"park", "more_time"}
    take(manager, project, "more_time")
    finalize_by_clock(project.pk, wallet.pk)
    assert offered(manager, project) == {"open_again", "stay"}
    take(manager, project, "open_again")
    assert status_of(project) == "delivered"


def test_a_refusal_is_shown_where_it_was_typed() -> None:
    manager = signed_in(StaffRole.ACCOUNT_MANAGER)
    project = delivered(submitted(wallet_with(60), 40))
    production.finalize(CONSOLE, project.pk)
    answer = take(manager, project, "open_again")
    assert answer.status_code == 422
    assert "Somebody finalized this project" in answer.text


def run(*arguments: str) -> Any:
    return CliRunner().invoke(build(), ["project", *arguments, "--json"])


def answer(*arguments: str) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_the_command_line_parks_resumes_and_opens_again() -> None:
    wallet = wallet_with(60)
    project = submitted(wallet, 40)
    name = str(project.pk)
    parked = answer("park", name, "The label is being redrawn.")
    assert (parked["status"], parked["released"]) == ("parked", 40)
    assert answer("resume", name)["status"] == "pending_review"
    production.accept(CONSOLE, project.pk)
    production.deliver(CONSOLE, project.pk)
    assert answer("more-time", name)["finalizes_on"]
    assert run("more-time", name).exit_code != 0, "once"
    finalize_by_clock(project.pk, wallet.pk)
    assert answer("reopen", name)["status"] == "delivered"
    assert run("rest", name).exit_code != 0, "it does not wait"
    assert status_of(project) == "delivered"
