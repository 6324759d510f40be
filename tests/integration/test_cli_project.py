"""``callsheet project`` and ``callsheet queue``: as the studio and as people, in words and JSON."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build
from callsheet.projects.models import Project
from callsheet.tenants.models import Role, StaffRole, User
from tests.builders import assert_books_balance, draft, somebody, status_of, submitted, wallet_with

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Any:
    """What ``callsheet`` answers to these arguments."""
    return CliRunner().invoke(build(), list(arguments), env={"COLUMNS": "200"})


def answer(*arguments: str) -> Any:
    """The JSON that it answers; it must have ended well."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def email_of(actor: Any) -> str:
    """The person's address, as ``--as`` takes it."""
    return User.objects.get(pk=actor.user_id).email


def test_a_project_goes_its_way_by_commands() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 50, "Launch")
    account = wallet.account.key
    name = f"{account}/{project.key}"
    assert answer("project", "submit", name)["status"] == "pending_review"
    waiting = submitted(wallet, 30, "Follow-up")
    assert answer("project", "ask", name, "Which colour?")["status"] == "clarification_requested"
    assert answer("project", "clarify", name, "Blue.")["status"] == "pending_review"
    assert answer("project", "accept", name)["status"] == "in_progress"
    assert answer("project", "deliver", str(project.pk))["status"] == "delivered"
    result = run("project", "finalize", name)
    assert result.exit_code == 0
    assert "“Launch” is now finalized. 50 credits came home." in result.stdout
    assert "“Follow-up” (30 credits) started by itself." in result.stdout
    assert status_of(waiting) == "pending_review"
    page = run("project", "show", name).stdout
    assert "clarify, Studio (command line): Blue." in page
    assert_books_balance()


def test_a_queued_brief_says_why_and_can_be_moved_and_taken_back() -> None:
    wallet = wallet_with(60)
    account = wallet.account.key
    running = submitted(wallet, 60, "Running")
    first, second = submitted(wallet, 20, "First"), draft(wallet, 30, "Second")
    result = run("project", "submit", f"{account}/{second.key}")
    assert "Place 2. This brief waits for 30 more credits to come back." in result.stdout
    ordered = answer("project", "reorder", account, second.key, str(first.pk))
    assert ordered["order"] == [second.pk, first.pk]
    view = answer("queue", "show", account)
    assert [brief["title"] for brief in view["waiting"]] == ["Second", "First"]
    assert view["holding"][0]["title"] == "Running"
    assert answer("project", "withdraw", first.key, "--note", "Not yet")["status"] == "draft"
    assert answer("project", "return", running.key, "No samples")["released"] == 60
    assert status_of(second) == "pending_review"
    listed = answer("project", "list", account, "--status", "draft")["projects"]
    assert {row["title"] for row in listed} == {"First", "Running"}
    assert "Second" in run("project", "list", account).stdout


def test_a_cancellation_wants_a_reason() -> None:
    project = submitted(wallet_with(60), 20)
    assert run("project", "cancel", project.key).exit_code == ExitCode.REFUSED
    assert answer("project", "cancel", project.key, "--note", "The launch is off")["released"] == 20


def test_people_act_with_their_own_rights() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 20)
    viewer = email_of(somebody(wallet.account, Role.VIEWER))
    member = email_of(somebody(wallet.account, Role.MEMBER))
    stranger = email_of(somebody())
    producer = email_of(somebody(staff=StaffRole.PRODUCER))
    refused = ExitCode.NOT_FOUND
    for person in (viewer, stranger, "nobody@example.com"):
        assert run("project", "submit", project.key, "--as", person).exit_code == refused
    assert status_of(project) == "draft"
    assert run("queue", "show", wallet.account.key, "--as", stranger).exit_code == refused
    assert run("project", "list", wallet.account.key, "--as", stranger).exit_code == refused
    # Staff see drafts only when they are shared with them.
    assert run("project", "show", project.key, "--as", producer).exit_code == refused
    listed = answer("project", "list", wallet.account.key, "--as", producer)
    assert listed["projects"] == []
    assert answer("project", "submit", project.key, "--as", member)["status"] == "pending_review"
    assert run("project", "accept", project.key, "--as", member).exit_code == refused
    assert answer("project", "accept", project.key, "--as", producer)["status"] == "in_progress"


def test_errors_are_sentences_and_codes() -> None:
    wallet = wallet_with(60)
    project = submitted(wallet, 20)
    assert run("queue", "show", "nowhere").exit_code == ExitCode.NOT_FOUND
    assert run("project", "show", "nowhere/1").exit_code == ExitCode.NOT_FOUND
    late = run("project", "deliver", project.key, "--json")
    assert late.exit_code == ExitCode.CONFLICT
    assert json.loads(late.stderr)["error"]["code"] == "forbidden_transition"
    stale = run("project", "accept", project.key, "--version", "0")
    assert stale.exit_code == ExitCode.CONFLICT
    wrong = run("project", "accept", project.key, "--promised", "soon")
    assert wrong.exit_code == ExitCode.REFUSED
    status = run("project", "list", wallet.account.key, "--status", "lost")
    assert status.exit_code == ExitCode.REFUSED
    assert "queued" in status.stderr


def test_a_key_in_two_accounts_is_asked_back() -> None:
    one, other = submitted(wallet_with(60), 20), submitted(wallet_with(60), 20)
    Project.objects.filter(pk__in=[one.pk, other.pk]).update(key="spring")
    assert run("project", "show", "spring").exit_code == ExitCode.REFUSED
    shown = answer("project", "show", f"{one.account.key}/spring")
    assert shown["line"]["project"] == one.pk


def test_the_same_key_does_it_once() -> None:
    project = submitted(wallet_with(60), 20)
    first = answer("project", "accept", project.key, "--key", "a")
    assert answer("project", "accept", project.key, "--key", "a") == first


def test_the_queue_reads_without_colour() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50, "Running")
    submitted(wallet, 40, "Big")
    submitted(wallet, 10, "Small")
    submitted(wallet, 20, "Other")
    text = run("queue", "show", wallet.account.key).stdout
    assert "A A A A A A A A A A B B" in text
    assert "60 of 60 credits in production" in text
    assert "1. Big" in text
    assert "went ahead of “Big”" in text
    assert "Planned delay: none; it still waits." in text
    assert "Briefs start in the order of the queue." in text
