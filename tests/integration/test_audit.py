"""The books are rebuilt from the transfers; whoever changes a row behind their back is found.

Each case below is a negative control: the owner of the tables switches the triggers off, changes
one thing, and the audit must name exactly what no longer fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from callsheet.config.databases import default_points_at
from callsheet.credits import audit
from callsheet.credits.audit import Difference, KeptHead, verify
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Billing, Transfer, Wallet
from callsheet.credits.post import Move, post
from callsheet.journal.commands import run
from callsheet.journal.models import Note
from callsheet.journal.notes import erase
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.postgres import Cluster
from callsheet.postgres.roles import APPLICATION, OWNER
from tests.conftest import TEMPLATE
from tests.ledger_builders import bought, do, granted, group, order, standalone

TABLES = (
    "credits_wallet", "credits_transfer", "credits_hold", "credits_borrowing", "credits_holdlot",
    "credits_lot", "credits_standingorder", "credits_grant", "journal_command", "journal_note",
)  # fmt: skip


def build() -> dict[str, int]:
    """A little of everything that the ledger keeps; names for the rows that tests change."""
    alone = standalone(60)
    first = do(Move(Kind.HOLD, 20, alone.pk)).holds[0]
    gone = do(Move(Kind.HOLD, 10, alone.pk)).holds[0]
    do(Move(Kind.RELEASE, 10, alone.pk, hold=gone))
    do(Move(Kind.HOLD, 5, alone.pk, hold=first))
    grant = granted(alone, 15)
    pending = granted(alone, 7, posted=False)

    run(
        CONSOLE, "adjust", "with-note", {"credits": 3},
        lambda command: {
            "n": list(post(command, [Move(Kind.ADJUST, 3, alone.pk, down=True)]).transfers)
        },
        note="A correction that was agreed by telephone",
    )  # fmt: skip
    downgrade = order(alone, None, 12)
    do(Move(Kind.REVOKE, 4, alone.pk, order=downgrade.pk))

    teams = group(40, 20, 10)
    lender, borrower = teams.wallets
    borrowed = do(
        Move(Kind.LEND, 8, lender.pk, borrower.pk, ref="a"),
        Move(Kind.HOLD, 18, borrower.pk, ref="a"),
    ).holds[0]
    do(
        Move(Kind.RELEASE, 3, borrower.pk, hold=borrowed),
        Move(Kind.REPAY, 3, borrower.pk, lender.pk, hold=borrowed),
    )
    do(Move(Kind.RECLAIM, 2, lender.pk, teams.pool.pk))

    buyer = standalone(50, billing=Billing.PAY_AS_YOU_GO)
    lot = buyer.lots.get()
    used = do(Move(Kind.HOLD, 30, buyer.pk, lot=lot.pk)).holds[0]
    do(Move(Kind.CONSUME, 10, buyer.pk, hold=used, lot=lot.pk))
    second = bought(buyer, 9)
    do(Move(Kind.EXPIRE, 9, buyer.pk, lot=second.pk))

    reopener = standalone(40, billing=Billing.PAY_AS_YOU_GO)
    theirs = reopener.lots.get()
    ended = do(
        Move(Kind.HOLD, 20, reopener.pk, lot=theirs.pk, ref="a"),
        Move(Kind.HOLD, 6, reopener.pk, ref="a", opening=True),
    ).holds[0]
    open_one = do(Move(Kind.HOLD, 10, reopener.pk, lot=theirs.pk)).holds[0]
    do(Move(Kind.CONSUME, 4, reopener.pk, hold=open_one, lot=theirs.pk))
    do(
        Move(Kind.CONSUME, 20, reopener.pk, hold=ended, lot=theirs.pk),
        Move(Kind.CONSUME, 6, reopener.pk, hold=ended),
    )
    do(
        Move(Kind.RESTORE, 15, reopener.pk, hold=ended, lot=theirs.pk),
        Move(Kind.RESTORE, 4, reopener.pk, hold=ended),
        Move(Kind.HOLD, 15, reopener.pk, lot=theirs.pk, ref="again"),
    )
    return {
        "alone": alone.pk, "first": first, "gone": gone, "grant": grant.pk, "pending": pending.pk,
        "downgrade": downgrade.pk, "pool": teams.pool.pk, "lender": lender.pk,
        "borrower": borrower.pk, "borrowed": borrowed, "buyer": buyer.pk, "lot": lot.pk,
        "second": second.pk, "used": used, "reopener": reopener.pk, "theirs": theirs.pk,
        "ended": ended, "open_one": open_one,
    }  # fmt: skip


@pytest.fixture(scope="module")
def world(cluster: Cluster, django_db_blocker: Any) -> Iterator[tuple[str, dict[str, int]]]:
    """The world above in a database of its own: its owner's address, and the rows."""
    name = "callsheet_audit"
    cluster.ensure_database(name, template=TEMPLATE)
    with django_db_blocker.unblock(), default_points_at(cluster.url(name, APPLICATION)):
        rows = build()
        assert verify().clean
    yield cluster.url(name, OWNER), rows
    cluster.drop_database(name)


@pytest.fixture
def books(world: tuple[str, dict[str, int]], django_db_blocker: Any) -> Iterator[dict[str, int]]:
    """Django speaks as the tables' owner, inside one transaction that is rolled back."""
    owner_url, rows = world
    with django_db_blocker.unblock(), default_points_at(owner_url), transaction.atomic():
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        yield rows
        transaction.set_rollback(True)


def tamper(statement: str, rows: dict[str, int]) -> tuple[Difference, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, rows)
        assert cursor.rowcount >= 1, "the case changes nothing"
    return verify().differences


def last(wallet: str) -> str:
    """The last transfer of a wallet's chain, as SQL."""
    return (
        f"(SELECT id FROM credits_transfer WHERE from_wallet_id = %({wallet})s"
        " ORDER BY from_seq DESC LIMIT 1)"
    )


W = "UPDATE credits_wallet SET {} WHERE id = %(alone)s"
CASES = {
    # what is changed: (statement, what the audit must name, and nothing else)
    "credits made up": (
        W.format("available = available + 5, issued = issued - 5"),
        {("wallet", "available"), ("wallet", "issued")},
    ),
    "held freed": (
        W.format("available = available + 5, held = held - 5"),
        {("wallet", "available"), ("wallet", "held")},
    ),
    "net_in": (
        W.format("net_in = net_in + 1, issued = issued + 1"),
        {("wallet", "net_in"), ("wallet", "issued")},
    ),
    "consumed": (
        (
            "UPDATE credits_wallet SET consumed = consumed - 1, expired = expired + 1"
            " WHERE id = %(buyer)s"
        ),
        {("wallet", "consumed"), ("wallet", "expired")},
    ),
    "lent": (W.format("lent = 1"), {("wallet", "lent")}),
    "borrowed": (W.format("borrowed = 1"), {("wallet", "borrowed")}),
    "overdraft": (W.format("overdraft = 100"), {("wallet", "overdraft")}),
    "seq": (W.format("seq = seq + 1"), {("wallet", "seq")}),
    "last_at": (W.format("last_at = last_at + interval '1 s'"), {("wallet", "last_at")}),
    "head": (W.format("head = sha256(head)"), {("chain", "head")}),
    "hold grown": (
        "UPDATE credits_hold SET credits = credits + 1 WHERE id = %(first)s",
        {("hold", "credits")},
    ),
    "hold reopened": (
        "UPDATE credits_hold SET closed_at = NULL WHERE id = %(gone)s",
        {("hold", "closed_at")},
    ),
    "hold closed later": (
        "UPDATE credits_hold SET closed_at = closed_at + interval '1 s' WHERE id = %(gone)s",
        {("hold", "closed_at")},
    ),
    "hold opened earlier": (
        "UPDATE credits_hold SET opened_at = opened_at - interval '1 d' WHERE id = %(first)s",
        {("hold", "opened_at")},
    ),
    "hold of another": (
        "UPDATE credits_hold SET wallet_id = %(pool)s WHERE id = %(first)s",
        {("hold", "wallet")},
    ),
    "hold removed": (
        "DELETE FROM credits_hold WHERE id = %(gone)s",
        {("hold", "credits"), ("hold", "wallet"), ("hold", "opened_at"), ("hold", "closed_at")},
    ),
    "hold invented": (
        "INSERT INTO credits_hold (wallet_id, credits, opened_at) VALUES (%(alone)s, 5, now())",
        {("hold", "credits"), ("hold", "wallet"), ("hold", "opened_at")},
    ),
    "debt forgiven": (
        "UPDATE credits_borrowing SET credits = 0 WHERE hold_id = %(borrowed)s",
        {("borrowing", "credits")},
    ),
    "debt removed": (
        "DELETE FROM credits_borrowing WHERE hold_id = %(borrowed)s",
        {("borrowing", "credits"), ("borrowing", "borrower")},
    ),
    "another lender": (
        "UPDATE credits_borrowing SET lender_id = %(pool)s WHERE hold_id = %(borrowed)s",
        {("borrowing", "credits"), ("borrowing", "borrower")},
    ),
    "hold's lot": (
        "UPDATE credits_holdlot SET credits = credits + 1 WHERE hold_id = %(used)s",
        {("hold lot", "credits")},
    ),
    "hold's lot removed": (
        "DELETE FROM credits_holdlot WHERE hold_id = %(used)s",
        {("hold lot", "credits")},
    ),
    "lot refilled": (
        "UPDATE credits_lot SET available = 9, expired = 0 WHERE id = %(second)s",
        {("lot", "available"), ("lot", "expired")},
    ),
    "lot held": (
        "UPDATE credits_lot SET held = held - 1, consumed = consumed + 1 WHERE id = %(lot)s",
        {("lot", "held"), ("lot", "consumed")},
    ),
    "lot of another": (
        "UPDATE credits_lot SET wallet_id = %(alone)s WHERE id = %(lot)s",
        {("lot", "wallet")},
    ),
    "order taken": (
        "UPDATE credits_standingorder SET taken = taken + 1 WHERE id = %(downgrade)s",
        {("order", "taken")},
    ),
    "order of another": (
        "UPDATE credits_standingorder SET source_id = %(pool)s WHERE id = %(downgrade)s",
        {("order", "source")},
    ),
    "grant unposted": (
        "UPDATE credits_grant SET posted = false WHERE id = %(grant)s",
        {("grant", "posted")},
    ),
    "grant posted by hand": (
        "UPDATE credits_grant SET posted = true WHERE id = %(pending)s",
        {("grant", "posted")},
    ),
    "grant made larger": (
        "UPDATE credits_grant SET credits = 99 WHERE id = %(grant)s",
        {("grant", "credits")},
    ),
    "grant of another": (
        "UPDATE credits_grant SET wallet_id = %(pool)s WHERE id = %(grant)s",
        {("grant", "wallet")},
    ),
    "transfer of more": (
        f"UPDATE credits_transfer SET amount = amount + 1 WHERE id = {last('pool')}",
        {("wallet", "available"), ("wallet", "net_in"), ("chain", "hash")},
    ),
    "transfer's time": (
        (
            "UPDATE credits_transfer SET at = at - interval '9 d' WHERE hold_id = %(first)s"
            " AND amount = 5"
        ),
        {("chain", "hash"), ("chain", "at"), ("hold", "opened_at")},
    ),
    "transfer's hash": (
        (
            "UPDATE credits_transfer SET from_hash = sha256(from_hash) WHERE hold_id = %(first)s"
            " AND amount = 5"
        ),
        {("chain", "hash")},
    ),
    "transfer's order": (
        f"UPDATE credits_transfer SET order_id = NULL WHERE id = {last('alone')}",
        {("chain", "hash"), ("order", "taken")},
    ),
    "transfer's command": (
        f"UPDATE credits_transfer SET command_id = 987654321 WHERE id = {last('alone')}",
        {("chain", "hash"), ("command", "command")},
    ),
    "last transfer removed": (
        f"DELETE FROM credits_transfer WHERE id = {last('alone')}",
        {
            ("wallet", "available"), ("wallet", "issued"), ("wallet", "last_at"),
            ("wallet", "seq"), ("chain", "head"), ("order", "taken"),
        },
    ),
    "middle transfer removed": (
        "DELETE FROM credits_transfer WHERE hold_id = %(first)s AND amount = 5",
        {
            ("wallet", "available"), ("wallet", "held"), ("wallet", "seq"),
            ("chain", "hash"), ("chain", "place"), ("hold", "credits"),
        },
    ),
    "transfer of a batch renumbered": (
        "UPDATE credits_transfer SET n = 9 WHERE hold_id = %(borrowed)s AND kind = 'repay'",
        {("chain", "hash"), ("command", "transfers")},
    ),
    "transfer invented": (
        (
            "INSERT INTO credits_transfer (command_id, n, kind, amount, from_wallet_id,"
            " from_bucket, to_wallet_id, to_bucket, from_seq, from_hash, at) SELECT command_id,"
            " 2, 'grant', 5,"
            " from_wallet_id, 'issued', from_wallet_id, 'available', from_seq + 1, from_hash, at"
            f" FROM credits_transfer WHERE id = {last('alone')}"
        ),
        {
            ("wallet", "available"), ("wallet", "issued"), ("wallet", "seq"), ("chain", "hash"),
        },
    ),
    "somebody else's command": (
        "UPDATE journal_command SET actor = 'user:1' WHERE key = 'with-note'",
        {("chain", "hash")},
    ),
    "restored credits used up again": (
        (
            "UPDATE credits_wallet SET available = available - 15, consumed = consumed + 15,"
            " overdraft = overdraft + 15 WHERE id = %(reopener)s"
        ),
        {("wallet", "available"), ("wallet", "consumed"), ("wallet", "overdraft")},
    ),
    "restored lot used up again": (
        "UPDATE credits_lot SET held = held - 15, consumed = consumed + 15 WHERE id = %(theirs)s",
        {("lot", "held"), ("lot", "consumed")},
    ),
    "a restored hold that holds": (
        "UPDATE credits_hold SET credits = 15, closed_at = NULL WHERE id = %(ended)s",
        {("hold", "credits"), ("hold", "closed_at")},
    ),
    "a restored hold's lot": (
        "UPDATE credits_holdlot SET credits = 15 WHERE hold_id = %(ended)s",
        {("hold lot", "credits")},
    ),
    "restore of more": (
        (
            "UPDATE credits_transfer SET amount = amount + 6"
            " WHERE kind = 'restore' AND lot_id = %(theirs)s"
        ),
        {
            ("wallet", "available"), ("wallet", "consumed"), ("chain", "hash"),
            ("hold lot", "restored"), ("lot", "available"), ("lot", "consumed"),
        },
    ),
    "restore of more without a lot": (
        (
            "UPDATE credits_transfer SET amount = amount + 3"
            " WHERE kind = 'restore' AND lot_id IS NULL"
        ),
        {
            ("wallet", "available"), ("wallet", "consumed"), ("chain", "hash"),
            ("hold", "restored"),
        },
    ),
    "restore of another hold": (
        (
            "UPDATE credits_transfer SET hold_id = %(open_one)s"
            " WHERE kind = 'restore' AND lot_id = %(theirs)s"
        ),
        {("chain", "hash"), ("hold", "restore_place"), ("hold lot", "restored")},
    ),
    "restore without its lot": (
        "UPDATE credits_transfer SET lot_id = NULL WHERE kind = 'restore'",
        {
            ("chain", "hash"), ("hold", "restored"), ("lot", "available"), ("lot", "consumed"),
        },
    ),
    "restore of another lot": (
        (
            "UPDATE credits_transfer SET lot_id = %(second)s"
            " WHERE kind = 'restore' AND lot_id = %(theirs)s"
        ),
        {
            ("chain", "hash"), ("hold lot", "credits"), ("hold lot", "restored"),
            ("lot", "available"), ("lot", "consumed"),
        },
    ),
    "restore called a release": (
        (
            "UPDATE credits_transfer SET kind = 'release', from_bucket = 'held'"
            " WHERE kind = 'restore' AND lot_id IS NULL"
        ),
        {
            ("wallet", "held"), ("wallet", "consumed"), ("chain", "hash"), ("hold", "credits"),
            ("hold", "closed_at"), ("hold", "restore_place"),
        },
    ),
    "restore called a grant": (
        (
            "UPDATE credits_transfer SET kind = 'grant', from_bucket = 'issued', hold_id = NULL"
            " WHERE kind = 'restore' AND lot_id = %(theirs)s"
        ),
        {("wallet", "issued"), ("wallet", "consumed"), ("chain", "hash"), ("lot", "consumed")},
    ),
    "restore of no hold": (
        "UPDATE credits_transfer SET hold_id = NULL WHERE kind = 'restore' AND lot_id IS NULL",
        {("chain", "hash"), ("transfer", "hold")},
    ),
    "restore before the end": (
        (
            "UPDATE credits_transfer t SET from_seq = -o.from_seq FROM credits_transfer o"
            " WHERE t.hold_id = %(ended)s AND o.hold_id = %(ended)s AND ((t.kind, o.kind)"
            " = ('restore', 'consume') OR (t.kind, o.kind) = ('consume', 'restore'))"
            " AND t.lot_id IS NULL AND o.lot_id IS NULL"
        ),
        {("chain", "hash"), ("chain", "place"), ("chain", "at"), ("hold", "restore_place")},
    ),
    "restore removed": (
        "DELETE FROM credits_transfer WHERE kind = 'restore' AND lot_id = %(theirs)s",
        {
            ("wallet", "available"), ("wallet", "consumed"), ("wallet", "overdraft"),
            ("wallet", "seq"), ("chain", "hash"), ("chain", "place"), ("command", "transfers"),
            ("lot", "available"), ("lot", "consumed"),
        },
    ),
    "another reason": (
        "UPDATE journal_note SET digest = sha256(digest)",
        {("chain", "hash")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_was_changed_is_named_and_nothing_else(case: str, books: dict[str, int]) -> None:
    statement, expected = CASES[case]
    found = tamper(statement, books)
    assert {(difference.what, difference.field) for difference in found} == expected
    assert all(str(difference) for difference in found)


def test_a_transfer_between_the_wrong_buckets(books: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE credits_transfer DROP CONSTRAINT transfer_joins_right_buckets")
    found = tamper(
        f"UPDATE credits_transfer SET kind = 'hold', amount = -amount WHERE id = {last('alone')}",
        books,
    )
    named = {(difference.what, difference.field) for difference in found}
    assert {("transfer", "buckets"), ("transfer", "amount"), ("transfer", "hold")} <= named


def test_the_place_of_the_first_broken_link_is_said(books: dict[str, int]) -> None:
    found = tamper(
        "UPDATE credits_transfer SET amount = amount + 1 WHERE id = (SELECT min(id) FROM"
        " credits_transfer WHERE from_wallet_id = %(alone)s)",
        books,
    )
    broken = [difference for difference in found if difference.what == "chain"]
    assert [(one.which, one.wallet) for one in broken] == [(f"{books['alone']}/1", books["alone"])]


def test_only_the_wallets_asked_for_are_read(books: dict[str, int]) -> None:
    statement, expected = CASES["held freed"]
    tamper(statement, books)
    others = [pk for name, pk in books.items() if name in {"pool", "lender", "borrower", "buyer"}]
    assert verify(others).clean
    found = verify([books["alone"]]).differences
    assert {(difference.what, difference.field) for difference in found} == expected


def test_every_wallet_is_clean_on_its_own(books: dict[str, int]) -> None:
    for name in ("alone", "pool", "lender", "borrower", "buyer", "reopener"):
        assert verify([books[name]]).clean, name


def test_a_history_rewritten_as_a_whole_shows_against_a_kept_head(books: dict[str, int]) -> None:
    wallet = Wallet.objects.get(pk=books["buyer"])
    kept = {wallet.pk: KeptHead(wallet.seq, bytes(wallet.head))}
    do(Move(Kind.HOLD, 1, wallet.pk, lot=books["lot"]))
    assert verify(kept=kept).clean
    # The last link before the kept head: its time, its own hash and every later one are rewritten.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE credits_transfer SET from_hash = sha256(from_hash)"
            " WHERE from_wallet_id = %s AND from_seq = %s",
            [wallet.pk, wallet.seq],
        )
    found = verify(kept=kept).differences
    assert ("kept head", f"{wallet.pk}/{wallet.seq}") in {(one.what, one.which) for one in found}
    beyond = {wallet.pk: KeptHead(99, bytes(wallet.head))}
    assert "kept head" in {one.what for one in verify(kept=beyond).differences}


@pytest.mark.django_db
def test_an_erased_reason_breaks_no_chain() -> None:
    build()
    note = Note.objects.get()
    erase(note.pk)
    note.refresh_from_db()
    assert note.text is None
    assert verify().clean


@pytest.mark.django_db
def test_a_clock_that_runs_backwards_breaks_no_chain() -> None:
    wallet = standalone(10)
    with clock.at(clock.now() - timedelta(days=3)):
        held = do(Move(Kind.HOLD, 4, wallet.pk)).holds[0]
    with clock.at(clock.now() - timedelta(days=5)):
        do(Move(Kind.RELEASE, 4, wallet.pk, hold=held))
    times = list(
        Transfer.objects.filter(from_wallet=wallet)
        .order_by("from_seq")
        .values_list("at", flat=True)
    )
    assert times == sorted(times)
    assert verify().clean


@pytest.mark.django_db
def test_another_app_can_add_its_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_more_checks", [])
    odd = Difference("project", "7", None, "hold", "none", "in production")
    audit.also(lambda wallet_ids: [odd] if wallet_ids is None else [])
    assert verify().differences == (odd,)
    assert verify([1]).clean
