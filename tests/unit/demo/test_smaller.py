"""The sheets that the demo imports: the example studio without some everyday customers."""

import csv
from pathlib import Path

from callsheet.demo.building import EXAMPLE
from callsheet.demo.scenes import BUSY, FORGETFUL, SCENES
from callsheet.demo.smaller import LEFT_OUT, fewer_customers
from callsheet.demo.telling import CHOSEN


def rows(sheet: Path) -> list[dict[str, str]]:
    with sheet.open(newline="") as source:
        return list(csv.DictReader(source))


def test_the_sheets_are_whole_but_for_those_who_are_left_out() -> None:
    with fewer_customers(EXAMPLE) as folder:
        assert {sheet.name for sheet in folder.iterdir()} == {
            sheet.name for sheet in EXAMPLE.glob("*.csv")
        }
        for name in ("people", "projects", "credits", "calendar"):
            every = rows(EXAMPLE / f"{name}.csv")
            kept = rows(folder / f"{name}.csv")
            assert kept == [row for row in every if row["Account"] not in LEFT_OUT]
        customers = {row["Key"] for row in rows(EXAMPLE / "customers.csv")}
        assert {row["Key"] for row in rows(folder / "customers.csv")} == customers - LEFT_OUT
    assert customers >= LEFT_OUT
    assert not folder.exists()


def test_nobody_is_left_out_to_whom_something_happens() -> None:
    telling = {scene.account for scene in SCENES} | set(BUSY) | FORGETFUL | set(CHOSEN)
    assert not telling & LEFT_OUT


def test_nobody_who_stays_waits_for_somebody_who_is_left_out() -> None:
    left_out = {r["Key"] for r in rows(EXAMPLE / "projects.csv") if r["Account"] in LEFT_OUT}
    with fewer_customers(EXAMPLE) as folder:
        after = {r["After"] for r in rows(folder / "projects.csv") if r["After"]}
    assert after
    assert not after & left_out
