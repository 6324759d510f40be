"""Statements: balances and heads at the account's own midnights, and what the command prints."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from callsheet.cli.main import build
from callsheet.credits.audit import verify
from callsheet.credits.balances import balances, find_wallet, label
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Transfer, Wallet
from callsheet.credits.post import Move, post
from callsheet.credits.statement import Statement, as_csv, statement
from callsheet.journal.commands import run
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, person
from callsheet.kit.errors import NotFound, Refused
from callsheet.tenants.models import User
from tests.ledger_builders import do, group, order, standalone

pytestmark = pytest.mark.django_db


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def march(wallet: Wallet, first: int, last: int) -> Statement:
    return statement(wallet, date(2026, 3, first), date(2026, 3, last))


@pytest.fixture
def auckland() -> Wallet:
    """60 credits on 1 March; in Auckland (UTC+13) the 3rd begins at 11:00 UTC of the 2nd."""
    with clock.at(at(1, 0)):
        wallet = standalone(60)
    account = wallet.account
    assert account is not None
    account.time_zone = "Pacific/Auckland"
    account.save()
    with clock.at(at(2, 10, 59)):
        do(Move(Kind.HOLD, 20, wallet.pk))
    with clock.at(at(2, 11)):
        do(Move(Kind.HOLD, 5, wallet.pk))
    return find_wallet(account.key)


def test_days_are_the_accounts_own(auckland: Wallet) -> None:
    second, third = march(auckland, 2, 2), march(auckland, 3, 3)
    assert [(line.title, line.available, line.held) for line in second.lines] == [("Held", -20, 20)]
    assert [(line.available, line.at.isoformat()) for line in third.lines] == [
        (-5, "2026-03-03T00:00:00+13:00")
    ]
    assert (second.opening.available, second.closing.available, third.closing.held) == (60, 40, 25)


def test_each_statement_begins_where_the_one_before_ended(auckland: Wallet) -> None:
    parts = [march(auckland, day, day) for day in range(1, 6)]
    for before, after in pairwise(parts):
        assert before.closing == after.opening
    auckland.refresh_from_db()
    assert parts[-1].closing.head == bytes(auckland.head).hex()
    assert parts[-1].closing.seq == auckland.seq
    assert parts[-1].closing.capacity == auckland.capacity
    assert march(auckland, 1, 5).lines == tuple(line for part in parts for line in part.lines)


def test_before_anything_happened_the_head_is_zero(auckland: Wallet) -> None:
    empty = statement(auckland, date(2025, 1, 1), date(2025, 1, 31))
    assert empty.lines == ()
    assert empty.opening == empty.closing
    assert (empty.opening.seq, empty.opening.head) == (0, "00" * 32)


def test_both_sides_of_a_loan_read_it_with_the_others_name() -> None:
    teams = group(0, 20, 5)
    lender, borrower = teams.wallets
    held = do(
        Move(Kind.LEND, 5, lender.pk, borrower.pk, ref="a"),
        Move(Kind.HOLD, 10, borrower.pk, ref="a"),
    ).holds[0]
    assert held is not None
    day = clock.today("UTC")
    gave = statement(lender, day, day).lines[-1]
    got, kept = statement(borrower, day, day, projects={held: "Spring launch"}).lines[-2:]
    assert (gave.title, gave.available, gave.other) == ("Lent", -5, label(borrower))
    assert (got.title, got.available, got.other) == ("Lent", 5, label(lender))
    assert (kept.available, kept.held, kept.project, kept.other) == (-10, 10, "Spring launch", None)


def test_who_and_why_are_said_and_formulas_are_defused() -> None:
    wallet = standalone(10)
    user = User.objects.create_user("ada@example.com", name="Ada")
    run(
        person(user.pk, "Ada"), "adjust", None, {},
        lambda command: {"of": post(command, [Move(Kind.ADJUST, 5, wallet.pk)]).command},
        note="=HYPERLINK(1)",
    )  # fmt: skip
    day = clock.today("UTC")
    one = statement(wallet, day, day)
    assert (one.lines[-1].by, one.lines[-1].note) == ("Ada", "=HYPERLINK(1)")
    assert one.lines[0].by == CONSOLE.name
    rows = list(csv.DictReader(io.StringIO(as_csv(one))))
    assert rows[-2]["reason"] == "'=HYPERLINK(1)"
    assert [row["what"] for row in rows] == [
        "Opening balance", "Adjusted", "Adjusted", "Closing balance"
    ]  # fmt: skip
    assert (rows[0]["available after"], rows[-1]["available after"]) == ("0", "15")
    assert rows[-1]["hash"] == one.closing.head


def test_a_period_runs_forwards() -> None:
    with pytest.raises(Refused) as refusal:
        march(standalone(), 3, 2)
    assert refusal.value.code == "period_reversed"


def test_wallets_are_found_by_key_pool_and_number() -> None:
    teams = group(5, 5)
    wallet = teams.wallets[0]
    assert find_wallet(label(wallet)) == wallet
    assert find_wallet(f"pool:{teams.organization.key}") == teams.pool
    assert find_wallet(str(teams.pool.pk)) == teams.pool
    for unknown in ("nobody", "pool:nobody", "pool:", "9" * 30, "²", ""):
        with pytest.raises(NotFound):
            find_wallet(unknown)


def test_balances_say_what_is_lent_borrowed_and_owed() -> None:
    teams = group(7, 20, 5)
    lender, borrower = teams.wallets
    do(
        Move(Kind.LEND, 5, lender.pk, borrower.pk, ref="a"),
        Move(Kind.HOLD, 10, borrower.pk, ref="a"),
    )
    order(lender, teams.pool, 6)
    pool, first, second = balances([teams.pool.pk, lender.pk, borrower.pk])
    assert (pool.available, pool.due_back) == (7, 0)
    assert (first.available, first.lent, first.due_back) == (15, 5, 6)
    assert (second.capacity, second.held, second.borrowed) == (10, 10, 5)


def called(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(build(), ["ledger", *arguments])
    return result.exit_code, result.output


def test_verify_says_that_the_books_are_right() -> None:
    wallet = standalone(10)
    assert called("verify", label(wallet)) == (0, "The books are right: 1 wallet, 1 transfer.\n")
    code, said = called("verify", "--json")
    assert (code, json.loads(said)["clean"]) == (0, True)


def test_verify_ends_with_1_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    wallet = standalone(10)
    _, said = called("statement", label(wallet), "--json")
    closing = json.loads(said)["closing"]
    right = f"{label(wallet)}:{closing['seq']}:{closing['head']}"
    wrong = f"{label(wallet)}:{closing['seq']}:{'ab' * 32}"
    assert called("verify", "--kept", right)[0] == 0
    code, said = called("verify", "--kept", wrong)
    assert code == 1
    found = f"{label(wallet)}: kept head {wallet.pk}/1: hash is {closing['head']}"
    assert f"{found}, the one you kept is {'ab' * 32}" in said
    code, said = called("verify", "--json", "--kept", wrong)
    assert code == 1
    assert json.loads(said)["differences"][0]["label"] == label(wallet)


def test_the_statement_command_prints_lines_heads_and_csv() -> None:
    with clock.at(at(2, 10)):
        wallet = standalone(60)
        do(Move(Kind.HOLD, 20, wallet.pk))
    name = label(wallet)
    code, said = called("statement", name, "--from", "2026-03-01", "--to", "2026-03-31")
    assert code == 0
    for expected in ("Opening balance", "Adjusted", "+60", "Held", "-20", "Closing balance"):
        assert expected in said
    wallet.refresh_from_db()
    assert f"closing head  {name}:2:{bytes(wallet.head).hex()}" in said
    code, said = called("statement", name, "--from", "2026-03-01", "--to", "2026-03-31", "--csv")
    assert (code, len(said.splitlines())) == (0, 5)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("statement", "nobody"), 3),
        (("verify", "nobody"), 3),
        (("statement", "{wallet}", "--from", "yesterday"), 5),
        (("statement", "{wallet}", "--from", "2026-03-02", "--to", "2026-03-01"), 5),
        (("verify", "--kept", "no-head"), 5),
    ],
)
def test_what_makes_no_sense_has_its_exit_code(arguments: tuple[str, ...], code: int) -> None:
    name = label(standalone(1))
    assert called(*(text.format(wallet=name) for text in arguments))[0] == code


def test_balances_are_listed_and_an_overdrawn_wallet_is_named() -> None:
    wallet = standalone(5)
    do(Move(Kind.ADJUST, 8, wallet.pk, down=True))
    code, said = called("balances", label(wallet))
    assert code == 0
    assert f"{label(wallet)} is overdrawn by 3" in said
    _, said = called("balances", "--json")
    assert label(wallet) in {one["label"] for one in json.loads(said)["balances"]}
    assert verify([wallet.pk]).clean
    assert Transfer.objects.filter(from_wallet=wallet).count() == 2
