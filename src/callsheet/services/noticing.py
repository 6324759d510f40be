"""Notice: a subscription that will not renew, and the terms by which notice is given.

Notice is given on a day and takes effect at the renewal, if it is in time. From then on everybody
who plans knows that the credits go: the order that takes them is written with the notice.
"""

from __future__ import annotations

from datetime import date, timedelta

from callsheet.credits.book import Book
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import StandingOrder, Subscription, Wallet
from callsheet.credits.terms import add_months, check_terms, last_day_for_notice
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Refused
from callsheet.services.account_life import change_status
from callsheet.services.accounts import check_not_ended, lock_account
from callsheet.services.closing import check_end_reason
from callsheet.services.crediting import check_may_manage, credit_state, record, wallet_of
from callsheet.services.settling import settle
from callsheet.services.subscribing import (
    cancel_downgrade,
    catch_up,
    check_not_on_notice,
    subscription_of,
)
from callsheet.tenants.models import AccountStatus


def give_notice(
    actor: Actor,
    wallet_id: int,
    *,
    on: date | None = None,
    reason: str = "other",
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Record that notice was given on a day (default: today): the subscription ends at its renewal.

    Account managers. ``reason`` is one of `closing.END_REASONS`; an account is on notice with its
    subscription. A downgrade that waited for the renewal falls away. Answers ``ends_on``, the first
    day without. Raises ``Refused("notice_too_late")`` with the rule and its days,
    ``Refused("notice_in_the_future")``, ``Refused("notice_of_an_earlier_term")``,
    ``Refused("unknown_reason")``, ``Conflict("on_notice")``, ``Conflict("subscription_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        check_end_reason(reason)
        book = Book(lock_wallets([wallet_id]))
        subscription = subscription_of(wallet_id)
        today = clock.today(wallet.owner.time_zone)
        _bring_up_to(command, subscription, today, book)
        check_not_on_notice(subscription)
        day = on or today
        _check_in_time(subscription, day, today)
        cancel_downgrade(wallet_id, today)
        subscription.next_plan = subscription.next_price = None
        subscription.notice_on, subscription.ends_on = day, subscription.renews_on
        subscription.save()
        StandingOrder.objects.create(
            kind=StandingOrder.Kind.DOWNGRADE, source_id=wallet_id, amount=subscription.credits,
            due_on=subscription.ends_on, reason="Notice was given.",
        )  # fmt: skip
        _account_on_notice(command, wallet, subscription.ends_on, reason)
        record(command, wallet, "subscription_on_notice", on=day, ends_on=subscription.ends_on)
        return credit_state(book, settle(command, book), on=day, ends_on=subscription.ends_on)

    given = {"wallet": wallet_id, "on": on, "reason": reason}
    return run(actor, "give_notice", key, given, work, note=note)


def _bring_up_to(command: OpenCommand, subscription: Subscription, today: date, book: Book) -> None:
    """Do first what the clock may not have done yet, so that the term is the present one.

    Raises ``Conflict("subscription_ended")``.
    """
    if subscription.status != Subscription.Status.ENDED and catch_up(command, subscription, today):
        book.touched.extend(book.locked.wallets)
    if subscription.status == Subscription.Status.ENDED:
        raise Conflict("subscription_ended", "This subscription has ended.")


def _check_in_time(subscription: Subscription, day: date, today: date) -> None:
    if day > today:
        raise Refused(
            "notice_in_the_future",
            f"{day} is still to come. Record a notice when it has been given.",
            field="on",
        )
    renews_on, term = subscription.renews_on, subscription.term_months
    began = add_months(renews_on, -term)
    if began > today or began < subscription.starts_on:  # a first term of another length
        began = subscription.starts_on
    if day < began:
        raise Refused(
            "notice_of_an_earlier_term",
            f"The present term began on {began}. A notice of {day} was for an earlier one.",
            field="on",
        )
    latest = last_day_for_notice(renews_on, subscription.notice_days)
    if day <= latest:
        return
    following = add_months(renews_on, term)
    raise Refused(
        "notice_too_late",
        f"Notice is given at least {subscription.notice_days} days before a renewal. For the"
        f" renewal on {renews_on} that was until {latest}; {day} is too late. The subscription"
        f" renews, and notice for {following} can be given from {renews_on} until"
        f" {last_day_for_notice(following, subscription.notice_days)}.",
        field="on",
        latest=latest,
        renews_on=renews_on,
    )


def _account_on_notice(command: OpenCommand, wallet: Wallet, ends_on: date, reason: str) -> None:
    """The account ends with its subscription; an organization goes on without its pool's."""
    if wallet.account_id is None:
        return
    account = lock_account(wallet.account_id)
    check_not_ended(account)
    change_status(command, account, AccountStatus.NOTICE, on=ends_on, reason=reason)
    events.record(
        "notice_given", "account", account.pk, command=command, account_id=account.pk,
        organization_id=account.organization_id, data={"on": ends_on, "reason": reason},
    )  # fmt: skip


def take_back_notice(
    actor: Actor, wallet_id: int, *, key: str | None = None, note: str = ""
) -> Answer:
    """Let a subscription renew after all, and its account be active again. Account managers.

    Possible until the day on which it ends. Raises ``Conflict("no_notice")``,
    ``Conflict("subscription_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        book = Book(lock_wallets([wallet_id]))
        subscription = subscription_of(wallet_id)
        today = clock.today(wallet.owner.time_zone)
        _bring_up_to(command, subscription, today, book)
        if subscription.ends_on is None:
            raise Conflict("no_notice", "No notice has been given for this subscription.")
        cancel_downgrade(wallet_id, today)
        was_to_end = subscription.ends_on
        subscription.notice_on = subscription.ends_on = None
        subscription.save()
        if wallet.account_id is not None:
            account = lock_account(wallet.account_id)
            if account.status == AccountStatus.NOTICE:
                paused = subscription.status == Subscription.Status.PAUSED
                change_status(
                    command, account, AccountStatus.PAUSED if paused else AccountStatus.ACTIVE
                )
        record(command, wallet, "subscription_notice_taken_back", was_to_end=was_to_end)
        return credit_state(book, settle(command, book), renews_on=subscription.renews_on)

    return run(actor, "take_back_notice", key, {"wallet": wallet_id}, work, note=note)


def change_terms(
    actor: Actor,
    wallet_id: int,
    *,
    term_months: int,
    notice_days: int,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Agree on another term (months, from the next renewal on) and notice (calendar days before a
    renewal, at once). Account managers.

    Raises ``Refused("term_out_of_range")``, ``Refused("notice_out_of_range")``,
    ``Conflict("on_notice")``, ``Conflict("subscription_ended")``.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        check_terms(term_months, notice_days)
        book = Book(lock_wallets([wallet_id]))
        subscription = subscription_of(wallet_id)
        _bring_up_to(command, subscription, clock.today(wallet.owner.time_zone), book)
        check_not_on_notice(subscription)
        before = [subscription.term_months, subscription.notice_days]
        subscription.term_months, subscription.notice_days = term_months, notice_days
        subscription.save()
        record(
            command, wallet, "terms_changed",
            term_months=[before[0], term_months], notice_days=[before[1], notice_days],
        )  # fmt: skip
        latest = subscription.renews_on - timedelta(days=notice_days)
        return credit_state(
            book, settle(command, book), renews_on=subscription.renews_on, notice_until=latest
        )

    given = {"wallet": wallet_id, "term_months": term_months, "notice_days": notice_days}
    return run(actor, "change_terms", key, given, work, note=note)
