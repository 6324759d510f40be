"""People of one project: reviewers, required approvers, guests by link."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from callsheet.projects.models.brief import Project
from callsheet.tenants.models import User


class Part(models.TextChoices):
    """What somebody does in a project, besides its owner."""

    REVIEWER = "reviewer", "Reviewer"
    APPROVER = "approver", "Required approver"


class ProjectPerson(models.Model):
    """Somebody who reviews a project, or without whom it is not finalized by hand.

    ``approved_at`` is when an approver agreed to what is delivered now; a new delivery clears it.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=10, choices=Part)
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="person_once_per_project"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.part} of {self.project_id}"


class GuestLink(models.Model):
    """An expiring, revocable link by which a guest reviews one project.

    Only the token's digest is kept. ``ended_at`` is set when the guest has handed in the review;
    the link is of no use afterwards.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guest_links")
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    token_digest = models.BinaryField(unique=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(ended_at__isnull=True),
                name="guest_link_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.project_id}"
