"""Plans: subscribing, upgrading at once, downgrading at renewal, pausing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from callsheet.catalogue.models import SubscriptionPlan
from callsheet.credits.book import Book
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Grant, PricePeriod, StandingOrder, Subscription
from callsheet.credits.terms import add_months
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.services.crediting import (
    add_grant,
    check_may_manage,
    check_price,
    credit_state,
    record,
    wallet_of,
)
from callsheet.services.settling import settle
from callsheet.tenants.models import AccountType

TERM_MONTHS = 12


def _plan(key: str) -> SubscriptionPlan:
    plan = SubscriptionPlan.objects.filter(key=key, active=True).first()
    if plan is None:
        raise Refused("unknown_plan", f"There is no plan “{key}” in the catalogue.", field="plan")
    return plan


def _subscription(wallet_id: int) -> Subscription:
    subscription = Subscription.objects.select_for_update().filter(wallet_id=wallet_id).first()
    if subscription is None:
        raise NotFound("subscription")
    return subscription


def subscribe(
    actor: Actor,
    wallet_id: int,
    plan_key: str,
    *,
    renews_on: date | None = None,
    price: Decimal | None = None,
    key: str | None = None,
) -> Answer:
    """Begin a subscription today; its credits are there at once. Account managers.

    ``renews_on`` is by default a year from today; ``price`` by default the plan's list price.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        if wallet.billing != Billing.SUBSCRIPTION:
            raise Refused("lots_only", "A pay-as-you-go wallet has no plan.", field="plan")
        if wallet.account is not None and wallet.account.type == AccountType.INTEGRATED:
            raise Refused(
                "pool_only", "An integrated account lives on its organization's pool.", field="plan"
            )
        plan = _plan(plan_key)
        check_price(price)
        book = Book(lock_wallets([wallet_id]))
        if Subscription.objects.filter(wallet_id=wallet_id).exists():
            raise Conflict("subscribed_already", "This wallet has a plan; change it instead.")
        today = clock.today(wallet.owner.time_zone)
        if renews_on is not None and renews_on <= today:
            raise Refused("date_in_the_past", "A plan renews after today.", field="renews_on")
        subscription = Subscription.objects.create(
            wallet=wallet, plan=plan, credits=plan.credits, starts_on=today,
            renews_on=renews_on or add_months(today, TERM_MONTHS), currency=wallet.owner.currency,
        )  # fmt: skip
        _new_price(subscription, today, price if price is not None else plan.monthly_price)
        add_grant(book, wallet, plan.credits, Grant.Category.PLAN, today, None)
        record(command, wallet, "subscribed", plan=plan.key, credits=plan.credits)
        return credit_state(book, settle(command, book), subscription=subscription.pk)

    given = {"wallet": wallet_id, "plan": plan_key, "renews_on": renews_on, "price": price}
    return run(actor, "subscribe", key, given, work)


def _new_price(subscription: Subscription, day: date, price: Decimal | None) -> None:
    if price is None:
        return
    PricePeriod.objects.filter(subscription=subscription, ends_on__isnull=True).update(ends_on=day)
    PricePeriod.objects.update_or_create(
        subscription=subscription, starts_on=day,
        defaults={"monthly_price": price, "credits": subscription.credits},
    )  # fmt: skip


def change_plan(
    actor: Actor, wallet_id: int, plan_key: str, *, key: str | None = None, note: str = ""
) -> Answer:
    """Change the plan: more credits at once, fewer at renewal (a standing order that takes what is
    available on that day and collects the rest as it comes free). Account managers.

    A change that is waiting for renewal is replaced by the new one.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        plan = _plan(plan_key)
        book = Book(lock_wallets([wallet_id]))
        subscription = _subscription(wallet_id)
        if subscription.status == Subscription.Status.ENDED:
            raise Conflict("subscription_ended", "This subscription has ended.")
        today = clock.today(wallet.owner.time_zone)
        if catch_up(subscription, today):
            book.touched.extend(book.locked.wallets)
        difference = plan.credits - subscription.credits
        if difference == 0 and subscription.next_plan_id is None:
            raise Refused("same_plan", "That is the present plan.", field="plan")
        _cancel_downgrade(wallet_id, today)
        subscription.next_plan = None
        from_day = today
        if difference > 0:
            subscription.plan, subscription.credits = plan, plan.credits
            add_grant(book, wallet, difference, Grant.Category.PLAN, today, None)
            _new_price(subscription, today, plan.monthly_price)
        elif difference < 0:
            from_day = max(subscription.renews_on, today)
            subscription.next_plan = plan
            StandingOrder.objects.create(
                kind=StandingOrder.Kind.DOWNGRADE, source=wallet, amount=-difference,
                due_on=from_day,
            )  # fmt: skip
            book.touched.append(wallet_id)
        subscription.save()
        record(command, wallet, "plan_changed", plan=plan.key, change=difference, on=from_day)
        return credit_state(book, settle(command, book), on=from_day, change=difference)

    return run(actor, "change_plan", key, {"wallet": wallet_id, "plan": plan_key}, work, note=note)


def _cancel_downgrade(wallet_id: int, today: date) -> None:
    """Take back a downgrade that has not begun; one that has begun must run its course."""
    StandingOrder.objects.filter(
        kind=StandingOrder.Kind.DOWNGRADE, source_id=wallet_id, taken=0, canceled_at__isnull=True,
        due_on__gt=today,
    ).update(canceled_at=clock.now())  # fmt: skip


def renew(subscription: Subscription, today: date) -> None:
    """Carry a subscription over its renewal: the next plan takes effect, the term moves on.

    For the clock, inside its transaction; the downgrade's standing order takes the credits.
    """
    if subscription.next_plan is not None:
        subscription.plan = subscription.next_plan
        subscription.credits = subscription.next_plan.credits
        subscription.next_plan = None
        _new_price(subscription, subscription.renews_on, subscription.plan.monthly_price)
    while subscription.renews_on <= today:
        subscription.renews_on = add_months(subscription.renews_on, TERM_MONTHS)
    subscription.save()


def catch_up(subscription: Subscription, today: date) -> bool:
    """Do what was due by ``today``: end a pause that is over, renew. True if a pause was ended.

    For the clock, and for what changes a plan before the clock has come by.
    """
    over = (
        subscription.status == Subscription.Status.PAUSED
        and subscription.paused_until is not None
        and subscription.paused_until <= today
    )
    if over:
        end_pause(subscription, today)
    if subscription.status == Subscription.Status.ACTIVE and subscription.renews_on <= today:
        renew(subscription, today)
    return over


def pause(
    actor: Actor, wallet_id: int, until: date, *, key: str | None = None, note: str = ""
) -> Answer:
    """Pause a subscription until a day: production and releases go on, nothing starts or is lent.

    Account managers. Renewal (and what waits for it) moves by the pause.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        book = Book(lock_wallets([wallet_id]))
        subscription = _subscription(wallet_id)
        today = clock.today(wallet.owner.time_zone)
        if until <= today:
            raise Refused("date_in_the_past", "A pause ends after today.", field="until")
        catch_up(subscription, today)
        book.touched.append(wallet_id)
        if subscription.status != Subscription.Status.ACTIVE:
            raise Conflict("not_active", "Only a running subscription can be paused.")
        subscription.status = Subscription.Status.PAUSED
        subscription.paused_on, subscription.paused_until = today, until
        _move_renewal(subscription, (until - today).days)
        subscription.save()
        record(command, wallet, "paused", until=until)
        return credit_state(book, settle(command, book), until=until)

    return run(actor, "pause", key, {"wallet": wallet_id, "until": until}, work, note=note)


def _move_renewal(subscription: Subscription, days: int) -> None:
    by = timedelta(days=days)
    old = subscription.renews_on
    subscription.renews_on = old + by
    for order in StandingOrder.objects.filter(
        kind=StandingOrder.Kind.DOWNGRADE, source_id=subscription.wallet_id, due_on=old, taken=0,
        canceled_at__isnull=True,
    ):  # fmt: skip
        order.due_on = order.due_on + by
        order.save(update_fields=["due_on"])


def resume(actor: Actor, wallet_id: int, *, key: str | None = None) -> Answer:
    """End a pause today; what was not used of it moves the renewal back. The queue goes on."""

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        book = Book(lock_wallets([wallet_id]))
        subscription = _subscription(wallet_id)
        if subscription.status != Subscription.Status.PAUSED:
            raise Conflict("not_paused", "This subscription is not paused.")
        end_pause(subscription, clock.today(wallet.owner.time_zone))
        record(command, wallet, "resumed")
        book.touched.extend(book.locked.wallets)
        return credit_state(book, settle(command, book))

    return run(actor, "resume", key, {"wallet": wallet_id}, work)


def end_pause(subscription: Subscription, today: date) -> None:
    """Make a paused subscription active again, inside a transaction that holds its wallet."""
    if subscription.paused_until is not None and today < subscription.paused_until:
        _move_renewal(subscription, (today - subscription.paused_until).days)
    subscription.status = Subscription.Status.ACTIVE
    subscription.paused_on = subscription.paused_until = None
    subscription.save()
