"""Dates that several workers publish, and samples that come while a project is parked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connections

from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.models import NextLook, Project, PublishedRange, Stirred
from callsheet.services import (
    parking,
    production,
    publishing,
    queue_looks,
    returning,
    sampling,
    staging,
)
from tests.builders import assert_books_balance, submitted, wallet_with


def together(*calls: Callable[[], object]) -> list[BaseException | None]:
    """Do all at the same moment, each on its own connection; what each raised."""
    gate = threading.Barrier(len(calls))
    raised: list[BaseException | None] = [None] * len(calls)

    def work(number: int, call: Callable[[], object]) -> None:
        try:
            gate.wait()
            call()
        except BaseException as error:
            raised[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(n, c)) for n, c in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def _two_workers(monkeypatch: pytest.MonkeyPatch) -> int:
    """Two workers publish one wallet; the second begins while the first has read and not stored.
    Returns how many ranges stand on record."""
    wallet = wallet_with(20)
    submitted(wallet, 20, "Mug")
    read, go_on = threading.Event(), threading.Event()
    last_ranges = publishing._last_ranges

    def slowly(ids: list[int]) -> object:
        found = last_ranges(ids)
        if not read.is_set():
            read.set()
            go_on.wait(5)
        return found

    monkeypatch.setattr(publishing, "_last_ranges", slowly)

    def second() -> None:
        read.wait(5)
        Stirred.objects.create(wallet_id=wallet.pk, at=clock.now(), cause="Again")
        try:
            publishing.publish_stirred()
        finally:
            go_on.set()

    assert together(publishing.publish_stirred, second) == [None, None]
    publishing.publish_stirred()
    assert not Stirred.objects.exists()
    return PublishedRange.objects.count()


def test_two_workers_publish_one_wallet_once(live_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _two_workers(monkeypatch) == 1


def test_without_the_lock_both_would_publish(live_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(publishing, "lock_domains", sorted)
    assert _two_workers(monkeypatch) == 2


def _command_while_the_clock_looks(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Something is stirred, and its dates are published, while the clock has read a queue and not
    noted yet that it is settled; the wallets that the clock finds afterwards."""
    wallet = wallet_with(60)
    submitted(wallet, 60, "Running")
    waits = submitted(wallet, 20, "Waiting")
    publishing.publish_stirred()
    NextLook.objects.update(at=clock.now())
    read, go_on = threading.Event(), threading.Event()
    look = queue_looks.look

    def slowly(*given: object) -> object:
        found = look(*given)  # type: ignore[arg-type]
        if threading.current_thread().name == "clock":
            read.set()
            go_on.wait(5)
        return found

    monkeypatch.setattr(queue_looks, "look", slowly)

    def tick() -> None:
        threading.current_thread().name = "clock"
        assert queue_looks.stirring_wallets() == set()

    def command() -> None:
        read.wait(5)
        # As by a command that leaves something for admission to do.
        Project.objects.filter(pk=waits.pk).update(wait_reason="not_before")
        Stirred.objects.create(wallet_id=wallet.pk, at=clock.now())
        try:
            publishing.publish_stirred()
        finally:
            go_on.set()

    assert together(tick, command) == [None, None]
    return queue_looks.stirring_wallets()


def test_what_happens_while_the_clock_looks_is_looked_at(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(_command_while_the_clock_looks(monkeypatch)) == 1


def test_without_the_lock_it_would_be_taken_for_settled(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(publishing, "lock_domains", sorted)
    monkeypatch.setattr(queue_looks, "lock_domains", sorted)
    assert _command_while_the_clock_looks(monkeypatch) == set()


@pytest.mark.parametrize("attempt", range(4))
def test_a_sample_comes_while_its_project_is_parked(live_db: str, attempt: int) -> None:
    """Whoever is first: a parked project rests, goes on behind the sample, and nothing is lost."""
    wallet = wallet_with(20)
    project = submitted(wallet, 20)
    production.accept(CONSOLE, project.pk)
    staging.enter_stage(CONSOLE, project.pk, "awaiting_sample")
    today = clock.today("UTC")
    answer = sampling.create_sample(
        CONSOLE, wallet.account_id, "Mug", [project.pk], expected_on=today
    )
    sample = int(answer["sample"])
    raised = together(
        lambda: sampling.receive_sample(CONSOLE, sample, today),
        lambda: parking.park(CONSOLE, project.pk, "The launch slips"),
        returning.refresh_returns,
    )
    assert raised == [None, None, None]
    project.refresh_from_db()
    assert (project.status, project.returns_p50) == ("parked", None)
    parking.resume(CONSOLE, project.pk)
    project.refresh_from_db()
    assert (project.status, project.stage) == ("in_progress", "creation")
    assert_books_balance()


@pytest.mark.parametrize("attempt", range(4))
def test_two_samples_come_at_once_and_creation_starts_once(live_db: str, attempt: int) -> None:
    wallet = wallet_with(20)
    project = submitted(wallet, 20)
    production.accept(CONSOLE, project.pk)
    staging.enter_stage(CONSOLE, project.pk, "awaiting_sample")
    today: date = clock.today("UTC")
    samples = [
        int(sampling.create_sample(CONSOLE, wallet.account_id, name, [project.pk])["sample"])
        for name in ("Mug", "Cup")
    ]
    raised = together(
        *(lambda pk=pk: sampling.receive_sample(CONSOLE, pk, today) for pk in samples)
    )
    assert not [error for error in raised if not isinstance(error, CallsheetError | None)]
    project = Project.objects.get(pk=project.pk)
    assert project.stage == "creation"
    assert project.spells.filter(stage="creation").count() == 1
