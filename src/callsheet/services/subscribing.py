"""Plans: subscribing, upgrading at once, downgrading at renewal, pausing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from callsheet.catalogue.models import SubscriptionPlan
from callsheet.credits.book import Book
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Grant, StandingOrder, Subscription
from callsheet.credits.prices import end_prices, set_price
from callsheet.credits.terms import NOTICE_DAYS, TERM_MONTHS, add_months, check_terms
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.services.account_life import follow_subscription
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


def _plan(key: str) -> SubscriptionPlan:
    plan = SubscriptionPlan.objects.filter(key=key, active=True).first()
    if plan is None:
        raise Refused("unknown_plan", f"There is no plan “{key}” in the catalogue.", field="plan")
    return plan


def subscription_of(wallet_id: int) -> Subscription:
    """Lock the wallet's subscription and read it. Raises ``NotFound("subscription")``."""
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
    term_months: int = TERM_MONTHS,
    notice_days: int = NOTICE_DAYS,
    key: str | None = None,
) -> Answer:
    """Begin a subscription today; its credits are there at once. Account managers.

    ``renews_on`` is by default one term (calendar months) from today; ``price`` (for a calendar
    month) by default the plan's list price, and without one no price is agreed. ``notice_days``
    are calendar days before a renewal. One that has ended may begin again. Raises
    ``Conflict("subscribed_already")``, ``Refused`` for a date, a price or terms that cannot be.
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
        check_terms(term_months, notice_days)
        book = Book(lock_wallets([wallet_id]))
        before = Subscription.objects.select_for_update().filter(wallet_id=wallet_id).first()
        if before is not None and before.status != Subscription.Status.ENDED:
            raise Conflict("subscribed_already", "This wallet has a plan; change it instead.")
        today = clock.today(wallet.owner.time_zone)
        if renews_on is not None and renews_on <= today:
            raise Refused("date_in_the_past", "A plan renews after today.", field="renews_on")
        subscription = Subscription(
            pk=before.pk if before is not None else None,
            wallet=wallet, plan=plan, credits=plan.credits, starts_on=today,
            term_months=term_months, notice_days=notice_days,
            renews_on=renews_on or add_months(today, term_months), currency=wallet.owner.currency,
        )  # fmt: skip
        subscription.save()
        set_price(subscription, today, _or_list(price, plan), plan.credits)
        add_grant(book, wallet, plan.credits, Grant.Category.PLAN, today, None)
        record(command, wallet, "subscribed", plan=plan.key, credits=plan.credits)
        return credit_state(book, settle(command, book), subscription=subscription.pk)

    given = {"wallet": wallet_id, "plan": plan_key, "renews_on": renews_on, "price": price}
    given |= {"term_months": term_months, "notice_days": notice_days}
    return run(actor, "subscribe", key, given, work)


def _or_list(price: Decimal | None, plan: SubscriptionPlan) -> Decimal | None:
    return price if price is not None else plan.monthly_price


def change_plan(
    actor: Actor,
    wallet_id: int,
    plan_key: str,
    *,
    price: Decimal | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Change the plan: more credits at once, fewer at renewal (a standing order that takes what is
    available on that day and collects the rest as it comes free). Account managers.

    ``price`` (for a calendar month, by default the plan's list price) begins with the credits; the
    present price ends on that day. A change that is waiting for renewal is replaced by the new one.
    Raises ``Conflict("on_notice")`` once notice has been given.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        check_price(price)
        plan = _plan(plan_key)
        book = Book(lock_wallets([wallet_id]))
        subscription = subscription_of(wallet_id)
        if subscription.status == Subscription.Status.ENDED:
            raise Conflict("subscription_ended", "This subscription has ended.")
        today = clock.today(wallet.owner.time_zone)
        if catch_up(command, subscription, today):
            book.touched.extend(book.locked.wallets)
        check_not_on_notice(subscription)
        difference = plan.credits - subscription.credits
        if difference == 0 and subscription.next_plan_id is None:
            raise Refused("same_plan", "That is the present plan.", field="plan")
        cancel_downgrade(wallet_id, today)
        subscription.next_plan = subscription.next_price = None
        from_day = today
        if difference > 0:
            subscription.plan, subscription.credits = plan, plan.credits
            add_grant(book, wallet, difference, Grant.Category.PLAN, today, None)
            set_price(subscription, today, _or_list(price, plan), plan.credits)
        elif difference < 0:
            from_day = max(subscription.renews_on, today)
            subscription.next_plan = plan
            StandingOrder.objects.create(
                kind=StandingOrder.Kind.DOWNGRADE, source=wallet, amount=-difference,
                due_on=from_day,
            )  # fmt: skip
            subscription.next_price = _or_list(price, plan)
            book.touched.append(wallet_id)
        subscription.save()
        record(command, wallet, "plan_changed", plan=plan.key, change=difference, on=from_day)
        return credit_state(book, settle(command, book), on=from_day, change=difference)

    given = {"wallet": wallet_id, "plan": plan_key, "price": price}
    return run(actor, "change_plan", key, given, work, note=note)


def check_not_on_notice(subscription: Subscription) -> None:
    """Raise ``Conflict("on_notice")`` for a subscription whose end is settled."""
    if subscription.ends_on is not None:
        raise Conflict(
            "on_notice",
            f"Notice was given on {subscription.notice_on}: this subscription ends on"
            f" {subscription.ends_on}. Take the notice back first.",
        )


def cancel_downgrade(wallet_id: int, today: date) -> None:
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
        set_price(
            subscription, subscription.renews_on, subscription.next_price, subscription.credits
        )
        subscription.next_plan = subscription.next_price = None
    while subscription.renews_on <= today:
        subscription.renews_on = add_months(subscription.renews_on, subscription.term_months)
    subscription.save()


def end_by_notice(subscription: Subscription) -> None:
    """End a subscription on the day that its notice settled: it costs nothing from then on, and
    what it gave is taken out of the wallet, the rest as it comes free.

    For the clock, inside its transaction. The order that takes it was written with the notice;
    for an imported notice it is written now.
    """
    day = subscription.ends_on
    if day is None:
        raise ValueError("a subscription ends by notice")
    orders = StandingOrder.objects.filter(
        kind=StandingOrder.Kind.DOWNGRADE, source_id=subscription.wallet_id, due_on=day,
        canceled_at__isnull=True,
    )  # fmt: skip
    if not orders.exists():
        StandingOrder.objects.create(
            kind=StandingOrder.Kind.DOWNGRADE, source_id=subscription.wallet_id,
            amount=subscription.credits, due_on=day,
        )  # fmt: skip
    end_prices(subscription, day)
    subscription.status = Subscription.Status.ENDED
    subscription.paused_on = subscription.paused_until = None
    subscription.next_plan = subscription.next_price = None
    subscription.save()


def catch_up(command: OpenCommand, subscription: Subscription, today: date) -> bool:
    """Do what was due by ``today``: end a pause that is over, end by notice, renew. True if a
    pause was ended.

    For the clock, and for what changes a plan before the clock has come by.
    """
    over = (
        subscription.status == Subscription.Status.PAUSED
        and subscription.paused_until is not None
        and subscription.paused_until <= today
    )
    if over:
        end_pause(command, subscription, today)
    ended = subscription.status == Subscription.Status.ENDED
    if not ended and subscription.ends_on is not None and subscription.ends_on <= today:
        end_by_notice(subscription)
    elif subscription.status == Subscription.Status.ACTIVE and subscription.renews_on <= today:
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
        subscription = subscription_of(wallet_id)
        today = clock.today(wallet.owner.time_zone)
        if until <= today:
            raise Refused("date_in_the_past", "A pause ends after today.", field="until")
        catch_up(command, subscription, today)
        # Integrated accounts are paused with their pool.
        book.touched.extend(book.locked.wallets)
        if subscription.status != Subscription.Status.ACTIVE:
            raise Conflict("not_active", "Only a running subscription can be paused.")
        subscription.status = Subscription.Status.PAUSED
        subscription.paused_on, subscription.paused_until = today, until
        _move_renewal(subscription, (until - today).days)
        subscription.save()
        follow_subscription(command, subscription)
        record(command, wallet, "paused", until=until)
        return credit_state(book, settle(command, book), until=until)

    return run(actor, "pause", key, {"wallet": wallet_id, "until": until}, work, note=note)


def _move_renewal(subscription: Subscription, days: int) -> None:
    by = timedelta(days=days)
    old = subscription.renews_on
    subscription.renews_on = old + by
    if subscription.ends_on is not None:
        subscription.ends_on = subscription.ends_on + by
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
        subscription = subscription_of(wallet_id)
        if subscription.status != Subscription.Status.PAUSED:
            raise Conflict("not_paused", "This subscription is not paused.")
        end_pause(command, subscription, clock.today(wallet.owner.time_zone))
        record(command, wallet, "resumed")
        book.touched.extend(book.locked.wallets)
        return credit_state(book, settle(command, book))

    return run(actor, "resume", key, {"wallet": wallet_id}, work)


def end_pause(command: OpenCommand, subscription: Subscription, today: date) -> None:
    """Make a paused subscription active again, inside a transaction that holds its wallet."""
    if subscription.paused_until is not None and today < subscription.paused_until:
        _move_renewal(subscription, (today - subscription.paused_until).days)
    subscription.status = Subscription.Status.ACTIVE
    subscription.paused_on = subscription.paused_until = None
    subscription.save()
    follow_subscription(command, subscription)
