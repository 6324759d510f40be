"""Giving credits, taking them, moving them between the wallets of an organization."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from callsheet.credits.book import Book
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Billing, Grant, Lot, StandingOrder, Wallet
from callsheet.credits.post import Move
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound, Refused
from callsheet.services.settling import settle
from callsheet.tenants.access import check_can_manage, check_can_manage_organization

MOST_CREDITS = 100_000
MOST_MONEY = 9_999_999_999


def wallet_of(wallet_id: int) -> Wallet:
    """The wallet of that id with its owner; reads without a lock. Raises ``NotFound``."""
    wallet = (
        Wallet.objects.select_related("account__organization", "organization")
        .filter(pk=wallet_id)
        .first()
    )
    if wallet is None:
        raise NotFound("wallet")
    return wallet


def check_may_manage(actor: Actor, wallet: Wallet) -> None:
    """Raise unless ``actor`` manages the wallet's account or, for a pool, its organization.

    ``NotFound("wallet")`` to strangers, as for a wallet that does not exist.
    """
    try:
        if wallet.account is not None:
            check_can_manage(actor, wallet.account)
        elif wallet.organization is not None:
            check_can_manage_organization(actor, wallet.organization)
    except NotFound:
        raise NotFound("wallet") from None


def check_amount(amount: int, field: str = "credits") -> None:
    """Raise ``Refused("amount_out_of_range")`` unless it is between 1 and 100,000 credits."""
    if not 1 <= amount <= MOST_CREDITS:
        raise Refused(
            "amount_out_of_range",
            f"Between 1 and {MOST_CREDITS:,} credits, not {amount:,}.",
            field=field,
        )


def check_price(price: Decimal | None) -> None:
    """Raise ``Refused`` unless the price is none, or whole cents between 0 and 9,999,999,999.

    Codes: ``price_out_of_range``, ``price_in_parts_of_cents``.
    """
    if price is None:
        return
    if not (price.is_finite() and 0 <= price <= MOST_MONEY):
        raise Refused(
            "price_out_of_range", f"A price is between 0 and {MOST_MONEY:,}.", field="price"
        )
    if price != round(price, 2):
        raise Refused(
            "price_in_parts_of_cents",
            f"A price has two decimals at most; {price} has more.",
            field="price",
        )


def credit_state(book: Book, started: list[int], **more: object) -> Answer:
    """What every command on credits answers: each wallet as it is now, and what started."""
    rows = Wallet.objects.filter(pk__in=book.locked.asked).order_by("pk")
    return {
        "wallets": [
            {"wallet": w.pk, "available": w.available, "held": w.held, "capacity": w.capacity}
            for w in rows
        ],
        "started": started,
        **more,
    }


def grant(
    actor: Actor,
    wallet_id: int,
    credits: int,
    category: str = Grant.Category.BOOSTER,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    price: Decimal | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Give a subscription wallet credits from a day (default today) until a day, or for good.

    Account managers. What begins later is posted by the clock; an end is a standing order.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        check_amount(credits)
        check_price(price)
        if category not in Grant.Category.values:
            raise Refused("unknown_category", "Choose plan, booster, goodwill or trial.",
                          field="category")  # fmt: skip
        if wallet.billing != Billing.SUBSCRIPTION:
            raise Refused("lots_only", "Pay-as-you-go credits are bought in lots.", field="credits")
        if starts_on is not None and starts_on < clock.today(wallet.owner.time_zone):
            raise Refused("date_in_the_past", f"{starts_on} has passed.", field="starts_on")
        book = Book(lock_wallets([wallet_id]))
        given = add_grant(book, wallet, credits, category, starts_on, ends_on, price)
        record(command, wallet, "credits_granted", credits=credits, category=category,
               starts_on=given.starts_on, ends_on=ends_on)  # fmt: skip
        return credit_state(book, settle(command, book), grant=given.pk)

    facts = {"wallet": wallet_id, "credits": credits, "category": category}
    dates = {"starts_on": starts_on, "ends_on": ends_on, "price": price}
    return run(actor, "grant", key, facts | dates, work, note=note)


def add_grant(
    book: Book,
    wallet: Wallet,
    credits: int,
    category: str,
    starts_on: date | None,
    ends_on: date | None,
    price: Decimal | None = None,
) -> Grant:
    """Write a grant, the order that ends it, and (when it begins today) its move."""
    today = clock.today(wallet.owner.time_zone)
    starts_on = starts_on or today
    if ends_on is not None and ends_on <= max(starts_on, today):
        raise Refused("ends_before_start", "The end lies after the start and after today.",
                      field="ends_on")  # fmt: skip
    given = Grant.objects.create(
        wallet_id=wallet.pk, category=category, credits=credits, starts_on=starts_on,
        ends_on=ends_on, price=price,
    )  # fmt: skip
    if ends_on is not None:
        StandingOrder.objects.create(
            kind=StandingOrder.Kind.GRANT_END, source_id=wallet.pk, grant=given, amount=credits,
            due_on=ends_on,
        )  # fmt: skip
    if starts_on <= today:
        book.add(Move(Kind.GRANT, credits, wallet.pk, grant=given.pk))
    return given


def buy_lot(
    actor: Actor,
    wallet_id: int,
    credits: int,
    *,
    expires_on: date | None = None,
    price: Decimal | None = None,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Add a lot of pay-as-you-go credits, void from ``expires_on`` unless held.

    Account managers.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        check_amount(credits)
        check_price(price)
        if wallet.billing != Billing.PAY_AS_YOU_GO:
            raise Refused("no_lots", "Lots are for pay-as-you-go; grant credits instead.",
                          field="credits")  # fmt: skip
        today = clock.today(wallet.owner.time_zone)
        if expires_on is not None and expires_on <= today:
            raise Refused("date_in_the_past", f"{expires_on} has passed.", field="expires_on")
        book = Book(lock_wallets([wallet_id]))
        lot = Lot.objects.create(
            wallet=wallet, bought_on=today, expires_on=expires_on, credits=credits, price=price,
            currency=wallet.owner.currency,
        )  # fmt: skip
        book.add(Move(Kind.GRANT, credits, wallet_id, lot=lot.pk))
        record(command, wallet, "credits_bought", credits=credits, expires_on=expires_on)
        return credit_state(book, settle(command, book), lot=lot.pk)

    given = {"wallet": wallet_id, "credits": credits, "expires_on": expires_on, "price": price}
    return run(actor, "buy_lot", key, given, work, note=note)


def adjust(
    actor: Actor,
    wallet_id: int,
    change: int,
    *,
    until: date | None = None,
    permanent: bool = False,
    key: str | None = None,
    note: str = "",
) -> Answer:
    """Add (or, negative, take) credits by hand, until a day or permanently, with a reason.

    Account managers. Taking may overdraw the wallet: then nothing starts until enough came back.
    """

    def work(command: OpenCommand) -> Answer:
        wallet = wallet_of(wallet_id)
        check_may_manage(actor, wallet)
        check_amount(abs(change), "change")
        if not note.strip():
            raise Refused("reason_missing", "Say why the credits are adjusted.", field="note")
        if (until is None) == (not permanent):
            raise Refused("end_missing", "Give an end date, or say that it is permanent.",
                          field="until")  # fmt: skip
        today = clock.today(wallet.owner.time_zone)
        if until is not None and until <= today:
            raise Refused("date_in_the_past", "The end date lies after today.", field="until")
        book = Book(lock_wallets([wallet_id]))
        if wallet.billing == Billing.PAY_AS_YOU_GO:
            _adjust_lots(book, wallet, change, today)
        else:
            book.add(Move(Kind.ADJUST, abs(change), wallet_id, down=change < 0))
        if until is not None:
            _undo_adjustment(wallet, change, until)
        record(command, wallet, "credits_adjusted", change=change, until=until)
        return credit_state(book, settle(command, book))

    given = {"wallet": wallet_id, "change": change, "until": until, "permanent": permanent}
    return run(actor, "adjust", key, given, work, note=note)


def _undo_adjustment(wallet: Wallet, change: int, until: date) -> None:
    if wallet.billing == Billing.PAY_AS_YOU_GO:
        raise Refused("permanent_only", "Bought credits can only be adjusted permanently.",
                      field="until")  # fmt: skip
    if change > 0:
        StandingOrder.objects.create(
            kind=StandingOrder.Kind.GRANT_END, source=wallet, amount=change, due_on=until
        )
    else:
        Grant.objects.create(
            wallet=wallet, category=Grant.Category.GOODWILL, credits=-change, starts_on=until
        )


def _adjust_lots(book: Book, wallet: Wallet, change: int, today: date) -> None:
    if change > 0:
        lot = Lot.objects.create(
            wallet=wallet, bought_on=today, credits=change, currency=wallet.owner.currency
        )
        book.add(Move(Kind.ADJUST, change, wallet.pk, lot=lot.pk))
        return
    left = -change
    for lot in Lot.objects.filter(wallet=wallet, available__gt=0).order_by("-expires_on", "id"):
        part = min(left, lot.available)
        if part:
            book.add(Move(Kind.ADJUST, part, wallet.pk, lot=lot.pk, down=True))
            left -= part
    if left:
        raise Refused("not_enough_available", f"Only {-change - left} credits can be taken.",
                      field="change")  # fmt: skip


def record(command: OpenCommand, wallet: Wallet, kind: str, **data: object) -> None:
    """Journal something about a wallet, for its account or its organization."""
    events.record(
        kind, "wallet", wallet.pk, command=command, account_id=wallet.account_id,
        organization_id=wallet.organization_id, data=data,
    )  # fmt: skip
