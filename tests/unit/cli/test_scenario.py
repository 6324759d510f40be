"""``callsheet scenario``: sets of assumptions side by side, as data and in a table."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build_planner
from callsheet.cli.scenario_sets import KNOWN, Assumptions, read_sets
from callsheet.kit.errors import Refused
from callsheet.planner.policies import QueuePolicy

FILE = Path(__file__).parents[3] / "docs" / "reference" / "scenario.schema.json"
SCHEMA: dict[str, Any] = json.loads(FILE.read_text())
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

# The first project (23 working days) leaves 10 of 30 credits, the second (23) needs 30, the third
# (11, or 21 in four of five cases) 10.
CALENDAR = """title,go_live,credits,brief_type
First,2027-02-10,20,content creation
Large,2027-03-20,30,content creation
Small,2027-02-10,10,adapt & optimize
"""
COMMON = Assumptions(Path("season.csv"), "30", date(2027, 1, 4))


def run(tmp_path: Path, *sets: str, more: tuple[str, ...] = ()) -> tuple[int, str, str]:
    file = tmp_path / "season.csv"
    file.write_text(CALENDAR)
    options = ["--start", "2027-01-04", "--time-limit", "0.2", *more]
    if "--capacity" not in more:
        options += ["--capacity", "30"]
    named = [word for text in sets for word in ("--with", text)]
    done = CliRunner().invoke(build_planner(), ["scenario", str(file), *options, *named])
    return done.exit_code, done.stdout, done.stderr


def compared(tmp_path: Path, *sets: str, more: tuple[str, ...] = ()) -> dict[str, dict[str, Any]]:
    code, out, said = run(tmp_path, *sets, more=("--json", *more))
    assert code == 0, said
    answer = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    return {one["name"]: one for one in answer["scenarios"]}


def test_policies_are_compared_at_usual_durations(tmp_path: Path) -> None:
    """Without overtaking the small one waits behind the large one: for 46 working days."""
    strict, backfill, planned = compared(
        tmp_path, "strict: policy=strict", "backfill: policy=backfill", "planned:"
    ).values()
    # 57 working days from 4 January; it is due on day 27.
    assert strict["usual"]["last_finish"] == "2027-03-24"
    assert (strict["usual"]["late"], strict["usual"]["days_late"]) == (1, 57 - 27)
    assert strict["usual"]["weighted_tardiness"] == 5 * (57 - 27)
    assert backfill["usual"]["last_finish"] == planned["usual"]["last_finish"] == "2027-03-09"
    assert (backfill["usual"]["late"], planned["usual"]["late"]) == (0, 0)
    held = 20 * 23 + 30 * 23 + 10 * 11
    assert strict["usual"]["used"] == pytest.approx(held / (30 * 57), abs=1e-4)
    assert backfill["usual"]["used"] == pytest.approx(held / (30 * 46), abs=1e-4)
    assert strict["fewer_days_late_probability"] is None
    assert backfill["fewer_days_late_probability"] > 0.9


def test_the_same_assumptions_come_to_the_same(tmp_path: Path) -> None:
    """Common random numbers: a set without changes has exactly the luck of the other one."""
    one, other = compared(tmp_path, "one: policy=backfill", "other: policy=backfill").values()
    assert one["simulation"] == other["simulation"]
    assert other["fewer_days_late_probability"] == 0


def test_more_credits_are_compared_under_the_same_luck(tmp_path: Path) -> None:
    now, more, none = compared(
        tmp_path, "now:", "more: capacity=60", "none: capacity=0,2027-06-01:60; policy=strict"
    ).values()
    assert more["simulation"]["expected_late"] <= now["simulation"]["expected_late"]
    assert more["usual"]["last_finish"] == "2027-02-04"
    assert none["usual"]["late"] == 3
    assert none["fewer_days_late_probability"] == 0
    assert none["assumptions"]["capacity"] == "0,2027-06-01:60"


def test_every_assumption_can_be_changed(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text(CALENDAR + "Fourth,2027-06-01,20,content creation\n")
    history = tmp_path / "history.csv"
    history.write_text(
        "title,brief type,credits,started,finished\n"
        + "".join(f"Film {n},content creation,20,2026-06-01,2026-06-{12 + n}\n" for n in range(9))
    )
    base, *others = compared(
        tmp_path,
        "base:",
        f"calendar: calendar={other}",
        "start: start=2027-02-01",
        "country: country=SG",
        "closures: closures=2027-01-11..2027-01-12,2027-01-18",
        f"history: history={history}",
        "uncertainty: uncertainty=0",
    ).values()
    calendar, start, country, closures, learned, known = others
    assert (base["projects"], calendar["projects"]) == (3, 4)
    last = {one["name"]: one["usual"]["last_finish"] for one in (base, *others)}
    assert start["assumptions"]["start"] == "2027-02-01"
    assert last["start"] == "2027-04-06"
    assert last["country"] > last["base"]
    assert last["closures"] == "2027-03-12"  # three working days later than 9 March
    assert last["history"] < last["base"]
    assert (learned["durations_from"], learned["uncertainty_from"]) == ("history", "history")
    assert known["uncertainty_from"] == "option"
    assert set(known["simulation"]["last_finish"].values()) == {last["uncertainty"]}
    assert known["simulation"]["expected_late"] == known["usual"]["late"]
    assert country["assumptions"]["country"] == "SG"
    assert closures["assumptions"]["closures"] == "2027-01-11..2027-01-12,2027-01-18"


def test_commas_separate_assumptions_where_no_value_has_them() -> None:
    one, other, _ = read_sets(
        [
            "one: capacity=60,2027-03-01:90, policy=strict",
            "other: closures=2027-05-07,2027-12-24..2027-12-31;capacity = 60 , 2027-03-01:90 ;",
            "as it is:",
        ],
        COMMON,
    ).values()
    assert (one.capacity, one.policy) == ("60,2027-03-01:90", QueuePolicy.STRICT)
    assert other.closures == "2027-05-07,2027-12-24..2027-12-31"
    assert (other.capacity, other.start) == ("60 , 2027-03-01:90", date(2027, 1, 4))


@pytest.mark.parametrize(
    ("sets", "rule"),
    [
        (["a:"], "From 2 to 12 sets of assumptions are compared, not 1"),
        ([], "are compared, not 0"),
        ([f"{n}:" for n in range(13)], "are compared, not 13"),
        (["a:", "a: capacity=60"], "Two sets are called “a”"),
        (["a:", "capacity=60"], "does not begin with a name and a colon"),
        (["a:", "capacity=60,2027-03-01:90"], "does not begin with a name and a colon"),
        (["a:", ": capacity=60"], "does not begin with a name and a colon"),
        (["a:", "b: capcity=60"], "In “b”, “capcity=60” is no assumption"),
        (["a:", "b: more credits"], "In “b”, “more credits” is no assumption"),
        (["a:", "b: policy=strict; policy=backfill"], "In “b”, policy is said twice"),
        (["a:", "b: capacity=many"], "In “b”: “many” is no capacity"),
        (["a:", "b: capacity=60,policy"], "“policy” is no capacity"),
        (["a:", "b: start=soon"], "In “b”: “soon” is no day"),
        (["a:", "b: policy=fair"], "“fair” is no policy. There are strict, backfill, planned"),
        (["a:", "b: country=XX"], "In “b”: "),
        (["a:", "b: closures=Christmas"], "“Christmas” is no day and no range"),
        (["a:", "b: uncertainty=-1"], "“-1” does not say how much durations vary"),
        (["a:", "b: uncertainty=nan"], "“nan” does not say how much durations vary"),
        (["a:", "b: history=missing.csv"], "In “b”: There is no file missing.csv"),
        (["a:", "b: calendar=missing.csv"], "In “b”: There is no file missing.csv"),
    ],
)
def test_what_is_wrong_is_named_with_its_rule(sets: list[str], rule: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_sets(sets, COMMON)
    assert rule in refusal.value.message
    assert (refusal.value.code, refusal.value.field) == ("bad_assumptions", "with")


@pytest.mark.parametrize("needed", ["capacity", "start"])
def test_what_nobody_says_is_asked_for(needed: str) -> None:
    nothing = Assumptions(Path("season.csv"))
    with pytest.raises(Refused, match=f"In “a” nothing says the {needed}"):
        read_sets(["a: capacity=60" if needed == "start" else "a:", "b:"], nothing)


def test_bad_rows_name_their_set(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("title,go_live,credits\nFilm,soon,20\n")
    code, out, said = run(tmp_path, "a:", f"b: calendar={other}")
    assert (code, out) == (ExitCode.REFUSED, "")
    assert "In “b”" in said
    assert "row 2" in said


def test_the_schema_knows_every_assumption_and_another_answer_would_not_keep_it(
    tmp_path: Path,
) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["$defs"]["assumptions"]["properties"]) == set(KNOWN)
    assert SCHEMA["$defs"]["policy"]["enum"] == [policy.value for policy in QueuePolicy]
    answer = json.loads(run(tmp_path, "a:", "b:", more=("--json",))[1])
    answer["scenarios"][1]["usual"]["late"] = "few"
    assert not VALIDATOR.is_valid(answer)


def test_it_can_be_read_at_80_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    sets = ("as it is:", "more credits from March on: capacity=30,2027-03-01:90", "c:", "d:", "e:")
    code, out, _ = run(tmp_path, *sets)
    assert code == 0
    lines = out.splitlines()
    tables = lines[: next(n for n, line in enumerate(lines) if line.startswith("as it is:"))]
    assert max(map(len, tables)) <= 80
    assert "…" not in "".join(tables)
    # Two tables: the first set beside two others, then beside the last two.
    late = [line.split()[-3:] for line in tables if line.startswith("  late projects")]
    assert [len([word for word in row if word.isdecimal()]) for row in late] == [3, 3]
    assert any(line.startswith("more credits from March on: 3 projects of") for line in lines)
    assert "30,2027-03-01:90 credits" in out
