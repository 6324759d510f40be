"""The clock against a click, two workers on one clock, opening again against everything else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from callsheet.credits.models import Transfer, Wallet
from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Clock, Deliverable, Project
from callsheet.services import clock_running, parking, production, reopening, reviewing
from tests.builders import (
    delivered,
    finalize_by_clock,
    paying_wallet,
    status_of,
    submitted,
    wallet_with,
)
from tests.races.crowd import Outcome, answers, errors, together
from tests.races.support import assert_all_is_well, counted, plain_reads_instead_of_locks


def about_to_be_finalized(wallet: Wallet, credits: int = 40) -> tuple[Project, Clock]:
    """A delivery that the clock finalizes now: reminded long ago, and due."""
    project = delivered(submitted(wallet, credits))
    now = clock.now()
    Clock.objects.filter(project=project).update(
        step=2, due_at=now, since=now - timedelta(days=14), reminded_at=now - timedelta(days=2)
    )
    return project, Clock.objects.get(project=project)


def at_once(*acts: Callable[[], Any]) -> list[Outcome[Any]]:
    return together(len(acts), lambda n: acts[n]())


def test_clock_against_click(live_db: str) -> None:
    """The customer asks for changes in the moment in which the clock finalizes: one of them comes
    first, and the other one sees it."""
    wallet = wallet_with(60)
    won = {"finalized": 0, "under_revision": 0}
    for _ in range(4):
        project, due = about_to_be_finalized(wallet)
        line = Deliverable.objects.filter(concept__project=project).values_list("pk", flat=True)[0]
        wish = {line: "Warmer light, please."}
        outcomes = at_once(
            lambda due=due: clock_running.take_step(due.pk, due.due_at),
            lambda project=project, wish=wish: reviewing.ask_for_changes(CONSOLE, project.pk, wish),
        )
        status = status_of(project)
        won[status] += 1
        refused = counted(errors(outcomes))
        assert refused == ({"not_in_review": 1} if status == "finalized" else {}), refused
        assert_all_is_well()
        if status == "under_revision":
            production.cancel(CONSOLE, project.pk, note="Next round.")
    assert sum(won.values()) == 4


def test_clock_against_finalizing_by_hand(live_db: str) -> None:
    """Whoever comes first, the credits come home once."""
    wallet = wallet_with(60)
    project, due = about_to_be_finalized(wallet)
    outcomes = at_once(
        lambda: clock_running.take_step(due.pk, due.due_at),
        lambda: production.finalize(CONSOLE, project.pk),
    )
    assert set(counted(errors(outcomes))) <= {"forbidden_transition"}
    assert status_of(project) == "finalized"
    assert Transfer.objects.filter(kind="release").count() == 1
    assert_all_is_well()


def test_several_workers_take_a_step_once(live_db: str) -> None:
    _, due = about_to_be_finalized(wallet_with(60))
    outcomes = together(6, lambda n: clock_running.take_step(due.pk, due.due_at)["act"])
    assert not errors(outcomes)
    assert set(answers(outcomes)) <= {"finalize", ""}
    assert Event.objects.filter(kind="finalized_by_clock").count() == 1
    assert Command.objects.filter(name="clock_step").count() == 1
    assert_all_is_well()


def race_to_open(wallet: Wallet, project: Project, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Six open a project again at once; whoever has looked at it waits for the others to look."""
    finalize_by_clock(project.pk, wallet.pk)
    looked = Barrier(6)
    check = reopening._check_may_reopen

    def slowly(seen: Project) -> None:
        check(seen)
        with suppress(BrokenBarrierError):
            looked.wait(timeout=1)

    monkeypatch.setattr(reopening, "_check_may_reopen", slowly)
    return together(6, lambda n: reopening.reopen(CONSOLE, project.pk)["status"])


def test_a_project_is_opened_again_once(live_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wallet = wallet_with(60)
    outcomes = race_to_open(wallet, delivered(submitted(wallet, 40)), monkeypatch)
    assert answers(outcomes) == ["delivered"]
    assert counted(errors(outcomes)) == {"forbidden_transition": 5}
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (20, 40)
    assert_all_is_well()


def test_what_was_used_up_comes_back_once(live_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wallet = paying_wallet((60, None))
    outcomes = race_to_open(wallet, delivered(submitted(wallet, 40)), monkeypatch)
    assert answers(outcomes) == ["delivered"]
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, wallet.consumed) == (20, 40, 0)
    assert_all_is_well()


def test_control_without_locks_it_is_opened_several_times(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain reads instead of locks: several find it finalized and go on. The ledger still gives
    no credit twice, but somebody is told of a success that was none, or gets an error."""
    wallet = paying_wallet((60, None))
    project = delivered(submitted(wallet, 40))
    with monkeypatch.context() as patched:
        plain_reads_instead_of_locks(patched)
        outcomes = race_to_open(wallet, project, patched)
    refused = counted(errors(outcomes))
    assert len(answers(outcomes)) > 1 or set(refused) - {"forbidden_transition"}, outcomes


def test_finalizing_against_opening_again(live_db: str) -> None:
    """The credits that one project gives back are what another waits for to be opened again, while
    a third would like to start: whichever way it goes, nothing waits for nothing."""
    wallet = wallet_with(60)
    first = delivered(submitted(wallet, 40))
    finalize_by_clock(first.pk, wallet.pk)
    second = delivered(submitted(wallet, 40))
    third = submitted(wallet, 40)
    outcomes = at_once(
        lambda: production.finalize(CONSOLE, second.pk),
        lambda: reopening.reopen(CONSOLE, first.pk),
    )
    assert not errors(outcomes)
    assert status_of(second) == "finalized"
    assert {status_of(first), status_of(third)} in (
        {"delivered", "queued"}, {"finalized", "pending_review"},
    )  # fmt: skip
    assert_all_is_well()


def test_parking_against_delivering_and_going_on(live_db: str) -> None:
    """Parked while it is delivered, and asked to go on by two: the credits are held once or not."""
    wallet = wallet_with(60)
    project = submitted(wallet, 40)
    production.accept(CONSOLE, project.pk)
    at_once(
        lambda: parking.park(CONSOLE, project.pk, "Holiday."),
        lambda: production.deliver(CONSOLE, project.pk),
    )
    project.refresh_from_db()
    if project.status != "parked":
        parking.park(CONSOLE, project.pk, "Holiday.")
    outcomes = together(4, lambda n: parking.resume(CONSOLE, project.pk)["status"])
    assert len(answers(outcomes)) == 1
    assert counted(errors(outcomes)) == {"not_parked": 3}
    assert_all_is_well()
