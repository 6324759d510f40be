"""Changes of what was agreed: scope that grows or shrinks, and wishes to stop."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from callsheet.projects.models.brief import Project
from callsheet.tenants.models import User


class Amendment(models.Model):
    """A change of a submitted project's scope, agreed by both sides.

    ``changes`` is plain data, made by :mod:`callsheet.projects.scope_changes` and written by
    :mod:`callsheet.projects.amending`. ``credits_change`` is what the project then costs more (or,
    negative, less). What costs more waits in ``waiting``, ahead of the queue, until its credits are
    held; production goes on meanwhile.
    """

    class Status(models.TextChoices):
        """Where it stands."""

        PROPOSED = "proposed", "Proposed"
        WAITING = "waiting", "Agreed, waits for credits"
        APPLIED = "applied", "Applied"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Side(models.TextChoices):
        """Who proposed it; the other side agrees."""

        CUSTOMER = "customer", "Customer"
        STUDIO = "studio", "Studio"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.CharField(max_length=10, choices=Side)
    proposer = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)
    changes = models.JSONField(default=dict)
    credits_change = models.IntegerField(default=0)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    wait_reason = models.CharField(max_length=30, blank=True)
    reserved_for = models.DateField(null=True, blank=True)
    first_reserved_for = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["project"], name="amendments_waiting", condition=Q(status="waiting")
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="amendment_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(status__in=["proposed", "waiting"]),
                name="one_open_amendment",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | Q(credits_change__gt=0),
                name="only_growth_waits_for_credits",
            ),
            models.CheckConstraint(
                condition=~Q(status="applied") | Q(applied_at__isnull=False),
                name="applied_amendment_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"amendment {self.number} of {self.project_id}"


class StopRequest(models.Model):
    """A customer's wish to park or cancel what is accepted already; staff decide.

    ``decided_at`` is null while it is open. ``granted`` says how it was decided; a request that
    its project's end overtook is closed without it.
    """

    class Wish(models.TextChoices):
        """What is asked for."""

        PARK = "park", "Park"
        CANCEL = "cancel", "Cancel"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="stop_requests")
    wish = models.CharField(max_length=10, choices=Wish)
    reason = models.TextField()
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    granted = models.BooleanField(null=True)
    answer = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(decided_at__isnull=True),
                name="one_open_stop_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wish} {self.project_id}"
