"""Organizations, accounts, people and what binds them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


class StaffRole(models.TextChoices):
    """What somebody of the studio does; customers have none."""

    NONE = "", "Customer"
    ACCOUNT_MANAGER = "account_manager", "Account manager"
    PRODUCER = "producer", "Producer"
    STUDIO_ADMIN = "studio_admin", "Studio admin"


class Role(models.TextChoices):
    """What a member may do in an account or an organization."""

    ADMIN = "admin", "Admin"
    MEMBER = "member", "Member"
    VIEWER = "viewer", "Viewer"


class AccountType(models.TextChoices):
    """Where an account's credits come from."""

    STANDALONE = "standalone", "Standalone"
    CONNECTED = "connected", "Connected"
    INTEGRATED = "integrated", "Integrated"


class AccountStatus(models.TextChoices):
    """An account's life."""

    TRIAL = "trial", "Trial"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    NOTICE = "notice", "Notice given"
    ENDED = "ended", "Ended"


class ReleasePolicy(models.TextChoices):
    """When held credits come back: at the project's end, or concept by concept."""

    PER_PROJECT = "per_project", "Per project"
    PER_CONCEPT = "per_concept", "Per concept"


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person; without a password they can only come in by a link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A studio admin who may do everything in the staff administration."""
        fields.setdefault("staff_role", StaffRole.STUDIO_ADMIN)
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractUser):
    """A person, known by e-mail address. Studio staff have a staff role."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    staff_role = models.CharField(
        max_length=20, choices=StaffRole, default=StaffRole.NONE, blank=True
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            # Whoever has a staff role is staff, and nobody else.
            models.CheckConstraint(
                condition=Q(is_staff=True) & ~Q(staff_role="")
                | Q(is_staff=False) & Q(staff_role=""),
                name="staff_have_a_staff_role",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the person; ``is_staff`` follows the staff role."""
        self.is_staff = bool(self.staff_role)
        fields = kwargs.get("update_fields")
        if fields is not None and "staff_role" in fields:
            kwargs["update_fields"] = {*fields, "is_staff"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name that others see."""
        return str(self)

    def get_short_name(self) -> str:
        """The first part of the name."""
        return str(self).split(" ", maxsplit=1)[0]


class Place(models.Model):
    """What an organization and an account have in common: name, calendar, currency."""

    key = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(
        max_length=10, blank=True, help_text="ISO code, as DE or DE-BY; sets the public holidays."
    )
    currency = models.CharField(max_length=3, default="EUR")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Organization(Place):
    """Groups accounts and holds the pool for the integrated ones."""


class Account(Place):
    """A team or brand that briefs projects."""

    type = models.CharField(max_length=12, choices=AccountType, default=AccountType.STANDALONE)
    organization = models.ForeignKey(
        Organization, on_delete=models.PROTECT, null=True, blank=True, related_name="accounts"
    )
    status = models.CharField(max_length=10, choices=AccountStatus, default=AccountStatus.ACTIVE)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_reason = models.CharField(max_length=60, blank=True)
    release_policy = models.CharField(
        max_length=12, choices=ReleasePolicy, default=ReleasePolicy.PER_PROJECT
    )
    needs_approval = models.BooleanField(
        default=False, help_text="A colleague approves a brief before it is submitted."
    )
    shares_briefs = models.BooleanField(
        default=False, help_text="Organization admins may read the contents of briefs."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(type="standalone", organization__isnull=True)
                | (~Q(type="standalone") & Q(organization__isnull=False)),
                name="account_type_matches_organization",
            ),
            models.CheckConstraint(
                condition=~Q(status="ended") | Q(ended_on__isnull=False),
                name="ended_account_has_date",
            ),
        ]


_one_place = Q(account__isnull=False, organization__isnull=True) | Q(
    account__isnull=True, organization__isnull=False
)


class Membership(models.Model):
    """A person's role in one account or in one organization."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_place, name="membership_of_one_place"),
            models.UniqueConstraint(fields=["user", "account"], name="member_once_per_account"),
            models.UniqueConstraint(
                fields=["user", "organization"], name="member_once_per_organization"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {self.role} of {self.account or self.organization}"


class Invitation(models.Model):
    """An expiring, resendable, revocable invitation. Only the token's digest is kept."""

    email = models.EmailField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, blank=True)
    role = models.CharField(max_length=10, choices=Role)
    token_digest = models.BinaryField(unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True)
    sent_at = models.DateTimeField()
    times_sent = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_place, name="invitation_to_one_place"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_not_accepted_and_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.account or self.organization}"


class AccountManagerAssignment(models.Model):
    """Who of the studio looks after an account, from a day to a day."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="assignments")
    manager = models.ForeignKey(User, on_delete=models.PROTECT, related_name="managed")
    deputy = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="deputized", null=True, blank=True
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="assignment_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(ends_on__isnull=True),
                name="one_current_manager_per_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.manager} for {self.account}"


class Absence(models.Model):
    """Days on which somebody is away, and who stands in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in", null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(user=F("deputy")), name="deputy_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.user} away {self.starts_on} to {self.ends_on}"


class StudioClosure(models.Model):
    """A day on which the studio does not work."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.name} ({self.day})"
