"""Several people answer the same delivery at once."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Deliverable, DeliverableState, Project
from callsheet.services import production, reviewing
from tests.builders import submitted, wallet_with
from tests.delivery_builders import accepted, concept, parts_of, per_concept
from tests.races.crowd import Outcome, answers, errors, together
from tests.races.support import assert_all_is_well, counted, plain_reads_instead_of_locks

CROWD = 8


def delivered_in_concepts(concepts: int = 1) -> Project:
    """Concepts of 10 credits each, all delivered, and a queue behind them."""
    wallet = per_concept(wallet_with(10 * concepts))
    scope = (concept(f"Concept {n}", ("static", 2)) for n in range(concepts))
    project = accepted(wallet, *scope)
    for n in range(concepts):
        submitted(wallet, 10, f"Next {n}")
    production.deliver(CONSOLE, project.pk)
    return project


def approve_and_ask_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Deliverable, list[Outcome[Any]]]:
    """One approves, one asks for changes. Whoever has looked waits for the other to look as well,
    if nothing keeps them from it."""
    project = delivered_in_concepts()
    part = parts_of(project)[0]
    both_looked = Barrier(2)
    look = reviewing.deliverables_of

    def slowly(seen: Project) -> list[Deliverable]:
        found = look(seen)
        with suppress(BrokenBarrierError):
            both_looked.wait(timeout=1)
        return found

    monkeypatch.setattr(reviewing, "deliverables_of", slowly)

    def answer(n: int) -> Any:
        if n:
            return reviewing.approve(CONSOLE, project.pk, [part.pk])
        return reviewing.ask_for_changes(CONSOLE, project.pk, {part.pk: "Brighter"})

    outcomes = together(2, answer)
    part.refresh_from_db()
    return part, outcomes


def test_one_deliverable_is_approved_or_changed_never_both(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, outcomes = approve_and_ask_at_once(monkeypatch)
    assert len(answers(outcomes)) == 1
    code = {
        DeliverableState.APPROVED: "approved_for_good",
        DeliverableState.CHANGES_REQUESTED: "not_delivered",
    }
    assert counted(errors(outcomes)) == {code[DeliverableState(part.state)]: 1}
    assert (part.rounds == 1) == (part.state == DeliverableState.CHANGES_REQUESTED)
    assert (part.approved_at is not None) == (part.state == DeliverableState.APPROVED)
    assert_all_is_well()


def test_control_without_the_lock_an_approved_one_goes_back_to_the_studio(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both saw it delivered and both are told yes: approved it is, or its credits are gone, and
    changes are asked for all the same."""
    plain_reads_instead_of_locks(monkeypatch)
    part, outcomes = approve_and_ask_at_once(monkeypatch)
    assert not errors(outcomes)
    assert part.rounds == 1
    assert part.approved_at is not None


def test_a_delivery_is_approved_once_and_its_credits_come_back_once(live_db: str) -> None:
    project = delivered_in_concepts()
    outcomes = together(CROWD, lambda _: reviewing.approve(CONSOLE, project.pk))
    assert [answer["released"] for answer in answers(outcomes)] == [10]
    assert counted(errors(outcomes)) == {"nothing_to_approve": CROWD - 1}
    assert_all_is_well()


def test_concepts_approved_at_once_each_give_back_their_own_part(live_db: str) -> None:
    project = delivered_in_concepts(CROWD)
    parts = parts_of(project)
    outcomes = together(CROWD, lambda n: reviewing.approve(CONSOLE, project.pk, [parts[n].pk]))
    assert not errors(outcomes)
    assert [answer["released"] for answer in answers(outcomes)] == [10] * CROWD
    project.refresh_from_db()
    assert (project.settled, project.asks) == (10 * CROWD, 0)
    assert_all_is_well()


def test_finalizing_while_a_concept_is_approved_gives_everything_back_once(live_db: str) -> None:
    for _ in range(4):
        project = delivered_in_concepts(2)
        part = parts_of(project)[0]

        def work(n: int, project: Project = project, part: Deliverable = part) -> Any:
            if n:
                return production.finalize(CONSOLE, project.pk)
            return reviewing.approve(CONSOLE, project.pk, [part.pk])

        outcomes = together(2, work)
        assert set(counted(errors(outcomes))) <= {"not_in_review"}
        assert sum(answer["released"] for answer in answers(outcomes)) == 20
        assert_all_is_well()
