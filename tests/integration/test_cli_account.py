"""``callsheet account``: as the studio and as people, in words and JSON."""

import json
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build
from callsheet.tenants.models import Account, Invitation, Role, StaffRole, User
from tests.builders import organization_with, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Any:
    """What ``callsheet account`` answers to these arguments."""
    return CliRunner().invoke(build(), ["account", *arguments], env={"COLUMNS": "200"})


def answer(*arguments: str) -> Any:
    """The JSON that it answers; it must have ended well."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def email_of(actor: Any) -> str:
    return User.objects.get(pk=actor.user_id).email


def test_accounts_are_opened_listed_shown_and_ended() -> None:
    answer("add-organization", "Halden Group", "--country", "DE")
    opened = answer("add", "Halden Run", "--type", "integrated", "--organization", "halden-group")
    assert opened["key"] == "halden-run"
    page = answer("show", "halden-run")
    assert (page["type"], page["organization"], page["billing"], page["capacity"]) == (
        "integrated", "Halden Group", "subscription", 0,
    )  # fmt: skip
    wallet = wallet_with(60, name="Brixen")
    submitted(wallet, 40)
    submitted(wallet, 30)
    lines = {line["name"]: line for line in answer("list")["accounts"]}
    assert lines["Brixen"]["held"] == 40
    assert (lines["Brixen"]["running"], lines["Brixen"]["waiting"]) == (1, 1)
    assert "40 of 60" in run("list").stdout
    result = run("end", wallet.account.key, "--reason", "price")
    assert result.exit_code == ExitCode.CONFLICT
    assert "2 projects of this account still run or wait." in result.output
    assert answer("end", "halden-run", "--reason", "closed")["status"] == "ended"
    result = run("end", wallet.account.key, "--reason", "boredom")
    assert result.exit_code == ExitCode.REFUSED


def test_the_same_key_opens_one_account() -> None:
    first = answer("add", "Brixen", "--key", "42")
    assert answer("add", "Brixen", "--key", "42") == first
    assert run("add", "Brixen").exit_code == ExitCode.CONFLICT
    assert Account.objects.count() == 1


def test_people_see_and_do_what_they_may() -> None:
    account, other = wallet_with(10).account, wallet_with(10).account
    admin, viewer = somebody(account, Role.ADMIN), somebody(account, Role.VIEWER)
    stranger = somebody(other, Role.ADMIN)
    keys = [line["key"] for line in answer("list", "--as", email_of(admin))["accounts"]]
    assert keys == [account.key]
    pool, teams = organization_with(0, north=5)
    boss = somebody(organization=pool.organization, role=Role.ADMIN)
    keys = [line["key"] for line in answer("list", "--as", email_of(boss))["accounts"]]
    assert keys == [teams["north"].account.key]
    everybody = answer("list", "--as", email_of(somebody(staff=StaffRole.PRODUCER)))["accounts"]
    assert len(everybody) == 3
    assert answer("list", "--as", email_of(somebody()))["accounts"] == []
    members = answer("members", account.key, "--as", email_of(viewer))["members"]
    assert {member["role"] for member in members} == {"admin", "viewer"}
    for command in (("show",), ("members",), ("invite", "x@example.com")):
        name, *rest = command
        result = run(name, account.key, *rest, "--as", email_of(stranger), "--json")
        assert result.exit_code == ExitCode.NOT_FOUND
        assert json.loads(result.stderr)["error"]["code"] == "not_found"
    result = run("invite", account.key, "x@example.com", "--as", email_of(viewer))
    assert result.exit_code == ExitCode.NOT_FOUND
    assert not Invitation.objects.exists()
    answer("invite", account.key, "x@example.com", "--role", "viewer", "--as", email_of(admin))
    assert Invitation.objects.get().role == "viewer"
    assert run("add", "Mine", "--as", email_of(admin)).exit_code == ExitCode.NOT_FOUND
    assert run("show", "nowhere").exit_code == ExitCode.NOT_FOUND
    result = run("add", "X", "--type", "connected", "--organization", "nowhere")
    assert result.exit_code == ExitCode.NOT_FOUND


def test_staff_get_a_link_that_sets_their_password() -> None:
    made = answer("create-staff", "pia@studio.example", "--role", "producer", "--name", "Pia")
    pia = User.objects.get(pk=made["user"])
    assert (pia.is_staff, pia.staff_role, pia.has_usable_password()) == (
        True, StaffRole.PRODUCER, False,
    )  # fmt: skip
    path = made["password_link"].split("8000", 1)[1]
    client = Client()
    form = client.get(path, follow=True).redirect_chain[-1][0]
    secret = "a long enough one"
    client.post(form, {"password1": secret, "password2": secret})
    pia.refresh_from_db()
    assert pia.check_password(secret)
    again = answer("password-link", "pia@studio.example")["password_link"]
    assert again != made["password_link"]
    manager = email_of(somebody(staff=StaffRole.ACCOUNT_MANAGER))
    result = run("create-staff", "q@studio.example", "--role", "producer", "--as", manager)
    assert result.exit_code == ExitCode.NOT_FOUND
    assert run("password-link", "nobody@example.com").exit_code == ExitCode.NOT_FOUND
    assert run("create-staff", "q@", "--role", "producer").exit_code == ExitCode.REFUSED
