"""``callsheet repair``: what moves, what stays and why, from files to sentences."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build_planner
from callsheet.planner.move_prices import STABILITY
from callsheet.planner.repair_reasons import Why
from tests.unit.cli.test_plan_schema import SCHEMA as PLAN_SCHEMA

FILE = Path(__file__).parents[3] / "docs" / "reference" / "repair.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
VALIDATOR = Draft202012Validator(
    SCHEMA,
    format_checker=FormatChecker(),
    registry=Registry().with_resource("plan.schema.json", Resource.from_contents(PLAN_SCHEMA)),
)

HEAD = "title,go_live,credits,brief_type,status,finish_by,not_before,after\n"
# Each takes 23 working days, and 40 credits hold two of them: the first two start on 4 January and
# give back on 4 February, the third and the fourth follow, the last has its own day.
CALENDAR = HEAD + """Teaser,2027-02-12,20,content creation,,,,
Film,2027-02-12,20,content creation,,,,
Sequel,2027-04-09,20,content creation,,,,Teaser
Stills,2027-04-09,20,content creation,,,,
Finale,2027-09-01,20,content creation,,,2027-06-01,
"""  # fmt: skip


def run(*arguments: str, start: str = "2027-01-04") -> tuple[int, str, str]:
    options = [*arguments[1:], "--start", start, "--time-limit", "0.3"]
    if "--capacity" not in options:
        options += ["--capacity", "40"]
    done = CliRunner().invoke(build_planner(), [arguments[0], *options])
    return done.exit_code, done.stdout, done.stderr


def plan(tmp_path: Path, text: str = CALENDAR) -> tuple[str, str]:
    calendar, planned = tmp_path / "season.csv", tmp_path / "plan.json"
    calendar.write_text(text)
    code, out, said = run("plan", str(calendar), "--json")
    assert code == 0, said
    planned.write_text(out)
    return str(planned), str(calendar)


def repair(files: tuple[str, str], *more: str, start: str = "2027-01-04") -> dict[str, Any]:
    code, out, said = run("repair", *files, "--json", *more, start=start)
    assert code == 0, said
    answer: dict[str, Any] = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    return answer


def starts(answer: dict[str, Any]) -> dict[str, str]:
    return {project["id"]: project["start"] for project in answer["plan"]["projects"]}


def test_the_schema_is_one_and_sees_a_wrong_answer(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    moved = SCHEMA["properties"]["moved"]["items"]["properties"]
    assert moved["reason"]["properties"]["code"]["enum"] == [why.value for why in Why]
    answer = repair(plan(tmp_path))
    assert not VALIDATOR.is_valid(answer | {"never": [3]})
    answer["plan"]["projects"][0]["finish"] = "soon"
    assert not VALIDATOR.is_valid(answer)


def test_nothing_changed_nothing_moves(tmp_path: Path) -> None:
    files = plan(tmp_path)
    for start, going in (("2027-01-04", 0), ("2027-01-18", 2), ("2027-02-04", 2)):
        answer = repair(files, start=start)
        assert (answer["changes"], answer["moved"]) == ([], [])
        assert answer["stability"] == STABILITY
        assert len(answer["started"]) == going
        assert len(answer["stays"]) == 5 - going
    finished = {work["id"]: work["finished"] for work in answer["started"]}
    assert finished == {"Film": True, "Teaser": True}


def test_only_what_has_changed_is_a_reason_to_look_for_better(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    later = json.loads(Path(planned).read_text())
    finale = later["projects"][-1]
    finale |= {"start": "2027-06-15", "finish": "2027-07-16"}
    Path(planned).write_text(json.dumps(later))
    assert repair((planned, calendar), "--stability", "0")["moved"] == []
    # The negative control: as soon as something has changed, the day that is free is taken.
    answer = repair((planned, calendar), "--stability", "0", "--capacity", "45")
    assert {"Finale": "better"}.items() <= {
        row["id"]: row["reason"]["code"] for row in answer["moved"]
    }.items()


def test_a_slip_moves_what_must_and_nothing_else(tmp_path: Path) -> None:
    files = plan(tmp_path)
    old = starts(repair(files))
    answer = repair(files, "--slipped", "teaser: +5", start="2027-01-18")
    (change,) = answer["changes"]
    assert (change["code"], change["before"], change["now"]) == (
        "slipped", "2027-02-04", "2027-02-11",
    )  # fmt: skip
    (moved,) = answer["moved"]
    assert (moved["id"], moved["from"], moved["to"], moved["days"]) == (
        "Sequel", old["Sequel"], "2027-02-11", 5,
    )  # fmt: skip
    assert (moved["reason"]["code"], moved["waits_for"]) == ("predecessor", ["Teaser"])
    assert answer["stays"] == ["Stills", "Finale"]
    assert answer["lateness"]["before"] == answer["lateness"]["after"]


def test_a_film_that_slips_is_named_by_what_waits_for_its_credits(tmp_path: Path) -> None:
    text = HEAD + "".join(
        f"{title},2027-02-12,{credits},content creation,,,{day},\n"
        for title, credits, day in (
            ("Teaser", 20, ""), ("Film", 20, ""), ("Stills", 40, "2027-02-05"),
        )
    )  # fmt: skip
    answer = repair(plan(tmp_path, text), "--slipped", "Film: 30", start="2027-01-18")
    (moved,) = answer["moved"]
    assert (moved["id"], moved["days"], moved["reason"]["code"]) == ("Stills", 6, "credits")
    assert moved["waits_for"] == ["Film"]
    assert moved["reason"]["sentence"] == (
        "On 2027-02-05 it would lack 20 credits: “Film” holds them."
    )
    # The stills are late by 6 days more, and the film, which has started, is by 1.
    before, after = answer["lateness"]["before"], answer["lateness"]["after"]
    assert after["days_late"] == before["days_late"] + 7
    assert after["late"] == before["late"] + 1


def test_a_new_brief_goes_where_there_is_room(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    old = starts(repair((planned, calendar)))
    Path(calendar).write_text(CALENDAR + "Extra,2027-12-01,40,content creation,,,,\n")
    answer = repair((planned, calendar))
    assert (answer["new"], answer["moved"]) == (["Extra"], [])
    assert [change["code"] for change in answer["changes"]] == ["added"]
    assert {id: start for id, start in starts(answer).items() if id != "Extra"} == old


def test_what_is_gone_and_what_did_not_start(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    Path(calendar).write_text(CALENDAR.replace("Stills,2027-04-09", "Posters,2027-04-09"))
    answer = repair((planned, calendar), "--not-started", "film", start="2027-01-11")
    said = {change["code"]: change["id"] for change in answer["changes"]}
    assert said == {"not_started": "Film", "added": "Posters", "gone": "Stills"}
    (moved,) = (row for row in answer["moved"] if row["id"] == "Film")
    assert (moved["to"], moved["days"], moved["reason"]["code"]) == ("2027-01-11", 5, "ready")


def test_what_the_calendar_says_of_a_start_counts(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    said = CALENDAR.replace("creation,,,,\nFilm", "creation,in production,2027-02-18,,\nFilm", 1)
    Path(calendar).write_text(said)
    answer = repair((planned, calendar), start="2027-01-18")
    (change,) = answer["changes"]
    assert (change["code"], change["id"], change["now"]) == ("finish", "Teaser", "2027-02-18")
    assert [work["id"] for work in answer["started"]] == ["Film"]
    assert [row["id"] for row in answer["moved"]] == ["Sequel"]


def test_every_change_of_a_row_is_said(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    rows = CALENDAR.replace("Stills,2027-04-09,20,content creation,,,,",
                            "Stills,2027-04-16,25,original creative,,,2027-03-01,Film")  # fmt: skip
    rows = rows.replace(
        "content creation,,,2027-06-01,", "content creation,in production,2027-03-01,,"
    )
    Path(calendar).write_text(rows)
    answer = repair((planned, calendar))
    said = {change["code"]: change["sentence"] for change in answer["changes"]}
    assert said == {
        "credits": "“Stills” costs 25 credits, not 20.",
        "due": "“Stills” is wanted by 2027-04-16, not by 2027-04-09.",
        "not_before": "“Stills” may be briefed from 2027-03-01 on, not from any day on.",
        "after": "“Stills” comes after Film, not after nothing.",
        "duration": "“Stills” takes 25 working days, not 23.",
        "finish": "“Finale” is finished on 2027-03-01, not on 2027-07-02.",
        "started_early": "“Finale” has started already, before 2027-06-01.",
    }


def test_a_start_on_a_day_that_is_closed_now_is_said(tmp_path: Path) -> None:
    answer = repair(plan(tmp_path), "--closures", "2027-06-01")
    (change,) = (change for change in answer["changes"] if change["code"] == "closed")
    assert (change["id"], change["before"], change["now"]) == ("Finale", "2027-06-01", "2027-06-02")
    assert starts(answer)["Finale"] == "2027-06-02"
    assert answer["moved"] == []


def test_less_capacity_moves_and_frozen_days_hold(tmp_path: Path) -> None:
    files = plan(tmp_path)
    free = repair(files, "--capacity", "20")
    assert [change["code"] for change in free["changes"]] == ["capacity"]
    assert {row["id"] for row in free["moved"]} >= {"Sequel", "Stills"}
    held = repair(files, "--capacity", "20", "--frozen", "5")
    # Both of the first start on 4 January and only one can; the other says that it was frozen.
    assert [row["frozen"] for row in held["moved"] if row["from"] == "2027-01-04"] == [True]


def test_a_repair_is_repaired_again(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    first = repair((planned, calendar), "--slipped", "Teaser: +5", start="2027-01-18")
    Path(planned).write_text(json.dumps(first))
    second = repair((planned, calendar), start="2027-02-08")
    assert (second["changes"], second["moved"]) == ([], [])
    state = {work["id"]: (work["finish"], work["finished"]) for work in second["started"]}
    assert state["Teaser"] == ("2027-02-11", False)
    assert state["Film"] == ("2027-02-04", True)
    Path(planned).write_text(json.dumps(second))
    # What has finished does not come back as something new.
    third = repair((planned, calendar), start="2027-04-26")
    assert (third["changes"], third["moved"], third["new"]) == ([], [], [])
    assert third["lateness"]["before"] == third["lateness"]["after"]


def test_it_is_drawn(tmp_path: Path) -> None:
    code, out, said = run("repair", *plan(tmp_path), "--slipped", "Teaser: +5", start="2027-01-18")
    assert (code, said) == (0, "")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "“Teaser” is finished on 2027-02-11, not on 2027-02-04." in lines
    assert "2027-02-04 2027-02-11 Sequel +5 2027-04-09 0 → 0" in lines
    assert "2 starts stay, 1 moves, 2 have started." in lines
    assert lines[-1].startswith("The best plan found from scratch would move ")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"projects": [{"id": 3}]}', '{"plan": {}}'])
def test_what_is_no_plan_is_refused(tmp_path: Path, text: str) -> None:
    planned, calendar = plan(tmp_path)
    Path(planned).write_text(text)
    code, _, said = run("repair", planned, calendar)
    assert code == ExitCode.REFUSED
    assert "is no plan as callsheet plan --json writes it" in said


@pytest.mark.parametrize(
    ("name", "value"), [("start", "9999-12-31"), ("tardiness", -3), ("credits", "many")]
)
def test_a_plan_with_odd_values_names_the_place(tmp_path: Path, name: str, value: object) -> None:
    planned, calendar = plan(tmp_path)
    odd = json.loads(Path(planned).read_text())
    odd["projects"][2][name] = value
    Path(planned).write_text(json.dumps(odd))
    code, _, said = run("repair", planned, calendar)
    assert (code, f"projects.2.{name}: " in said) == (ExitCode.REFUSED, True)


def test_the_plan_of_another_calendar_is_refused(tmp_path: Path) -> None:
    planned, calendar = plan(tmp_path)
    Path(calendar).write_text(HEAD + "Other,2027-04-09,20,content creation,,,,\n")
    code, _, said = run("repair", planned, calendar)
    assert code == ExitCode.REFUSED
    assert "5 of the 5 projects" in said
    code, _, said = run("repair", str(tmp_path / "none.json"), calendar)
    assert (code, "cannot be read" in said) == (ExitCode.REFUSED, True)


@pytest.mark.parametrize(
    ("option", "text", "sentence"),
    [
        ("--slipped", "Teaser", "is no slip"),
        ("--slipped", "Teaser: soon", "is no slip"),
        ("--slipped", "Nobody: +5", "no project “Nobody”"),
        ("--not-started", "Nobody", "no project “Nobody”"),
    ],
)
def test_unknown_projects_and_odd_slips_are_named(
    tmp_path: Path, option: str, text: str, sentence: str
) -> None:
    code, _, said = run("repair", *plan(tmp_path), option, text)
    assert code == ExitCode.REFUSED
    assert sentence in said
