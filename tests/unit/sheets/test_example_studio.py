"""The example studio: always the same bytes, sound on any day, and true to its README."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from callsheet.sheets import Reading, Studio, read_studio
from callsheet.sheets.statuses import HOLDING

EXAMPLE = Path(__file__).parents[3] / "examples" / "studio"
TODAY = date(2026, 11, 9)
OVERDRAWN = "meridian"


@pytest.fixture(scope="module")
def reading() -> Reading:
    return read_studio(EXAMPLE, today=TODAY)


@pytest.fixture(scope="module")
def studio(reading: Reading) -> Studio:
    return reading.studio


def test_the_generator_writes_what_is_committed(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, str(EXAMPLE / "generate.py"), "--out", str(tmp_path)], check=True
    )
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert written == {file.name: file.read_bytes() for file in EXAMPLE.glob("*.csv")}
    assert set(written) == {
        f"{name}.csv"
        for name in ("customers", "people", "projects", "price_list", "credits", "calendar")
    }


@pytest.mark.parametrize("days", [0, 1, 5, 6, 52, 111, 415])
def test_it_is_sound_whatever_day_it_is(days: int) -> None:
    reading = read_studio(EXAMPLE, today=TODAY + timedelta(days))
    assert [str(problem) for problem in reading.problems] == []


def test_its_size_is_that_of_a_real_studio(studio: Studio) -> None:
    kinds = Counter(customer.type for customer in studio.customers)
    assert kinds.total() - kinds["organization"] == 60
    assert kinds["organization"] == 3
    assert 3_600 <= len(studio.projects) <= 4_400
    days = [p.started for p in studio.projects if p.started]
    assert 700 <= (TODAY - min(days)).days <= 740


def test_nobody_ever_held_more_than_their_capacity(studio: Studio) -> None:
    loans = [entry for entry in studio.credits if entry.kind == "loan"]
    boosters = [entry for entry in studio.credits if entry.kind == "booster"]
    lots = {e.account for e in studio.credits if e.kind == "lot"}
    capacity = {c.key: c.capacity for c in studio.customers if c.key not in lots}
    over = set()
    for account, credits in capacity.items():
        changes: dict[date, int] = defaultdict(int)
        for project in studio.projects:
            running = project.status in HOLDING or project.finished
            if project.account == account and project.started and running:
                changes[project.started] += project.credits
                if project.finished:
                    changes[project.finished] -= project.credits
        for loan in loans:
            sign = {loan.account: -1, loan.lender: 1}.get(account, 0)
            changes[loan.start] += sign * loan.credits
        for booster in boosters:
            changes[booster.start] -= booster.credits if booster.account == account else 0
        held = 0
        for day in sorted(changes):
            held += changes[day]
            if held > credits:
                over.add(account)
    assert over == {OVERDRAWN}


def test_the_situations_are_there(reading: Reading, studio: Studio) -> None:
    customers = {customer.key: customer for customer in studio.customers}
    held: dict[str, int] = defaultdict(int)
    queued: dict[str, list[int]] = defaultdict(list)
    for project in studio.projects:
        if project.status in HOLDING:
            held[project.account] += project.credits
        if project.status == "queued":
            queued[project.account].append(project.credits)

    # a saturated team beside an idle one, with a loan that is due back in 19 days
    assert held["halden-run"] == customers["halden-run"].capacity + 20
    assert len(queued["halden-run"]) == 5
    assert held["halden-golf"] <= 10
    (loan,) = [entry for entry in studio.credits if entry.kind == "loan"]
    assert (loan.lender, loan.account, loan.end) == (
        "halden-golf",
        "halden-run",
        TODAY + timedelta(19),
    )
    # a large launch at the head, and small briefs behind it that would fit
    free = customers["brixen"].capacity - held["brixen"]
    assert queued["brixen"][0] > free >= min(queued["brixen"])
    # a brief that can never start
    assert queued["kestrel"][0] > customers["kestrel"].capacity
    # deliveries that nobody has read for more than three weeks
    forgotten = [
        p for p in studio.projects if p.account == "lumiere" and p.delivered and not p.finished
    ]
    assert len(forgotten) == 3
    assert all((TODAY - p.delivered).days >= 21 for p in forgotten if p.delivered)
    # a year-end peak
    assert len(queued["tannenhof"]) == 6
    assert held["tannenhof"] == customers["tannenhof"].capacity + 30
    # a customer who should downgrade
    assert held["paperworks"] * 4 < customers["paperworks"].capacity
    # pay-as-you-go: below the minimum; lots that expire; waiting for a purchase
    below = {w.row for w in reading.warnings if w.code == "project_below_minimum"}
    assert "solstice" in {p.account for p in studio.projects if p.row in below}
    assert queued["ember"] == [50]
    expiring = min(e.end for e in studio.credits if e.kind == "lot" and e.end)
    assert expiring == TODAY + timedelta(24)
    # paused, overdrawn, borrowing, planned, downgrade
    paused = customers["fjord"].paused_until
    assert paused is not None
    assert paused > TODAY + timedelta(30)
    assert held[OVERDRAWN] == customers[OVERDRAWN].capacity + 15
    assert {w.value for w in reading.warnings if w.code == "overdrawn"} == {None}
    assert customers["nordlicht"].borrowing is True
    assert customers["maison-parfum"].policy == "planned"
    assert any(e.kind == "downgrade" and e.account == "oakline" for e in studio.credits)
    # work for the demo's quarter
    ready = [p for p in studio.projects if p.status == "draft" and p.credits >= 10 and p.texts]
    assert len(ready) >= 40
    assert sum(p.status == "delivered" for p in studio.projects) >= 15
