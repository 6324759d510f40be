"""The ledger against a model of plain dicts, through thousands of commands in any order.

Every command is foretold by the model: what it forbids must be refused without a trace, what it
allows must happen. After each step every stored number equals the model's, all buckets together are
zero, and the audit, which knows only the transfers, finds no difference.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from callsheet.credits.audit import verify
from callsheet.credits.kinds import Kind
from callsheet.credits.models import (
    Billing,
    Borrowing,
    Domain,
    Grant,
    Hold,
    HoldLot,
    Lot,
    StandingOrder,
    Transfer,
    Wallet,
)
from callsheet.credits.post import Move, Posting, post_once
from callsheet.journal.models import Command
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict
from tests.ledger_builders import TODAY, group, standalone
from tests.property.ledger_model import CROSSING, Model, Unlawful
from tests.soak import scaled

AMOUNTS = st.integers(1, 30)
ANY_AMOUNT = st.one_of(AMOUNTS, st.sampled_from([0, -1, -30, 10**9, 10**9 + 1, 2**31]))
BALANCES = (
    "issued", "available", "held", "consumed", "expired", "lent", "borrowed",
)  # fmt: skip


class LedgerMachine(RuleBasedStateMachine):
    """Two teams and a pool that borrow, a foreign team, a standalone account, one with lots."""

    def __init__(self) -> None:
        super().__init__()
        self.scope = transaction.atomic()
        self.scope.__enter__()
        self.model = Model()
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.keys = 0
        self.done: list[tuple[str, list[Move], Posting]] = []
        self.refused = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.scope.__exit__(None, None, None)

    @initialize(pool=st.integers(5, 60), first=st.integers(10, 50), second=st.integers(10, 50))
    def found(self, pool: int, first: int, second: int) -> None:
        ours, theirs = group(0, 0, 0), group(0, 0)
        alone, buyer = standalone(), standalone(billing=Billing.PAY_AS_YOU_GO)
        self.domain = ours.domain
        self.pool, self.teams = ours.pool.pk, [wallet.pk for wallet in ours.wallets]
        self.alone, self.buyer = alone.pk, buyer.pk
        for one in (ours, theirs):
            self.model.wallet(
                one.pool.pk, "pool", organization=one.organization.pk, borrowing=True, may_borrow=0
            )
            for wallet in one.wallets:
                self.model.wallet(
                    wallet.pk, "team", organization=one.organization.pk, borrowing=True
                )
        self.model.wallet(alone.pk, "alone", may_lend=0, may_borrow=0)
        self.model.wallet(buyer.pk, "alone", may_lend=0, may_borrow=0, lots=True)
        for wallet_id, credits in [(self.pool, pool + first + second), (alone.pk, 40)]:
            assert self.run(Move(Kind.ADJUST, credits, wallet_id))
        for wallet_id, credits in zip(self.teams, (first, second), strict=True):
            assert self.run(Move(Kind.ALLOCATE, credits, self.pool, wallet_id))
        # Something of everything, so that every rule has something to work on from the first step.
        loan = self.order(self.teams[0], self.teams[1], 8, None)
        self.order(self.teams[1], self.teams[0], 8, loan)
        self.order(alone.pk, None, 12, None)
        self.grant(alone.pk, 10)
        self.buy(25)
        (lot,) = self.model.lots
        for held, used in [(5, 5), (5, 5), (10, 3)]:  # two projects that ended, one half used up
            self.hold_from_lots(held)
            (hold,) = self.open_holds(lots=True)
            assert self.run(Move(Kind.CONSUME, used, self.buyer, hold=hold, lot=lot))
        for wallet_id in (*self.teams, alone.pk):
            assert self.run(Move(Kind.HOLD, 5, wallet_id))

    # -- how a command is run and foretold ---------------------------------------------------

    def run(self, *moves: Move, key: str | None = None) -> bool:
        """Post the moves; the model says whether that must succeed."""
        batch = list(moves)
        try:
            foretold, holds = self.model.after(batch)
        except Unlawful as rule_of_the_domain:
            before = _counts()
            self.keys += 1
            try:
                with transaction.atomic(), clock.at(self.now):
                    post_once(CONSOLE, "machine", f"refused-{self.keys}", batch)
            except CallsheetError:
                pass
            else:
                raise AssertionError(f"not refused: {rule_of_the_domain}") from None
            assert _counts() == before
            self.refused += 1
            return False
        self.keys += 1
        key = key or f"machine-{self.keys}"
        with clock.at(self.now):
            posting = post_once(CONSOLE, "machine", key, batch)
        assert not posting.replayed
        assert len(posting.transfers) == len(batch)
        foretold.name_holds(holds, list(posting.holds))
        self.model = foretold
        self.done.append((key, batch, posting))
        return True

    def near(self, data: st.DataObject, edge: int) -> int:
        """An amount just lawful, just unlawful, or any."""
        return data.draw(st.sampled_from([max(1, edge), max(1, edge + 1)]) | AMOUNTS)

    def pick(self, data: st.DataObject, things: list[Any]) -> Any:
        return data.draw(st.sampled_from(things))

    def open_holds(self, *, lots: bool = False) -> list[int]:
        return [
            number
            for number, hold in self.model.holds.items()
            if not hold["over"] and self.model.wallets[hold["wallet"]]["lots"] is lots
        ]

    def of_hold(self, number: int) -> dict[str, Any]:
        return self.model.holds[number]

    # -- rules -------------------------------------------------------------------------------

    @rule(hours=st.integers(-48, 200))
    def time_passes_or_runs_backwards(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(data=st.data(), amount=AMOUNTS, posted=st.booleans())
    def a_booster_is_granted(self, data: st.DataObject, amount: int, posted: bool) -> None:
        number = self.grant(self.pick(data, [self.pool, *self.teams, self.alone]), amount)
        if posted:
            wallet = self.model.grants[number]["wallet"]
            assert self.run(Move(Kind.GRANT, amount, wallet, grant=number))

    def grant(self, wallet: int, amount: int) -> int:
        given = Grant.objects.create(
            wallet_id=wallet, category=Grant.Category.BOOSTER, credits=amount, starts_on=TODAY
        )
        self.model.grants[given.pk] = {
            "wallet": wallet, "credits": amount, "posted": False, "revoked": 0,
        }  # fmt: skip
        return given.pk

    @precondition(lambda self: self.model.grants)
    @rule(data=st.data())
    def a_grant_is_posted_perhaps_again(self, data: st.DataObject) -> None:
        number = self.pick(data, list(self.model.grants))
        grant = self.model.grants[number]
        self.run(Move(Kind.GRANT, grant["credits"], grant["wallet"], grant=number))

    @precondition(lambda self: self.model.grants)
    @rule(data=st.data())
    def a_grant_is_revoked(self, data: st.DataObject) -> None:
        number = self.pick(data, list(self.model.grants))
        grant = self.model.grants[number]
        amount = self.near(data, grant["credits"] - grant["revoked"])
        self.run(Move(Kind.REVOKE, amount, grant["wallet"], grant=number))

    @rule(data=st.data(), amount=AMOUNTS, kind=st.sampled_from([Kind.ALLOCATE, Kind.RECLAIM]))
    def the_pool_gives_or_takes(self, data: st.DataObject, amount: int, kind: Kind) -> None:
        team = self.pick(data, self.teams)
        ends = (self.pool, team) if kind is Kind.ALLOCATE else (team, self.pool)
        self.run(Move(kind, amount, *ends))

    @rule(amount=AMOUNTS, forwards=st.booleans())
    def a_team_reassigns(self, amount: int, forwards: bool) -> None:
        ends = self.teams if forwards else self.teams[::-1]
        self.run(Move(Kind.REASSIGN, amount, *ends))

    @rule(data=st.data(), amount=AMOUNTS)
    def staff_adjust_upwards(self, data: st.DataObject, amount: int) -> None:
        self.run(Move(Kind.ADJUST, amount, self.pick(data, [*self.teams, self.alone])))

    @rule(data=st.data(), amount=AMOUNTS)
    def staff_adjust_downwards_even_below_zero(self, data: st.DataObject, amount: int) -> None:
        self.run(Move(Kind.ADJUST, amount, self.pick(data, [*self.teams, self.alone]), down=True))

    @rule(data=st.data())
    def a_brief_holds(self, data: st.DataObject) -> None:
        wallet = self.pick(data, [*self.teams, self.alone])
        amount = self.near(data, self.model.wallets[wallet]["available"])
        self.run(Move(Kind.HOLD, amount, wallet))

    @rule(data=st.data(), amount=AMOUNTS)
    def an_import_holds_what_it_found(self, data: st.DataObject, amount: int) -> None:
        wallet = self.pick(data, [*self.teams, self.alone, self.buyer])
        self.run(Move(Kind.HOLD, amount, wallet, opening=True))

    @rule(data=st.data(), own=st.integers(0, 10))
    def a_brief_borrows(self, data: st.DataObject, own: int) -> None:
        borrower = self.pick(data, self.teams)
        lender = self.pick(data, [pk for pk in (self.pool, *self.teams) if pk != borrower])
        lent = self.near(data, self.pick(data, self.rooms(lender, borrower)))
        own = max(0, min(own, self.model.wallets[borrower]["available"]))
        self.run(
            Move(Kind.LEND, lent, lender, borrower, ref="brief"),
            Move(Kind.HOLD, lent + own, borrower, ref="brief"),
        )

    @rule(
        data=st.data(),
        limit=st.sampled_from(["floor", "may_lend", "may_borrow"]),
        room=st.integers(1, 15),
        over=st.booleans(),
    )
    def one_limit_alone_decides(
        self, data: st.DataObject, limit: str, room: int, over: bool
    ) -> None:
        """Every other limit is off, and this one leaves exactly that much room."""
        lender, borrower = data.draw(st.permutations(self.teams))
        one, two = self.model.wallets[lender], self.model.wallets[borrower]
        if one["available"] <= room:
            return
        self.set_limits(lender, floor=0, may_lend=None)
        self.set_limits(borrower, may_borrow=None)
        match limit:
            case "floor":
                self.set_limits(lender, floor=one["available"] - room)
            case "may_lend":
                self.set_limits(lender, may_lend=one["lent"] + room)
            case _:
                self.set_limits(borrower, may_borrow=two["borrowed"] + room)
        self.borrowing_is_switched(on=True)
        lent = room + over
        happened = self.run(
            Move(Kind.LEND, lent, lender, borrower, ref="brief"),
            Move(Kind.HOLD, lent, borrower, ref="brief"),
        )
        # An overdrawn borrower has to get out of that first.
        assert happened is (not over and two["available"] >= 0)

    def set_limits(self, wallet: int, **limits: int | None) -> None:
        Wallet.objects.filter(pk=wallet).update(**limits)
        self.model.wallets[wallet] |= limits

    @precondition(lambda self: self.open_holds())
    @rule(data=st.data(), forgotten=st.booleans())
    def a_growing_brief_borrows(self, data: st.DataObject, forgotten: bool) -> None:
        hold = self.pick(data, self.open_holds())
        borrower = self.pick(data, [self.of_hold(hold)["wallet"], *self.teams])
        lender = self.pick(data, [self.pool, *self.teams])
        lent = self.near(data, min(self.rooms(lender, borrower)))
        moves = [Move(Kind.LEND, lent, lender, borrower, hold=hold)]
        if not forgotten:
            moves.append(Move(Kind.HOLD, lent, borrower, hold=hold))
        self.run(*moves)

    @rule(data=st.data(), amount=AMOUNTS)
    def a_loan_for_no_brief(self, data: st.DataObject, amount: int) -> None:
        lender, borrower = self.teams
        self.run(Move(Kind.LEND, amount, lender, borrower, ref="brief"))

    def rooms(self, lender: int, borrower: int) -> list[int]:
        """How much the lender's credits, floor and limit and the borrower's limit allow."""
        one, two = self.model.wallets[lender], self.model.wallets[borrower]
        rooms = [one["available"], one["available"] - one["floor"]]
        if one["may_lend"] is not None:
            rooms.append(one["may_lend"] - one["lent"])
        if two["may_borrow"] is not None:
            rooms.append(two["may_borrow"] - two["borrowed"])
        return rooms

    @precondition(lambda self: self.open_holds())
    @rule(data=st.data(), amount=AMOUNTS)
    def a_scope_grows(self, data: st.DataObject, amount: int) -> None:
        hold = self.pick(data, self.open_holds())
        self.run(Move(Kind.HOLD, amount, self.of_hold(hold)["wallet"], hold=hold))

    @precondition(lambda self: self.open_holds())
    @rule(data=st.data(), amount=AMOUNTS)
    def a_scope_shrinks(self, data: st.DataObject, amount: int) -> None:
        hold = self.pick(data, self.open_holds())
        self.run(Move(Kind.RELEASE, amount, self.of_hold(hold)["wallet"], hold=hold))

    @precondition(lambda self: self.open_holds())
    @rule(data=st.data())
    def a_project_ends_and_repays(self, data: st.DataObject) -> None:
        number = self.pick(data, self.open_holds())
        hold = self.of_hold(number)
        moves = [Move(Kind.RELEASE, hold["credits"], hold["wallet"], hold=number)]
        free = self.model.wallets[hold["wallet"]]["available"] + hold["credits"]
        for lender, owed in sorted(hold["owes"].items()):
            part = min(owed, free)
            if part > 0:
                free -= part
                moves.append(Move(Kind.REPAY, part, hold["wallet"], lender, hold=number))
        assert self.run(*moves)

    @precondition(lambda self: self.debts())
    @rule(data=st.data(), by_another=st.booleans())
    def a_debt_is_repaid_perhaps_too_much(self, data: st.DataObject, by_another: bool) -> None:
        number, lender = self.pick(data, self.debts())
        hold = self.of_hold(number)
        payer = self.pick(data, self.teams) if by_another else hold["wallet"]
        amount = self.near(data, hold["owes"][lender])
        self.run(Move(Kind.REPAY, amount, payer, lender, hold=number))

    def debts(self) -> list[tuple[int, int]]:
        return [
            (number, lender)
            for number, hold in self.model.holds.items()
            for lender, owed in hold["owes"].items()
            if owed
        ]

    @rule(amount=AMOUNTS)
    def a_lot_is_bought(self, amount: int) -> None:
        self.buy(amount)

    def buy(self, amount: int) -> None:
        lot = Lot.objects.create(wallet_id=self.buyer, bought_on=TODAY, credits=amount)
        self.model.lots[lot.pk] = {
            "wallet": self.buyer, "credits": amount, "available": 0, "held": 0, "consumed": 0,
            "expired": 0,
        }  # fmt: skip
        assert self.run(Move(Kind.GRANT, amount, self.buyer, lot=lot.pk))

    @rule(wanted=AMOUNTS)
    def a_brief_holds_from_its_lots(self, wanted: int) -> None:
        self.hold_from_lots(wanted)

    def hold_from_lots(self, wanted: int) -> None:
        moves, left = [], wanted
        for number, lot in self.model.lots.items():
            part = min(left, lot["available"])
            if part:
                moves.append(Move(Kind.HOLD, part, self.buyer, lot=number, ref="brief"))
                left -= part
        if moves:
            self.run(*moves)

    @precondition(lambda self: self.open_holds(lots=True))
    @rule(
        data=st.data(),
        amount=AMOUNTS,
        kind=st.sampled_from([Kind.RELEASE, Kind.CONSUME]),
        bare=st.booleans(),
    )
    def held_lots_are_released_or_used_up(
        self, data: st.DataObject, amount: int, kind: Kind, bare: bool
    ) -> None:
        number = self.pick(data, self.open_holds(lots=True))
        lots = list(self.model.lots) if self.model.lots and not bare else [None]
        self.run(Move(kind, amount, self.buyer, hold=number, lot=self.pick(data, lots)))

    @precondition(lambda self: self.open_holds(lots=True))
    @rule(data=st.data(), kind=st.sampled_from([Kind.RELEASE, Kind.CONSUME]))
    def a_bought_project_ends(self, data: st.DataObject, kind: Kind) -> None:
        number = self.pick(data, self.open_holds(lots=True))
        hold = self.of_hold(number)
        moves = [
            Move(kind, part, self.buyer, hold=number, lot=lot)
            for lot, part in hold["lots"].items()
            if part
        ]
        bare = hold["credits"] - sum(hold["lots"].values())
        if bare:
            moves.append(Move(kind, bare, self.buyer, hold=number))
        assert self.run(*moves)

    @precondition(lambda self: self.used_up(over=True))
    @rule(data=st.data(), twice=st.booleans())
    def a_bought_project_is_reopened(self, data: st.DataObject, twice: bool) -> None:
        """All that it used up comes back and is held again, whatever is left in its lots. Once."""
        number = self.pick(data, sorted({number for number, _, _ in self.used_up(over=True)}))
        moves, again = [], []
        for hold, lot, used in self.used_up(over=True):
            if hold == number:
                moves.append(Move(Kind.RESTORE, used, self.buyer, hold=number, lot=lot))
                again.append(Move(Kind.HOLD, used, self.buyer, lot=lot, ref="again", opening=True))
        assert self.run(*moves, *again)
        if twice:
            assert not self.run(*moves, *again)

    @precondition(lambda self: self.used_up())
    @rule(data=st.data(), twice=st.booleans(), lot_of_another=st.booleans())
    def something_is_restored_perhaps_too_much(
        self, data: st.DataObject, twice: bool, lot_of_another: bool
    ) -> None:
        number, lot, used = self.pick(data, self.used_up())
        if lot_of_another:
            lot = self.pick(data, [None, *self.model.lots])
        amount = self.near(data, used)
        move = Move(Kind.RESTORE, amount, self.buyer, hold=number, lot=lot)
        self.run(*([move, move] if twice else [move]))

    def used_up(self, *, over: bool = False) -> list[tuple[int, int | None, int]]:
        return [
            (number, lot, used)
            for number, hold in self.model.holds.items()
            if hold["over"] or not over
            for lot, used in hold["used"].items()
            if used
        ]

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data(), amount=AMOUNTS)
    def any_hold_is_restored(self, data: st.DataObject, amount: int) -> None:
        """Those of others, too, and those that gave everything back."""
        number = self.pick(data, list(self.model.holds))
        wallet = self.pick(data, [self.of_hold(number)["wallet"], self.buyer])
        lot = self.pick(data, [None, *self.model.lots])
        self.run(Move(Kind.RESTORE, amount, wallet, hold=number, lot=lot))

    @precondition(lambda self: self.model.lots)
    @rule(data=st.data(), amount=AMOUNTS)
    def a_lot_expires(self, data: st.DataObject, amount: int) -> None:
        lot = self.pick(data, list(self.model.lots))
        self.run(Move(Kind.EXPIRE, amount, self.buyer, lot=lot))

    @rule(data=st.data(), amount=AMOUNTS, returns=st.booleans())
    def an_order_is_placed(self, data: st.DataObject, amount: int, returns: bool) -> None:
        source = self.pick(data, [*self.teams, self.pool])
        ends = [None, *(pk for pk in (self.pool, *self.teams) if pk != source)]
        target = self.pick(data, ends)
        number = self.order(source, target, amount, None)
        if returns and target is not None:
            self.order(target, source, amount, number)

    def order(self, source: int, target: int | None, amount: int, after: int | None) -> int:
        placed = StandingOrder.objects.create(
            kind=StandingOrder.Kind.RECALL,
            source_id=source,
            target_id=target,
            amount=amount,
            due_on=date(2026, 3, 2),
            after_id=after,
        )
        self.model.orders[placed.pk] = {
            "source": source, "target": target, "amount": amount, "taken": 0, "after": after,
            "canceled": False,
        }  # fmt: skip
        return placed.pk

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data())
    def an_order_takes(self, data: st.DataObject) -> None:
        number = self.pick(data, list(self.model.orders))
        order = self.model.orders[number]
        limit = order["amount"] if order["after"] is None else self.lent_by(order)
        amount = self.near(data, limit - order["taken"])
        source, target = order["source"], order["target"]
        if target is None:
            kind = Kind.REVOKE
        elif source == self.pool:
            kind = Kind.ALLOCATE
        else:
            kind = Kind.RECLAIM if target == self.pool else Kind.REASSIGN
        self.run(Move(kind, amount, source, target, order=number))

    def lent_by(self, order: dict[str, Any]) -> int:
        return self.model.orders[order["after"]]["taken"]

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data())
    def an_order_is_canceled(self, data: st.DataObject) -> None:
        number = self.pick(data, list(self.model.orders))
        StandingOrder.objects.filter(pk=number).update(canceled_at=self.now)
        self.model.orders[number]["canceled"] = True

    @rule(
        data=st.data(),
        floor=st.integers(0, 20),
        may_lend=st.none() | st.integers(0, 20),
        may_borrow=st.none() | st.integers(0, 20),
    )
    def limits_change(
        self, data: st.DataObject, floor: int, may_lend: int | None, may_borrow: int | None
    ) -> None:
        wallet = self.pick(data, self.teams)
        self.set_limits(wallet, floor=floor, may_lend=may_lend, may_borrow=may_borrow)

    @rule(on=st.booleans())
    def borrowing_is_switched(self, on: bool) -> None:
        Domain.objects.filter(pk=self.domain.pk).update(borrowing=on)
        for number in (self.pool, *self.teams):
            self.model.wallets[number]["borrowing"] = on

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def a_command_comes_again(self, data: st.DataObject) -> None:
        key, moves, first = self.pick(data, self.done)
        before = _counts()
        again = post_once(CONSOLE, "machine", key, moves)
        assert again.replayed
        assert (again.command, again.transfers, again.holds) == (
            first.command,
            first.transfers,
            first.holds,
        )
        assert _counts() == before

    @precondition(lambda self: self.done)
    @rule(data=st.data(), more=AMOUNTS)
    def a_key_comes_again_with_other_moves(self, data: st.DataObject, more: int) -> None:
        key, moves, _ = self.pick(data, self.done)
        before = _counts()
        with pytest.raises(Conflict) as refusal, transaction.atomic():
            post_once(CONSOLE, "machine", key, [*moves, Move(Kind.ADJUST, more, self.alone)])
        assert refusal.value.code == "command_reused"
        assert _counts() == before

    @rule(data=st.data(), size=st.integers(1, 3))
    def anything_at_all(self, data: st.DataObject, size: int) -> None:
        """Moves without sense: most must be refused, all of a batch together."""
        self.run(*(self.any_move(data) for _ in range(size)))

    def any_move(self, data: st.DataObject) -> Move:
        wallets = [*self.model.wallets, 10**12]
        kind = data.draw(st.sampled_from(list(Kind)))

        def maybe(numbers: list[int]) -> int | None:
            return data.draw(st.sampled_from([None, None, *numbers, 10**12]))

        return Move(
            kind,
            data.draw(ANY_AMOUNT),
            self.pick(data, wallets),
            maybe(wallets) if kind in CROSSING else None,
            hold=maybe(list(self.model.holds)),
            ref=self.pick(data, [None, "a"]) if kind in {Kind.HOLD, Kind.LEND} else None,
            lot=maybe(list(self.model.lots)),
            grant=maybe(list(self.model.grants)),
            order=maybe(list(self.model.orders)),
            down=kind is Kind.ADJUST and data.draw(st.booleans()),
            opening=kind is Kind.HOLD and data.draw(st.booleans()),
        )

    # -- what always holds ---------------------------------------------------------------------

    @invariant()
    def every_number_is_the_models(self) -> None:
        for row in Wallet.objects.filter(pk__in=self.model.wallets):
            model = self.model.wallets[row.pk]
            assert {name: getattr(row, name) for name in BALANCES} == {
                name: model[name] for name in BALANCES
            }
            assert row.seq == model["moves"]
            assert row.overdraft == max(0, -model["available"])
        holds = Hold.objects.filter(wallet__in=self.model.wallets)
        assert {
            row.pk: (row.wallet_id, row.credits, row.closed_at is not None) for row in holds
        } == {
            number: (hold["wallet"], hold["credits"], hold["over"])
            for number, hold in self.model.holds.items()
        }
        assert _triples(Borrowing, "hold_id", "lender_id", self.model) == {
            (number, lender, owed)
            for number, hold in self.model.holds.items()
            for lender, owed in hold["owes"].items()
        }
        assert _triples(HoldLot, "hold_id", "lot_id", self.model) == {
            (number, lot, part)
            for number, hold in self.model.holds.items()
            for lot, part in hold["lots"].items()
        }
        parts = ("available", "held", "consumed", "expired")
        for row in Lot.objects.filter(pk__in=self.model.lots):
            assert {name: getattr(row, name) for name in parts} == {
                name: self.model.lots[row.pk][name] for name in parts
            }
        for row in StandingOrder.objects.filter(pk__in=self.model.orders):
            assert row.taken == self.model.orders[row.pk]["taken"]
        for row in Grant.objects.filter(pk__in=self.model.grants):
            assert row.posted is self.model.grants[row.pk]["posted"]

    @invariant()
    def all_buckets_together_are_zero(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(issued + available + held + consumed + expired), 0),"
                " coalesce(sum(net_in), 0), coalesce(sum(lent - borrowed), 0) FROM credits_wallet"
            )
            assert cursor.fetchone() == (0, 0, 0)

    @invariant()
    def the_audit_is_clean(self) -> None:
        report = verify()
        assert report.clean, [str(one) for one in report.differences]


def _triples(table: Any, first: str, second: str, model: Model) -> set[tuple[int, int, int]]:
    rows = table.objects.filter(hold__wallet__in=model.wallets)
    return set(rows.values_list(first, second, "credits"))


def _counts() -> tuple[int, ...]:
    return tuple(table.objects.count() for table in (Transfer, Command, Hold, Borrowing, HoldLot))


def _machine(examples: int, steps: int) -> Callable[[], None]:
    return lambda: run_state_machine_as_test(
        LedgerMachine, settings=settings(max_examples=examples, stateful_step_count=steps)
    )


def test_the_machine_has_enough_rules() -> None:
    assert len(LedgerMachine.setup_state().rules) >= 15


@pytest.mark.django_db
def test_the_ledger_does_what_the_domain_says() -> None:
    _machine(examples=60, steps=25)()


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.django_db
def test_the_ledger_does_what_the_domain_says_at_length() -> None:
    _machine(examples=scaled(600, by=40), steps=80)()
