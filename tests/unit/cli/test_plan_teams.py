"""Calendars of teams that have credits of their own and lend them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build_planner
from tests.unit.cli.test_plan_schema import VALIDATOR
from tests.unit.cli.test_repair import VALIDATOR as REPAIR

# All take 23 working days: 4 January to 4 February.
CALENDAR = """title,team,go_live,credits,brief_type
Film,North,2027-02-12,20,content creation
Stills,north,2027-02-12,20,content creation
Poster,South,2027-02-12,20,content creation
"""
TEAMS = "team,credits,from,may_borrow,may_lend\nNorth,20,,{borrow},\nSouth,40,,,{lend}\n"


def run(
    tmp_path: Path, command: str, *more: str, text: str = CALENDAR, borrow: str = "20",
    lend: str = "",
) -> tuple[int, str, str]:  # fmt: skip
    calendar, teams = tmp_path / "season.csv", tmp_path / "teams.csv"
    calendar.write_text(text)
    teams.write_text(TEAMS.format(borrow=borrow, lend=lend))
    plan = [str(tmp_path / "plan.json")] if command == "repair" else []
    arguments = [command, *plan, str(calendar), "--teams", str(teams), "--start", "2027-01-04"]
    done = CliRunner().invoke(build_planner(), [*arguments, "--time-limit", "0.3", *more])
    return done.exit_code, done.stdout, done.stderr


def answer_of(tmp_path: Path, command: str = "plan", *more: str, **limits: str) -> dict[str, Any]:
    code, out, said = run(tmp_path, command, "--json", *more, **limits)
    assert code == 0, said
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_a_team_borrows_what_another_leaves(tmp_path: Path) -> None:
    answer = answer_of(tmp_path)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    assert {project["start"] for project in answer["projects"]} == {"2027-01-04"}
    assert {p["title"]: p["team"] for p in answer["projects"]} == {
        "Film": "North", "Stills": "North", "Poster": "South",
    }  # fmt: skip
    assert answer["usage"][0] == {
        "date": "2027-01-04",
        "held": 60,
        "capacity": 60,
        "teams": [
            {"team": "North", "held": 40, "own": 20, "borrowed": 20},
            {"team": "South", "held": 20, "own": 40, "borrowed": 0},
        ],
    }
    north, south = answer["teams"]
    assert (north["most_borrowed"], north["days_borrowed"], north["first_borrowed"]) == (
        20, 23, "2027-01-04",
    )  # fmt: skip
    assert (south["most_borrowed"], south["may_lend"]) == (0, None)
    assert answer["simulation"]["replications"] == 1_000


@pytest.mark.parametrize(("borrow", "lend"), [("", ""), ("15", ""), ("20", "15")])
def test_within_its_limits_only(tmp_path: Path, borrow: str, lend: str) -> None:
    answer = answer_of(tmp_path, borrow=borrow, lend=lend)
    starts = sorted(project["start"] for project in answer["projects"])
    assert starts == ["2027-01-04", "2027-01-04", "2027-02-04"]
    assert sum(team["most_borrowed"] for team in answer["teams"]) == 0


def test_the_teams_may_be_json(tmp_path: Path) -> None:
    file = tmp_path / "teams.json"
    teams = [{"name": "North", "own": 20, "may_borrow": 20}, {"name": "South", "own": 40}]
    (tmp_path / "season.csv").write_text(CALENDAR)
    arguments = ["plan", str(tmp_path / "season.csv"), "--teams", str(file), "--start",
                 "2027-01-04", "--time-limit", "0.3", "--json"]  # fmt: skip
    file.write_text(json.dumps({"teams": teams}))
    done = CliRunner().invoke(build_planner(), arguments)
    answer = json.loads(done.stdout)
    as_csv = answer_of(tmp_path)
    assert (answer["teams"], answer["usage"]) == (as_csv["teams"], as_csv["usage"])
    file.write_text(json.dumps([*teams, {"name": "West", "own": "many"}]))
    done = CliRunner().invoke(build_planner(), arguments)
    assert done.exit_code == ExitCode.REFUSED
    said = json.loads(done.stderr)["error"]["message"]
    assert "row 3, column credits, “many”" in said


def test_it_is_drawn(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, "plan")
    assert code == 0
    said = " ".join(out.split())
    assert "North 20 200% 20 23 working days, from 2027-01-04 on South 40 50% nothing" in said


def test_a_team_without_credits_is_named_with_its_row(tmp_path: Path) -> None:
    text = CALENDAR.replace("Poster,South", "Poster,West").replace("Film,North", "Film,")
    code, _, said = run(tmp_path, "plan", text=text)
    assert code == ExitCode.REFUSED
    assert "row 2, column team: Say whose credits it uses: North, South." in said
    assert "row 4, column team, “West”: This team has no credits" in said
    code, out, _ = run(tmp_path, "plan", "--json", "--skip-bad-rows", text=text)
    assert [project["id"] for project in json.loads(out)["projects"]] == ["Stills"]


def test_capacity_or_teams(tmp_path: Path) -> None:
    assert "leave --capacity out" in run(tmp_path, "plan", "--capacity", "60")[2]
    (tmp_path / "season.csv").write_text(CALENDAR)
    done = CliRunner().invoke(
        build_planner(), ["plan", str(tmp_path / "season.csv"), "--start", "2027-01-04"]
    )
    assert done.exit_code == ExitCode.REFUSED
    assert "--capacity, or whose with --teams" in done.stderr


def test_without_teams_the_column_is_a_name_only(tmp_path: Path) -> None:
    (tmp_path / "season.csv").write_text(CALENDAR)
    arguments = ["plan", str(tmp_path / "season.csv"), "--start", "2027-01-04", "--capacity", "40"]
    done = CliRunner().invoke(build_planner(), [*arguments, "--time-limit", "0.3", "--json"])
    answer = json.loads(done.stdout)
    assert answer["teams"] == []
    assert "teams" not in answer["usage"][0]
    assert {project["team"] for project in answer["projects"]} == {"North", "north", "South"}


def test_other_numbers_of_credits_are_divided_like_the_teams(tmp_path: Path) -> None:
    answer = answer_of(tmp_path, "capacity-advice", "--credits", "30,60,90")
    by_credits = {row["credits"]: row for row in answer["capacities"]}
    assert {n: row["teams"] for n, row in by_credits.items()} == {
        30: {"North": 10, "South": 20},
        60: {"North": 20, "South": 40},
        90: {"North": 30, "South": 60},
    }
    assert [row["never"] for row in answer["capacities"]] == [0, 0, 0]
    assert answer["replications"] == 1_000
    assert by_credits[30]["late"] > by_credits[60]["late"]
    usual = answer_of(tmp_path, "capacity-advice", "--credits", "30,60", "--uncertainty", "0")
    assert [row["late"] > 0 for row in usual["capacities"]] == [True, False]


def test_chances_are_those_of_queues_that_lend(tmp_path: Path) -> None:
    """North's two films cost 40 together: without a loan the second waits for the first."""
    plan = answer_of(tmp_path)
    forecast = answer_of(tmp_path, "forecast")
    alone = answer_of(tmp_path, "forecast", borrow="")
    assert plan["simulation"] == forecast["simulation"]
    films = {p["id"]: p for p in plan["projects"] if p["team"] == "North"}
    assert films["Film"]["forecast"]["start"]["p95"] == "2027-01-04"
    assert films["Stills"]["forecast"]["start"]["p95"] == "2027-01-04"
    assert films["Film"]["brief_by_at"]["p50"] > "2027-01-04"
    late = {p["id"]: p["forecast"]["start"]["p50"] for p in alone["projects"]}
    assert max(late["Film"], late["Stills"]) > "2027-01-20"


def test_sets_of_teams_are_compared(tmp_path: Path) -> None:
    (tmp_path / "alone.csv").write_text(TEAMS.format(borrow="", lend=""))
    sets = ("--with", "as it is:", "--with", f"alone: teams={tmp_path / 'alone.csv'}")
    more = ("--with", "one pot: capacity=60")
    lent, alone, pot = answer_of(tmp_path, "scenario", *sets, *more)["scenarios"]
    assert alone["simulation"]["expected_days_late"] > lent["simulation"]["expected_days_late"]
    assert pot["simulation"] == lent["simulation"]
    assert pot["assumptions"]["teams"] is None
    assert lent["assumptions"]["capacity"] is None
    out = run(tmp_path, "scenario", *sets)[1]
    assert "teams of" in " ".join(out.split())


def test_an_order_for_teams_is_looked_for_under_luck(tmp_path: Path) -> None:
    answer = answer_of(tmp_path, "plan", "--robust")
    assert answer["solver"]["method"] == "stochastic"


def test_a_plan_of_teams_is_repaired(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(answer_of(tmp_path)))
    same = answer_of(tmp_path, "repair")
    assert [error.message for error in REPAIR.iter_errors(same)] == []
    assert (same["changes"], same["moved"]) == ([], [])
    less = answer_of(tmp_path, "repair", borrow="15")
    assert [change["code"] for change in less["changes"]] == ["limits"]
    (moved,) = less["moved"]
    assert (moved["id"] in ("Film", "Stills"), moved["reason"]["code"]) == (True, "credits")


def test_a_split_counts_the_teams_own_credits(tmp_path: Path) -> None:
    text = CALENDAR.replace("Poster,South,2027-02-12,20", "Poster,South,2027-02-12,60")
    answer = answer_of(tmp_path, "split-advice", text=text, borrow="")
    # South has 40 and borrows nothing: 60 can never start, so there is nothing to split.
    assert answer["tried"] == 0


def test_loans_are_on_the_page_and_in_the_workbook(tmp_path: Path) -> None:
    page, book = tmp_path / "plan.html", tmp_path / "plan.xlsx"
    code, _, said = run(tmp_path, "plan", "--html", str(page), "--xlsx", str(book))
    assert code == 0, said
    text = page.read_text()
    assert "North borrows at most 20 credits, on 23 working days from " in text
    # North's loan, once for wide and once for narrow screens; nobody else has one.
    assert text.count('class="lent"') == 2
    assert text.count('class="own"') == 4
    tab = load_workbook(book)["Teams"]
    rows = list(tab.iter_rows(min_row=2, values_only=True))
    assert [row[1:] for row in rows[:2]] == [("North", 40, 20, 20), ("South", 20, 40, 0)]
    assert {f"{row[0]:%Y-%m-%d}" for row in rows[:2]} == {"2027-01-04"}


def test_without_loans_the_page_says_so(tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    run(tmp_path, "plan", "--html", str(page), borrow="")
    assert "No team borrows anything." in page.read_text()
    assert 'class="lent"' not in page.read_text()
