"""What subscriptions cost: prices announced for a day to come, and taken back before it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Subscription
from callsheet.credits.prices import price_on, set_price, withdraw_announced
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.services.crediting import check_may_manage, check_price, record, wallet_of
from callsheet.services.subscribing import subscription_of


def announce_price(
    actor: Actor,
    wallet_id: int,
    monthly_price: Decimal,
    from_day: date,
    *,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Announce another price (for a calendar month) from a day after today on. Account managers.

    What was agreed until then stays as it is. A price announced before for that day or a later one
    is replaced. Raises ``Refused("price_not_announced")`` for today or a day that has passed,
    ``Refused("price_out_of_range")``, ``Refused("price_in_parts_of_cents")``,
    ``Conflict("subscription_ended")``, ``Conflict("ends_before")``,
    ``Conflict("plan_change_waits")``.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        check_price(monthly_price)
        lock_wallets([wallet_id])
        subscription = subscription_of(wallet_id)
        _check_day(subscription, from_day, clock.today(wallet.owner.time_zone))
        before = price_on(subscription, from_day)
        set_price(subscription, from_day, monthly_price, subscription.credits)
        record(
            command, wallet, "price_announced", on=from_day, currency=subscription.currency,
            price=[before.monthly_price if before else None, monthly_price],
        )  # fmt: skip
        return {"wallet": wallet_id, "from": from_day, "monthly_price": monthly_price}

    given = {"wallet": wallet_id, "monthly_price": monthly_price, "from_day": from_day}
    return run(actor, "announce_price", key, given, work, note=note)


def _check_day(subscription: Subscription, day: date, today: date) -> None:
    if subscription.status == Subscription.Status.ENDED:
        raise Conflict("subscription_ended", "This subscription has ended.")
    if day <= today:
        raise Refused(
            "price_not_announced",
            f"A price is announced before it begins: from tomorrow on, not from {day}. What has"
            " been agreed for past days stays as it is.",
            field="from_day",
        )
    if subscription.ends_on is not None and day >= subscription.ends_on:
        raise Conflict(
            "ends_before",
            f"This subscription ends on {subscription.ends_on}, before the price would begin.",
            field="from_day",
        )
    if subscription.next_plan_id is not None and day >= subscription.renews_on:
        raise Conflict(
            "plan_change_waits",
            f"A change of plan waits for the renewal on {subscription.renews_on} and brings a price"
            " of its own. Change the plan again to agree on another.",
            field="from_day",
        )


def withdraw_price(
    actor: Actor, wallet_id: int, *, key: str | None = None, note: str = ""
) -> Answer:
    """Take back the prices that were announced and have not begun. Account managers.

    The present price goes on. Raises ``Conflict("nothing_announced")``.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        lock_wallets([wallet_id])
        subscription = subscription_of(wallet_id)
        taken_back = withdraw_announced(subscription, clock.today(wallet.owner.time_zone))
        if not taken_back:
            raise Conflict("nothing_announced", "No other price has been announced.")
        record(command, wallet, "price_withdrawn", prices=taken_back)
        return {"wallet": wallet_id, "taken_back": taken_back}

    return run(actor, "withdraw_price", key, {"wallet": wallet_id}, work, note=note)
