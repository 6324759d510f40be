"""``callsheet plan``: from a file to dates, without Django and without a database."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from callsheet.catalogue.lead_times import durations
from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build_planner
from callsheet.cli.plan_problem import read_capacity
from callsheet.cli.plan_times import standard_duration
from callsheet.kit.errors import Refused

EXAMPLES = Path(__file__).parents[3] / "examples" / "calendars"
CALENDAR = """title,go_live,deliverables,brief_type,status,finish_by,after
Teaser,2027-02-26,2 video,content creation,,,
Launch film,2027-03-26,"2 video, 4 static",original creative,,,Teaser
Old stills,,2 static,,in production,2027-01-12,
"""


def run(tmp_path: Path, text: str, *more: str, capacity: str = "40") -> tuple[int, str, str]:
    (tmp_path / "season.csv").write_text(text)
    options = [
        "--capacity",
        capacity,
        "--start",
        "2027-01-04",
        "--country",
        "SG",
        *more,
        "--time-limit",
        "1",
    ]
    done = CliRunner().invoke(build_planner(), ["plan", str(tmp_path / "season.csv"), *options])
    return done.exit_code, done.stdout, done.stderr


def test_a_calendar_becomes_dates(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, CALENDAR, "--json")
    assert code == 0
    answer = json.loads(out)
    teaser, film = answer["projects"]
    assert (teaser["id"], teaser["credits"], teaser["duration"]) == ("Teaser", 20, 23)
    assert teaser["brief_by"] == "2027-01-04"
    assert teaser["finish"] == film["start"] == "2027-02-04"
    # 25 working days; 8 February and 10 March 2027 are holidays in Singapore.
    assert film["finish"] == "2027-03-15"
    assert answer["status"] == "optimal"
    assert answer["objective"]["gap"] == 0


def test_credits_in_production_are_waited_for(tmp_path: Path) -> None:
    _, out, _ = run(tmp_path, CALENDAR, "--json", capacity="20,2027-06-01:40")
    teaser, film = json.loads(out)["projects"]
    assert teaser["brief_by"] == "2027-01-12"
    assert film["brief_by"] == "2027-06-01"
    assert film["tardiness"] > 0


def test_use_of_capacity_by_day(tmp_path: Path) -> None:
    _, out, _ = run(tmp_path, CALENDAR, "--json", capacity="20,2027-06-01:40")
    usage = {day["date"]: (day["held"], day["capacity"]) for day in json.loads(out)["usage"]}
    assert usage["2027-01-11"] == (10, 20)  # what is in production
    assert usage["2027-01-12"] == (20, 20)
    assert usage["2027-05-31"] == (0, 20)
    assert usage["2027-06-01"] == (40, 40)
    assert "2027-01-16" not in usage  # a Saturday


def test_bad_rows_stop_or_are_left_out(tmp_path: Path) -> None:
    text = CALENDAR + "Bad,soon,1 video,,,,\n"
    code, out, err = run(tmp_path, text)
    assert (code, out) == (ExitCode.REFUSED, "")
    assert "row 5, column go_live, “soon”" in " ".join(err.split())
    code, out, _ = run(tmp_path, text, "--skip-bad-rows", "--json")
    assert code == 0
    answer = json.loads(out)
    assert [problem["row"] for problem in answer["skipped_rows"]] == [5]
    assert len(answer["projects"]) == 2


def test_what_can_never_start_is_said(tmp_path: Path) -> None:
    code, out, _ = run(tmp_path, "title,go_live,credits\nHuge,2027-05-03,100\n")
    assert code == 0
    assert "never" in out
    assert "timed as original creative" in " ".join(out.split())


@pytest.mark.parametrize("text", ["", "ten", "-5", "60,90", "2027-01-01:60", "60,soon:90"])
def test_capacities_that_are_none(text: str) -> None:
    with pytest.raises(Refused, match="is no capacity"):
        read_capacity(text)


def test_capacities() -> None:
    assert read_capacity("60, 2027-03-01:90") == [(None, 60), (date(2027, 3, 1), 90)]


def test_an_unknown_country_is_refused(tmp_path: Path) -> None:
    code, _, err = run(tmp_path, CALENDAR, "--country", "XX")
    assert code == ExitCode.REFUSED
    assert "XX" in err


@pytest.mark.parametrize("name", ["original_creative", "content_creation", "adapt_optimize"])
def test_durations_are_those_of_the_catalogue(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from callsheet.catalogue.models import BriefType, LeadTime, Stage
    from callsheet.catalogue.standard import LEAD_TIMES

    class Nothing:
        def values_list(self, *_: str) -> list[object]:
            return []

    monkeypatch.setattr(LeadTime, "objects", Nothing())
    usual = durations()[name]
    assert (standard_duration(name).p50, standard_duration(name).p80) == (usual.p50, usual.p80)
    assert set(LEAD_TIMES) == set(BriefType.values)
    assert all(set(stages) <= set(Stage.values) for stages in LEAD_TIMES.values())


def test_django_is_not_set_up() -> None:
    code = (
        "import sys; sys.argv = ['callsheet', 'plan', '--help']\n"
        "from callsheet.cli.main import app\n"
        "try: app()\n"
        "except SystemExit: pass\n"
        "from django.apps import apps\n"
        "assert not apps.ready and 'numba' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_plan_loads_only_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "season.csv").write_text(CALENDAR)
    code = (
        "import sys\n"
        "from callsheet.cli.main import app\n"
        "try: app()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert 'numba' in sys.modules\n"
        "heavy = {'django', 'psycopg', 'pydantic_settings', 'openpyxl', 'icalendar', 'ortools'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    options = ["--capacity", "40", "--start", "2027-01-04", "--time-limit", "0"]
    subprocess.run(
        [sys.executable, "-c", code, "plan", str(tmp_path / "season.csv"), *options],
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.csv")), ids=lambda file: file.stem)
def test_the_examples_can_be_planned(file: Path) -> None:
    options = [
        "--capacity",
        "60",
        "--start",
        "2027-01-04",
        "--country",
        "SG",
        "--json",
        "--time-limit",
        "1",
    ]
    done = CliRunner().invoke(build_planner(), ["plan", str(file), *options])
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    assert len(answer["projects"]) >= 20
    assert answer["warnings"] == answer["skipped_rows"] == []
