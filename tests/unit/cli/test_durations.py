"""``callsheet durations``, ``replay`` and ``plan --history``: finished projects in, figures out."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import PLANNER, build_planner
from callsheet.kit.workdays import WorkCalendar

HEADINGS = "Project;BRIEF TYPE;Credits;submitted;Started;finished\n"
START = date(2026, 1, 5)


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(build_planner(), list(arguments))
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Sixty projects of Content Creation, each 10 to 14 working days: far below the default."""
    calendar = WorkCalendar()
    rows = [
        f"Film {n};content creation;20;{calendar.add(START, n)};{calendar.add(START, 2 * n)};"
        f"{calendar.add(START, 2 * n + 10 + n % 5)}\n"
        for n in range(60)
    ]
    file = tmp_path / "finished.csv"
    file.write_text(HEADINGS + "".join(rows))
    return file


def test_durations_come_from_the_history_and_name_the_default(history: Path) -> None:
    code, out, _ = run("durations", str(history), "--today", "2026-08-03", "--json")
    assert code == 0
    answer = json.loads(out)
    types = {row["brief_type"]: row for row in answer["durations"]}
    learned = types["content_creation"]
    assert (learned["projects"], learned["default_p50"]) == (60, 23)
    assert 11 <= learned["p50"] <= 13 <= learned["p80"] <= 16
    assert types["adapt_optimize"]["projects"] == 0
    kept = {row["brief_type"]: row for row in answer["calibration"]}
    assert kept[None]["kept"]["p80"] == kept["content_creation"]["kept"]["p80"] > 0.8
    assert kept[None]["loss"]["p80"] < kept[None]["default_loss"]["p80"]


def test_durations_are_drawn(history: Path) -> None:
    code, out, _ = run("durations", str(history), "--today", "2026-08-03")
    assert code == 0
    assert "none finished" in out
    assert "content_creation" in out


def test_bad_rows_are_named_or_left_out(history: Path) -> None:
    with history.open("a") as file:
        file.write("Odd;content creation;20;;2026-03-02;2026-02-02\n")
        file.write("Later;content creation;20;;2026-03-02;2027-02-02\n")
    code, _, said = run("durations", str(history), "--today", "2026-08-03")
    assert code == ExitCode.REFUSED
    assert "62" in said
    assert "2026-02-02" in said
    assert "It finished before it started." in said
    assert "only finished projects count" in said
    code, out, _ = run("durations", str(history), "--today", "2026-08-03", "--skip-bad-rows",
                       "--json")  # fmt: skip
    assert code == 0
    assert json.loads(out)["projects"] == 60
    assert len(json.loads(out)["skipped_rows"]) == 2


def test_a_plan_takes_its_durations_from_the_history(tmp_path: Path, history: Path) -> None:
    calendar = tmp_path / "season.csv"
    calendar.write_text("title,go_live,credits,brief_type\nTeaser,2026-10-01,20,content creation\n")
    options = ("--capacity", "60", "--start", "2026-08-03", "--time-limit", "0.2", "--json")
    days = []
    for more in ((), ("--history", str(history))):
        code, out, _ = run("plan", str(calendar), *options, *more)
        assert code == 0
        days.append(json.loads(out)["projects"][0]["duration"])
    _, out, _ = run("plan", str(calendar), *options[:-1], "--history", str(history))
    assert "Durations are learned from your history." in out
    assert days[0] == 23
    assert 11 <= days[1] <= 13


def test_a_replay_says_what_other_credits_would_have_changed(tmp_path: Path) -> None:
    file = tmp_path / "finished.csv"
    # Recorded with 20 credits: one after the other, five working days each. Out of order on
    # purpose: who was submitted first stands first in the queue.
    file.write_text(
        HEADINGS
        + "B;cc;20;2026-03-03;2026-03-09;2026-03-16\nA;cc;20;2026-03-02;2026-03-02;2026-03-09\n"
    )
    code, out, _ = run("replay", str(file), "--capacity", "20", "--capacity", "40", "--capacity",
                       "10", "--policy", "strict", "--json")  # fmt: skip
    assert code == 0
    answer = json.loads(out)
    ten, twenty, forty = answer["capacities"]
    assert ten["never"] == 2
    starts = {work["title"]: work["start"] for work in twenty["projects"]}
    assert starts == {"A": "2026-03-02", "B": "2026-03-09"}
    assert twenty["mean_wait"] == answer["recorded"]["mean_wait"] == 2
    assert twenty["utilization"] == 1
    assert (forty["mean_wait"], forty["last_finish"]) == (0, "2026-03-10")
    code, out, _ = run("replay", str(file), "--capacity", "40")
    assert code == 0
    assert "as recorded" in out


def test_a_replay_overtakes_by_what_was_expected(tmp_path: Path) -> None:
    """B waits for A, which is expected back on the 9th; C goes first only if it is back by then."""
    rows = {
        "A": "A;cc;20;2026-03-02;2026-03-02;2026-03-23;2026-03-09;2026-03-09",
        "B": "B;cc;30;2026-03-03;2026-03-23;2026-03-24;2026-03-24;2026-03-24",
        "C": "C;cc;10;2026-03-04;2026-03-04;2026-03-06;{};{}",
    }
    heading = HEADINGS.rstrip() + ";Expected;Expected at the latest\n"
    starts = {}
    for expected, latest in (("2026-03-06", "2026-03-09"), ("2026-03-06", "2026-03-10"), ("", "")):
        file = tmp_path / "finished.csv"
        file.write_text(heading + "\n".join(rows.values()).format(expected, latest) + "\n")
        code, out, _ = run("replay", str(file), "--capacity", "30", "--json")
        assert code == 0
        answer = json.loads(out)
        assert answer["expected_from"]["defaults"] == (0 if expected else 1)
        (capacity,) = answer["capacities"]
        found = {work["title"]: work["start"] for work in capacity["projects"]}
        assert (found["A"], found["B"] >= "2026-03-23") == ("2026-03-02", True)
        starts[latest] = found["C"]
        _, out, _ = run("replay", str(file), "--capacity", "30")
        assert "of them started" in out.replace("\n", " ")
        assert ("others" in out) == (not expected)
    # What takes weeks by the default lead times does not go before B; nor does it when in doubt.
    assert starts.pop("2026-03-09") == "2026-03-04"
    assert all(start > "2026-03-04" for start in starts.values())


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("2026-03-01;", "It was expected back before it started."),
        (";2026-03-10", "It does not say when it was usually expected."),
        ("2026-03-10;2026-03-09", "The latest day lies before the usual one."),
    ],
)
def test_expectations_that_contradict_themselves_are_named(
    tmp_path: Path, days: str, said: str
) -> None:
    file = tmp_path / "finished.csv"
    heading = HEADINGS.rstrip() + ";Expected;Expected at the latest\n"
    file.write_text(f"{heading}A;cc;20;2026-03-02;2026-03-02;2026-03-09;{days}\n")
    code, _, error = run("replay", str(file), "--capacity", "20")
    assert code == ExitCode.REFUSED
    assert said in error


def test_a_replay_needs_the_days_of_submission(tmp_path: Path) -> None:
    file = tmp_path / "finished.csv"
    file.write_text("title,brief type,credits,started,finished\nA,cc,20,2026-03-02,2026-03-09\n")
    code, _, said = run("replay", str(file), "--capacity", "20")
    assert code == ExitCode.REFUSED
    assert "A column Submitted is missing." in said


def test_they_need_no_database() -> None:
    assert {"durations", "replay"} <= PLANNER
