"""Numbers above a thousand are written with separators wherever a plan is shown."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callsheet.cli.main import build_planner

START = date(2027, 1, 4)
GIVEN = ["--start", "2027-01-04", "--time-limit", "0.2"]
WORKS = 60
"""Each holds all the credits for four weeks: the last is late by more than a thousand days."""


def run(*arguments: str) -> str:
    done = CliRunner().invoke(build_planner(), list(arguments), env={"COLUMNS": "200"})
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.fixture
def calendar(tmp_path: Path) -> Path:
    file = tmp_path / "calendar.csv"
    soon = START + timedelta(days=30)
    rows = [f"Film {n},{soon},5000,original creative\n" for n in range(WORKS)]
    file.write_text("title,wanted by,credits,brief type\n" + "".join(rows))
    return file


def bare(text: str) -> list[str]:
    """Numbers of four digits and more without separators, years and days aside."""
    plain = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
    plain = re.sub(r"\d{4}-\d\d-\d\d|\b20\d\d\b", " ", plain)
    return re.findall(r"(?<![\d,.])\d{4,}", plain)


def test_a_plan_and_its_page(tmp_path: Path, calendar: Path) -> None:
    page = tmp_path / "plan.html"
    said = run("plan", str(calendar), "--capacity", "6000", *GIVEN, "--html", str(page))
    assert bare(said) == []
    assert bare(page.read_text()) == []
    assert "5,000" in said
    assert re.search(r"1,\d\d\d working days late", page.read_text())


def test_a_repair(tmp_path: Path, calendar: Path) -> None:
    before = tmp_path / "plan.json"
    before.write_text(run("plan", str(calendar), "--capacity", "6000", *GIVEN, "--json"))
    said = run("repair", str(before), str(calendar), "--capacity", "5500", *GIVEN)
    assert bare(said) == []
    assert "5,500, not 6,000 credits" in said


def test_capacity_advice(calendar: Path) -> None:
    said = run("capacity-advice", str(calendar), "--credits", "1000,5000", *GIVEN)
    assert bare(said) == []
    assert "5,000" in said


@pytest.mark.parametrize(
    ("text", "found"),
    [("4070 working days", ["4070"]), ("4,070 on 2031-05-06 of 2031", []), ("<p x='1234'>", [])],
)
def test_a_bare_number_would_be_found(text: str, found: list[str]) -> None:
    assert bare(text) == found
