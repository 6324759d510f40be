"""Restoring is a change of the ledger that can be rolled out, and back while nobody has used it."""

from __future__ import annotations

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from callsheet.config.databases import default_points_at
from callsheet.credits import post as posting
from callsheet.credits.audit import verify
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Billing, Wallet
from callsheet.credits.post import Move
from callsheet.kit.errors import Refused
from tests.ledger_builders import do, standalone

BEFORE = "0006_giving_back"
FORGED = (
    "UPDATE credits_transfer SET kind = 'restore', from_bucket = 'consumed',"
    " to_bucket = 'available' WHERE kind = 'consume'"
)


def functions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE proname LIKE 'callsheet_post%' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def migrate_to(owner_url: str, *target: str) -> None:
    with default_points_at(owner_url):
        call_command("migrate", *target, interactive=False, verbosity=0)


def finished_project() -> tuple[Wallet, Move]:
    """A wallet whose hold is used up, and the move that restores it."""
    wallet = standalone(30, billing=Billing.PAY_AS_YOU_GO)
    lot = wallet.lots.get().pk
    hold = do(Move(Kind.HOLD, 10, wallet.pk, lot=lot)).holds[0]
    do(Move(Kind.CONSUME, 10, wallet.pk, hold=hold, lot=lot))
    return wallet, Move(Kind.RESTORE, 10, wallet.pk, hold=hold, lot=lot)


def speak_version_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process of the release before does."""
    monkeypatch.setattr(posting, "_CALL", posting._CALL.replace("post_v2", "post_v1"))


def test_processes_of_the_release_before_go_on_working(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet, restoring = finished_project()
    with monkeypatch.context() as before:
        speak_version_1(before)
        lot = wallet.lots.get().pk
        hold = do(Move(Kind.HOLD, 5, wallet.pk, lot=lot)).holds[0]
        do(Move(Kind.CONSUME, 5, wallet.pk, hold=hold, lot=lot))
        with pytest.raises(Refused, match="no such kind"):
            do(restoring)
    do(restoring)  # what version 1 consumed, version 2 restores
    do(Move(Kind.RESTORE, 5, wallet.pk, hold=hold, lot=lot))
    assert verify().clean


def test_it_can_be_taken_back_and_made_again(
    live_db: str, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet, restoring = finished_project()
    migrate_to(owner_url, "credits", BEFORE)
    assert functions() == ["callsheet_post_v1"]
    with monkeypatch.context() as before:
        speak_version_1(before)
        do(Move(Kind.HOLD, 5, wallet.pk, lot=wallet.lots.get().pk))
    with psycopg.connect(owner_url) as owner:
        owner.execute("ALTER TABLE credits_transfer DISABLE TRIGGER USER")
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute(FORGED)
        owner.rollback()
    migrate_to(owner_url)
    assert functions() == ["callsheet_post_v1", "callsheet_post_v2"]
    do(restoring)
    assert verify().clean


def test_once_something_was_restored_there_is_no_way_back(live_db: str, owner_url: str) -> None:
    _, restoring = finished_project()
    do(restoring)
    with pytest.raises(IntegrityError, match="transfer_joins_right_buckets"):
        migrate_to(owner_url, "credits", BEFORE)
    assert functions() == ["callsheet_post_v1", "callsheet_post_v2"]  # all or nothing
    assert verify().clean
