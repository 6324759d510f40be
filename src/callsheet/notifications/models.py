"""What people are told, the mails that carry it, and what each wants to hear of.

What a notification says is not stored: its words come from the event, in its reader's language,
each time it is shown, so that a note that was erased is gone here too.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from callsheet.journal.models import Command, Event
from callsheet.notifications.kinds import Channel, Group, Scope, Timing, Who
from callsheet.projects.models import Brand, Project
from callsheet.tenants.models import Account, Organization, User


class Untold(models.Model):
    """An event, or a command's transfers, of which nobody has been told yet. Written in the
    transaction of the command; whoever tells of it deletes it in the transaction of doing so.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, db_index=False)
    command = models.ForeignKey(Command, on_delete=models.CASCADE, null=True, db_index=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, help_text="After a failure: when to try again.")

    class Meta:
        verbose_name_plural = "untold"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(event__isnull=False, command__isnull=True)
                | Q(event__isnull=True, command__isnull=False),
                name="untold_is_an_event_or_transfers",
            ),
        ]

    def __str__(self) -> str:
        return f"event {self.event_id}" if self.event_id else f"command {self.command_id}"


class Mail(models.Model):
    """One mail to one person, with one or many notifications in it.

    ``bundle`` says what it carries (one job's events, a quiet night's, a day's digest) and is there
    once per person, which is why no mail is made twice. It is sent like this: a worker claims it
    (``handing_over``, with a lease, committed), hands it over, and marks it. A lease that ran out
    means that nobody knows whether it left; it is never sent again (``unknown``), and what is
    still unread in it goes into the next digest. Its number is its Message-ID.
    """

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting", "Waiting"
        HANDING_OVER = "handing_over", "Being handed over"
        SENT = "sent", "Sent"
        SKIPPED = "skipped", "Nothing left to say"
        REFUSED = "refused", "Refused by the mail server"
        UNKNOWN = "unknown", "Perhaps sent"
        GIVEN_UP = "given_up", "Given up"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mails")
    bundle = models.CharField(max_length=80)
    digest = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "bundle"], name="mail_once"),
            models.CheckConstraint(
                condition=Q(state="handing_over") & Q(leased_until__isnull=False)
                | ~Q(state="handing_over") & Q(leased_until__isnull=True),
                name="lease_while_handing_over",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="sent_mail_has_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"],
                name="mail_to_send",
                condition=Q(state__in=["waiting", "handing_over"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle} to {self.user_id}"


class Notification(models.Model):
    """One person is told of one event, or of one command's transfers.

    ``why`` is the audience that brought it to them (empty: their own choice), ``deputy_for`` whom
    they stand in for. ``in_product`` shows it in the product; ``mail_timing`` says whether and how
    it is mailed, ``mail_due_at`` when (for what waits for a digest), ``mail`` which mail took it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, null=True, db_index=False)
    command = models.ForeignKey(Command, on_delete=models.CASCADE, null=True, db_index=False)
    kind = models.CharField(max_length=60)
    group = models.CharField(max_length=14, choices=Group)
    needs_you = models.BooleanField(default=False)
    for_studio = models.BooleanField(default=False, help_text="Told in the studio's words.")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    why = models.CharField(
        max_length=20, choices=[(who.value, who.value) for who in Who], blank=True
    )
    deputy_for = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    in_product = models.BooleanField(default=True)
    mail_timing = models.CharField(max_length=8, choices=Timing, default=Timing.OFF)
    mail_due_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(
        Mail, on_delete=models.SET_NULL, null=True, related_name="notifications"
    )
    again = models.BooleanField(
        default=False, help_text="Went into a digest after a mail that perhaps did not arrive."
    )
    at = models.DateTimeField(help_text="When it happened.")
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event", "user"], name="told_once_of_an_event",
                condition=Q(event__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["command", "user"], name="told_once_of_transfers",
                condition=Q(command__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(event__isnull=False, command__isnull=True)
                | Q(event__isnull=True, command__isnull=False),
                name="told_of_an_event_or_of_transfers",
            ),
            models.CheckConstraint(
                condition=Q(in_product=True) | ~Q(mail_timing="off"), name="told_by_some_way"
            ),
            models.CheckConstraint(
                condition=~Q(mail_timing="digest") | Q(mail_due_at__isnull=False),
                name="digest_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(deputy_for__isnull=True) | ~Q(deputy_for=F("user")),
                name="told_for_somebody_else",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            models.Index(
                fields=["user", "-id"], name="told_in_product", condition=Q(in_product=True)
            ),
            models.Index(
                fields=["user"],
                name="unread",
                condition=Q(in_product=True, read_at__isnull=True),
            ),
            models.Index(
                fields=["mail_due_at", "user"],
                name="waits_for_digest",
                condition=Q(mail_timing="digest", mail__isnull=True, read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"


class Preference(models.Model):
    """What one person chose for one group and channel. What they did not choose is not stored:
    see :mod:`callsheet.notifications.choices`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    group = models.CharField(max_length=14, choices=Group)
    channel = models.CharField(max_length=8, choices=Channel)
    scope = models.CharField(max_length=8, choices=Scope)
    timing = models.CharField(max_length=8, choices=Timing)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "group", "channel"], name="one_choice"),
            models.CheckConstraint(
                condition=Q(channel="mail") | ~Q(timing="digest"), name="digests_are_mailed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.group} by {self.channel}"


class PersonalTimes(models.Model):
    """When one person is mailed, in their own time zone, and in which language.

    No row: the defaults of :mod:`callsheet.notifications.choices`. ``quiet_from`` equal to
    ``quiet_until`` means no quiet hours.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    quiet_from = models.TimeField()
    quiet_until = models.TimeField()
    digest_at = models.TimeField()
    language = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name_plural = "personal times"

    def __str__(self) -> str:
        return f"times of {self.user_id}"


class ChosenBrand(models.Model):
    """A brand of which one person wants to hear everything."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "brand"], name="brand_chosen_once")
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} by {self.user_id}"
