"""Deliverable types, subscription plans, lead times and the studio's rules."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from callsheet.kit.once import once


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
    AWAITING_SAMPLE = "awaiting_sample", "Awaiting the sample"
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


class StageTime(models.Model):
    """How long a stage really took, measured from the studio's finished projects every night.

    ``stage`` is empty for the whole duration from start to return of credits, ``size`` for all
    sizes together. Working days, as measured, before they are weighed against the lead times;
    ``n`` is the number of projects behind them.
    """

    brief_type = models.CharField(max_length=20, choices=BriefType)
    stage = models.CharField(max_length=20, choices=Stage, blank=True)
    size = models.CharField(max_length=10, blank=True)
    p50_days = models.PositiveIntegerField()
    p80_days = models.PositiveIntegerField()
    n = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brief_type", "stage", "size"], name="stage_time_once"),
            models.CheckConstraint(
                condition=Q(p80_days__gte=F("p50_days")), name="measured_p80_not_below_p50"
            ),
            models.CheckConstraint(condition=Q(n__gte=1), name="stage_time_was_measured"),
        ]

    def __str__(self) -> str:
        return f"{self.brief_type} {self.stage or 'in all'}: {self.p50_days}-{self.p80_days} days"


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

    review_days = models.PositiveIntegerField(
        default=2,
        help_text="Working days within which a brief is reviewed; then its deputy is asked, too.",
    )
    clarification_reminder_days = models.PositiveIntegerField(
        default=5, help_text="Working days after which an unanswered question is asked again."
    )
    clarification_second_reminder_days = models.PositiveIntegerField(
        default=8, help_text="Working days until the second reminder."
    )
    clarification_park_days = models.PositiveIntegerField(
        default=10, help_text="Working days after which an unanswered question parks the project."
    )
    first_delivery_reminder_days = models.PositiveIntegerField(
        default=7,
        help_text="Working days after which an unanswered first delivery is brought to mind.",
    )
    first_delivery_days = models.PositiveIntegerField(
        default=10,
        help_text="Working days until the masters of an unanswered first delivery are approved.",
    )
    finalize_reminder_days = models.PositiveIntegerField(
        default=7, help_text="Calendar days after delivery until the first reminder."
    )
    finalize_second_reminder_days = models.PositiveIntegerField(
        default=12, help_text="Calendar days after delivery until the second reminder."
    )
    finalize_days = models.PositiveIntegerField(
        default=14, help_text="Calendar days after delivery until it is finalized by itself."
    )
    finalize_extension_days = models.PositiveIntegerField(
        default=10, help_text="Calendar days by which that can be put off, once."
    )
    last_warning_hours = models.PositiveIntegerField(
        default=48,
        help_text="Hours that the last reminder is old before anything happens by itself.",
    )
    reopen_days = models.PositiveIntegerField(
        default=10,
        help_text="Calendar days for which a project that was finalized by itself can be reopened.",
    )
    parked_reminder_days = models.PositiveIntegerField(
        default=20,
        help_text="Working days after which a parked project is brought to mind, again and again.",
    )
    answer_days = models.PositiveIntegerField(
        default=3,
        help_text="Working days until an open request, amendment or approval is asked again.",
    )
    overdue_days = models.PositiveIntegerField(
        default=5,
        help_text="Working days after which an overdue delivery or sample is asked for again.",
    )
    guest_link_days = models.PositiveIntegerField(
        default=30, help_text="Calendar days for which a guest's link is good."
    )
    largest_file_megabytes = models.PositiveIntegerField(
        default=2000, help_text="The largest file that is taken as an asset."
    )

    class Meta:
        verbose_name_plural = "studio rules"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_row_of_studio_rules"),
            models.CheckConstraint(
                condition=Q(clarification_reminder_days__lt=F("clarification_second_reminder_days"))
                & Q(clarification_second_reminder_days__lt=F("clarification_park_days")),
                name="clarification_reminds_first",
            ),
            models.CheckConstraint(
                condition=Q(finalize_reminder_days__lt=F("finalize_second_reminder_days"))
                & Q(finalize_second_reminder_days__lt=F("finalize_days")),
                name="finalizing_reminds_first",
            ),
            models.CheckConstraint(
                condition=Q(first_delivery_reminder_days__lt=F("first_delivery_days")),
                name="first_delivery_reminds_first",
            ),
        ]

    def __str__(self) -> str:
        return "Studio rules"


class Edition(models.Model):
    """Which edition of the studio's settings is in force: one row, with a mark that triggers draw
    anew in every transaction that changes rules, catalogue, times or closures. A mark never comes
    again, so that what was read under one may be kept by it (:mod:`callsheet.kit.once`).
    """

    mark = models.UUIDField()

    class Meta:
        verbose_name = "edition of the settings"
        verbose_name_plural = "edition of the settings"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_row_of_edition"),
        ]

    def __str__(self) -> str:
        return str(self.mark)


@once
def studio_rules() -> StudioRules:
    """The studio's rules; the defaults when none were saved. Read once in a command."""
    return StudioRules.objects.filter(pk=1).first() or StudioRules(pk=1)


@once
def deliverable_types() -> dict[str, DeliverableType]:
    """Everything in the catalogue that can be ordered, or could once, by key. Read once in a
    command; nobody changes what it answers.
    """
    return {kind.key: kind for kind in DeliverableType.objects.all()}
