"""Contention at its narrowest, and what happens when each protection is taken away."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from callsheet.credits.locking import Locked, lock_wallets
from callsheet.credits.models import Wallet
from callsheet.journal import commands
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import (
    accounts,
    admitting,
    briefing,
    closing,
    crediting,
    membership,
    production,
    transferring,
)
from callsheet.tenants.models import Account, AccountStatus, Membership, Role
from tests.builders import (
    delivered,
    draft,
    organization_with,
    somebody,
    submitted,
    wallet_with,
)
from tests.races.crowd import Outcome, answers, errors, together
from tests.races.support import assert_all_is_well, counted, plain_reads_instead_of_locks

CROWD = 8


def contend_for_the_last_credits(monkeypatch: pytest.MonkeyPatch) -> list[Outcome[Any]]:
    """Eight submit a brief of 20 at once, on 60 credits. Whoever has looked at the balance waits a
    moment for the others to look as well, if nothing keeps them from it."""
    wallet = wallet_with(60)
    drafts = [draft(wallet, 20).pk for _ in range(CROWD)]
    looked = Barrier(CROWD)
    decide = admitting.decide

    def slowly(snapshot: Any) -> Any:
        with suppress(BrokenBarrierError):
            looked.wait(timeout=1)
        return decide(snapshot)

    monkeypatch.setattr(admitting, "decide", slowly)
    return together(CROWD, lambda n: briefing.submit(CONSOLE, drafts[n])["status"])


def test_the_last_credits_go_to_as_many_as_fit(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = contend_for_the_last_credits(monkeypatch)
    assert not errors(outcomes)
    assert sorted(answers(outcomes)) == ["pending_review"] * 3 + ["queued"] * 5
    assert_all_is_well()


def test_control_without_locks_the_same_credits_are_promised_twice(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Plain reads instead of locks: all eight see 60 free, and more than three start. The database
    stops the fourth, so nothing is oversold, but the person who submitted gets an error."""
    plain_reads_instead_of_locks(monkeypatch)
    outcomes = contend_for_the_last_credits(monkeypatch)
    refused = counted(errors(outcomes))
    assert refused["not_enough_available"] >= 1, outcomes
    wallet = Wallet.objects.get()
    assert (wallet.available, wallet.held) == (0, 60)


def crossing(one: int, other: int, rounds: int = 10) -> list[BaseException]:
    def work(n: int) -> None:
        source, target = (one, other) if n % 2 else (other, one)
        for _ in range(rounds):
            transferring.transfer(CONSOLE, source, target, 1)

    return errors(together(4, work))


def test_crossing_transfers_do_not_lock_each_other_out(live_db: str) -> None:
    _, team = organization_with(0, north=50, south=50)
    assert not crossing(team["north"].pk, team["south"].pk)
    assert_all_is_well()


def test_control_locks_in_the_order_of_the_request_deadlock(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the domain's lock and the order of ids, two crossing transfers wait for each other
    until PostgreSQL ends one."""
    _, team = organization_with(0, north=50, south=50)
    both_have_one = Barrier(2)

    def in_the_order_asked(wallet_ids: list[int]) -> Locked:
        for pk in wallet_ids:
            Wallet.objects.select_for_update(no_key=True).get(pk=pk)
            with suppress(BrokenBarrierError):
                both_have_one.wait(timeout=1)
        return lock_wallets(wallet_ids)

    monkeypatch.setattr(transferring, "lock_wallets", in_the_order_asked)
    raised = crossing(team["north"].pk, team["south"].pk, rounds=2)
    assert any(
        isinstance(error, OperationalError) and isinstance(error.__cause__, DeadlockDetected)
        for error in raised
    ), raised
    assert_all_is_well()  # the loser was rolled back


def finalize_at_once(crowd: int = CROWD) -> tuple[Wallet, list[Outcome[Any]]]:
    """Everybody finalizes the same project with a key of their own."""
    wallet = wallet_with(60)
    project = delivered(submitted(wallet, 60))
    waiting = [submitted(wallet, 20) for _ in range(3)]
    outcomes = together(crowd, lambda _: production.finalize(CONSOLE, project.pk))
    assert Project.objects.filter(
        pk__in=[w.pk for w in waiting], status=Status.PENDING_REVIEW
    ).count() == 3  # fmt: skip
    return wallet, outcomes


def test_a_project_is_finalized_once(live_db: str) -> None:
    _, outcomes = finalize_at_once()
    assert len(answers(outcomes)) == 1
    assert counted(errors(outcomes)) == {"forbidden_transition": CROWD - 1}
    assert_all_is_well()


def grant_with_one_key(wallet: Wallet) -> list[Outcome[Any]]:
    return together(CROWD, lambda _: crediting.grant(CONSOLE, wallet.pk, 10, key="one-click"))


def test_one_key_from_many_threads_is_one_grant(live_db: str) -> None:
    wallet = wallet_with(0)
    outcomes = grant_with_one_key(wallet)
    assert not errors(outcomes)
    first, *others = answers(outcomes)
    assert all(other == first for other in others)
    wallet.refresh_from_db()
    assert wallet.available == 10
    assert_all_is_well()


def test_control_without_looking_up_the_key_it_is_granted_several_times(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = commands._begin

    def forgetful(actor: Any, name: str, key: str, digest: bytes) -> Any:
        return begin(actor, name, commands.new_key(), digest)

    monkeypatch.setattr(commands, "_begin", forgetful)
    wallet = wallet_with(0)
    assert not errors(grant_with_one_key(wallet))
    wallet.refresh_from_db()
    assert wallet.available == 10 * CROWD


def test_nothing_is_submitted_to_an_account_that_ends(live_db: str) -> None:
    """Ending and submitting take the same lock, and whoever comes second looks again."""
    for _ in range(6):
        wallet = wallet_with(20)
        project = draft(wallet, 10)

        def work(n: int, wallet: Wallet = wallet, project: Project = project) -> str:
            if n:
                return str(briefing.submit(CONSOLE, project.pk)["status"])
            return str(closing.end_account(CONSOLE, wallet.account_id, reason="price")["status"])

        outcomes = together(2, work)
        codes = counted(errors(outcomes))
        assert codes.total() == 1, outcomes
        assert set(codes) <= {"account_ended", "projects_run"}
        ended = Account.objects.get(pk=wallet.account_id).status == AccountStatus.ENDED
        project.refresh_from_db()
        assert ended == (project.status == Status.DRAFT)
    assert_all_is_well()


def test_control_looking_before_the_lock_a_brief_starts_in_an_ended_account(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locks that do not read again: the submission believes what it saw before it waited."""
    wallet = wallet_with(20)
    project = draft(wallet, 10)
    seen_by_submit = Barrier(2)
    lock_project = briefing.lock_project

    def late(wallet_ids: Any) -> Locked:
        with suppress(BrokenBarrierError):
            seen_by_submit.wait(timeout=5)  # the account is ended between looking and locking
            seen_by_submit.wait(timeout=5)
        return lock_wallets(wallet_ids)

    def stale(project_id: int, version: int | None = None) -> Project:
        locked = lock_project(project_id, version)
        locked.account.status = AccountStatus.ACTIVE  # as it was read before the lock
        return locked

    monkeypatch.setattr(briefing, "lock_wallets", late)
    monkeypatch.setattr(briefing, "lock_project", stale)

    def work(n: int) -> None:
        if n:
            briefing.submit(CONSOLE, project.pk)
        else:
            seen_by_submit.wait(timeout=5)
            closing.end_account(CONSOLE, wallet.account_id, reason="price")
            seen_by_submit.wait(timeout=5)

    assert not errors(together(2, work))
    project.refresh_from_db()
    assert project.status == Status.QUEUED
    assert project.account.status == AccountStatus.ENDED


def test_a_draft_that_goes_while_it_is_submitted(live_db: str) -> None:
    for _ in range(6):
        wallet = wallet_with(20)
        project = draft(wallet, 10)

        def work(n: int, project: Project = project) -> None:
            (briefing.delete_draft if n else briefing.submit)(CONSOLE, project.pk)

        codes = counted(errors(together(2, work)))
        assert codes.total() == 1
        assert set(codes) <= {"not_found", "not_deletable"}


def test_stale_readings_lose(live_db: str) -> None:
    """Eight people act on the same reading of a project; one change is made."""
    wallet = wallet_with(60)
    project = submitted(wallet, 20)
    outcomes = together(
        CROWD,
        lambda n: (
            briefing.withdraw(CONSOLE, project.pk, version=project.version)
            if n % 2
            else production.accept(CONSOLE, project.pk, version=project.version)
        ),
    )
    assert len(answers(outcomes)) == 1
    assert counted(errors(outcomes)) == {"stale": CROWD - 1}
    assert_all_is_well()


def test_a_name_is_taken_once(live_db: str) -> None:
    outcomes = together(CROWD, lambda _: accounts.create_account(CONSOLE, "Acme", slug="acme"))
    assert len(answers(outcomes)) == 1
    assert set(counted(errors(outcomes))) <= {"key_taken", "done_meanwhile"}
    with pytest.raises(Conflict):
        accounts.create_account(CONSOLE, "Acme", slug="acme")
    assert Account.objects.count() == 1


def test_two_admins_cannot_both_leave(live_db: str) -> None:
    """Each sees the other and may go; the lock on the account lets only one of them."""
    for _ in range(4):
        account = wallet_with(0).account
        people = [somebody(account, Role.ADMIN) for _ in range(2)]
        seats = [Membership.objects.get(user_id=one.user_id).pk for one in people]

        def leave(n: int, people: Any = people, seats: Any = seats) -> None:
            membership.remove_member(people[n], seats[n])

        assert counted(errors(together(2, leave))) == {"last_admin": 1}
        assert Membership.objects.filter(account=account, role=Role.ADMIN).count() == 1


def test_control_without_the_lock_nobody_looks_after_the_account(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = wallet_with(0).account
    people = [somebody(account, Role.ADMIN) for _ in range(2)]
    seats = [Membership.objects.get(user_id=one.user_id).pk for one in people]
    both_looked = Barrier(2)
    look = membership._check_not_last_admin

    def slowly(*arguments: Any) -> None:
        look(*arguments)
        with suppress(BrokenBarrierError):
            both_looked.wait(timeout=5)

    monkeypatch.setattr(membership, "lock_place", lambda place: None)
    monkeypatch.setattr(membership, "_check_not_last_admin", slowly)
    assert not errors(together(2, lambda n: membership.remove_member(people[n], seats[n])))
    assert not Membership.objects.filter(account=account).exists()
