"""Campaigns, calendar entries, what they want, and the deliverables that serve them.

Every table carries its account. That an entry, its campaign, its wanted deliverables and its links
are of one account is a foreign key over both columns (see the migration), so that no mistake in the
code can put one customer's post into another's campaign.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from callsheet.catalogue.models import DeliverableType
from callsheet.projects.models import Brand, Deliverable, Project
from callsheet.schedule.following import EntryStatus
from callsheet.tenants.models import Account

STATUS_CHOICES = [(status.value, status.label) for status in EntryStatus]


class Campaign(models.Model):
    """What several entries belong to. Its entries are so many calendar days from ``anchor_on``
    (a launch, a fair, a holiday); without an anchor each has a date of its own.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="campaigns", db_index=False
    )
    key = models.CharField(max_length=80, help_text="Stable within the account.")
    name = models.CharField(max_length=200)
    anchor_on = models.DateField("anchor", null=True, blank=True)
    brand = models.ForeignKey(
        Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    notes = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("account", Lower("key"), name="campaign_key_once"),
            # Briefs name their campaign, so a name means one campaign.
            models.UniqueConstraint("account", Lower("name"), name="campaign_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Entry(models.Model):
    """Something that is to be published: what, where, and on which day of the account.

    ``days_from_anchor`` is how many calendar days from its campaign's anchor it is meant to be;
    null where the campaign has no anchor, and where ``fixed_date`` says that the entry keeps its
    day when the campaign moves. ``status`` follows the work that is linked to it
    (:mod:`callsheet.schedule.following`), but *published* and *dropped* are said by people.
    ``version`` grows when people change what the entry says, not when its status follows.
    """

    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    key = models.CharField(max_length=80, help_text="Stable within the account.")
    title = models.CharField(max_length=300)
    publish_on = models.DateField("publish date")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="entries",
        db_index=False,
    )  # fmt: skip
    days_from_anchor = models.IntegerField(null=True, blank=True)
    fixed_date = models.BooleanField(default=False)
    channel = models.CharField(max_length=80, blank=True)
    brand = models.ForeignKey(
        Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="entries"
    )
    status = models.CharField(max_length=16, choices=STATUS_CHOICES, default=EntryStatus.PLANNED)
    published_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Grows with every change.")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "calendar entry"
        verbose_name_plural = "calendar entries"
        indexes = [
            models.Index(fields=["account", "publish_on"], name="entry_by_day"),
            models.Index(fields=["account", "campaign"], name="entry_by_campaign"),
        ]
        constraints = [
            # As sheets compare keys: “post-1” and “POST-1” are one.
            models.UniqueConstraint("account", Lower("key"), name="entry_key_once"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in EntryStatus]),
                name="entry_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(days_from_anchor__isnull=True) | Q(campaign__isnull=False),
                name="entry_days_need_a_campaign",
            ),
            models.CheckConstraint(
                condition=Q(days_from_anchor__isnull=True) | Q(fixed_date=False),
                name="entry_fixed_date_has_no_days",
            ),
            models.CheckConstraint(
                condition=Q(status=EntryStatus.PUBLISHED, published_on__isnull=False)
                | ~Q(status=EntryStatus.PUBLISHED) & Q(published_on__isnull=True),
                name="entry_published_has_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class WantedDeliverable(models.Model):
    """What an entry wants: a type, and how many."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="wanted", db_index=False
    )
    type = models.ForeignKey(DeliverableType, on_delete=models.PROTECT, db_index=False)
    quantity = models.PositiveIntegerField(default=1)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "entry", "type"], name="wanted_type_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="wanted_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.type}"


class EntryDeliverable(models.Model):
    """A deliverable serves an entry. One may serve many (a photo set for ten posts), and an entry
    may need many. ``project`` is the deliverable's own, so that a project finds its entries in one
    look.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="links", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="entry_links")
    deliverable = models.ForeignKey(
        Deliverable, on_delete=models.CASCADE, related_name="entry_links"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "entry", "deliverable"], name="deliverable_serves_entry_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable_id} for {self.entry_id}"
