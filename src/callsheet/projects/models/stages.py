"""Where projects spend their time: stages with who is waited for, and product samples."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callsheet.catalogue.models import Stage
from callsheet.projects.models.brief import Project
from callsheet.tenants.models import Account


class Party(models.TextChoices):
    """Who is waited for."""

    STUDIO = "studio", "Studio"
    CUSTOMER = "customer", "Customer"
    CARRIER = "carrier", "Carrier"


class StageSpell(models.Model):
    """A stretch of time that a project spent in one stage, waiting for one party.

    ``until`` is null while it goes on. The closed ones are the studio's history of durations, kept
    from the first day.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="spells")
    stage = models.CharField(max_length=20, choices=Stage)
    waiting_for = models.CharField(max_length=10, choices=Party)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    expected_until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "stage", "until"], name="spell_history")]
        constraints = [
            models.UniqueConstraint(
                fields=["project"], condition=Q(until__isnull=True), name="one_stage_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="spell_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.project_id}"


class Sample(models.Model):
    """A product that a customer sends for one or more projects, and its dates so far.

    Days are days of the account. ``expected_on`` is when it should be with the studio.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="samples")
    projects = models.ManyToManyField(Project, related_name="samples", blank=True)
    name = models.CharField(max_length=200)
    expected_on = models.DateField(null=True, blank=True)
    shipped_on = models.DateField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    returned_on = models.DateField(null=True, blank=True)
    tracking = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(received_on__isnull=True)
                | Q(shipped_on__isnull=True)
                | Q(received_on__gte=F("shipped_on")),
                name="sample_received_after_shipped",
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(returned_on__gte=F("received_on")),
                name="sample_returned_after_received",
            ),
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(received_on__isnull=False),
                name="only_received_samples_return",
            ),
        ]

    def __str__(self) -> str:
        return self.name
