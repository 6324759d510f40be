"""Projects with their concepts and deliverables, and the records that the queue leaves."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from callsheet.catalogue.models import BriefType, DeliverableType, Stage
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

    ``credits`` is what the scope costs, copied from the catalogue at submission; ``hold`` is what
    it occupies now or occupied last. ``rank`` orders the queue (lower first) and is kept while the
    project runs. ``returns_p50``/``returns_p80`` are the days on which its credits are expected
    back; admission reads them.
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

    class Meta:
        indexes = [
            models.Index(fields=["account", "status"], name="project_by_status"),
            models.Index(
                fields=["wallet", "rank", "id"], name="queue", condition=Q(status=Status.QUEUED)
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
                condition=~Q(status=Status.QUEUED) | Q(rank__isnull=False),
                name="queued_has_rank",
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

    def __str__(self) -> str:
        return self.title


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

    class Meta:
        ordering = ["concept", "position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gte=1), name="deliverable_quantity"),
            models.CheckConstraint(condition=~Q(master=F("id")), name="not_its_own_master"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.type}"


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
