"""The prices of a subscription: periods that adjoin, each followed by the next, none rewritten."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from callsheet.credits.models import PricePeriod, Subscription


def periods(subscription: Subscription) -> QuerySet[PricePeriod]:
    """The subscription's prices with days of their own, in the order of their days."""
    return PricePeriod.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), subscription=subscription
    ).order_by("starts_on")


def price_on(subscription: Subscription, day: date) -> PricePeriod | None:
    """The period that says what the subscription costs on ``day``, if one does."""
    return periods(subscription).filter(starts_on__lte=day).exclude(ends_on__lte=day).first()


def set_price(
    subscription: Subscription, day: date, price: Decimal | None, credits: int
) -> PricePeriod:
    """Let a price for ``credits`` begin on ``day``, without an end. None: no price is agreed.

    The period of that day ends; later ones, which had only been announced, keep no day. The caller
    holds the subscription's row.
    """
    _clear_from(subscription, day)
    last = periods(subscription).last()
    if last is not None and last.ends_on is not None and last.ends_on < day:
        # It had ended, and begins again: in between there was nothing to pay for.
        PricePeriod.objects.create(
            subscription=subscription, starts_on=last.ends_on, ends_on=day, credits=0
        )
    return PricePeriod.objects.create(
        subscription=subscription, starts_on=day, monthly_price=price, credits=credits
    )


def end_prices(subscription: Subscription, day: date) -> None:
    """Let the subscription cost nothing from ``day`` on: it has ended."""
    _clear_from(subscription, day)


def withdraw_announced(subscription: Subscription, today: date) -> int:
    """Take back the prices that begin after ``today``; the present one goes on without an end.

    Returns how many were taken back.
    """
    taken_back = periods(subscription).filter(starts_on__gt=today).update(ends_on=F("starts_on"))
    if taken_back:
        present = price_on(subscription, today)
        if present is not None:
            PricePeriod.objects.filter(pk=present.pk).update(ends_on=None)
    return taken_back


def _clear_from(subscription: Subscription, day: date) -> None:
    # The later ones first: the database looks at the whole row of periods after each statement.
    periods(subscription).filter(starts_on__gte=day).update(ends_on=F("starts_on"))
    periods(subscription).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day)).update(ends_on=day)
