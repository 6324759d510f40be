"""``callsheet forecast``: chances for the projects of a calendar, as data and drawn."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.forecast_drawing import AT_WORK, LIKELY, SURE, WANTED, _Scale
from callsheet.cli.main import build_planner
from callsheet.cli.plan_forecast import say_chance
from callsheet.planner.policies import QueuePolicy
from tests.unit.cli.test_plan import CALENDAR

FILE = Path(__file__).parents[3] / "docs" / "reference" / "forecast.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
MONDAY = date(2027, 1, 4)
GIANT = "Giant,2027-04-01,9 video,,,,\n"
BAD = ",2027-04-01,1 video,,,,\n"


def run(tmp_path: Path, text: str, *more: str) -> tuple[int, str, str]:
    (tmp_path / "season.csv").write_text(text)
    options = ["--start", "2027-01-04", "--country", "SG", "--time-limit", "0.5", *more]
    if "--capacity" not in more:
        options += ["--capacity", "40"]
    done = CliRunner().invoke(build_planner(), ["forecast", str(tmp_path / "season.csv"), *options])
    return done.exit_code, done.stdout, done.stderr


def answer_of(tmp_path: Path, text: str, *more: str) -> dict[str, Any]:
    code, out, said = run(tmp_path, text, "--json", *more)
    assert code == 0, said
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.parametrize("policy", QueuePolicy)
def test_answers_keep_the_schema(tmp_path: Path, policy: QueuePolicy) -> None:
    text = CALENDAR + GIANT + BAD
    answer = answer_of(tmp_path, text, "--policy", policy.value, "--skip-bad-rows")
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    assert answer["simulation"]["policy"] == policy.value
    assert [row["row"] for row in answer["skipped_rows"]] == [6]
    teaser, film, giant = answer["projects"]
    assert [project["id"] for project in (teaser, film, giant)] == [
        "Teaser",
        "Launch film",
        "Giant",
    ]
    assert (giant["forecast"]["on_time_probability"], giant["never_probability"]) == (0, 1)
    assert set(giant["forecast"]["finish"].values()) == {None}
    assert answer["simulation"]["expected_never"] == 1


def test_the_schema_is_one_and_another_answer_would_not_keep_it(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    answer = answer_of(tmp_path, CALENDAR)
    answer["projects"][0]["forecast"]["finish"]["p80"] = "soon"
    assert not VALIDATOR.is_valid(answer)


def test_it_says_what_the_plan_says(tmp_path: Path) -> None:
    """One calendar has one forecast, whichever command is asked."""
    # Many that are alike: their order is that of the rows, not of their names.
    text = "title,go_live,credits\n" + "".join(f"Film {9 - n},2027-06-01,20\n" for n in range(9))
    file = tmp_path / "season.csv"
    file.write_text(text)
    options = ["--capacity", "40", "--start", "2027-01-04", "--time-limit", "0", "--json"]
    planned, seen = (
        json.loads(CliRunner().invoke(build_planner(), [command, str(file), *options]).stdout)
        for command in ("plan", "forecast")
    )
    assert planned["simulation"] == seen["simulation"]
    expected = {project["id"]: project["forecast"] for project in planned["projects"]}
    assert {project["id"]: project["forecast"] for project in seen["projects"]} == expected


def test_known_durations_give_the_queue_itself(tmp_path: Path) -> None:
    """20 credits free from 12 January on; the first takes 23 working days, the second 25."""
    text = "title,go_live,credits,brief_type,status,finish_by\n"
    text += "Old,,10,,in production,2027-01-12\n"
    text += "Zoo,2027-02-12,20,content creation,,\nAnt,2027-03-12,20,original creative,,\n"
    options = ("--uncertainty", "0", "--capacity", "20", "--policy", "strict")
    zoo, ant = answer_of(tmp_path, text, *options)["projects"]
    # The order of the rows counts, not that of the letters.
    assert set(zoo["forecast"]["start"].values()) == {"2027-01-12"}
    assert set(zoo["forecast"]["finish"].values()) == {"2027-02-15"}
    assert set(ant["forecast"]["start"].values()) == {"2027-02-15"}
    assert (zoo["forecast"]["on_time_probability"], zoo["expected_days_late"]) == (0, 1)


def test_what_is_in_production_varies_too(tmp_path: Path) -> None:
    text = "title,go_live,credits,brief_type,status,finish_by\n"
    text += "Old,,10,,in production,2027-02-12\nFilm,2027-05-12,20,,,\n"
    (film,) = answer_of(tmp_path, text, "--capacity", "20")["projects"]
    start = film["forecast"]["start"]
    assert start["p50"] < start["p80"] < start["p95"]
    (film,) = answer_of(tmp_path, text, "--capacity", "20", "--uncertainty", "0")["projects"]
    assert set(film["forecast"]["start"].values()) == {"2027-02-12"}


def test_a_seed_is_a_luck_and_replications_are_counted(tmp_path: Path) -> None:
    one, again, other = (
        answer_of(tmp_path, CALENDAR, "--replications", "50", "--seed", seed) for seed in "003"
    )
    assert one == again
    assert one["projects"] != other["projects"]
    assert one["simulation"]["replications"] == 50


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--policy", "random"], ExitCode.USAGE, "random"),
        (["--replications", "0"], ExitCode.USAGE, "replications"),
        (["--capacity", "many"], ExitCode.REFUSED, "“many” is no capacity"),
        (["--country", "XX"], ExitCode.REFUSED, "XX"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, options: list[str], code: ExitCode, words: str
) -> None:
    found, out, said = run(tmp_path, CALENDAR, *options)
    assert (found, out) == (code, "")
    assert words in said


def test_what_no_machine_would_hold_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"Film {n},2027-06-01,1 video,,,,\n" for n in range(500))
    code, _, said = run(tmp_path, CALENDAR + rows, "--replications", "100000")
    assert code == ExitCode.REFUSED
    assert "At most 39,761 runs are possible" in " ".join(said.split())


def test_it_can_be_read_at_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    long = f"{'A title as long as this one ' * 3},2028-02-01,2 video,,,,\n"
    code, out, _ = run(tmp_path, CALENDAR + GIANT + long, "--capacity", "30")
    assert code == 0
    lines = out.splitlines()
    dates = lines[: lines.index(next(line for line in lines if WANTED in line)) - 1]
    assert all(len(line) <= 80 for line in dates)
    # A long title is cut, nothing else is, and nothing is wrapped.
    (cut,) = [line for line in dates if "…" in line]
    assert cut.startswith("A title as")
    assert cut.count("…") == 1
    assert len(dates) == 2 + 4
    film = next(line for line in dates if line.startswith("Launch film"))
    assert film.split()[-1].endswith("%")
    giant = next(line for line in dates if line.startswith("Giant"))
    assert giant.split()[1:] == ["never"] * 6 + ["0%"]
    assert any(AT_WORK in line and LIKELY in line and SURE in line for line in lines)
    assert "a default of the catalogue, not your own experience" in out


def days(*numbers: int | None) -> dict[str, date | None]:
    found = (None if n is None else MONDAY + timedelta(days=n) for n in numbers)
    return dict(zip(("p50", "p80", "p95"), found, strict=True))


@pytest.mark.parametrize(
    ("start", "finish", "due", "band"),
    [
        ((2, 3, 4), (5, 7, 8), 12, "  ███▓▓░░   ◆"),
        ((0, 0, 0), (5, 7, 8), 6, "█████▓◆░░"),
        ((0, 0, 0), (4, 4, 4), None, "████░"),
        ((0, 9, None), (4, 6, None), None, "████▓▓░░░░░░░░"),
        ((None, None, None), (None, None, None), 3, "   ◆"),
    ],
)
def test_a_band_ends_with_its_dates(
    start: tuple[int], finish: tuple[int], due: int | None, band: str
) -> None:
    project = {
        "forecast": {"start": days(*start), "finish": days(*finish)},
        "due": None if due is None else MONDAY + timedelta(days=due),
    }
    assert _Scale(MONDAY, 1, 14).band(project) == band


def test_months_are_named_where_they_begin() -> None:
    assert _Scale(date(2026, 12, 7), 5, 26).months() == "Dec  2027  Feb  Mar    Apr"
    assert _Scale(MONDAY, 1, 29).months() == f"{'Jan':29}"  # no room for February's name


def test_nearly_certain_is_not_certain() -> None:
    assert [say_chance(c) for c in (None, 0, 0.001, 0.5, 0.9999, 1)] == [
        "", "0%", "<1%", "50%", ">99%", "100%",
    ]  # fmt: skip
