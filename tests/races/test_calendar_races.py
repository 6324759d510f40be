"""Two sheets at once, and a campaign that moves while its entries are briefed: each with a negative
control. (Two projects of one entry are of one wallet, whose lock puts their moves in order.)
"""

from __future__ import annotations

from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from callsheet.catalogue import defaults
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import Project
from callsheet.schedule.models import Entry
from callsheet.services import (
    anchoring,
    calendar_importing,
    entry_briefing,
    entry_links,
    production,
)
from callsheet.services.calendar_importing import import_calendar
from callsheet.services.importing.calendar import CalendarImport
from tests.builders import submitted, wallet_with
from tests.calendar_builders import a_campaign, an_entry, in_days, now, serves
from tests.races.crowd import answers, errors, together

ROWS = 30


def sheet(folder: Path, name: str, title: str) -> Path:
    """A calendar of thirty entries with this title."""
    lines = [f"P-{n},{title} {n},{in_days(40)}" for n in range(ROWS)]
    file = folder / f"{name}.csv"
    file.write_text("\n".join(["key,title,publish", *lines]))
    return file


def import_two_at_once(folder: Path) -> tuple[list[Any], list[BaseException]]:
    """The same new keys from two sheets with other titles."""
    defaults.install()
    wallet = wallet_with(0)
    files = [sheet(folder, "one", "One"), sheet(folder, "two", "Two")]
    outcomes = together(2, lambda n: import_calendar(CONSOLE, wallet.account_id, files[n]))
    return answers(outcomes), errors(outcomes)


def test_two_sheets_at_once_are_one_after_the_other(live_db: str, tmp_path: Path) -> None:
    reports, failed = import_two_at_once(tmp_path)
    assert failed == []
    # The second has seen what the first wrote: the same keys, with titles that it changes.
    assert sorted(report.counts["new"] for report in reports) == [0, ROWS]
    assert all(report.written for report in reports)
    titles = set(Entry.objects.values_list("title", flat=True))
    assert Entry.objects.count() == ROWS
    assert len({title.split()[0] for title in titles}) == 1, "half of one sheet and half of another"


def test_control_without_the_calendars_lock_one_fails(
    live_db: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_read, write = Barrier(2, timeout=60), CalendarImport._write

    def write_when_both_have_read(one: CalendarImport) -> None:
        """Without a lock nothing keeps them apart, so they may as well be in step."""
        both_have_read.wait()
        write(one)

    monkeypatch.setattr(calendar_importing, "lock_calendar", lambda account_id: None)
    monkeypatch.setattr(CalendarImport, "_write", write_when_both_have_read)
    _, failed = import_two_at_once(tmp_path)
    assert [getattr(error, "code", error) for error in failed] == ["done_meanwhile"]


def brief_while_it_moves() -> list[tuple[int, int]]:
    """Brief eight entries, one by one, while their campaign moves there and back. Answers how far
    each entry and its brief are from each other, in days, with the entry's id.
    """
    wallet = wallet_with(0)
    campaign = a_campaign(wallet, "Spring", 60)
    entries = [an_entry(wallet, ("photo", 5), campaign="Spring") for _ in range(8)]

    def work(n: int) -> None:
        if n == 0:
            for day in (70, 80, 90, 100, 110, 120):
                anchoring.move_campaign(CONSOLE, campaign.pk, in_days(day))
        else:
            for entry in entries[n - 1 :: 2]:
                entry_briefing.brief_entries(CONSOLE, [entry.pk])

    assert errors(together(3, work)) == []
    apart = []
    for entry in Entry.objects.filter(pk__in=[one.pk for one in entries]):
        project = Project.objects.get(pk=entry.links.get().project_id)
        apart.append((entry.pk, (entry.publish_on - project.publish_on).days))
        assert entry.publish_on == in_days(100)  # 120 - 20
    return apart


def test_a_brief_has_its_entrys_day_whenever_the_anchor_moves(live_db: str) -> None:
    assert {days for _, days in brief_while_it_moves()} == {0}


def test_control_without_the_calendars_lock_a_brief_keeps_an_old_day(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (anchoring, entry_briefing):
        monkeypatch.setattr(module, "lock_calendar", lambda account_id: None)
    assert any(days for _ in range(5) for _, days in brief_while_it_moves())


def test_links_and_moves_and_imports_lock_nobody_out(live_db: str, tmp_path: Path) -> None:
    """Everything at once for a while: refusals may come, deadlocks may not."""
    defaults.install()
    wallet = wallet_with(60)
    campaign = a_campaign(wallet, "Spring", 60)
    entries = [an_entry(wallet, key=f"P-{n}", campaign="Spring") for n in range(6)]
    projects = [submitted(wallet, 10) for _ in range(6)]
    for project in projects:
        serves(project, *entries)
    file = tmp_path / "calendar.csv"

    def work(n: int) -> list[str]:
        codes = []
        for turn in range(6):
            try:
                if n == 0:
                    anchoring.move_campaign(CONSOLE, campaign.pk, in_days(61 + turn))
                elif n == 1:
                    production.accept(CONSOLE, projects[turn].pk)
                elif n == 2:
                    lines = list(entries[turn].links.values_list("deliverable_id", flat=True))
                    entry_links.unlink_deliverables(CONSOLE, entries[turn].pk, lines[:3])
                    entry_links.link_deliverables(CONSOLE, entries[turn].pk, lines[:3])
                else:
                    rows = [f"P-{k},Turn {turn}" for k in range(6)]
                    file.write_text("\n".join(["key,title", *rows]))
                    import_calendar(CONSOLE, wallet.account_id, file, take={"": "sheet"})
            except CallsheetError as error:
                codes.append(error.code)
        return codes

    assert errors(together(4, work)) == []
    assert {now(entry).status for entry in entries} == {"in_production"}
