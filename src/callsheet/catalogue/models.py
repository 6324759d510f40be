"""Deliverable types, subscription plans, lead times and the studio's rules."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q


class BriefType(models.TextChoices):
    """The kinds of brief; each has fields of its own."""

    ORIGINAL_CREATIVE = "original_creative", "Original Creative"
    CONTENT_CREATION = "content_creation", "Content Creation"
    ADAPT_OPTIMIZE = "adapt_optimize", "Adapt & Optimize"


class Medium(models.TextChoices):
    """What a deliverable is made of."""

    STATIC = "static", "Static"
    VIDEO = "video", "Video"
    STOP_MOTION = "stop_motion", "Stop motion"
    PHOTO = "photo", "Photo"
    OTHER = "other", "Other"


class DeliverableKind(models.TextChoices):
    """A master costs credits; a variation of it is complimentary."""

    MASTER = "master", "Master"
    VARIATION = "variation", "Variation"


def all_brief_types() -> list[str]:
    """Every brief type: the default of a new deliverable type."""
    return list(BriefType.values)


class DeliverableType(models.Model):
    """Something that can be ordered. A changed cost applies to projects submitted from then on."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    medium = models.CharField(max_length=12, choices=Medium, default=Medium.STATIC)
    kind = models.CharField(max_length=10, choices=DeliverableKind, default=DeliverableKind.MASTER)
    credits = models.PositiveIntegerField(help_text="Credits for one; 0 for variations.")
    brief_types = ArrayField(
        models.CharField(max_length=20, choices=BriefType), default=all_brief_types
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "credits", "key"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="variation", credits=0) | Q(kind="master", credits__gte=1),
                name="only_variations_are_complimentary",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SubscriptionPlan(models.Model):
    """A plan that can be subscribed to. Prices here are the list; subscriptions copy theirs."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=100)
    credits = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    monthly_price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="EUR")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["credits"]

    def __str__(self) -> str:
        return f"{self.name} ({self.credits} credits)"


class Stage(models.TextChoices):
    """Where a project spends time, in order."""

    REVIEW = "review", "Review"
    BOOKING = "booking", "Booking"
    CREATION = "creation", "Creation"
    POST_PRODUCTION = "post_production", "Post-production"
    QUALITY_CHECK = "quality_check", "Quality check"
    CUSTOMER_REVIEW = "customer_review", "Customer review"
    REVISION = "revision", "Revision round"


class LeadTime(models.Model):
    """How many working days a stage takes for a brief type: usually (P50) and at worst (P80)."""

    brief_type = models.CharField(max_length=20, choices=BriefType)
    stage = models.CharField(max_length=20, choices=Stage)
    p50_days = models.PositiveIntegerField()
    p80_days = models.PositiveIntegerField()

    class Meta:
        ordering = ["brief_type", "id"]
        constraints = [
            models.UniqueConstraint(fields=["brief_type", "stage"], name="lead_time_once"),
            models.CheckConstraint(
                condition=Q(p80_days__gte=F("p50_days")), name="p80_not_below_p50"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brief_type} {self.stage}: {self.p50_days}-{self.p80_days} days"


class StudioRules(models.Model):
    """The studio's numbers: one row. Minimums are readiness rules, never price floors."""

    concept_minimum = models.PositiveIntegerField(
        default=10, help_text="Credits that a concept has at least."
    )
    pay_as_you_go_minimum = models.PositiveIntegerField(
        default=30, help_text="Credits that a pay-as-you-go project has at least."
    )
    adaptation_price = models.PositiveIntegerField(
        default=10, help_text="Credits of an Adapt & Optimize project of variations alone."
    )
    rank_kept_days = models.PositiveIntegerField(
        default=5, help_text="Working days for which a withdrawn brief keeps its place."
    )
    backfill_patience_days = models.PositiveIntegerField(
        default=5,
        help_text="Days past its first reservation after which nobody overtakes the head.",
    )
    most_quantity = models.PositiveIntegerField(
        default=200, help_text="The largest quantity of one deliverable."
    )
    invitation_days = models.PositiveIntegerField(
        default=14, help_text="Calendar days for which an invitation is good."
    )

    class Meta:
        verbose_name_plural = "studio rules"
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="one_row_of_studio_rules")]

    def __str__(self) -> str:
        return "Studio rules"


def studio_rules() -> StudioRules:
    """The studio's rules; the defaults when none were saved."""
    return StudioRules.objects.filter(pk=1).first() or StudioRules(pk=1)
