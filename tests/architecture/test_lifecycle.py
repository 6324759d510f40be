"""The one transition table says what the design says, and nothing changes a status beside it."""

from __future__ import annotations

import ast
from itertools import product
from pathlib import Path

import pytest

import callsheet
from callsheet.kit.errors import Conflict
from callsheet.projects.lifecycle import (
    ENDED,
    HOLDING,
    TRANSITIONS,
    Credit,
    Status,
    actions_from,
    check_allowed,
    diagram,
    find,
)
from tools.reference import REFERENCE

PACKAGE = Path(callsheet.__file__).parent

# From the design, word for word and not from the code: what follows what.
HELD = [
    "pending_review",
    "clarification_requested",
    "in_progress",
    "initial_delivery",
    "delivered",
    "under_revision",
]
DESIGN = {
    (source, target)
    for sources, targets in {
        "draft": "pending_approval queued pending_review",
        "pending_approval": "draft queued pending_review",
        "queued": "pending_review draft canceled",
        "pending_review": "clarification_requested in_progress draft parked canceled",
        "clarification_requested": "pending_review draft parked canceled",
        "in_progress": "initial_delivery delivered parked canceled",
        "initial_delivery": "delivered under_revision parked canceled",
        "delivered": "under_revision finalized parked canceled",
        "under_revision": "initial_delivery delivered parked canceled",
        "parked": " ".join([*HELD, "canceled"]),
        "finalized": "delivered",
        "canceled": "",
    }.items()
    for source, target in product([sources], targets.split())
}


def test_the_table_has_the_designs_arrows_and_no_others() -> None:
    assert {(t.source.value, t.target.value) for t in TRANSITIONS} == DESIGN
    assert {source for source, _ in DESIGN} | {"canceled"} == {status.value for status in Status}


def test_no_transition_stands_twice() -> None:
    steps = [(t.action, t.source, t.target) for t in TRANSITIONS]
    assert len(steps) == len(set(steps))


def test_credits_are_held_where_the_design_says_so() -> None:
    assert {status.value for status in HOLDING} == set(HELD)
    for t in TRANSITIONS:
        was, will = t.source in HOLDING, t.target in HOLDING
        if was == will:
            expected = {Credit.NONE}
        elif will:
            expected = {Credit.HOLD}
        elif t.target == Status.FINALIZED:
            expected = {Credit.SETTLE}
        elif t.target == Status.CANCELED:
            expected = {Credit.POLICY}
        else:
            expected = {Credit.RELEASE}
        if (t.source, t.target) == (Status.PARKED, Status.CANCELED):
            expected = {Credit.POLICY}  # under pay-as-you-go a parked project still holds
        assert {t.credits} == expected, t


def test_every_pair_that_is_not_in_the_table_is_refused() -> None:
    known = {(t.action, t.source, t.target) for t in TRANSITIONS}
    actions = {t.action for t in TRANSITIONS}
    refused = 0
    for action, source, target in product(actions, Status, Status):
        if (action, source, target) in known:
            assert find(action, source, target).credits in Credit
            continue
        with pytest.raises(Conflict) as raised:
            find(action, source, target)
        assert raised.value.code == "forbidden_transition"
        assert raised.value.details == {"status": source, "action": action}
        refused += 1
    assert refused == len(actions) * len(Status) ** 2 - len(known)


def test_what_is_allowed_is_what_leads_somewhere() -> None:
    for action, source in product({t.action for t in TRANSITIONS}, Status):
        if action in actions_from(source):
            check_allowed(action, source)
        else:
            with pytest.raises(Conflict):
                check_allowed(action, source)


def test_an_end_is_an_end() -> None:
    assert actions_from(Status.CANCELED) == ()
    assert actions_from(Status.FINALIZED) == ("reopen",)
    assert set(ENDED) == {Status.CANCELED, Status.FINALIZED}


def test_every_status_can_be_reached_from_a_draft() -> None:
    reached, front = {Status.DRAFT}, {Status.DRAFT}
    while front:
        front = {t.target for t in TRANSITIONS if t.source in front} - reached
        reached |= front
    assert reached == set(Status)


def test_the_picture_in_the_docs_is_the_table() -> None:
    page = (REFERENCE / "lifecycle.md").read_text()
    assert diagram() in page
    for t in TRANSITIONS:
        assert f"{t.source} --> {t.target}: {t.action}" in page


def setters_of_status(folder: Path) -> set[str]:
    """The modules that assign to a project's ``status``, or update it in bulk."""
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            assigned = any(
                isinstance(target, ast.Attribute)
                and target.attr == "status"
                and isinstance(target.value, ast.Name)
                and target.value.id in ("project", "brief", "row")
                for target in targets
            )
            updated = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "update"
                and "Project.objects" in ast.unparse(node.func)
                and any(keyword.arg == "status" for keyword in node.keywords)
            )
            if assigned or updated:
                found.add(file.relative_to(folder).as_posix())
    return found


def test_only_three_places_change_a_status() -> None:
    """Moving and starting look into the table first; an import writes what the sheets say."""
    allowed = {"services/moving.py", "services/admitting.py"}
    others = setters_of_status(PACKAGE) - allowed
    assert all(name.startswith("services/importing/") for name in others), others
    assert setters_of_status(PACKAGE) >= allowed
    for name in allowed:
        assert "find(" in (PACKAGE / name).read_text()


def test_another_place_is_found(tmp_path: Path) -> None:
    """Negative control: both ways of going round the table are seen."""
    (tmp_path / "one.py").write_text("def f(project):\n    project.status = 'canceled'\n")
    (tmp_path / "two.py").write_text("Project.objects.filter(pk=1).update(status='canceled')\n")
    (tmp_path / "none.py").write_text("account.status = 'ended'\n")
    assert setters_of_status(tmp_path) == {"one.py", "two.py"}
