"""The example studio, small: its most telling accounts only, and without its history."""

import csv
import shutil
from pathlib import Path

from callsheet.demo.building import EXAMPLE

ACCOUNTS = {"halden", "halden-run", "halden-golf", "lumiere", "kestrel", "brixen"}


def small_studio(folder: Path) -> Path:
    """Write its sheets into ``folder``, which is returned."""
    for name in ("customers", "people", "projects", "credits", "calendar"):
        with (EXAMPLE / f"{name}.csv").open(newline="") as source:
            rows = list(csv.DictReader(source))
        with (folder / f"{name}.csv").open("w", newline="") as target:
            writer = csv.DictWriter(target, rows[0].keys())
            writer.writeheader()
            writer.writerows(row for row in rows if _kept(name, row))
    shutil.copy(EXAMPLE / "price_list.csv", folder)
    return folder


def _kept(sheet: str, row: dict[str, str]) -> bool:
    if sheet == "calendar":
        return row["Account"] in ACCOUNTS
    if sheet == "customers":
        return row["Key"] in ACCOUNTS
    if sheet == "people":
        place = row["Account"] or row["Organization"]
        return not place or place in ACCOUNTS
    if row["Account"] not in ACCOUNTS:
        return False
    return sheet != "projects" or row["Status"] not in ("finalized", "canceled")
