"""What the queue and production leave behind: intervals of occupancy, fairness receipts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callsheet.credits.models import Wallet
from callsheet.projects.models.brief import Project
from callsheet.tenants.models import Account


class Occupancy(models.Model):
    """An interval in which a project occupied credits. Imported finished projects have one too,
    without transfers. ``until`` is null while it goes on.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    wallet = models.ForeignKey(
        Wallet, on_delete=models.PROTECT, related_name="occupancies", db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="occupancies")
    credits = models.PositiveIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    imported = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "occupancies"
        indexes = [models.Index(fields=["wallet", "since"], name="occupancy_by_wallet")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="occupancy_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.credits} credits by {self.project_id}"


class FairnessReceipt(models.Model):
    """Who overtook whom: the head ``overtaken`` had a reservation when ``project`` started.

    ``planned_delay`` (working days, zero by the rule) is what the overtaking was to cost the head;
    ``realized_delay`` is how much later than ``reserved_for`` it really started.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="receipts")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="overtook")
    overtaken = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="overtaken_by")
    credits = models.PositiveIntegerField()
    at = models.DateTimeField()
    reserved_for = models.DateField()
    planned_delay = models.IntegerField(default=0)
    realized_delay = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "overtaken", "at"], name="receipt_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} before {self.overtaken_id}"
