"""`callsheet import` on the command line: what it prints, what it exits with; two at a time."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import pytest
from django.db import connections
from typer.testing import CliRunner, Result

from callsheet.cli.main import build
from callsheet.kit.actor import IMPORT
from callsheet.services.importing import ImportReport, import_studio
from callsheet.tenants.models import Account

GOOD = "Key,Name,Credits\nFIR,Fir Outdoor,60\n"
BAD = GOOD + "OAK,Oak Living,many\n"
DATES = "Key,Account,Title,Status,Wanted by\nP1,FIR,Tents,draft,03/04/2099\n"


def command(*words: object) -> Result:
    return CliRunner().invoke(build(), ["import", *map(str, words)])


def sheets(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


@pytest.mark.django_db
def test_good_sheets_exit_with_0_and_say_what_happened(tmp_path: Path) -> None:
    result = command(sheets(tmp_path, customers=GOOD))
    assert result.exit_code == 0, result.output
    assert "Imported." in result.output
    assert Account.objects.get(key="fir").wallet.available == 60


@pytest.mark.django_db
def test_problems_exit_with_5_and_name_the_cell(tmp_path: Path) -> None:
    result = command(sheets(tmp_path, customers=BAD))
    assert result.exit_code == 5
    assert "customers.csv, row 3, column Credits, “many”" in result.output
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_a_dry_run_exits_with_1_on_problems_and_0_without(tmp_path: Path) -> None:
    assert command(sheets(tmp_path, customers=BAD), "--dry-run").exit_code == 1
    result = command(sheets(tmp_path, customers=GOOD), "--dry-run")
    assert result.exit_code == 0
    assert "Nothing was written." in result.output
    assert not Account.objects.exists()


@pytest.mark.django_db
def test_bad_rows_are_skipped_on_request(tmp_path: Path) -> None:
    result = command(sheets(tmp_path, customers=BAD), "--skip-bad-rows", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["written"] is True
    assert answer["counts"] == {"customers": {"new": 1}}
    assert [problem["row"] for problem in answer["problems"]] == [3]


@pytest.mark.django_db
def test_the_order_of_dates_can_be_said(tmp_path: Path) -> None:
    folder = sheets(tmp_path, customers=GOOD, projects=DATES)
    assert command(folder).exit_code == 5
    assert command(folder, "--date-order", "dmy").exit_code == 0
    assert command(folder, "--date-order", "ymd").exit_code == 2


@pytest.mark.django_db
def test_a_place_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    result = command(tmp_path / "nowhere")
    assert result.exit_code == 5
    assert "There is no folder or file" in result.output


def test_two_imports_at_a_time_bring_everything_in_once(tmp_path: Path, live_db: str) -> None:
    folder = sheets(tmp_path, customers=GOOD, projects=DATES.replace("03/04/2099", ""))
    other = tmp_path / "copy"
    shutil.copytree(folder, other, ignore=shutil.ignore_patterns("copy"))
    reports: list[ImportReport] = []
    together = threading.Barrier(2)

    def bring(place: Path) -> None:
        try:
            together.wait()
            reports.append(import_studio(IMPORT, place))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=bring, args=(place,)) for place in (folder, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = sorted(str(report.counts["projects"]) for report in reports)
    assert outcomes == ["{'new': 1}", "{'unchanged': 1}"]
    assert Account.objects.get(key="fir").wallet.available == 60
