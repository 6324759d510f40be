"""What customers were told about dates, and when each of them last looked."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callsheet.credits.models import Wallet
from callsheet.projects.models.brief import Project
from callsheet.tenants.models import Account, User


class PublishedRange(models.Model):
    """A range of days that a customer was told, from the moment ``at`` until the next one.

    ``first`` and ``last`` are the expected (P50) and the cautious (P80) day; a promise has one day
    twice; both are null when nothing can be said any more. Never changed: the scorecard and "since
    you last looked" read this record. It outlives a draft that was submitted, taken back and then
    deleted: the project is known by its number, as in the journal.
    """

    class What(models.TextChoices):
        """What the days are about."""

        START = "start", "Expected start"
        FINISH = "finish", "Expected return of credits"
        PROMISE = "promise", "Promised delivery"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(
        Project, on_delete=models.DO_NOTHING, related_name="published", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    what = models.CharField(max_length=10, choices=What)
    first = models.DateField(null=True)
    last = models.DateField(null=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["project", "what", "-id"], name="published_last"),
            models.Index(fields=["account", "-id"], name="published_by_account"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__isnull=True, last__isnull=True) | Q(last__gte=F("first")),
                name="published_range_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.project_id}: {self.first} to {self.last}"


class Stirred(models.Model):
    """A wallet whose expected dates have to be looked at again, and what stirred it.

    Rows are only added and taken away, so that nobody waits for anybody here. ``cause`` is what
    the wallet's own people are told, ``elsewhere`` what those of other wallets are, without a
    title; ``about`` is the number of the project that it was.
    """

    wallet = models.ForeignKey(Wallet, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    cause = models.CharField(max_length=300, blank=True)
    elsewhere = models.CharField(max_length=300, blank=True)
    about = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"wallet {self.wallet_id} at {self.at}"


class NextLook(models.Model):
    """When the clock looks at a queue by itself again: as its next day begins, at once where a
    look has found something to write, and whenever the studio's settings are of another edition.

    One row for each wallet in which something waits. What a command stirs is looked at because it
    is stirred; commands write nothing here.
    """

    wallet = models.OneToOneField(
        Wallet, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    at = models.DateTimeField(db_index=True)
    edition = models.UUIDField(null=True, db_index=True)

    class Meta:
        verbose_name = "next look at a queue"
        verbose_name_plural = "next looks at queues"

    def __str__(self) -> str:
        return f"wallet {self.wallet_id} at {self.at}"


class LastLook(models.Model):
    """How far a person has read what happened in an account: the last event and range seen."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    event_id = models.BigIntegerField(default=0)
    range_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "account"], name="one_last_look_per_account")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.account_id}"
