"""``callsheet calendar``: as the studio and as people, in words and JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from typer.testing import CliRunner

from callsheet.catalogue import defaults
from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build
from callsheet.kit.actor import CONSOLE
from callsheet.schedule.models import Entry
from callsheet.services import calendaring
from callsheet.tenants.models import Role, User
from tests.builders import somebody, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, now

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Any:
    return CliRunner().invoke(build(), ["calendar", *arguments], env={"COLUMNS": "200"})


def answer(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_a_calendar_by_commands() -> None:
    defaults.install()
    wallet = wallet_with(60)
    account = wallet.account.key
    anchor = in_days(60).isoformat()
    answer("add-campaign", account, "Spring", "--anchor", anchor, "--brand", "Lumi")
    added = answer(
        "add", account, "Teaser", "--campaign", "spring", "--days", "-10", "--channel", "feed",
        "--wants", "2 static, 1 video", "--entry-key", "P-1",
    )  # fmt: skip
    assert (added["key"], added["publish_on"]) == ("P-1", in_days(50).isoformat())
    answer("add", account, "Fair", "--campaign", "Spring", "--on", anchor, "--fixed",
           "--entry-key", "P-2")  # fmt: skip
    listed = run("list", account).stdout
    assert "2 Static creative, 1 Video creative" in listed
    assert "planned" in listed
    brief = answer("brief", f"{account}/P-1")
    assert brief["credits"] == 20
    shown = run("show", f"{account}/P-1").stdout
    assert "-10 days from its anchor" in shown
    assert f"made by: {brief['key']}" in shown
    moved = run("move-campaign", f"{account}/spring", in_days(67).isoformat()).stdout
    assert "1 entry moves, with 1 brief." in moved
    assert "P-2 Fair has a fixed date" in moved
    assert "2 planned" in run("campaigns", account).stdout
    assert answer("drop", f"{account}/P-2")["status"] == "dropped"
    assert answer("bring-back", f"{account}/P-2")["status"] == "planned"
    unready = run("publish", f"{account}/P-2")
    assert unready.exit_code == ExitCode.CONFLICT
    assert answer("publish", f"{account}/P-2", "--note", "By phone.")["status"] == "published"


def test_sheets_out_and_in(tmp_path: Path) -> None:
    wallet = wallet_with(60)
    account = wallet.account.key
    entry = an_entry(wallet, key="P-1")
    for form in ("csv", "xlsx", "ics"):
        file = tmp_path / f"ours.{form}"
        assert answer("export", account, "--format", form, "--to", str(file))["bytes"] > 100
        if form != "ics":
            report = run("import", account, str(file)).stdout
            assert "Imported: 0 new, 0 changed, 1 as before." in report
    file = tmp_path / "ours.csv"
    file.write_text(file.read_text().replace("A post", "Theirs"))
    calendaring.change_entry(CONSOLE, entry.pk, {"title": "Ours"})
    asked = run("import", account, str(file))
    assert asked.exit_code == ExitCode.REFUSED
    assert "row 2, P-1, Title: was “A post”; here “Ours”, in the sheet “Theirs”" in asked.stdout
    assert run("import", account, str(file), "--dry-run").exit_code == ExitCode.DIFFERENCE
    done = run("import", account, str(file), "--take", "P-1:title=sheet")
    assert done.exit_code == 0, done.output
    assert "P-1, title: “Ours” → “Theirs”" in done.stdout
    assert now(entry).title == "Theirs"
    assert run("export", account).stdout == run("export", account, "--format", "csv").stdout
    assert run("export", account, "--format", "pdf").exit_code == ExitCode.REFUSED


def test_a_feed_is_one_that_calendar_programs_read(tmp_path: Path) -> None:
    wallet = wallet_with(60)
    a_campaign(wallet, "Spring", 60)
    entry = an_entry(wallet, title="Tea, biscuits; more", campaign="Spring", channel="feed")
    calendaring.drop_entry(CONSOLE, an_entry(wallet).pk)
    file = tmp_path / "ours.ics"

    def events() -> list[Any]:
        answer("export", wallet.account.key, "--format", "ics", "--to", str(file))
        return list(Calendar.from_ical(file.read_bytes()).walk("VEVENT"))

    (event,) = events()
    assert event["summary"] == "Tea, biscuits; more"
    assert event["dtstart"].dt == entry.publish_on  # a day, no time
    assert b"DTSTART;VALUE=DATE:" in file.read_bytes()
    assert (event["dtend"].dt - event["dtstart"].dt).days == 1
    assert "Campaign: Spring" in event["description"]
    calendaring.change_entry(CONSOLE, entry.pk, {"title": "Coffee", "publish_on": in_days(9)})
    (again,) = events()
    assert (again["uid"], again["summary"]) == (event["uid"], "Coffee")
    assert again["sequence"] > event["sequence"]


def test_people_act_with_their_own_rights() -> None:
    wallet = wallet_with(60)
    account = wallet.account
    an_entry(wallet, key="P-1")

    def email(actor: Any) -> str:
        return User.objects.get(pk=actor.user_id).email

    viewer, stranger = email(somebody(account, Role.VIEWER)), email(somebody())
    assert run("list", account.key, "--as", viewer).exit_code == 0
    assert run("drop", f"{account.key}/P-1", "--as", viewer).exit_code == ExitCode.NOT_FOUND
    for command in (["list", account.key], ["show", f"{account.key}/P-1"],
                    ["export", account.key], ["drop", f"{account.key}/P-1"]):  # fmt: skip
        assert run(*command, "--as", stranger).exit_code == ExitCode.NOT_FOUND
    assert run("show", f"{account.key}/P-9").exit_code == ExitCode.NOT_FOUND
    assert run("move-campaign", f"{account.key}/none", "2030-01-01").exit_code == ExitCode.NOT_FOUND
    assert Entry.objects.get().status == "planned"
