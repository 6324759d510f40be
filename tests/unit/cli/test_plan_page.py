"""``callsheet plan --html``: one page that says everything and asks nothing of anybody."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from callsheet.cli.plan_page import page_of
from callsheet.cli.plan_rows_drawing import MOST_ROWS
from tests.unit.cli.test_plan import CALENDAR, run

ROOT = Path(__file__).parents[3]
MONDAY = date(2027, 1, 4)
VOID = {"meta", "br", "hr"}
EVIL = '<script>alert("1")</script> & "quoted" <img src=x onerror=y>'


class Elements(HTMLParser):
    """Every element with its attributes; fails where tags do not close in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(start: date | None, chance: float) -> dict[str, Any]:
    """A forecast: finished after 27, 32 or 40 days with a chance of 50, 80 or 95 %."""
    days = {"p50": 27, "p80": 32, "p95": 40}
    late = {name: start and start + timedelta(days=n) for name, n in days.items()}
    return {
        "start": dict.fromkeys(days, start), "finish": late, "on_time_probability": chance,
    }  # fmt: skip


def project(n: int = 0, **changes: Any) -> dict[str, Any]:
    start = MONDAY + timedelta(days=n)
    made = {
        "id": f"P{n}", "title": f"Film {n}", "credits": 20, "brief_by": start, "start": start,
        "finish": start + timedelta(days=28), "due": start + timedelta(days=30), "tardiness": 0,
        "brief_type_assumed": False, "notes": {}, "forecast": seen(start, 0.504),
    }  # fmt: skip
    return made | changes


def answer(*projects: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": "optimal",
        "objective": {"lower_bound": 1.0, "gap": 0.0},
        "projects": list(projects),
        "in_production": [
            {"id": "R", "title": "Running", "credits": 10, "finish": date(2027, 1, 20)}
        ],
        "teams": [],
        "usage": [
            {"date": MONDAY + timedelta(days=n), "held": 20, "capacity": 40} for n in range(30)
        ],
        "skipped_rows": [
            {"row": 7, "column": None, "value": None, "rule": "No price for “<b>piano</b>”."}
        ],
        "warnings": [],
        "durations_from": "defaults",
        "uncertainty_from": "defaults",
        "simulation": {
            "replications": 1000, "expected_late": 0.5, "expected_days_late": 3.2,
            "last_finish": seen(MONDAY, 0)["finish"],
        },
    }  # fmt: skip


def test_the_command_writes_a_page_of_its_plan(tmp_path: Path) -> None:
    file = tmp_path / "plan.html"
    code, _, said = run(tmp_path, CALENDAR, "--html", str(file))
    assert code == 0, said
    page = Elements(file.read_text("utf-8"))
    for words in ("Teaser", "Launch film", "Old stills", "Proved: no other order is better"):
        assert words in page.text


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    page = page_of(answer(project()), MONDAY)
    found = Elements(page).found
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in found}
    for _, attributes in found:
        assert not {"src", "href", "srcset", "action", "data"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", page)
    assert "default-src 'none'" in page


def test_texts_of_the_calendar_stay_texts() -> None:
    made = answer(project(title=EVIL), project(9, title=EVIL, tardiness=3))
    made["in_production"][0]["title"] = EVIL
    page = page_of(made, MONDAY)
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>piano" not in page
    assert EVIL in Elements(page).text


def test_late_ones_come_first_and_say_so_in_words() -> None:
    page = page_of(answer(project(0), project(1, tardiness=5)), MONDAY)
    week = page[page.index("Brief this week") : page.index("Credits under")]
    assert week.index("Film 1") < week.index("Film 0")
    assert "5 working days late" in week
    assert "5 days late" in page  # beside the bar


def test_what_is_expected_is_said_with_its_chance() -> None:
    text = Elements(page_of(answer(project(), project(9)), MONDAY)).text
    assert "Finished by Fri 5 Feb in four of five cases" in text
    assert "wanted by Wed 3 Feb (chance 50%)" in text
    assert "0.5 of 2 projects are expected to be late, by 3 working days in all" in text
    assert "a default of the catalogue, not your own experience" in text


def test_without_a_brief_this_week_the_next_one_is_said() -> None:
    page = page_of(answer(project(14), project(15)), MONDAY)
    week = page[page.index("Nothing to brief this week") : page.index("Credits under")]
    assert "Film 14" in week
    assert "Film 15" not in week


@pytest.mark.parametrize("count", [0, 1, MOST_ROWS + 5])
def test_any_number_of_projects_makes_a_page(count: int) -> None:
    made = answer(*(project(n % 60, id=str(n)) for n in range(count)))
    text = Elements(page_of(made, MONDAY)).text
    assert ("are drawn; the table has all" in text) == (count > MOST_ROWS)


def test_what_never_starts_is_said_and_not_drawn() -> None:
    never = project(
        0, start=None, brief_by=None, finish=None, tardiness=None, forecast=seen(None, 0.0)
    )
    text = Elements(page_of(answer(never) | {"usage": [], "in_production": []}, MONDAY)).text
    assert "can never start" in text


def test_the_colours_are_the_products() -> None:
    tokens = (ROOT / "frontend/src/tokens.css").read_text()
    ours = (ROOT / "src/callsheet/cli/plan_page.css").read_text()
    for name in ("soft", "waits", "made", "on-made", "late", "free"):
        value = re.search(rf"--cs-{name}: (light-dark\(.+?\));", tokens)
        assert value is not None
        assert f"--{name}: {value[1]};" in ours
    for name, token in (("paper", "base-100"), ("ground", "base-200"), ("line", "base-300"),
                        ("ink", "base-content"), ("primary", "primary")):  # fmt: skip
        light, dark = re.findall(rf"--color-{token}: (#\w+);", tokens)
        assert f"--{name}: light-dark({light}, {dark});" in ours
