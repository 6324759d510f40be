"""Wallets and what moves in them.

Balances are columns of the wallet's one row, which is also its lock. Each CHECK here repeats a rule
of the ledger, so that the database refuses what the code should have refused.
"""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from callsheet.catalogue.models import SubscriptionPlan
from callsheet.credits.kinds import BUCKETS, Bucket, Kind
from callsheet.journal.models import Command
from callsheet.tenants.models import Account, Organization

NOT_NEGATIVE = MinValueValidator(0)


class Billing(models.TextChoices):
    """Whether credits recycle or are used up."""

    SUBSCRIPTION = "subscription", "Subscription"
    PAY_AS_YOU_GO = "pay_as_you_go", "Pay-as-you-go"


class Policy(models.TextChoices):
    """How a queue admits."""

    BACKFILL = "backfill", "Backfill"
    PLANNED = "planned", "Planned"
    STRICT = "strict", "Strict"


def _rule(name: str, condition: str) -> models.CheckConstraint:
    """A rule in SQL, for the tables of the hot path.

    PostgreSQL parses every CHECK of a table again for each statement that writes to it, so that
    their length counts: as conditions of Django's the same rules cost a third of a movement.
    """
    return models.CheckConstraint(
        condition=RawSQL(condition, (), output_field=models.BooleanField()),  # noqa: S611  (constants)
        name=name,
    )


class Domain(models.Model):
    """An admission domain: the row that is locked before its wallets.

    Each wallet has one of its own; while an organization borrows, all its wallets share one.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="domain"
    )
    borrowing = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(borrowing=False) | Q(organization__isnull=False),
                name="only_organizations_borrow",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization or 'wallet'} domain {self.pk}"


class Wallet(models.Model):
    """What an account or an organization's pool holds, in credits.

    ``capacity = available + held``. ``issued`` is minus what was granted; ``net_in`` is what came
    from other wallets less what went to them, so that the five buckets always add up to it.
    ``overdraft`` is how far below zero ``available`` may be: only adjustments and the opening holds
    of an import raise it, and it falls as credits come back. Written by the ledger function alone.
    """

    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="wallet"
    )
    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="pool"
    )
    domain = models.ForeignKey(Domain, on_delete=models.PROTECT, related_name="wallets")
    billing = models.CharField(max_length=14, choices=Billing, default=Billing.SUBSCRIPTION)
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.BACKFILL)

    issued = models.IntegerField(default=0)
    available = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    consumed = models.IntegerField(default=0)
    expired = models.IntegerField(default=0)
    net_in = models.IntegerField(default=0)
    overdraft = models.IntegerField(default=0)
    lent = models.IntegerField(default=0)
    borrowed = models.IntegerField(default=0)

    floor = models.IntegerField(
        default=0,
        validators=[NOT_NEGATIVE],
        help_text="Idle credits that are never lent or taken back.",
    )
    may_borrow = models.IntegerField(
        default=0,
        null=True,
        blank=True,
        validators=[NOT_NEGATIVE],
        help_text="Credits; empty means without limit.",
    )
    may_lend = models.IntegerField(
        default=0,
        null=True,
        blank=True,
        validators=[NOT_NEGATIVE],
        help_text="Credits; empty means without limit.",
    )
    weight = models.IntegerField(
        null=True,
        blank=True,
        validators=[NOT_NEGATIVE],
        help_text="Share when several want to borrow; empty: its allocation.",
    )
    gives_back = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Place in the order in which a pool that shrinks takes back; empty: after those"
        " with a place, pro rata.",
    )

    seq = models.BigIntegerField(default=0)
    head = models.BinaryField(default=bytes(32))
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(available__gte=-F("overdraft")), name="available_not_oversold"
            ),
            _rule(
                "wallet_books_balance", "net_in = issued + available + held + consumed + expired"
            ),
            _rule(
                "wallet_lawful",
                "least(held, consumed, expired, lent, borrowed, overdraft,"
                " floor, may_borrow, may_lend, weight) >= 0"
                " AND (account_id IS NULL) <> (organization_id IS NULL)"
                " AND (billing = 'pay_as_you_go' OR consumed + expired = 0)",
            ),
        ]

    @property
    def capacity(self) -> int:
        """Credits that may be in production at one time."""
        return self.available + self.held

    @property
    def is_overdrawn(self) -> bool:
        """True while more is held than the wallet has."""
        return self.available < 0

    @property
    def owner(self) -> Account | Organization:
        """The account, or the organization whose pool this is."""
        owner = self.account or self.organization
        if owner is None:  # the database refuses such a row
            raise ValueError("a wallet has an owner")
        return owner

    def __str__(self) -> str:
        return f"{self.owner.name}{' (pool)' if self.organization_id else ''}"


class Grant(models.Model):
    """Credits given from a day to a day. ``posted`` once the clock has put them into the wallet."""

    class Category(models.TextChoices):
        """Why credits were given."""

        PLAN = "plan", "Plan"
        BOOSTER = "booster", "Booster"
        GOODWILL = "goodwill", "Goodwill"
        TRIAL = "trial", "Trial"

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="grants")
    category = models.CharField(max_length=10, choices=Category)
    credits = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="First day without; empty: open.")
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    posted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(credits__gt=0), name="grant_has_credits"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="grant_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} of {self.credits}"


class Lot(models.Model):
    """Pay-as-you-go credits bought at one time; held credits of a lot do not expire."""

    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="lots")
    bought_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True, help_text="First day on which it is void.")
    credits = models.PositiveIntegerField()
    available = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    consumed = models.IntegerField(default=0)
    expired = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")

    class Meta:
        indexes = [models.Index(fields=["wallet", "expires_on"], name="lot_by_expiry")]
        constraints = [
            models.CheckConstraint(
                condition=Q(available__gte=0, held__gte=0, consumed__gte=0, expired__gte=0),
                name="lot_parts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(credits__gte=F("available") + F("held") + F("consumed") + F("expired")),
                name="lot_not_oversold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credits} credits bought {self.bought_on}"


class Hold(models.Model):
    """Credits that one project occupies now. ``borrowed`` of them came from other wallets."""

    # Opened by the ledger function alone, in a wallet that it has just locked.
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="holds", db_index=False, db_constraint=False
    )
    credits = models.IntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            _rule("hold_not_negative", "credits >= 0 AND (closed_at IS NULL OR credits = 0)"),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk} of {self.credits}"


class Borrowing(models.Model):
    """What a hold still owes to a lender's wallet."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="borrowings")
    lender = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="lendings")
    credits = models.IntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["hold"], name="debts", condition=Q(credits__gt=0)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["hold", "lender"], name="one_borrowing_per_lender"),
            models.CheckConstraint(condition=Q(credits__gte=0), name="borrowing_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.credits} from wallet {self.lender_id}"


class HoldLot(models.Model):
    """Which lots a pay-as-you-go hold occupies."""

    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lots")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="holds")
    credits = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "lot"], name="one_part_per_lot"),
            models.CheckConstraint(condition=Q(credits__gte=0), name="hold_lot_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.credits} of lot {self.lot_id}"


class StandingOrder(models.Model):
    """Credits that are to be taken on a date and may not be free by then.

    From a wallet's available credits, to another wallet's or (``target`` null) out of issue. What
    could not be taken by its day is ``due_back``: collected from later releases, oldest first.
    """

    class Kind(models.TextChoices):
        """Why credits are to be taken."""

        DOWNGRADE = "downgrade", "Downgrade"
        LOAN_OUT = "loan_out", "Loan begins"
        LOAN_RETURN = "loan_return", "Loan returns"
        RECALL = "recall", "Recall"
        REALLOCATION = "reallocation", "Scheduled re-allocation"
        GRANT_END = "grant_end", "End of a grant"

    kind = models.CharField(max_length=12, choices=Kind)
    source = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="orders_out")
    target = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, null=True, blank=True, related_name="orders_in"
    )
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, null=True, blank=True)
    after = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Only what this earlier order took is taken (a loan returns what was lent).",
    )
    amount = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    due_on = models.DateField()
    rank = models.PositiveIntegerField(default=0)
    canceled_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["source", "due_on", "rank", "id"],
                name="open_orders",
                condition=Q(canceled_at__isnull=True) & Q(taken__lt=F("amount")),
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_has_credits"),
            models.CheckConstraint(condition=Q(taken__lte=F("amount")), name="order_not_overtaken"),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | ~Q(target=F("source")),
                name="order_to_another_wallet",
            ),
        ]

    @property
    def due_back(self) -> int:
        """Credits still to be taken."""
        return 0 if self.canceled_at else self.amount - self.taken

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount} on {self.due_on}"


def _buckets() -> str:
    """Which buckets each kind of transfer joins, as an SQL condition. Only a transfer from one
    wallet to another stays in the same kind of bucket, and only it stands in a second chain.
    """
    lawful = ",".join(
        f"{kind.value} {source.value} {target.value}"
        for kind, pairs in BUCKETS.items()
        for source, target in pairs
    )
    return (
        f"kind || ' ' || from_bucket || ' ' || to_bucket = ANY ('{{{lawful}}}'::text[])"
        " AND (from_bucket = to_bucket) = (from_wallet_id <> to_wallet_id)"
        " AND (to_seq IS NULL) = (from_wallet_id = to_wallet_id)"
        " AND amount > 0"
    )


class Transfer(models.Model):
    """One movement of credits: debits one bucket, credits one. Append-only.

    ``from_seq``/``from_hash`` place it in the chain of the wallet it left (or stayed in),
    ``to_seq``/``to_hash`` in that of the wallet it reached, when that is another one.
    """

    # No foreign keys in the database: the one function that inserts has just written or found every
    # row that it names, and triggers refuse to delete any of them. Checking again costs a third.
    command = models.ForeignKey(
        Command, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    n = models.IntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    amount = models.IntegerField()
    from_wallet = models.ForeignKey(
        Wallet,
        on_delete=models.PROTECT,
        related_name="transfers_out",
        db_index=False,
        db_constraint=False,
    )
    from_bucket = models.CharField(max_length=10, choices=Bucket)
    to_wallet = models.ForeignKey(
        Wallet,
        on_delete=models.PROTECT,
        related_name="transfers_in",
        db_index=False,
        db_constraint=False,
    )
    to_bucket = models.CharField(max_length=10, choices=Bucket)
    hold = models.ForeignKey(
        Hold,
        on_delete=models.PROTECT,
        null=True,
        related_name="transfers",
        db_index=False,  # a hold's transfers stand in the chain of its wallet
        db_constraint=False,
    )
    lot = models.ForeignKey(
        Lot, on_delete=models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    grant = models.ForeignKey(
        Grant, on_delete=models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    order = models.ForeignKey(
        StandingOrder, on_delete=models.PROTECT, null=True, db_index=False, db_constraint=False
    )
    from_seq = models.BigIntegerField()
    from_hash = models.BinaryField()
    to_seq = models.BigIntegerField(null=True)
    to_hash = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["grant"], name="transfer_of_grant", condition=Q(grant__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["command", "n"], name="transfer_once"),
            models.UniqueConstraint(fields=["from_wallet", "from_seq"], name="chain_place_out"),
            models.UniqueConstraint(
                fields=["to_wallet", "to_seq"],
                name="chain_place_in",
                condition=Q(to_seq__isnull=False),
            ),
            _rule("transfer_joins_right_buckets", _buckets()),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class Subscription(models.Model):
    """A wallet's plan, term and notice. Prices are immutable periods of their own."""

    class Status(models.TextChoices):
        """Whether it runs."""

        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        ENDED = "ended", "Ended"

    wallet = models.OneToOneField(Wallet, on_delete=models.PROTECT, related_name="subscription")
    plan = models.ForeignKey(SubscriptionPlan, on_delete=models.PROTECT)
    credits = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    starts_on = models.DateField()
    renews_on = models.DateField()
    term_months = models.PositiveSmallIntegerField(default=12)
    notice_days = models.PositiveSmallIntegerField(
        default=90, help_text="Calendar days before renewal by which notice has to be given."
    )
    notice_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True, help_text="First day without it.")
    paused_on = models.DateField(null=True, blank=True)
    paused_until = models.DateField(null=True, blank=True)
    next_plan = models.ForeignKey(
        SubscriptionPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    next_price = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True,
        help_text="For a calendar month of the next plan. Empty: no price agreed.",
    )  # fmt: skip
    currency = models.CharField(max_length=3, default="EUR")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="paused")
                | Q(paused_until__isnull=False, paused_on__isnull=False),
                name="pause_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(notice_on__isnull=False),
                name="ends_by_notice",
            ),
            models.CheckConstraint(condition=Q(term_months__gte=1), name="term_has_months"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} of {self.wallet_id}"


class PricePeriod(models.Model):
    """What a subscription costs from a day to a day. Never changed, only followed by another.

    Periods adjoin: the database refuses a gap or an overlap between two of them. One that was
    replaced before it took effect stays as a period without days (``ends_on = starts_on``).
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="prices")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="First day at another price.")
    monthly_price = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True,
        help_text="For a calendar month. Empty: no price agreed.",
    )  # fmt: skip
    credits = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "starts_on"],
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="one_price_per_day",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="price_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(monthly_price__isnull=True) | Q(monthly_price__gte=0),
                name="price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        price = "no price agreed" if self.monthly_price is None else f"{self.monthly_price}"
        return f"{price} from {self.starts_on}"
