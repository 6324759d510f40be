"""A calendar comes in from a sheet, again and again, while people work on it in Callsheet."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.catalogue import defaults
from callsheet.credits.models import Wallet
from callsheet.insight.calendar_export import export_calendar
from callsheet.insight.calendar_rows import read_entry_rows
from callsheet.journal.models import Command
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.schedule.models import Campaign, Entry
from callsheet.services import anchoring, briefing, calendaring, closing
from callsheet.services.calendar_importing import CalendarReport, import_calendar
from callsheet.tenants.models import StaffRole
from tests.builders import brief_of, draft, somebody, submitted, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, now, serves

pytestmark = pytest.mark.django_db
HEADINGS = ["key", "title", "publish", "campaign", "days", "channel", "brand", "wanted"]


@pytest.fixture
def wallet() -> Wallet:
    defaults.install()
    return wallet_with(60)


@pytest.fixture
def sheet(tmp_path: Path, wallet: Wallet):
    """Writes a CSV and imports it: rows are dicts, ``headings`` the columns that there are."""

    def write(*rows: dict, headings=HEADINGS, name: str = "calendar.csv", **more) -> CalendarReport:
        out = io.StringIO()
        writer = csv.DictWriter(out, headings)
        writer.writeheader()
        writer.writerows({k: str(v) for k, v in row.items()} for row in rows)
        (tmp_path / name).write_text(out.getvalue())
        return import_calendar(CONSOLE, wallet.account_id, tmp_path / name, **more)

    return write


def post(key: str = "P-1", day: int = 40, **more) -> dict:
    return {"key": key, "title": f"Post {key}", "publish": in_days(day)} | more


def entry(wallet: Wallet, key: str = "P-1") -> Entry:
    return Entry.objects.get(account=wallet.account_id, key=key)


def state(wallet: Wallet) -> list:
    return [
        (row.entry.pk, row.entry.version, row.entry.status, row.fields)
        for row in read_entry_rows(wallet.account_id)
    ]


def test_new_keys_open_entries(sheet, wallet: Wallet) -> None:
    report = sheet(
        post(campaign="Spring", anchor=in_days(50), wanted="2 static, 1 photo set", brand="Lumi"),
        post("P-2", campaign="spring", days=-3, publish=""),
        headings=[*HEADINGS, "anchor"],
    )
    assert (report.written, report.counts) == (True, {"new": 2, "changed": 0, "unchanged": 0})
    assert report.campaigns == ["Spring"]
    one, two = entry(wallet), entry(wallet, "P-2")
    assert (one.days_from_anchor, one.brand.name) == (-10, "Lumi")
    assert (two.publish_on, two.campaign) == (in_days(47), one.campaign)
    assert [(part.type.key, part.quantity) for part in one.wanted.order_by("position")] == [
        ("static", 2), ("photo-set", 1),
    ]  # fmt: skip


def test_the_same_sheet_again_changes_nothing(sheet, wallet: Wallet) -> None:
    rows = (post(wanted="2 static"), post("P-2", channel="feed"))
    sheet(*rows)
    before = state(wallet)
    report = sheet(*rows)
    assert report.counts == {"new": 0, "changed": 0, "unchanged": 2}
    assert state(wallet) == before


def test_a_sheet_changes_what_it_has_changed_and_leaves_the_rest(sheet, wallet: Wallet) -> None:
    sheet(post(channel="feed"))
    calendaring.change_entry(CONSOLE, entry(wallet).pk, {"title": "Better", "brand": "Lumi"})
    report = sheet(post(channel="story"))
    assert report.counts["changed"] == 1
    assert report.changes == [
        {"account": wallet.account.key, "key": "P-1", "field": "channel", "before": "feed",
         "after": "story"}
    ]  # fmt: skip
    found = entry(wallet)
    assert (found.title, found.channel, found.brand.name) == ("Better", "story", "Lumi")


def test_both_changed_is_a_conflict_and_nothing_is_written(sheet, wallet: Wallet) -> None:
    sheet(post(), post("P-2"))
    calendaring.change_entry(
        CONSOLE, entry(wallet).pk, {"title": "Ours", "publish_on": in_days(41)}
    )
    before = state(wallet)
    corrected = (post(day=42, title="Theirs"), post("P-2", channel="feed"), post("P-3"))
    report = sheet(*corrected)
    assert not report.written
    assert [(c["key"], c["field"], c["last"], c["ours"], c["sheet"]) for c in report.conflicts] == [
        ("P-1", "title", "Post P-1", "Ours", "Theirs"),
        ("P-1", "publish", *(in_days(n).isoformat() for n in (40, 41, 42))),
    ]
    assert [(c["row"], c["column"]) for c in report.conflicts] == [
        (2, "Title"),
        (2, "Publish date"),
    ]
    assert state(wallet) == before  # neither the new row nor the harmless one
    assert not Command.objects.filter(name="import_calendar", answer__icontains="Theirs").exists()

    half = sheet(*corrected, take={"title": "ours"})
    assert [c["field"] for c in half.conflicts] == ["publish"]
    done = sheet(*corrected, take={"title": "ours", "P-1:publish": "sheet"})
    assert done.written
    found = entry(wallet)
    assert (found.title, found.publish_on) == ("Ours", in_days(42))
    assert entry(wallet, "P-2").channel == "feed"
    # It was decided, so it is not asked again.
    assert sheet(*corrected).written
    assert entry(wallet).title == "Ours"


def test_the_narrower_choice_wins(sheet, wallet: Wallet) -> None:
    sheet(post())
    calendaring.change_entry(CONSOLE, entry(wallet).pk, {"title": "Ours", "channel": "ours"})
    take = {"": "ours", "title": "ours", "p-1:title": "sheet"}
    assert sheet(post(title="Theirs", channel="theirs"), take=take).written
    assert (entry(wallet).title, entry(wallet).channel) == ("Theirs", "ours")


@pytest.mark.parametrize("take", [{"": "mine"}, {"colour": "ours"}, {"P-1:": "ours"}])
def test_a_choice_that_is_none(take, sheet) -> None:
    with pytest.raises(CallsheetError) as refused:
        sheet(post(), take=take)
    assert (refused.value.code, refused.value.field) == ("unknown_choice", "take")


def test_the_same_change_on_both_sides_is_no_conflict(sheet, wallet: Wallet) -> None:
    sheet(post())
    calendaring.change_entry(CONSOLE, entry(wallet).pk, {"title": "Agreed"})
    assert sheet(post(title="Agreed")).written


def test_an_entry_that_no_sheet_has_made_is_compared_as_it_is(sheet, wallet: Wallet) -> None:
    an_entry(wallet, key="P-1", title="Post P-1", channel="feed")
    assert sheet(post(channel="feed")).counts["unchanged"] == 1
    an_entry(wallet, key="P-2", title="Ours")
    report = sheet(post("P-2"))
    assert [(c["field"], c["last"]) for c in report.conflicts] == [("title", None)]


def test_a_missing_column_says_nothing_and_a_blank_cell_says_blank(sheet, wallet: Wallet) -> None:
    sheet(post(channel="feed", brand="Lumi", wanted="1 static"))
    assert sheet(post(), headings=["key", "title", "publish"]).counts["unchanged"] == 1
    assert entry(wallet).channel == "feed"
    assert sheet(post(brand="Lumi")).counts["changed"] == 1
    found = entry(wallet)
    assert (found.channel, found.brand.name, found.wanted.count()) == ("", "Lumi", 0)


def test_keys_that_vanish_are_listed_and_stay(sheet, wallet: Wallet) -> None:
    sheet(post(), post("P-2"), post("P-3"))
    an_entry(wallet, key="BY-HAND")
    calendaring.drop_entry(CONSOLE, entry(wallet, "P-3").pk)
    report = sheet(post())
    assert report.written
    assert [one["key"] for one in report.vanished] == ["P-2"]
    assert Entry.objects.filter(account=wallet.account_id).count() == 4


def test_a_dry_run_says_everything_and_writes_nothing(sheet, wallet: Wallet) -> None:
    report = sheet(post(campaign="Spring", brand="New"), dry_run=True)
    assert (report.written, report.counts["new"], report.campaigns) == (False, 1, ["Spring"])
    assert not Entry.objects.exists()
    assert not Campaign.objects.exists()


def test_every_problem_has_its_row_and_column(sheet, wallet: Wallet) -> None:
    defaults.install()
    a_campaign(wallet, "Anchored", 60)
    report = sheet(
        post(),
        post("P-1"),
        post("P-2", publish="03/04/2027"),
        post("P-3", wanted="2 gold"),
        post("P-4", title=""),
        post("P-5", days=3),
        post("P-6", publish="", days=""),
        post("P-7", projects="NOPE"),
        post("P-8", account="elsewhere"),
        post("P-9", status="published", published=in_days(4)),
        post("P-10", published=in_days(-4)),
        post("P-11", anchor=in_days(3)),
        post("P-12", days=3, fixed="yes", campaign="Anchored"),
        headings=[*HEADINGS, "projects", "account", "status", "published", "anchor", "fixed"],
    )
    assert not report.written
    assert {(p.row, p.code, p.column) for p in report.problems} == {
        (3, "duplicate_key", "key"), (4, "ambiguous_date", "publish"),
        (5, "unknown_deliverable", "wanted"), (6, "missing_value", "title"),
        (7, "days_without_campaign", "days"), (8, "missing_value", "publish"),
        (9, "unknown_reference", "projects"), (10, "other_account", "account"),
        (11, "future_date", "published"), (12, "contradiction", "published"),
        (13, "anchor_without_campaign", "anchor"), (14, "contradiction", "days"),
    }  # fmt: skip
    assert not Entry.objects.exists()


def test_days_that_contradict_the_anchor_have_their_row_too(sheet, wallet: Wallet) -> None:
    a_campaign(wallet, "Spring", 60)
    report = sheet(
        post(campaign="Spring"),
        post("P-2", campaign="Spring", days=3),
        post("P-3", campaign="New", days=3, publish=""),
    )
    assert [(p.row, p.code, p.column) for p in report.problems] == [
        (3, "date_and_days_differ", "Days from anchor"), (4, "no_anchor", "Days from anchor"),
    ]  # fmt: skip
    assert not report.written
    assert not Entry.objects.exists()


def test_two_anchors_and_another_anchor(sheet, wallet: Wallet) -> None:
    a_campaign(wallet, "Spring", 60)
    headings = [*HEADINGS, "anchor"]
    two = sheet(
        post(campaign="New", anchor=in_days(3)), post("P-2", campaign="new", anchor=in_days(4)),
        headings=headings,
    )  # fmt: skip
    assert [(p.row, p.code) for p in two.problems] == [(3, "two_anchors")]
    other = sheet(post(campaign="Spring", anchor=in_days(61)), headings=headings)
    assert (other.written, [w.code for w in other.warnings]) == (True, ["other_anchor"])
    assert entry(wallet).days_from_anchor == -20


def test_statuses_follow_and_only_published_and_dropped_are_said(sheet, wallet: Wallet) -> None:
    project = submitted(wallet, 10)
    headings = ["key", "title", "publish", "status", "projects"]
    sheet(
        post(status="ready"), post("P-2", status="dropped"),
        post("P-3", -5, status="published"), post("P-4", projects=project.key),
        headings=headings,
    )  # fmt: skip
    statuses = [entry(wallet, f"P-{n}").status for n in (1, 2, 3, 4)]
    assert statuses == ["planned", "dropped", "published", "briefed"]
    assert entry(wallet, "P-3").published_on == in_days(-5)
    sheet(
        post(status="published"), post("P-2", status="planned"),
        post("P-3", -5), post("P-4"), headings=headings,
    )  # fmt: skip
    statuses = [entry(wallet, f"P-{n}").status for n in (1, 2, 3, 4)]
    assert statuses == ["published", "planned", "planned", "planned"]
    assert entry(wallet).published_on == in_days(0)


def test_a_sheet_links_single_deliverables(sheet, wallet: Wallet) -> None:
    project = draft(wallet, 10)
    briefing.write(
        CONSOLE, wallet.account_id, brief_of(("static", 2), ("photo", 5)), project_id=project.pk
    )
    headings = ["key", "title", "publish", "projects"]
    sheet(post(projects=f"{project.key}#2"), headings=headings)
    assert [link.deliverable.type.key for link in entry(wallet).links.all()] == ["photo"]
    report = sheet(post(projects=f"{project.key}#3"), headings=headings)
    assert [p.code for p in report.problems] == ["unknown_reference"]
    sheet(post(projects=project.key), headings=headings)
    assert entry(wallet).links.count() == 2


def a_full_calendar(wallet: Wallet) -> None:
    """Entries of every kind, with texts that spreadsheets like to misread."""
    a_campaign(wallet, "Spring, and more", 60, brand="Lumi")
    project = submitted(wallet, 10)
    serves(project, an_entry(wallet, ("static", 2), key="A-1", campaign="spring-and-more"))
    serves(draft(wallet, 10), an_entry(wallet, key="A-2"))
    an_entry(wallet, title="=1+1", key="=A1", channel="-", brand="@brand")
    an_entry(wallet, title="'=quoted", channel="'-x", fixed_date=True, campaign="Spring, and more")
    an_entry(wallet, title="0042", channel="3/4", brand="1.50")
    an_entry(wallet, title="a; b, “c” | d\u2028e\nf \U0001f469\u200d\U0001f373")
    closed = an_entry(wallet, title="Out"), an_entry(wallet, title="Off")
    calendaring.mark_published(CONSOLE, closed[0].pk, note="By phone.")
    calendaring.drop_entry(CONSOLE, closed[1].pk)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_importing_an_export_changes_nothing(form: str, wallet: Wallet, tmp_path: Path) -> None:
    a_full_calendar(wallet)
    before = state(wallet)
    file = tmp_path / f"ours.{form}"
    file.write_bytes(export_calendar(CONSOLE, wallet.account_id, form))
    for _ in range(2):
        report = import_calendar(CONSOLE, wallet.account_id, file)
        assert (report.problems, report.conflicts, report.changes) == ((), [], [])
        assert report.counts == {"new": 0, "changed": 0, "unchanged": len(before)}
        assert state(wallet) == before


def test_what_is_changed_in_an_export_is_taken_without_asking(
    wallet: Wallet, tmp_path: Path
) -> None:
    first, second = an_entry(wallet, key="A-1"), an_entry(wallet, key="A-2")
    exported = export_calendar(CONSOLE, wallet.account_id, "csv").decode()
    file = tmp_path / "calendar.csv"
    file.write_text(exported.replace("A post", "A better post"))
    calendaring.change_entry(CONSOLE, second.pk, {"title": "Ours"})
    report = import_calendar(CONSOLE, wallet.account_id, file)
    # The first is as it was exported; of the second nobody knows what the sheet started from.
    assert [(c["key"], c["field"]) for c in report.conflicts] == [("A-2", "title")]
    import_calendar(CONSOLE, wallet.account_id, file, take={"": "ours"})
    assert (now(first).title, now(second).title) == ("A better post", "Ours")


def test_staff_neither_see_nor_unlink_a_draft_that_is_not_shared(
    wallet: Wallet, tmp_path: Path
) -> None:
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    secret, post_ = draft(wallet, 10), an_entry(wallet)
    serves(secret, post_)
    exported = export_calendar(manager, wallet.account_id, "csv")
    assert secret.key.encode() not in exported
    file = tmp_path / "calendar.csv"
    file.write_bytes(exported.replace(b"A post", b"Renamed"))
    assert import_calendar(manager, wallet.account_id, file).written
    assert (now(post_).title, post_.links.count()) == ("Renamed", 1)


def test_moved_anchors_and_sheets_agree(sheet, wallet: Wallet) -> None:
    """The sheet still says the old days; nobody has changed them there, so they stay moved."""
    headings = [*HEADINGS, "anchor"]
    rows = (post(campaign="Spring", anchor=in_days(60)),)
    sheet(*rows, headings=headings)
    campaign = Campaign.objects.get()
    anchoring.move_campaign(CONSOLE, campaign.pk, in_days(81))
    report = sheet(*rows, headings=headings)
    assert (report.counts["unchanged"], [w.code for w in report.warnings]) == (1, [])
    assert entry(wallet).publish_on == in_days(61)
    sheet(post(campaign="Spring", days=-10), headings=headings)
    assert entry(wallet).publish_on == in_days(71)


def test_files_that_are_no_calendar(wallet: Wallet, tmp_path: Path) -> None:
    def codes(name: str, data: bytes | None) -> list[str]:
        file = tmp_path / name
        if data is not None:
            file.write_bytes(data)
        report = import_calendar(CONSOLE, wallet.account_id, file)
        assert not report.written
        return [problem.code for problem in report.problems]

    assert codes("none.csv", None) == ["no_such_place"]
    assert codes("calendar.ods", b"x") == ["wrong_format"]
    assert codes("calendar.xlsx", b"no zip") == ["not_a_workbook"]
    assert codes("empty.csv", b"") == ["empty_sheet"]
    assert codes("other.csv", b"a,b\n1,2\n")[:1] == ["missing_column"]


def test_a_workbook_with_date_cells(wallet: Wallet, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["ID", "Topic", "Go live"])
    book.active.append(["P-1", "Post", in_days(9)])
    book.save(tmp_path / "x.xlsx")
    assert import_calendar(CONSOLE, wallet.account_id, tmp_path / "x.xlsx").written
    assert entry(wallet).publish_on == in_days(9)


def test_the_calendar_of_an_ended_account_is_closed(sheet, wallet: Wallet) -> None:
    closing.end_account(CONSOLE, wallet.account_id, reason="price")
    with pytest.raises(CallsheetError) as refused:
        sheet(post())
    assert refused.value.code == "account_ended"


def test_the_number_of_queries_does_not_grow(sheet, wallet: Wallet) -> None:
    def queries(count: int, title: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert sheet(*(post(f"Q-{n}", title=title) for n in range(count))).written
        return len(captured)

    queries(2, "New")
    few = queries(2, "Changed")
    queries(40, "Changed again")
    assert queries(40, "And again") == few
