"""Stages, promises, samples and dates on the command line, in words and JSON."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callsheet.cli.exits import ExitCode
from callsheet.kit import clock
from callsheet.services.publishing import publish_stirred
from callsheet.tenants.models import StaffRole
from tests.builders import somebody, submitted, wallet_with
from tests.integration.test_cli_project import answer, email_of, run

pytestmark = pytest.mark.django_db


def test_production_and_its_days_by_commands() -> None:
    wallet = wallet_with(40)
    account = wallet.account.key
    mia, producer = somebody(wallet.account), somebody(staff=StaffRole.PRODUCER)
    film = submitted(wallet, 20, "Mug film")
    name = f"{account}/{film.key}"
    day = (clock.today("UTC") + timedelta(days=30)).isoformat()
    later = (clock.today("UTC") + timedelta(days=45)).isoformat()
    answer("project", "accept", name, "--as", email_of(producer), "--promised", day)
    said = run("project", "stage", name, "awaiting_sample", "--as", email_of(producer))
    assert "“Mug film” is in awaiting the sample now. Credits back" in said.stdout
    sample = answer("sample", "add", account, "Mug", "--project", name, "--expected", day,
                    "--as", email_of(mia))["sample"]  # fmt: skip
    publish_stirred()
    assert answer("account", "since", account, "--as", email_of(mia))["looked_at"] is None
    with clock.at(clock.now() + timedelta(minutes=1)):
        run("account", "since", account, "--as", email_of(mia), "--mark")
        shipped = run("sample", "ship", str(sample), "--tracking", "1Z99", "--expected", later,
                      "--as", email_of(mia))  # fmt: skip
        assert "Sample" in shipped.stdout
        assert "“Mug film”: credits back from" in shipped.stdout
        answer("project", "promise", name, "The mug is late", "--day", later)
        publish_stirred()
    with clock.at(clock.now() + timedelta(minutes=2)):
        since = run("account", "since", account, "--as", email_of(mia)).stdout
        assert "“Mug film”, promised delivery:" in since
        assert "because The mug is late" in since
        assert "“Mug film”, expected return of credits:" in since
        dates = run("project", "dates", name, "--as", email_of(mia)).stdout
        assert "Such a project takes 23 to 33 working days (default)." in dates
        assert "given when the brief was accepted" in dates
        assert f"Sample {sample}, Mug: sent on" in dates
        received = run("sample", "receive", str(sample), "--as", email_of(producer)).stdout
        assert "“Mug film” went on." in received
        run("sample", "return", str(sample))
        assert "Mug: went back on" in run("sample", "list", account).stdout
        assert "too few to say" in run("account", "scorecard", account).stdout
        assert answer("account", "scorecard")["promises"]["outcomes"] == 0


def test_who_may_not_is_told_so_and_strangers_see_nothing() -> None:
    wallet = wallet_with(40)
    film = submitted(wallet, 20)
    name = f"{wallet.account.key}/{film.key}"
    mia, stranger = somebody(wallet.account), somebody()
    for arguments in (
        ("project", "stage", name, "creation"),
        ("project", "promise", name, "Because"),
    ):
        assert run(*arguments, "--as", email_of(mia)).exit_code == ExitCode.NOT_FOUND
        assert run(*arguments, "--as", email_of(stranger)).exit_code == ExitCode.NOT_FOUND
    for arguments in (
        ("project", "dates", name),
        ("account", "since", wallet.account.key),
        ("account", "scorecard", wallet.account.key),
        ("account", "scorecard"),
        ("sample", "list", wallet.account.key),
        ("sample", "receive", "77"),
    ):
        assert run(*arguments, "--as", email_of(stranger)).exit_code == ExitCode.NOT_FOUND
