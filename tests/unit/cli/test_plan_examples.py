"""The larger examples, planned from the files to all that ``callsheet plan`` writes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
from typer.testing import CliRunner

from callsheet.cli.main import build_planner
from callsheet.cli.plan_problem import standard_items
from callsheet.sheets.plan_rows import read_plan
from tests.unit.cli.test_plan import EXAMPLES

FILE = EXAMPLES / "agency-year.csv"


def test_the_year_is_that_of_an_agency() -> None:
    reading = read_plan(FILE, items=standard_items(), today=date(2027, 1, 4))
    assert (reading.problems, reading.warnings) == ((), ())
    # The how-to says both numbers.
    assert len(reading.projects) == 121
    assert len({row.team for row in reading.projects}) == 5
    assert {row.go_live.month for row in reading.projects if row.go_live} == set(range(1, 13))
    assert sum(bool(row.after) for row in reading.projects) > 15


def test_the_year_becomes_dates_a_page_and_a_workbook(tmp_path: Path) -> None:
    page, workbook = tmp_path / "year.html", tmp_path / "year.xlsx"
    options = [
        "--capacity", "210", "--start", "2027-01-04", "--country", "DE-BE", "--time-limit", "1",
        "--html", str(page), "--xlsx", str(workbook), "--json",
    ]  # fmt: skip
    done = CliRunner().invoke(build_planner(), ["plan", str(FILE), *options])
    assert done.exit_code == 0, done.stderr
    planned = {project["id"]: project for project in json.loads(done.stdout)["projects"]}
    reading = read_plan(FILE, items=standard_items(), today=date(2027, 1, 4))
    for row in reading.projects:
        for other in row.after:
            assert planned[row.id]["start"] >= planned[other]["finish"]
        if row.not_before is not None:
            assert planned[row.id]["start"] >= row.not_before.isoformat()
    assert openpyxl.load_workbook(workbook)["Briefs"].max_row == len(planned) + 1
    assert "Gardener&#x27;s gift lookbook" in page.read_text()


def test_the_season_of_four_teams_keeps_their_limits() -> None:
    teams = EXAMPLES.parent / "teams" / "team-season.csv"
    options = [
        "--teams", str(teams), "--start", "2027-01-04", "--country", "DE-BE", "--time-limit", "1",
        "--json",
    ]  # fmt: skip
    file = EXAMPLES / "team-season.csv"
    done = CliRunner().invoke(build_planner(), ["plan", str(file), *options])
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    limits = {team["name"]: team for team in answer["teams"]}
    # The how-to says what they have together.
    assert sum(team["credits"][0]["credits"] for team in limits.values()) == 120
    assert any(team["most_borrowed"] for team in limits.values())
    for day in answer["usage"]:
        assert sum(team["held"] for team in day["teams"]) == day["held"] <= day["capacity"] == 120
        lent = sum(
            min(team["own"] - team["held"], limits[team["team"]]["may_lend"] or 120)
            for team in day["teams"]
            if team["held"] < team["own"]
        )
        assert sum(team["borrowed"] for team in day["teams"]) <= lent
        for team in day["teams"]:
            assert team["borrowed"] <= limits[team["team"]]["may_borrow"]
