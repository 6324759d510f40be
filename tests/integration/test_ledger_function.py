"""The database function: what it keeps, and what it refuses."""

import pytest
from django.db import DatabaseError, connection, transaction

from callsheet.credits.kinds import Kind
from callsheet.credits.models import Hold, Transfer, Wallet
from callsheet.credits.post import Move, post_once
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict
from tests.builders import wallet_with

pytestmark = pytest.mark.django_db


def test_a_hold_moves_credits_and_a_release_brings_them_back() -> None:
    wallet = wallet_with(60)
    held = post_once(CONSOLE, "hold", "1", [Move(Kind.HOLD, 20, wallet.pk)])
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held, wallet.capacity) == (40, 20, 60)
    post_once(CONSOLE, "release", "1", [Move(Kind.RELEASE, 20, wallet.pk, hold=held.holds[0])])
    wallet.refresh_from_db()
    assert (wallet.available, wallet.held) == (60, 0)
    assert Hold.objects.get(pk=held.holds[0]).closed_at is not None


def test_more_than_available_is_refused_without_a_trace() -> None:
    wallet = wallet_with(10)
    before = Transfer.objects.count()
    with pytest.raises(Conflict) as refusal, transaction.atomic():
        post_once(CONSOLE, "hold", "1", [Move(Kind.HOLD, 11, wallet.pk)])
    assert refusal.value.code == "not_enough_available"
    assert refusal.value.details["available"] == 10
    assert Transfer.objects.count() == before
    assert not Hold.objects.filter(wallet=wallet).exists()


def test_the_same_command_happens_once_and_another_input_is_refused() -> None:
    wallet = wallet_with(60)
    first = post_once(CONSOLE, "hold", "k", [Move(Kind.HOLD, 20, wallet.pk)])
    again = post_once(CONSOLE, "hold", "k", [Move(Kind.HOLD, 20, wallet.pk)])
    assert again.replayed
    assert again.transfers == first.transfers
    assert again.holds == first.holds
    with pytest.raises(Conflict) as refusal, transaction.atomic():
        post_once(CONSOLE, "hold", "k", [Move(Kind.HOLD, 25, wallet.pk)])
    assert refusal.value.code == "command_reused"
    wallet.refresh_from_db()
    assert wallet.held == 20


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE credits_wallet SET available = available + 1",
        "UPDATE credits_transfer SET amount = amount + 1",
        "DELETE FROM credits_transfer",
        "TRUNCATE credits_transfer CASCADE",
        (
            "INSERT INTO credits_hold (wallet_id, credits, opened_at) SELECT id, 5, now()"
            " FROM credits_wallet"
        ),
        "UPDATE credits_hold SET credits = 0",
        "DELETE FROM journal_event",
        "UPDATE journal_command SET key = 'other'",
        "ALTER TABLE credits_transfer DISABLE TRIGGER ALL",
        (
            "INSERT INTO credits_wallet (account_id, domain_id, billing, policy, issued, available,"
            " held, consumed, expired, net_in, overdraft, lent, borrowed, floor, seq, head)"
            " SELECT account_id, domain_id, billing, policy, -9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, head"
            " FROM credits_wallet"
        ),
    ],
)
def test_the_application_role_cannot_touch_the_books(statement: str) -> None:
    wallet = wallet_with(60)
    post_once(CONSOLE, "hold", "1", [Move(Kind.HOLD, 20, wallet.pk)])
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Wallet.objects.get(pk=wallet.pk).held == 20
