"""``callsheet capacity-advice`` and ``callsheet psplib``: files in, figures out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import PLANNER, build_planner
from tests.unit.planner.test_psplib import FILE

# Two projects of 20 credits and 23 working days for one date: with 20 credits the second waits.
CALENDAR = """title,go_live,credits,brief_type
Teaser,2027-02-10,20,content creation
Film,2027-02-10,20,content creation
"""


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(build_planner(), list(arguments))
    return done.exit_code, done.stdout, done.stderr


def advice(tmp_path: Path, credits: str, *more: str) -> tuple[int, str, str]:
    file = tmp_path / "season.csv"
    file.write_text(CALENDAR)
    options = ("--start", "2027-01-04", "--credits", credits, "--time-limit", "0.5", *more)
    return run("capacity-advice", str(file), *options)


def test_it_compares_numbers_of_credits(tmp_path: Path) -> None:
    code, out, _ = advice(tmp_path, "40, 10, 20", "--json", "--uncertainty", "0")
    assert code == 0
    ten, twenty, forty = json.loads(out)["capacities"]
    assert (ten["credits"], ten["never"]) == (10, 2)
    # Briefed on 4 January they finish on 4 February; the second one 23 working days later, on
    # 9 March, which is 19 working days after 10 February.
    assert (twenty["late"], twenty["days_late"], twenty["last_finish"]) == (1, 19, "2027-03-09")
    assert (forty["late"], forty["used"], forty["last_finish"]) == (0, 1.0, "2027-02-04")


def test_it_compares_them_by_what_is_to_be_expected(tmp_path: Path) -> None:
    code, out, _ = advice(tmp_path, "20,40", "--json")
    assert code == 0
    answer = json.loads(out)
    twenty, forty = answer["capacities"]
    assert answer["replications"] == 1_000
    # The first is late now and then, the second nearly always; with 40 both now and then.
    assert 1 < twenty["late"] < 1.6
    assert 0 < forty["late"] < 1
    assert forty["last_finish"] > "2027-02-04"  # in four of five cases, not usually


def test_it_draws_a_table(tmp_path: Path) -> None:
    code, out, _ = advice(tmp_path, "20", "--uncertainty", "0")
    assert code == 0
    assert "2027-03-09" in out
    code, out, _ = advice(tmp_path, "20")
    assert code == 0
    assert "means of 1,000 runs of the queue" in out


@pytest.mark.parametrize("credits", ["", "many", "20,-5", "1e3"])
def test_what_is_no_number_of_credits_is_refused(tmp_path: Path, credits: str) -> None:
    code, _, said = advice(tmp_path, credits)
    assert code == ExitCode.REFUSED
    assert "Write 30,60,90" in said


def test_psplib_says_the_makespan(tmp_path: Path) -> None:
    file = tmp_path / "five.sm"
    file.write_text(FILE)
    code, out, _ = run("psplib", str(file), "--time-limit", "2", "--json")
    assert code == 0
    answer = json.loads(out)
    assert (answer["makespan"], answer["lower_bound"], answer["status"]) == (9, 9, "optimal")


def test_what_is_no_instance_is_refused(tmp_path: Path) -> None:
    code, _, said = run("psplib", str(tmp_path / "missing.sm"))
    assert code != 0
    assert "cannot be read" in said


def test_every_command_of_the_planner_is_known_to_do_without_django() -> None:
    program = build_planner()
    assert {command.name for command in program.registered_commands} == PLANNER
