"""Brands and projects: a brief and what becomes of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from callsheet.catalogue.models import BriefType, Stage
from callsheet.credits.models import Hold, Wallet
from callsheet.projects.lifecycle import ENDED, HOLDING, Status
from callsheet.tenants.models import Account, User

STATUS_CHOICES = [(status.value, status.label) for status in Status]


class Priority(models.IntegerChoices):
    """Weighs in planning only; the queue goes by rank."""

    LOW = 1, "Low"
    NORMAL = 3, "Normal"
    HIGH = 6, "High"
    URGENT = 10, "Urgent"


class Brand(models.Model):
    """A brand profile of an account."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="brands")
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="brand_once")]

    def __str__(self) -> str:
        return self.name


class Project(models.Model):
    """A brief and what becomes of it.

    ``credits`` is what the scope costs, copied from the catalogue at submission, ``settled`` the
    part of it that was given back concept by concept; ``hold`` is what it occupies now or occupied
    last. ``rank`` orders the queue (lower first) and is kept while the project runs.
    ``resumes_to`` is the status to which a parked project goes back. ``returns_p50`` and
    ``returns_p80`` are the days on which its credits are expected back; admission reads them.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="projects")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="projects")
    key = models.CharField(max_length=80, help_text="Stable within the account.")
    title = models.CharField(max_length=300)
    brief_type = models.CharField(max_length=20, choices=BriefType)
    status = models.CharField(max_length=24, choices=STATUS_CHOICES, default=Status.DRAFT)
    resumes_to = models.CharField(
        max_length=24, choices=STATUS_CHOICES, blank=True, help_text="Parked or paused: where to."
    )
    stage = models.CharField(max_length=20, choices=Stage, blank=True)
    owner = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="projects"
    )
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    publish_on = models.DateField(null=True, blank=True)
    wanted_by = models.DateField(null=True, blank=True)
    not_before = models.DateField(null=True, blank=True)
    cost_centre = models.CharField(max_length=80, blank=True)
    purchase_order = models.CharField(max_length=80, blank=True)
    fields = models.JSONField(default=dict, blank=True, help_text="The brief type's own fields.")
    dos = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    donts = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    shared_with_studio = models.BooleanField(default=False)
    predecessors = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="+")

    credits = models.PositiveIntegerField(default=0)
    hold = models.OneToOneField(
        Hold, on_delete=models.PROTECT, null=True, blank=True, related_name="project"
    )
    rank = models.BigIntegerField(null=True, blank=True)
    rank_kept_until = models.DateField(null=True, blank=True)
    planned_start = models.DateField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    settled = models.PositiveIntegerField(
        default=0, help_text="Credits of approved concepts that were given back before the end."
    )
    resuming_since = models.DateTimeField(
        null=True, blank=True, help_text="Parked or finalized, and waiting for credits to go on."
    )
    returns_p50 = models.DateField(null=True, blank=True)
    returns_p80 = models.DateField(null=True, blank=True)

    wait_reason = models.CharField(max_length=30, blank=True)
    reserved_for = models.DateField(null=True, blank=True)
    first_reserved_for = models.DateField(null=True, blank=True)

    version = models.PositiveIntegerField(default=0, help_text="Grows with every change.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_clock = models.BooleanField(default=False)
    reopen_until = models.DateTimeField(
        null=True, blank=True, help_text="Finalized by the clock: until when it may be reopened."
    )
    finalize_extended = models.BooleanField(default=False)
    stale = ArrayField(
        models.CharField(max_length=40), default=list, blank=True,
        help_text="Drafts: what the nightly check found, as codes.",
    )  # fmt: skip

    class Meta:
        indexes = [
            models.Index(fields=["account", "status"], name="project_by_status"),
            models.Index(
                fields=["wallet", "rank", "id"],
                name="queue",
                condition=Q(status=Status.QUEUED) | Q(resuming_since__isnull=False),
            ),
            models.Index(
                fields=["wallet", "-rank"], name="last_rank", condition=Q(rank__isnull=False)
            ),
            models.Index(
                fields=["wallet"],
                name="in_production",
                condition=Q(status__in=[status.value for status in HOLDING]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="project_key_once"),
            models.CheckConstraint(
                condition=~Q(status__in=[status.value for status in HOLDING])
                | Q(hold__isnull=False),
                name="production_holds_credits",
            ),
            models.CheckConstraint(
                condition=~(Q(status=Status.QUEUED) | Q(resuming_since__isnull=False))
                | Q(rank__isnull=False),
                name="queued_has_rank",
            ),
            models.CheckConstraint(
                condition=Q(resuming_since__isnull=True)
                | Q(status__in=[Status.PARKED.value, Status.FINALIZED.value]),
                name="only_what_rests_resumes",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.PARKED)
                | Q(resumes_to__in=[status.value for status in HOLDING]),
                name="parked_knows_where_to",
            ),
            models.CheckConstraint(
                condition=Q(settled__lte=F("credits")), name="no_more_settled_than_asked"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[status.value for status in ENDED])
                | Q(ended_at__isnull=False),
                name="ended_has_date",
            ),
            models.CheckConstraint(
                condition=Q(returns_p80__isnull=True) | Q(returns_p80__gte=F("returns_p50")),
                name="return_p80_not_before_p50",
            ),
        ]

    @property
    def asks(self) -> int:
        """Credits that it holds while in production, or has to hold to go on."""
        return self.credits - self.settled

    def __str__(self) -> str:
        return self.title
