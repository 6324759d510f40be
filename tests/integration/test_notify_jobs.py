"""From a service to a kept mail through real workers' jobs, and what a command pays for telling."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob
from typer.testing import CliRunner

from callsheet.cli import mail as mail_commands
from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build
from callsheet.cli.serve import run_jobs
from callsheet.config.env import get_env
from callsheet.insight.notification_view import unread_count
from callsheet.journal import events
from callsheet.kit.actor import CONSOLE, IMPORT
from callsheet.services import choosing, production, telling
from tests.builders import draft, somebody, submitted, wallet_with


@pytest.fixture
def folder(live_db: str, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    monkeypatch.setattr(mail_commands, "_folder", lambda: tmp_path)
    settings.MAILERS = {
        "default": {
            "BACKEND": "callsheet.config.kept_mail.EmailBackend",
            "OPTIONS": {"folder": str(tmp_path)},
        }
    }
    return tmp_path


def test_a_worker_tells_and_mails_and_the_command_line_reads_it(folder: Path) -> None:
    wallet = wallet_with(60)
    owner = somebody(wallet.account)
    choosing.choose_times(owner, quiet_from=time(0), quiet_until=time(0), digest_at=time(8))
    project = submitted(wallet, 20, "Summer launch", actor=owner)
    production.request_clarification(CONSOLE, project.pk, "Which colours?")
    for _ in range(2):  # one tells, one sends what came of it
        run_jobs(once=True, concurrency=2)
    assert unread_count(owner) == 2
    statuses = set(ProcrastinateJob.objects.values_list("task_name", "status"))
    assert {("notify", "succeeded"), ("send_mail", "succeeded")} <= statuses
    assert not [status for _, status in statuses if status in ("failed", "doing")]

    program = build()
    shown = CliRunner().invoke(program, ["mail", "show"])
    assert shown.exit_code == 0, shown.output
    assert "> Which colours?" in shown.output
    listed = json.loads(CliRunner().invoke(program, ["mail", "list", "--json"]).output)
    assert [row["number"] for row in listed["mails"]] == [1]
    page = CliRunner().invoke(program, ["mail", "show", "1", "--html"]).output
    assert page.startswith("<!DOCTYPE html>")
    missing = CliRunner().invoke(program, ["mail", "show", "9"])
    assert missing.exit_code == ExitCode.NOT_FOUND


def test_what_is_told_together_is_mailed_together(folder: Path) -> None:
    wallet = wallet_with(600)
    for _ in range(4):
        owner = somebody(wallet.account)
        choosing.choose_times(owner, quiet_from=time(0), quiet_until=time(0), digest_at=time(8))
        for _ in range(4):
            project = submitted(wallet, 20, actor=owner)
            production.request_clarification(CONSOLE, project.pk, "Which?")
    for _ in range(2):  # one tells, one sends what came of it
        run_jobs(once=True, concurrency=4)
    assert len(list(folder.glob("*.eml"))) == 4
    listed = json.loads(CliRunner().invoke(build(), ["mail", "list", "--json"]).output)["mails"]
    assert {row["subject"].split(" (")[0] for row in listed} == {"4 things wait for you"}


@pytest.mark.django_db
def test_a_command_pays_one_statement_for_telling_and_none_where_nobody_listens() -> None:
    wallet = wallet_with(60)
    project = draft(wallet, 20)

    def cost(kind: str, number: int = 1, actor=CONSOLE) -> int:
        happened = [
            events.record(kind, "project", project.pk, actor=actor, account_id=wallet.account_id)
            for _ in range(number)
        ]
        with CaptureQueriesContext(connection) as captured:
            telling.tell_all(happened)
        return len(captured)

    assert cost("written") == 0
    assert cost("comment_added") <= 2  # the first puts a job off as well
    assert cost("comment_added") == 1
    assert cost("comment_added", 50) == 1
    assert cost("comment_added", actor=IMPORT) == 0
    assert get_env().mail_dir.name == "mail"
