"""What somebody without good intentions, or without care, gives to the planner's commands."""

from __future__ import annotations

import json
import os
import re
from io import StringIO
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from callsheet.cli import plan_forecast, plan_reasons
from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build_planner
from callsheet.cli.output import SafeConsole
from callsheet.cli.plan_drawing import MOST_ROWS
from callsheet.cli.plan_files import check_outputs
from callsheet.kit.errors import Refused
from callsheet.kit.visible import visible
from tests.unit.cli.test_plan import CALENDAR, run
from tests.unit.cli.test_plan_schema import VALIDATOR

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
HEAD = "title,go_live,credits\n"
FINISHED = "title,brief type,credits,submitted,started,finished\n"


def call(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(build_planner(), list(arguments))
    return done.exit_code, done.stdout, done.stderr


def test_control_characters_become_signs() -> None:
    assert visible("a\x1b[31m\tb\n\x07\x7f\x9b") == "a␛[31m\tb\n␇\ufffd\ufffd"


@pytest.mark.parametrize("evil", ["\x1b]0;x\x07", "\x1b[2J", "\x9b31m", "\x08\x08", "\x7f"])
@pytest.mark.parametrize("where", ["title", "date", "heading", "after"])
def test_no_calendar_commands_a_terminal(tmp_path: Path, evil: str, where: str) -> None:
    rows = {
        "title": f"{HEAD}A{evil}B,2027-03-01,10\n",
        "date": f"{HEAD}A,soon{evil},10\n",
        "heading": f"title,go_live,credits,no{evil}te\nA,2027-03-01,10,x\n",
        "after": f"title,go_live,credits,after\nA,2027-03-01,10,B{evil}\n",
    }
    good = "" if where == "heading" else "Fine,2027-04-01,10\n"
    for more in ([], ["--json"], ["--skip-bad-rows"], ["--skip-bad-rows", "--json"]):
        code, out, err = run(tmp_path, rows[where] + good, *more)
        assert code in (0, ExitCode.REFUSED), err
        assert not CONTROL.search(out + err), (out, err)


def test_a_title_with_a_control_character_is_refused_with_its_place(tmp_path: Path) -> None:
    code, _, said = run(tmp_path, f"{HEAD}A\x1b[31m,2027-03-01,10\n")
    assert code == ExitCode.REFUSED
    assert "row 2, column title" in said
    assert "U+001B" in said


def test_an_answer_commands_no_terminal_either() -> None:
    """Whatever it is made from: a plan to repair, a name on the command line, a database."""
    title = "\x1b]0;x\x07 Film \x9b31m"
    file = StringIO()
    console = SafeConsole(file=file, force_terminal=True, width=60)
    table = Table("title")
    table.add_row(Text(title))
    console.print(table)
    console.print(Text(title, style="red"))
    console.print(title, markup=False)
    styles = re.compile(r"\x1b\[[0-9;]*m")
    assert styles.search(file.getvalue())
    assert not CONTROL.search(styles.sub("", file.getvalue()))
    # The library drops bells by itself.
    assert "␛]0;x Film \ufffd31m" in file.getvalue()


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31", "0001-01-01"])
def test_days_that_no_calendar_has_are_refused(tmp_path: Path, day: str) -> None:
    calendar, history = tmp_path / "season.csv", tmp_path / "finished.csv"
    calendar.write_text(CALENDAR)
    history.write_text(FINISHED + "A,original creative,10,2026-01-05,2026-01-09,2026-02-20\n")
    start = ("--start", "2027-01-04")
    for arguments in (
        ("plan", str(calendar), "--capacity", "60", "--start", day),
        ("plan", str(calendar), "--capacity", f"60,{day}:90", *start),
        ("plan", str(calendar), "--capacity", "60", "--closures", day, *start),
        ("capacity-advice", str(calendar), "--start", day),
        ("durations", str(history), "--today", day),
    ):
        code, out, said = call(*arguments)
        assert (code, out) == (ExitCode.REFUSED, ""), arguments
        assert "cannot be right" in said


def test_more_work_than_fits_into_our_time_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"Film {n},2027-03-01,100\n" for n in range(800))
    code, _, said = run(tmp_path, HEAD + rows, capacity="100")
    assert code == ExitCode.REFUSED
    assert "800 projects take more than 80 years" in said
    few = "".join(rows.splitlines(keepends=True)[:20])
    assert run(tmp_path, HEAD + few, capacity="100")[0] == 0


def test_an_output_never_overwrites_what_is_read(tmp_path: Path) -> None:
    file = tmp_path / "season.csv"
    file.write_text(CALENDAR)
    os.link(file, tmp_path / "other.csv")
    (tmp_path / "link.csv").symlink_to(file)
    for name in ("season.csv", "other.csv", "link.csv"):
        code, _, said = run(tmp_path, CALENDAR, "--html", str(tmp_path / name))
        assert code == ExitCode.REFUSED
        assert "is read by this command" in said
        assert file.read_text() == CALENDAR


def test_outputs_are_looked_at_before_planning(tmp_path: Path) -> None:
    file, twice = tmp_path / "season.csv", tmp_path / "plan.out"
    check_outputs({"ics": twice, "html": None}, [file, None])
    for outputs in (
        {"ics": twice, "html": tmp_path / "." / "plan.out"},
        {"ics": tmp_path},
        {"ics": tmp_path / "no" / "plan.ics"},
    ):
        with pytest.raises(Refused) as refusal:
            check_outputs(outputs, [file])
        assert refusal.value.field in outputs


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    code, _, said = run(tmp_path, CALENDAR, "--ics", "/dev/full")
    assert code == ExitCode.REFUSED
    assert "cannot be written" in said


@pytest.mark.parametrize(
    "content",
    [b"", bytes(range(256)), b"RESOURCEAVAILABILITIES:\n" + b"9" * 5_000 + b"\n****\n",
     "REQUESTS/DURATIONS:\n² 1 1\n****\n".encode()],
)  # fmt: skip
def test_what_is_no_instance_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "odd.sm"
    file.write_bytes(content)
    for place in (file, tmp_path, tmp_path / "nowhere.sm"):
        code, _, said = call("psplib", str(place))
        assert code == ExitCode.REFUSED
        assert "Traceback" not in said


def test_digits_that_python_would_not_read(tmp_path: Path) -> None:
    text = (
        "PRECEDENCE RELATIONS:\n1 1 1 2\n2 1 0\n***\nREQUESTS/DURATIONS:\n1 1 0 1\n2 1 {} 1\n***\n"
        "RESOURCEAVAILABILITIES:\n5\n***\n"
    )
    file = tmp_path / "odd.sm"
    file.write_text(text.format("3"))
    assert call("psplib", str(file))[0] == 0
    file.write_text(text.format("9" * 5_000))
    assert call("psplib", str(file))[0] == ExitCode.REFUSED


def test_a_long_list_is_cut_in_the_terminal_only(tmp_path: Path) -> None:
    count = MOST_ROWS + 20
    rows = "".join(f"Film {n},2027-03-01,10\n" for n in range(count))
    _, out, _ = run(tmp_path, HEAD + rows, capacity="9000")
    assert len(re.findall(r"^2027-01-04 ", out, re.MULTILINE)) == MOST_ROWS
    assert "… and 20 more" in out
    _, out, _ = run(tmp_path, HEAD + rows, "--json", capacity="9000")
    assert len(json.loads(out)["projects"]) == count


def test_a_huge_calendar_goes_without_forecast_and_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With smaller limits, for a calendar of 10,000 rows takes long."""
    monkeypatch.setattr(plan_forecast, "MOST_PLAYED", 1)
    monkeypatch.setattr(plan_reasons, "LARGE", 1)
    monkeypatch.setattr(plan_reasons, "LARGEST", 2)
    page, book = tmp_path / "plan.html", tmp_path / "plan.xlsx"
    text = CALENDAR + "Late,2027-01-05,2 video,,,,\n"
    code, out, said = run(tmp_path, text, "--json", "--html", str(page), "--xlsx", str(book))
    assert code == 0, said
    answer = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(answer)] == []
    assert answer["simulation"] is None
    assert any(project["tardiness"] for project in answer["projects"])
    assert answer["advice"] == []
    assert "no chances" in run(tmp_path, text)[1]


def test_a_piped_command_leaves_standard_error_alone(tmp_path: Path) -> None:
    assert run(tmp_path, CALENDAR)[2] == ""
