"""``callsheet project amend``, ``stop-request``, ``change-date``: in words and in JSON."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import production
from tests.builders import assert_books_balance, somebody, status_of, submitted, wallet_with
from tests.integration.test_cli_project import answer, email_of, run
from tests.scope_builders import line_of

pytestmark = pytest.mark.django_db


def test_a_scope_is_amended_by_both_sides() -> None:
    project = submitted(wallet_with(60), 40, "Launch")
    production.accept(CONSOLE, project.pk)
    member = email_of(somebody(project.account))
    number = str(project.pk)
    line = line_of(project)
    said = run(
        "project", "amend", "preview", number, "--add", "video=1", "--concept", "Film"
    ).output
    assert "10 credits more. 50 credits in all." in said
    assert "as soon as the other side agrees" in said
    proposal = answer(
        "project", "amend", "propose", number, "A film, too", "--add", "video=2",
        "--add", "static", "--concept", "Film", "--quantity", f"{line.pk}=6", "--as", member,
    )  # fmt: skip
    assert (proposal["change"], proposal["amendment_status"]) == (15, "proposed")
    said = run("project", "amend", "agree", number).output
    assert "Change 1 of “Launch”: applied. 15 credits more." in said
    variation = answer(
        "project", "amend", "propose", number, "In German", "--add", "text-variation=2",
        "--master", str(line.pk), "--as", member,
    )  # fmt: skip
    assert variation["change"] == 0
    answer("project", "amend", "withdraw", number, "--as", member)
    into = answer("project", "amend", "propose", number, "x", "--add", "static=1",
                  "--concept", "Concept")  # fmt: skip
    assert into["change"] == 5
    answer("project", "amend", "decline", number, "--as", member)
    assert run("project", "amend", "agree", number).exit_code != 0
    assert "no such open change" in run("project", "amend", "agree", number).output
    said = run("project", "amend", "propose", number, "x", "--quantity", "x=y").output
    assert "no whole number" in said
    assert_books_balance()


def test_a_wish_to_stop() -> None:
    project = submitted(wallet_with(60), 40)
    production.accept(CONSOLE, project.pk)
    member, number = email_of(somebody(project.account)), str(project.pk)
    answer("project", "stop-request", "ask", number, "park", "No sample", "--as", member)
    answer("project", "stop-request", "take-back", number, "--as", member)
    answer("project", "stop-request", "ask", number, "park", "No sample", "--as", member)
    answer("project", "stop-request", "refuse", number, "It comes tomorrow")
    answer("project", "stop-request", "ask", number, "cancel", "No launch", "--as", member)
    assert "40 credits came home" in run("project", "stop-request", "grant", number).output
    assert status_of(project) == "canceled"


def test_dates_change_with_their_effect() -> None:
    project = submitted(wallet_with(60), 40)
    day = clock.today("UTC") + timedelta(days=1)
    said = run(
        "project", "change-date", str(project.pk), "--wanted", day.isoformat(), "--publish",
        "none", "--priority", "urgent", "--campaign", "Spring",
    ).output  # fmt: skip
    assert "It is expected to be finished" in said
    assert "wanted by" in said
    assert "late by" in said
    project.refresh_from_db()
    assert (project.wanted_by, project.priority, project.campaign) == (day, 10, "Spring")
    assert "is not a day" in run("project", "change-date", str(project.pk), "--publish", "x").output
    assert run("project", "change-date", str(project.pk), "--priority", "most").exit_code != 0
