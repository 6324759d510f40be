"""The database function as an attacker meets it: every refusal has a code and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from callsheet.credits.kinds import Kind
from callsheet.credits.models import Billing, Domain, Grant, Hold, StandingOrder, Transfer, Wallet
from callsheet.credits.post import Move
from callsheet.journal.models import Command
from callsheet.kit.errors import CallsheetError
from tests.ledger_builders import TODAY, bought, do, granted, group, order, standalone

pytestmark = pytest.mark.django_db


def refused(*moves: Move) -> str:
    """The code with which the batch is refused; it must leave nothing behind."""
    before = _trace()
    with pytest.raises(CallsheetError) as refusal, transaction.atomic():
        do(*moves)
    assert _trace() == before
    assert refusal.value.message
    assert "{" not in refusal.value.message
    return refusal.value.code


def _trace() -> object:
    return (
        Transfer.objects.count(),
        Command.objects.count(),
        list(Hold.objects.order_by("pk").values_list()),
        list(Wallet.objects.order_by("pk").values_list()),
        list(StandingOrder.objects.order_by("pk").values_list()),
        list(Grant.objects.order_by("pk").values_list()),
    )


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "amount_not_positive"),
        (-5, "amount_not_positive"),
        (3_000_000_000, "amount_too_large"),
        (10**30, "amount_too_large"),
    ],
)
def test_amounts_that_cannot_be(amount: int, code: str) -> None:
    assert refused(Move(Kind.HOLD, amount, standalone(10).pk)) == code


def test_a_balance_beyond_the_integers_is_refused() -> None:
    wallet = standalone(1_000_000_000)
    do(Move(Kind.ADJUST, 1_000_000_000, wallet.pk))
    assert refused(Move(Kind.ADJUST, 1_000_000_000, wallet.pk)) == "amount_too_large"


def test_an_unknown_wallet_on_either_side() -> None:
    teams = group(0, 10, 10)
    gone = 10**12
    assert refused(Move(Kind.HOLD, 1, gone)) == "not_found"
    assert refused(Move(Kind.REASSIGN, 1, gone, teams.wallets[0].pk)) == "not_found"
    assert refused(Move(Kind.REASSIGN, 1, teams.wallets[0].pk, gone)) == "not_found"


def test_credits_stay_within_one_organization() -> None:
    ours, theirs, alone = group(50, 20), group(50, 20), standalone(20)
    for kind, source, target in [
        (Kind.REASSIGN, ours.wallets[0], theirs.wallets[0]),
        (Kind.REASSIGN, ours.wallets[0], alone),
        (Kind.REASSIGN, alone, ours.wallets[0]),
        (Kind.REASSIGN, alone, standalone(5)),
        (Kind.ALLOCATE, ours.pool, theirs.wallets[0]),
        (Kind.RECLAIM, ours.wallets[0], theirs.pool),
    ]:
        assert refused(Move(kind, 1, source.pk, target.pk)) == "other_organization"


def test_each_kind_has_its_direction() -> None:
    teams = group(50, 20, 20)
    one, two = (wallet.pk for wallet in teams.wallets)
    pool = teams.pool.pk
    for kind, source, target in [
        (Kind.ALLOCATE, one, pool),
        (Kind.ALLOCATE, one, two),
        (Kind.RECLAIM, pool, one),
        (Kind.RECLAIM, one, two),
        (Kind.REASSIGN, pool, one),
        (Kind.REASSIGN, one, pool),
    ]:
        assert refused(Move(kind, 1, source, target)) == "wrong_wallets"
    assert (
        refused(Move(Kind.LEND, 1, one, pool, ref="a"), Move(Kind.HOLD, 1, pool, ref="a"))
        == "wrong_wallets"
    )
    assert refused(Move(Kind.REASSIGN, 1, one, one)) == "same_wallet"
    assert refused(Move(Kind.REASSIGN, 1, one)) == "same_wallet"


def test_connected_accounts_keep_their_own_credits() -> None:
    teams = group(50, 20, 20)
    account = teams.wallets[0].account
    assert account is not None
    account.type = "connected"
    account.save()
    one, two = (wallet.pk for wallet in teams.wallets)
    assert refused(Move(Kind.REASSIGN, 1, one, two)) == "wrong_wallets"
    assert refused(Move(Kind.REASSIGN, 1, two, one)) == "wrong_wallets"
    assert refused(Move(Kind.ALLOCATE, 1, teams.pool.pk, one)) == "wrong_wallets"


def test_a_loan_keeps_floor_limits_and_the_switch() -> None:
    teams = group(0, 20, 0)
    lender, borrower = teams.wallets

    def lend(amount: int) -> tuple[Move, Move]:
        return (
            Move(Kind.LEND, amount, lender.pk, borrower.pk, ref="a"),
            Move(Kind.HOLD, amount, borrower.pk, ref="a"),
        )

    Wallet.objects.filter(pk=lender.pk).update(floor=15)
    assert refused(*lend(6)) == "not_enough_available"
    Wallet.objects.filter(pk=lender.pk).update(floor=0, may_lend=4)
    assert refused(*lend(5)) == "lending_limit"
    Wallet.objects.filter(pk=lender.pk).update(may_lend=None)
    Wallet.objects.filter(pk=borrower.pk).update(may_borrow=4)
    assert refused(*lend(5)) == "lending_limit"
    Domain.objects.filter(pk=teams.domain.pk).update(borrowing=False)
    assert refused(*lend(1)) == "borrowing_off"


def test_a_loan_is_for_a_hold_of_the_borrower_that_opens() -> None:
    teams = group(0, 20, 20)
    lender, borrower = teams.wallets
    foreign = do(Move(Kind.HOLD, 5, lender.pk)).holds[0]
    closed = do(Move(Kind.HOLD, 5, borrower.pk)).holds[0]
    do(Move(Kind.RELEASE, 5, borrower.pk, hold=closed))
    assert refused(Move(Kind.LEND, 5, lender.pk, borrower.pk)) == "hold_missing"
    assert refused(Move(Kind.LEND, 5, lender.pk, borrower.pk, ref="a")) == "hold_missing"
    for hold in (foreign, closed):
        assert refused(Move(Kind.LEND, 5, lender.pk, borrower.pk, hold=hold)) == "hold_too_small"
    assert (
        refused(
            Move(Kind.LEND, 5, lender.pk, borrower.pk, ref="a"),
            Move(Kind.HOLD, 5, lender.pk, ref="a"),
        )
        == "hold_too_small"
    )


def test_only_the_borrower_repays_and_only_what_is_owed() -> None:
    teams = group(0, 20, 10, 20)
    lender, borrower, other = (wallet.pk for wallet in teams.wallets)
    held = do(
        Move(Kind.LEND, 5, lender, borrower, ref="a"), Move(Kind.HOLD, 15, borrower, ref="a")
    ).holds[0]
    assert held is not None
    do(Move(Kind.RELEASE, 10, borrower, hold=held))
    assert refused(Move(Kind.REPAY, 5, other, lender, hold=held)) == "hold_too_small"
    assert refused(Move(Kind.REPAY, 5, borrower, other, hold=held)) == "hold_too_small"
    assert refused(Move(Kind.REPAY, 6, borrower, lender, hold=held)) == "hold_too_small"
    assert refused(Move(Kind.REPAY, 5, borrower, lender)) == "hold_missing"
    do(Move(Kind.REPAY, 5, borrower, lender, hold=held))
    assert refused(Move(Kind.REPAY, 1, borrower, lender, hold=held)) == "hold_too_small"


def test_a_loan_can_be_repaid_after_borrowing_was_switched_off() -> None:
    teams = group(0, 20, 10)
    lender, borrower = (wallet.pk for wallet in teams.wallets)
    held = do(
        Move(Kind.LEND, 5, lender, borrower, ref="a"), Move(Kind.HOLD, 15, borrower, ref="a")
    ).holds[0]
    Domain.objects.filter(pk=teams.domain.pk).update(borrowing=False)
    do(
        Move(Kind.RELEASE, 15, borrower, hold=held),
        Move(Kind.REPAY, 5, borrower, lender, hold=held),
    )
    assert Wallet.objects.get(pk=lender).available == 20


def test_holds_of_others_closed_holds_and_too_much() -> None:
    wallet, other = standalone(30), standalone(30)
    held = do(Move(Kind.HOLD, 10, wallet.pk)).holds[0]
    do(Move(Kind.HOLD, 10, other.pk))
    assert refused(Move(Kind.RELEASE, 5, other.pk, hold=held)) == "hold_too_small"
    assert refused(Move(Kind.HOLD, 5, other.pk, hold=held)) == "hold_too_small"
    assert refused(Move(Kind.RELEASE, 11, wallet.pk, hold=held)) == "hold_too_small"
    assert refused(Move(Kind.RELEASE, 5, wallet.pk)) == "hold_missing"
    do(Move(Kind.RELEASE, 10, wallet.pk, hold=held))
    assert refused(Move(Kind.RELEASE, 1, wallet.pk, hold=held)) == "hold_too_small"
    assert refused(Move(Kind.HOLD, 1, wallet.pk, hold=held)) == "hold_too_small"


def test_held_credits_cannot_move() -> None:
    teams = group(0, 20, 0)
    one, two = (wallet.pk for wallet in teams.wallets)
    do(Move(Kind.HOLD, 15, one))
    assert refused(Move(Kind.REASSIGN, 6, one, two)) == "not_enough_available"
    assert refused(Move(Kind.RECLAIM, 6, one, teams.pool.pk)) == "not_enough_available"
    assert refused(Move(Kind.REVOKE, 6, one)) == "not_enough_available"


def test_the_second_move_fails_and_takes_the_first_with_it() -> None:
    wallet = standalone(10)
    moves = (Move(Kind.HOLD, 6, wallet.pk), Move(Kind.HOLD, 6, wallet.pk))
    assert refused(*moves) == "not_enough_available"


def test_subscription_credits_are_never_used_up() -> None:
    wallet = standalone(10)
    held = do(Move(Kind.HOLD, 5, wallet.pk)).holds[0]
    assert refused(Move(Kind.CONSUME, 5, wallet.pk, hold=held)) == "credits_recycle"
    assert refused(Move(Kind.EXPIRE, 5, wallet.pk)) == "credits_recycle"


def test_pay_as_you_go_moves_by_its_own_lots() -> None:
    wallet, other = (standalone(30, billing=Billing.PAY_AS_YOU_GO) for _ in range(2))
    lot, foreign = wallet.lots.get(), other.lots.get()
    held = do(Move(Kind.HOLD, 10, wallet.pk, lot=lot.pk)).holds[0]
    for kind in (Kind.HOLD, Kind.GRANT, Kind.REVOKE, Kind.EXPIRE, Kind.ADJUST):
        assert refused(Move(kind, 5, wallet.pk)) == "lot_missing"
    assert refused(Move(Kind.RELEASE, 5, wallet.pk, hold=held)) == "lot_missing"
    assert refused(Move(Kind.CONSUME, 5, wallet.pk, hold=held)) == "lot_missing"
    assert refused(Move(Kind.HOLD, 5, wallet.pk, lot=foreign.pk)) == "not_found"
    second = bought(wallet, 10)
    assert refused(Move(Kind.HOLD, 11, wallet.pk, lot=second.pk)) == "not_enough_available"
    assert refused(Move(Kind.CONSUME, 5, wallet.pk, hold=held, lot=second.pk)) in {
        "hold_too_small",
        "not_enough_available",
    }
    assert refused(Move(Kind.GRANT, 1, wallet.pk, lot=lot.pk)) == "not_enough_available"


def test_pay_as_you_go_credits_do_not_cross() -> None:
    teams = group(0, 20, 0)
    lots_wallet = Wallet.objects.create(
        account=_integrated(teams.organization), domain=teams.domain, billing=Billing.PAY_AS_YOU_GO
    )
    move = Move(Kind.REASSIGN, 1, teams.wallets[0].pk, lots_wallet.pk)
    assert refused(move) == "lots_stay"


def _integrated(organization: object) -> object:
    from callsheet.tenants.models import Account

    return Account.objects.create(
        key="lots-in-a-group", name="Lots", type="integrated", organization=organization
    )


def test_a_grant_enters_once_and_whole() -> None:
    wallet, other = standalone(0), standalone(50)
    grant = granted(wallet, 20, posted=False)
    assert refused(Move(Kind.REVOKE, 5, other.pk, grant=grant.pk)) == "grant_not_posted"
    assert refused(Move(Kind.GRANT, 19, wallet.pk, grant=grant.pk)) == "grant_posted_before"
    assert refused(Move(Kind.GRANT, 20, other.pk, grant=grant.pk)) == "grant_posted_before"
    do(Move(Kind.GRANT, 20, wallet.pk, grant=grant.pk))
    assert refused(Move(Kind.GRANT, 20, wallet.pk, grant=grant.pk)) == "grant_posted_before"
    assert refused(Move(Kind.HOLD, 5, wallet.pk, grant=grant.pk)) == "misplaced"


def test_revoking_needs_a_posted_grant() -> None:
    wallet = standalone(50)
    grant = granted(wallet, 20, posted=False)
    assert refused(Move(Kind.REVOKE, 20, wallet.pk, grant=grant.pk)) == "grant_not_posted"
    do(Move(Kind.GRANT, 20, wallet.pk, grant=grant.pk))
    assert refused(Move(Kind.REVOKE, 21, wallet.pk, grant=grant.pk)) == "grant_not_posted"
    do(Move(Kind.REVOKE, 20, wallet.pk, grant=grant.pk))


def test_an_order_takes_what_it_says_from_whom_it_says() -> None:
    teams = group(50, 20, 20)
    one, two = teams.wallets
    recall = order(one, teams.pool, 10)
    pool = teams.pool.pk

    def take(kind: Kind, amount: int, source: int, target: int | None = None) -> Move:
        return Move(kind, amount, source, target, order=recall.pk)

    assert refused(take(Kind.RECLAIM, 11, one.pk, pool)) == "order_overtaken"
    assert refused(take(Kind.RECLAIM, 5, two.pk, pool)) == "order_overtaken"
    assert refused(take(Kind.REASSIGN, 5, one.pk, two.pk)) == "order_overtaken"
    assert refused(take(Kind.REVOKE, 5, one.pk)) == "order_overtaken"
    assert refused(take(Kind.HOLD, 5, one.pk)) == "misplaced"
    do(take(Kind.RECLAIM, 6, one.pk, pool))
    assert refused(take(Kind.RECLAIM, 5, one.pk, pool)) == "order_overtaken"
    StandingOrder.objects.filter(pk=recall.pk).update(canceled_at="2026-03-02T00:00Z")
    assert refused(take(Kind.RECLAIM, 4, one.pk, pool)) == "order_overtaken"


def test_an_upward_adjustment_does_not_fill_an_order() -> None:
    wallet = standalone(20)
    downgrade = order(wallet, None, 10)
    assert refused(Move(Kind.ADJUST, 5, wallet.pk, order=downgrade.pk)) == "order_overtaken"


def test_a_loan_returns_only_what_was_lent() -> None:
    teams = group(0, 20, 20)
    one, two = teams.wallets
    out = order(one, two, 10)
    back = order(two, one, 10, after=out)
    assert refused(Move(Kind.REASSIGN, 1, two.pk, one.pk, order=back.pk)) == "order_overtaken"
    do(Move(Kind.REASSIGN, 4, one.pk, two.pk, order=out.pk))
    assert refused(Move(Kind.REASSIGN, 5, two.pk, one.pk, order=back.pk)) == "order_overtaken"
    do(Move(Kind.REASSIGN, 4, two.pk, one.pk, order=back.pk))


def test_an_open_command_is_needed() -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        _call_with_command(10**12)
    assert "command_not_open" in str(refusal.value)


def _call_with_command(command: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT callsheet_post_v1(%s, NULL, NULL, NULL, NULL,"
            """ '[{"kind": "adjust", "amount": 5, "source": 1}]', now(), NULL)""",
            [command],
        )


def test_an_answered_command_takes_no_more_moves() -> None:
    wallet = standalone(10)
    command = do(Move(Kind.HOLD, 1, wallet.pk)).command
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        _call_with_command(command)
    assert "command_not_open" in str(refusal.value)


@pytest.mark.parametrize("kind", ["steal", "", None])
def test_an_unknown_kind(kind: str | None) -> None:
    wallet = standalone(10)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT callsheet_post_v1(NULL, 'a', 'b', 'c', 'd', jsonb_build_array("
                "jsonb_build_object('kind', %s::text, 'amount', 5, 'source', %s)), now(), NULL)",
                [kind, wallet.pk],
            )
    assert "unknown_kind" in str(refusal.value)


@pytest.mark.parametrize(
    "birth",
    [
        lambda wallet: Grant.objects.create(
            wallet=wallet, category="plan", credits=5, starts_on=TODAY, posted=True
        ),
        lambda wallet: StandingOrder.objects.create(
            kind="recall", source=wallet, amount=5, taken=5, due_on=TODAY
        ),
        lambda wallet: Wallet.objects.create(
            account=standalone().account, domain=Domain.objects.create(), head=b"x" * 32
        ),
    ],
    ids=["grant", "order", "wallet"],
)
def test_rows_are_born_without_a_past(birth: Callable[[Wallet], object]) -> None:
    wallet = standalone(10)
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        birth(wallet)
    assert "without" in str(refusal.value) or "books keep" in str(refusal.value)


def test_nobody_but_the_application_may_call_the_function() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(array_to_string(proacl, ','), 'everybody') FROM pg_proc"
            " WHERE proname = 'callsheet_post_v1'"
        )
        (rights,) = cursor.fetchone()
    grantees = {entry.split("=")[0] for entry in rights.split(",")}
    assert grantees == {"callsheet_owner", "callsheet_app"}
