"""What happens by itself to a project if nobody does anything, and when."""

from __future__ import annotations

from django.db import models

from callsheet.projects.models.brief import Project


class ClockKind(models.TextChoices):
    """What is waited for while a clock runs."""

    REVIEW = "review", "Review by the account manager"
    CLARIFICATION = "clarification", "An answer to a question"
    FIRST_DELIVERY = "first_delivery", "An answer to the first delivery"
    FINALIZE = "finalize", "Approval of what was delivered"
    PRODUCTION = "production", "Delivery by the studio"
    PARKED = "parked", "A decision about a parked project"
    APPROVAL = "approval", "A colleague's approval of a brief"
    STOP_REQUEST = "stop_request", "An answer to a wish to park or cancel"
    AMENDMENT = "amendment", "An answer to an amendment"
    SAMPLE = "sample", "A product sample"


class Clock(models.Model):
    """A running clock of a project: its next step is taken at ``due_at``.

    One of each kind at most; it goes when what it waits for has come. ``step`` counts from 0;
    ``reminded_at`` is when the last reminder went out.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=20, choices=ClockKind)
    step = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    put_off_days = models.PositiveSmallIntegerField(
        default=0, help_text="Calendar days by which all its steps come later."
    )

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="clock_due")]
        constraints = [
            models.UniqueConstraint(fields=["project", "kind"], name="one_clock_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.project_id}, step {self.step}"
