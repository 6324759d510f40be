"""Commands, events and notes.

The journal stands below the tenants, so it knows accounts and organizations by number only; the
numbers lead its indexes, so that it can be partitioned by tenant.
"""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Note(models.Model):
    """A free text that somebody gave as a reason. Only its salted digest enters a hash chain,
    so that the text can be erased (text and salt set to null) without breaking the chain.
    """

    text = models.TextField(null=True)
    salt = models.BinaryField(null=True)
    digest = models.BinaryField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text or "(erased)"


class Command(models.Model):
    """One thing that one actor asked for, once: (actor, name, key) is unique.

    ``input_hash`` is the SHA-256 of the canonical input; ``answer`` is what the command answered,
    null only inside the transaction that is still at work on it (a trigger sees to that).
    """

    actor = models.CharField(max_length=80)
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    input_hash = models.BinaryField()
    answer = models.JSONField(null=True)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "name", "key"], name="command_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} by {self.actor}"


class Event(models.Model):
    """Something that happened to a subject: who, when, what, with plain data. Append-only."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200)
    command = models.ForeignKey(Command, on_delete=models.PROTECT, null=True, db_index=False)
    account_id = models.BigIntegerField(null=True)
    organization_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-id"], name="event_by_account"),
            models.Index(
                fields=["organization_id", "-id"],
                name="event_by_organization",
                condition=models.Q(organization_id__isnull=False),
            ),
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"
