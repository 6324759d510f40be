"""What the studio hands over: assets with their versions, and what is said about them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from callsheet.projects.models.brief import Project
from callsheet.projects.models.people import GuestLink
from callsheet.projects.models.scope import Deliverable
from callsheet.tenants.models import Account, User


class Asset(models.Model):
    """One picture, film or file of a deliverable; its versions follow each other."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    deliverable = models.ForeignKey(Deliverable, on_delete=models.PROTECT, related_name="assets")
    name = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["deliverable", "position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["deliverable", "name"], name="asset_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AssetVersion(models.Model):
    """One file of an asset, as it was handed over. ``sha256`` is the digest of its bytes."""

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    file = models.CharField(max_length=300, help_text="Name within the storage.")
    file_name = models.CharField(max_length=200, help_text="As it is called when downloaded.")
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.BinaryField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["asset", "number"]
        constraints = [
            models.UniqueConstraint(fields=["asset", "number"], name="asset_version_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="no_empty_files"),
        ]

    def __str__(self) -> str:
        return f"{self.asset_id} version {self.number}"


class Comment(models.Model):
    """Something said about a project, or pinned to a place or a second of one of its assets.

    ``pin_x`` and ``pin_y`` are fractions of width and height from the upper left corner. While a
    comment is unresolved, the project is not finalized by the clock.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="comments")
    answers = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    version = models.ForeignKey(
        AssetVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    guest = models.ForeignKey(
        GuestLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    author_name = models.CharField(max_length=200)
    text = models.TextField()
    pin_x = models.FloatField(null=True, blank=True)
    pin_y = models.FloatField(null=True, blank=True)
    pin_second = models.FloatField(null=True, blank=True)
    at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["project"],
                name="unresolved_comments",
                condition=Q(resolved_at__isnull=True, answers__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(pin_x__isnull=True, pin_y__isnull=True)
                | Q(pin_x__gte=0, pin_x__lte=1, pin_y__gte=0, pin_y__lte=1),
                name="pin_within_the_picture",
            ),
            models.CheckConstraint(
                condition=Q(pin_second__isnull=True) | Q(pin_second__gte=0),
                name="pin_second_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(version__isnull=False) | Q(pin_x__isnull=True, pin_second__isnull=True),
                name="pin_needs_an_asset",
            ),
            models.CheckConstraint(condition=~Q(answers=F("id")), name="not_its_own_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"
