"""The ledger as plain dicts, written from the domain's rules and not from the database function.

A command is a list of moves; either all of them are lawful one after the other, or ``Unlawful`` is
raised and the caller keeps the state it had. Nothing here is clever: no formula is shared with the
code under test.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from callsheet.credits.kinds import Kind
from callsheet.credits.post import Move

CROSSING = {Kind.ALLOCATE, Kind.RECLAIM, Kind.REASSIGN, Kind.LEND, Kind.REPAY}
OF_A_HOLD = {Kind.HOLD, Kind.RELEASE, Kind.CONSUME, Kind.RESTORE, Kind.LEND, Kind.REPAY}
BY_ORDER = {Kind.REVOKE, Kind.ADJUST, Kind.ALLOCATE, Kind.RECLAIM, Kind.REASSIGN}
OF_A_GRANT = {Kind.GRANT, Kind.ADJUST, Kind.REVOKE}


class Unlawful(Exception):
    """The domain forbids this move."""


def must(condition: bool, rule: str) -> None:
    if not condition:
        raise Unlawful(rule)


class Model:
    """Wallets, holds, lots, orders, grants as dicts by number."""

    def __init__(self) -> None:
        self.wallets: dict[int, dict[str, Any]] = {}
        self.holds: dict[int, dict[str, Any]] = {}
        self.lots: dict[int, dict[str, Any]] = {}
        self.orders: dict[int, dict[str, Any]] = {}
        self.grants: dict[int, dict[str, Any]] = {}

    def wallet(self, number: int, role: str, **more: Any) -> None:
        """A new wallet: ``role`` is pool, team or alone."""
        self.wallets[number] = {
            "role": role, "organization": None, "lots": False, "floor": 0, "may_lend": None,
            "may_borrow": None, "borrowing": False, "issued": 0, "available": 0, "held": 0,
            "consumed": 0, "expired": 0, "lent": 0, "borrowed": 0, "moves": 0, **more,
        }  # fmt: skip

    def after(self, moves: list[Move]) -> tuple[Model, list[Any]]:
        """The state after these moves, and the hold of each: its number, or ("new", n)."""
        copy = deepcopy(self)
        refs: dict[str, Any] = {}
        holds = [copy._move(move, n, refs) for n, move in enumerate(moves)]
        must(all(hold["credits"] > 0 or hold["over"] for hold in copy.holds.values()), "empty hold")
        return copy, holds

    def name_holds(self, holds: list[Any], numbers: list[int | None]) -> None:
        """Give the holds that were opened the numbers that the ledger chose."""
        for hold, number in zip(holds, numbers, strict=True):
            if isinstance(hold, tuple):
                if hold in self.holds:
                    assert number is not None
                    self.holds[number] = self.holds.pop(hold)
            else:
                assert hold == number

    # -- one move --------------------------------------------------------------------------

    def _move(self, move: Move, n: int, refs: dict[str, Any]) -> Any:
        kind, amount = move.kind, move.amount
        must(1 <= amount <= 1_000_000_000, "amounts are positive")
        must(move.source in self.wallets, "unknown wallet")
        source = self.wallets[move.source]
        must(move.hold is None or kind in OF_A_HOLD, "no hold here")
        must(move.order is None or kind in BY_ORDER, "no order here")
        must(move.grant is None or kind in OF_A_GRANT, "no grant here")
        must(move.lot is None or kind not in CROSSING, "no lot here")
        target = self._target(move) if kind in CROSSING else source
        hold = self._hold_of(move, n, refs)

        match kind:
            case Kind.GRANT:
                self._shift(source, "issued", "available", amount)
            case Kind.REVOKE:
                must(source["available"] >= amount, "only available credits")
                self._shift(source, "available", "issued", amount)
            case Kind.ADJUST if move.down:  # may overdraw
                self._shift(source, "available", "issued", amount)
            case Kind.ADJUST:
                self._shift(source, "issued", "available", amount)
            case Kind.EXPIRE:
                must(source["lots"], "subscription credits recycle")
                must(source["available"] >= amount, "only available credits")
                self._shift(source, "available", "expired", amount)
            case Kind.HOLD:
                must(move.opening or source["available"] >= amount, "only available credits")
                self._shift(source, "available", "held", amount)
                self.holds[hold]["credits"] += amount
            case Kind.RELEASE | Kind.CONSUME:
                self._come_back(move, source)
            case Kind.RESTORE:
                self._undo(move, source)
            case _:
                self._cross(move, source, target, hold)

        source["moves"] += 1
        if target is not source:
            target["moves"] += 1
        if source["lots"]:
            self._by_lot(move, hold)
        else:
            must(move.lot is None, "lots are pay-as-you-go's")
        if move.grant is not None:
            self._of_grant(move)
        if move.order is not None:
            self._of_order(move)
        return hold

    def _shift(self, wallet: dict[str, Any], giver: str, taker: str, amount: int) -> None:
        wallet[giver] -= amount
        wallet[taker] += amount

    def _target(self, move: Move) -> dict[str, Any]:
        must(move.target is not None and move.target in self.wallets, "unknown wallet")
        must(move.target != move.source, "two wallets")
        source, target = self.wallets[move.source], self.wallets[move.target]  # type: ignore[index]
        must(not source["lots"] and not target["lots"], "bought credits stay")
        if move.kind is Kind.REPAY:
            return target
        must(source["organization"] is not None, "within an organization")
        must(source["organization"] == target["organization"], "within one organization")
        roles = (source["role"], target["role"])
        lawful = {
            Kind.ALLOCATE: {("pool", "team")},
            Kind.RECLAIM: {("team", "pool")},
            Kind.REASSIGN: {("team", "team")},
            Kind.LEND: {("team", "team"), ("pool", "team")},
        }
        must(roles in lawful[move.kind], "the direction of its kind")
        return target

    def _hold_of(self, move: Move, n: int, refs: dict[str, Any]) -> Any:
        """The hold that the move is about, opened when it may be."""
        if move.kind not in OF_A_HOLD:
            return None
        wallet = move.target if move.kind is Kind.LEND else move.source
        if move.hold is not None:
            hold = self.holds.get(move.hold)
            must(hold is not None, "unknown hold")
            assert hold is not None
            must(hold["wallet"] == wallet, "somebody else's hold")
            if move.kind is Kind.RESTORE:
                must(hold["over"], "the hold is not over")
            else:
                must(move.kind is Kind.REPAY or not hold["over"], "the hold is over")
            return move.hold
        if move.kind in {Kind.HOLD, Kind.LEND}:
            if move.ref in refs:
                must(self.holds[refs[move.ref]]["wallet"] == wallet, "somebody else's hold")
                return refs[move.ref]
            must(move.kind is Kind.HOLD or move.ref is not None, "a loan is for a hold")
            number = ("new", n)
            self.holds[number] = {  # type: ignore[index]
                "wallet": wallet, "credits": 0, "over": False, "owes": {}, "lots": {}, "used": {},
            }  # fmt: skip
            if move.ref is not None:
                refs[move.ref] = number
            return number
        raise Unlawful("which hold")

    def _come_back(self, move: Move, wallet: dict[str, Any]) -> None:
        hold = self.holds[move.hold]  # type: ignore[index]
        must(hold["credits"] >= move.amount, "the hold has not so many")
        if move.kind is Kind.CONSUME:
            must(wallet["lots"], "subscription credits recycle")
            self._shift(wallet, "held", "consumed", move.amount)
            hold["used"][move.lot] = hold["used"].get(move.lot, 0) + move.amount
        else:
            self._shift(wallet, "held", "available", move.amount)
        hold["credits"] -= move.amount
        hold["over"] = hold["credits"] == 0

    def _undo(self, move: Move, wallet: dict[str, Any]) -> None:
        """What a hold used up comes back to where it was, but not more and not twice."""
        must(wallet["lots"], "subscription credits recycle")
        used = self.holds[move.hold]["used"]  # type: ignore[index]
        must(used.get(move.lot, 0) >= move.amount, "the hold has not used up so many")
        used[move.lot] -= move.amount
        self._shift(wallet, "consumed", "available", move.amount)

    def _cross(self, move: Move, source: dict[str, Any], target: dict[str, Any], hold: Any) -> None:
        amount = move.amount
        must(source["available"] >= amount, "only available credits")
        if move.kind is Kind.LEND:
            must(source["borrowing"], "borrowing is off")
            must(source["available"] - amount >= source["floor"], "the floor")
            source["lent"] += amount
            target["borrowed"] += amount
            if source["may_lend"] is not None:
                must(source["lent"] <= source["may_lend"], "may lend")
            if target["may_borrow"] is not None:
                must(target["borrowed"] <= target["may_borrow"], "may borrow")
            owes = self.holds[hold]["owes"]
            owes[move.source] = owes.get(move.source, 0) + amount
        elif move.kind is Kind.REPAY:
            owes = self.holds[hold]["owes"]
            must(owes.get(move.target, 0) >= amount, "only what is owed")
            owes[move.target] -= amount
            source["borrowed"] -= amount
            target["lent"] -= amount
        source["available"] -= amount
        target["available"] += amount

    def _by_lot(self, move: Move, hold: Any) -> None:
        """Bought credits move by their lot; an import's opening hold, and its end, has none."""
        kind, amount = move.kind, move.amount
        if move.lot is None:
            if kind is Kind.RESTORE:
                return  # as it was used up
            if kind in {Kind.RELEASE, Kind.CONSUME}:
                held = self.holds[hold]
                must(held["credits"] >= sum(held["lots"].values()), "from which lot")
            else:
                must(kind is Kind.HOLD and move.opening, "from which lot")
            return
        lot = self.lots.get(move.lot)
        must(lot is not None, "unknown lot")
        assert lot is not None
        must(lot["wallet"] == move.source, "somebody else's lot")
        part = self.holds[hold]["lots"] if hold is not None else {}
        taken, given = {
            Kind.GRANT: (None, "available"), Kind.REVOKE: ("available", None),
            Kind.ADJUST: ("available", None) if move.down else (None, "available"),
            Kind.EXPIRE: ("available", "expired"), Kind.HOLD: ("available", "held"),
            Kind.RELEASE: ("held", "available"), Kind.CONSUME: ("held", "consumed"),
            Kind.RESTORE: ("consumed", "available"),
        }[kind]  # fmt: skip
        if taken:
            must(lot[taken] >= amount, "the lot has not so many")
            lot[taken] -= amount
        if given:
            lot[given] += amount
        inside = sum(lot[name] for name in ("available", "held", "consumed", "expired"))
        must(inside <= lot["credits"], "no more than was bought")
        if kind is Kind.HOLD:
            part[move.lot] = part.get(move.lot, 0) + amount
        elif kind in {Kind.RELEASE, Kind.CONSUME}:
            must(part.get(move.lot, 0) >= amount, "the hold has not so many of this lot")
            part[move.lot] -= amount

    def _of_grant(self, move: Move) -> None:
        """A grant enters once and whole; no more is taken back than was given."""
        grant = self.grants.get(move.grant)  # type: ignore[arg-type]
        must(grant is not None, "unknown grant")
        assert grant is not None
        must(grant["wallet"] == move.source, "somebody else's grant")
        if move.kind is Kind.REVOKE or move.down:
            must(grant["posted"], "it was never given")
            grant["revoked"] += move.amount
            must(grant["revoked"] <= grant["credits"], "more than was given")
        else:
            must(not grant["posted"], "it was given before")
            must(grant["credits"] == move.amount, "grants enter whole")
            grant["posted"] = True

    def _of_order(self, move: Move) -> None:
        order = self.orders.get(move.order)  # type: ignore[arg-type]
        must(order is not None, "unknown order")
        assert order is not None
        must(move.kind is not Kind.ADJUST or move.down, "an order takes")
        must(order["source"] == move.source, "somebody else's order")
        target = move.target if move.kind in CROSSING else None
        must(order["target"] == target, "to somebody else")
        must(not order["canceled"], "the order is canceled")
        order["taken"] += move.amount
        must(order["taken"] <= order["amount"], "more than was ordered")
        if order["after"] is not None:
            must(order["taken"] <= self.orders[order["after"]]["taken"], "more than was lent")
