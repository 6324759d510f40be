"""``callsheet absence``, ``approval``, ``tasks``, ``project people`` and ``project guest``."""

import pytest

from callsheet.insight.people_view import accounts_without_manager
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.services import guest_reviewing, staffing
from callsheet.tenants.models import Account, Role, StaffRole
from tests.builders import delivered, draft, somebody, status_of, submitted, wallet_with
from tests.integration.test_cli_project import answer, email_of, run

pytestmark = pytest.mark.django_db


def test_a_deputy_approves_by_commands_and_the_timeline_says_for_whom() -> None:
    wallet = wallet_with(60)
    owner, jonas, amira = (somebody(wallet.account) for _ in range(3))
    project = delivered(submitted(wallet, 10, "Film", actor=owner))
    who, standing_in = email_of(jonas), email_of(amira)
    name = str(project.pk)
    answer("project", "people", "add", name, who, "--as-what", "approver", "--as", email_of(owner))
    today = clock.today("UTC").isoformat()
    days = ("--from", today, "--until", today)
    missing = run("absence", "set", who, *days, "--as", who)
    assert missing.exit_code != 0
    assert "Name somebody who stands in." in missing.output
    entered = answer("absence", "set", who, *days, "--deputy", standing_in, "--as", who)
    assert answer("absence", "list", who)["absences"][0]["deputy"] == amira.name
    (line,) = [
        p for p in answer("project", "people", "list", name)["people"] if p["user"] != owner.user_id
    ]
    assert (line["part"], line["stands_in"], line["away_until"]) == ("approver", amira.name, today)
    assert "approve delivery" in run("tasks", standing_in).output
    answer("approval", "give", name, "--as", standing_in)
    assert f"approval given, {amira.name} for {jonas.name}" in run("project", "show", name).output
    answer("approval", "withdraw", name, "--as", standing_in)
    answer("absence", "remove", str(entered["absence"]), "--as", who)
    assert run("approval", "give", name, "--as", standing_in).exit_code != 0
    assert "Nothing waits for them." in run("tasks", standing_in).output


def test_a_brief_is_approved_by_commands() -> None:
    wallet = wallet_with(60)
    Account.objects.filter(pk=wallet.account_id).update(needs_approval=True)
    owner, colleague = somebody(wallet.account), somebody(wallet.account, Role.ADMIN)
    name = str(draft(wallet, 10, actor=owner).pk)
    mine, theirs = ("--as", email_of(owner)), ("--as", email_of(colleague))
    assert answer("approval", "ask", name, *mine)["status"] == "pending_approval"
    assert answer("approval", "refuse", name, "Not yet.", *theirs)["status"] == "draft"
    answer("approval", "ask", name, *mine)
    assert answer("approval", "take-back", name, *mine)["status"] == "draft"
    answer("approval", "ask", name, *mine)
    assert run("approval", "approve", name, *mine).exit_code != 0
    assert answer("approval", "approve", name, *theirs)["status"] == "pending_review"


def test_a_guest_gets_an_address_and_loses_it() -> None:
    wallet = wallet_with(60)
    owner, heir = somebody(wallet.account), somebody(wallet.account)
    project = delivered(submitted(wallet, 10, actor=owner))
    name = str(project.pk)
    invited = answer("project", "guest", "invite", name, "Mia Stern", "--as", email_of(owner))
    token = invited["address"].rstrip("/").rpartition("/")[2]
    assert guest_reviewing.open_guest_page(token).guest == "Mia Stern"
    answer("project", "guest", "revoke", str(invited["link"]))
    assert "revoked" in run("project", "guest", "list", name).output
    answer("project", "people", "owner", name, email_of(heir))
    assert "owner" in run("project", "people", "list", name).output
    assert status_of(project) == "delivered"


def test_accounts_in_nobodys_care_are_listed() -> None:
    wallet = wallet_with(0)
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    assert wallet.account.key in accounts_without_manager(manager)
    staffing.assign_account_manager(CONSOLE, wallet.account_id, manager_id=manager.user_id)
    assert wallet.account.key not in accounts_without_manager(manager)
    assert wallet.account.key not in run("account", "without-manager").output
