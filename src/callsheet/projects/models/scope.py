"""What a project asks for: concepts and their deliverables."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callsheet.catalogue.models import DeliverableType
from callsheet.projects.models.brief import Project


class Concept(models.Model):
    """A creative direction of a project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="concepts")
    position = models.PositiveIntegerField(default=0)
    title = models.CharField(max_length=300, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["project", "position", "id"]

    def __str__(self) -> str:
        return self.title or f"Concept {self.position + 1}"


class DeliverableState(models.TextChoices):
    """Where a deliverable is."""

    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    APPROVED = "approved", "Approved"
    DROPPED = "dropped", "Dropped"


class Deliverable(models.Model):
    """What a concept asks for: a type, how many, and (at submission) what one costs."""

    concept = models.ForeignKey(Concept, on_delete=models.CASCADE, related_name="deliverables")
    position = models.PositiveIntegerField(default=0)
    type = models.ForeignKey(DeliverableType, on_delete=models.PROTECT)
    quantity = models.PositiveIntegerField(default=1)
    unit_credits = models.PositiveIntegerField(default=0)
    master = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="variations"
    )
    supplied_master = models.CharField(
        max_length=300, blank=True, help_text="Adapt & Optimize: the supplied master it varies."
    )
    placement = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    state = models.CharField(
        max_length=20, choices=DeliverableState, default=DeliverableState.WAITING
    )
    delivered_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    rounds = models.PositiveSmallIntegerField(
        default=0, help_text="How often changes were asked for."
    )

    class Meta:
        ordering = ["concept", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="deliverable_quantity"),
            models.CheckConstraint(condition=~Q(master=F("id")), name="not_its_own_master"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.type}"
