"""Moving credits between the wallets of an organization, now or on a day to come."""

from __future__ import annotations

from datetime import date

from callsheet.credits.book import Book, kind_between
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import StandingOrder, Wallet
from callsheet.credits.post import Move
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refused
from callsheet.services.crediting import check_amount, credit_state, record, wallet_of
from callsheet.services.settling import settle
from callsheet.tenants.access import (
    check_can_administer_organization,
    check_can_manage,
    rights_in_account,
)
from callsheet.tenants.models import AccountType, Organization


def transfer(
    actor: Actor,
    source_id: int,
    target_id: int,
    amount: int,
    *,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Move available credits inside one organization: allocate (pool → account), reclaim (back),
    or reassign (account → account, which users call a transfer).

    Organization admins, and staff who manage. Held credits stay where they are: raises
    ``Conflict("not_enough_available")``. Raises ``Refused("other_organization")``,
    ``Refused("not_integrated")``, ``Refused("same_wallet")``.
    """

    def work(command: OpenCommand) -> Answer:
        source, target = check_transfer(actor, source_id, target_id)
        check_amount(amount)
        book = Book(lock_wallets([source_id, target_id]))
        book.add(Move(kind_between(source, target), amount, source_id, target_id))
        record(command, source, "credits_given", credits=amount, to=target_id)
        record(command, target, "credits_received", credits=amount, source=source_id)
        return credit_state(book, settle(command, book))

    given = {"source": source_id, "target": target_id, "amount": amount}
    return run(actor, "transfer", key, given, work, note=note)


def check_transfer(actor: Actor, source_id: int, target_id: int) -> tuple[Wallet, Wallet]:
    """Raise unless ``actor`` may move credits between these wallets; returns both."""
    source, target = wallet_of(source_id), wallet_of(target_id)
    homes = [_home(wallet) for wallet in (source, target)]
    for wallet in (source, target):
        check_may_move(actor, wallet)
    if source_id == target_id:
        raise Refused("same_wallet", "Choose two different wallets.", field="target")
    if homes[0] is None or homes[0] != homes[1]:
        raise Refused(
            "other_organization",
            "Credits can only move inside one organization, between its pool and its integrated"
            " accounts.",
            field="target",
        )
    return source, target


def check_may_move(actor: Actor, wallet: Wallet) -> None:
    """Raise unless ``actor`` may move credits into or out of the wallet.

    ``NotFound("wallet")`` to strangers, as for a wallet that does not exist; ``Forbidden`` to the
    people of its account.
    """
    home = _home(wallet)
    try:
        if home is not None:
            check_can_administer_organization(actor, home)
        elif wallet.account is not None:
            check_can_manage(actor, wallet.account)
    except NotFound:
        if wallet.account is None or not rights_in_account(actor, wallet.account).may_read:
            raise NotFound("wallet") from None
        raise Forbidden(
            "organization_admins_only", "Only an admin of this organization can do that."
        ) from None


def _home(wallet: Wallet) -> Organization | None:
    """The organization whose pool the wallet is or draws from."""
    if wallet.organization is not None:
        return wallet.organization
    if wallet.account is not None and wallet.account.type == AccountType.INTEGRATED:
        return wallet.account.organization
    return None


def lend(
    actor: Actor,
    source_id: int,
    target_id: int,
    amount: int,
    *,
    starts_on: date,
    ends_on: date,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """A dated loan inside one organization: two standing orders, out on ``starts_on`` and back on
    ``ends_on``. What cannot be returned on its day is collected from the borrower's later releases.

    Organization admins, and staff who manage.
    """

    def work(command: OpenCommand) -> Answer:
        source, target = check_transfer(actor, source_id, target_id)
        check_amount(amount)
        today = clock.today(source.owner.time_zone)
        if starts_on < today:
            raise Refused("date_in_the_past", f"{starts_on} has passed.", field="starts_on")
        if ends_on <= starts_on:
            raise Refused("ends_before_start", "A loan ends after it starts.", field="ends_on")
        book = Book(lock_wallets([source_id, target_id]))
        out = StandingOrder.objects.create(
            kind=StandingOrder.Kind.LOAN_OUT, source=source, target=target, amount=amount,
            due_on=starts_on, reason=note[:200],
        )  # fmt: skip
        back = StandingOrder.objects.create(
            kind=StandingOrder.Kind.LOAN_RETURN, source=target, target=source, amount=amount,
            due_on=ends_on, after=out, reason=note[:200],
        )  # fmt: skip
        book.touched.append(source_id)
        record(command, source, "loan_agreed", credits=amount, to=target_id,
               starts_on=starts_on, ends_on=ends_on)  # fmt: skip
        return credit_state(book, settle(command, book), orders=[out.pk, back.pk])

    given = {"source": source_id, "target": target_id, "amount": amount,
             "starts_on": starts_on, "ends_on": ends_on}  # fmt: skip
    return run(actor, "lend", key, given, work, note=note)


def schedule_transfer(
    actor: Actor,
    source_id: int,
    target_id: int,
    amount: int,
    due_on: date,
    *,
    recall: bool = False,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Move credits on a day to come (a re-allocation), or ask for them back by a day (a recall).

    A recall due today takes what is available at once; the rest as it comes free.
    """

    def work(command: OpenCommand) -> Answer:
        source, target = check_transfer(actor, source_id, target_id)
        check_amount(amount)
        if due_on < clock.today(source.owner.time_zone):
            raise Refused("date_in_the_past", f"{due_on} has passed.", field="due_on")
        book = Book(lock_wallets([source_id, target_id]))
        kinds = StandingOrder.Kind
        order = StandingOrder.objects.create(
            kind=kinds.RECALL if recall else kinds.REALLOCATION, source=source, target=target,
            amount=amount, due_on=due_on, reason=note[:200],
        )  # fmt: skip
        book.touched.append(source_id)
        record(command, source, "transfer_scheduled", credits=amount, to=target_id, due_on=due_on)
        return credit_state(book, settle(command, book), order=order.pk)

    given = {"source": source_id, "target": target_id, "amount": amount, "due_on": due_on,
             "recall": recall}  # fmt: skip
    return run(actor, "schedule_transfer", key, given, work, note=note)


def cancel_order(actor: Actor, order_id: int, *, key: str | None = None, note: str = "") -> Answer:
    """Cancel what a standing order has not taken yet. What it took stays where it is."""

    def work(command: OpenCommand) -> Answer:
        order = StandingOrder.objects.filter(pk=order_id).first()
        if order is None:
            raise NotFound("order")
        source = wallet_of(order.source_id)
        try:
            check_may_move(actor, source)
            if order.target_id is not None:
                check_may_move(actor, wallet_of(order.target_id))
        except NotFound:
            raise NotFound("order") from None
        if order.target_id is None:
            raise Refused("not_a_transfer", "The end of a grant or plan is changed with the plan.",
                          field="order")  # fmt: skip
        book = Book(lock_wallets([order.source_id]))
        order = StandingOrder.objects.select_for_update().get(pk=order_id)
        if order.due_back == 0:
            raise Conflict("order_done", "This order has been carried out already.", field="order")
        order.canceled_at = clock.now()
        order.save(update_fields=["canceled_at"])
        record(command, source, "order_canceled", order=order_id, left=order.amount - order.taken)
        return credit_state(book, settle(command, book), order=order_id)

    return run(actor, "cancel_order", key, {"order": order_id}, work, note=note)


def set_borrowing(
    actor: Actor, organization_id: int, on: bool, *, key: str | None = None
) -> Answer:
    """Switch borrowing between the accounts of an organization on or off.

    Organization admins, and staff who manage. What is lent already comes back in its own time.
    """

    def work(command: OpenCommand) -> Answer:
        organization = Organization.objects.filter(pk=organization_id).first()
        if organization is None:
            raise NotFound("organization")
        check_can_administer_organization(actor, organization)
        pool = Wallet.objects.get(organization=organization)
        locked = lock_wallets([pool.pk])
        domain = locked.domains[pool.domain_id]
        domain.borrowing = on
        domain.save(update_fields=["borrowing"])
        record(command, pool, "borrowing_switched", on=on)
        book = Book(locked)
        book.touched.extend(locked.wallets)
        return credit_state(book, settle(command, book), borrowing=on)

    given = {"organization": organization_id, "on": on}
    return run(actor, "set_borrowing", key, given, work)


def set_lending_limits(
    actor: Actor,
    wallet_id: int,
    *,
    may_borrow: int | None,
    may_lend: int | None,
    floor: int = 0,
    weight: int | None = None,
    key: str | None = None,
) -> Answer:
    """Say how much an integrated account may borrow and lend (None: without limit), its floor of
    idle credits that nothing goes below, and its weight when several want to borrow.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        home = _home(wallet)
        check_may_move(actor, wallet)
        if home is None:
            raise Refused("not_integrated", "Only integrated accounts lend and borrow.",
                          field="wallet")  # fmt: skip
        for field, value in (("may_borrow", may_borrow), ("may_lend", may_lend),
                             ("floor", floor), ("weight", weight)):  # fmt: skip
            if value is not None and not 0 <= value <= 100_000:
                raise Refused("amount_out_of_range", "Between 0 and 100,000 credits.", field=field)
        locked = lock_wallets([wallet_id])
        row = locked.wallets[wallet_id]
        row.may_borrow, row.may_lend, row.floor, row.weight = may_borrow, may_lend, floor, weight
        row.save(update_fields=["may_borrow", "may_lend", "floor", "weight"])
        record(command, wallet, "lending_limits_set", may_borrow=may_borrow, may_lend=may_lend,
               floor=floor, weight=weight)  # fmt: skip
        book = Book(locked)
        return credit_state(book, settle(command, book))

    given = {"wallet": wallet_id, "may_borrow": may_borrow, "may_lend": may_lend, "floor": floor,
             "weight": weight}  # fmt: skip
    return run(actor, "set_lending_limits", key, given, work)
