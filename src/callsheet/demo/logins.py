"""Logins of the demo: people of every kind who may come in with one known password."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from callsheet.tenants.models import Membership, Role, StaffRole, User

PASSWORD = "callsheet-demo"  # noqa: S105  # the demo's, printed at every start
_STAFF = (StaffRole.STUDIO_ADMIN, StaffRole.ACCOUNT_MANAGER, StaffRole.PRODUCER)
_CUSTOMERS: tuple[tuple[str, str, str], ...] = (
    ("brixen", Role.ADMIN, "account admin"),
    ("halden-run", Role.MEMBER, "content manager"),
    ("lumiere", Role.MEMBER, "content manager"),
    ("lumiere", Role.VIEWER, "viewer"),
    ("halden", Role.ADMIN, "organization admin"),
)
"""Of which account or organization, with which role, and what they are called."""


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody to log in as; ``role`` says what they are, and where."""

    email: str
    name: str
    role: str


def logins() -> list[Login]:
    """One person of each staff role, the first of the sheets, then one customer of each kind."""
    people = []
    for role in _STAFF:
        user = User.objects.filter(staff_role=role, is_active=True).order_by("pk").first()
        if user is not None:
            people.append(Login(user.email, user.name, role.label.lower()))
    for key, place_role, called in _CUSTOMERS:
        of_account = Membership.objects.filter(account__key=key)
        of_organization = Membership.objects.filter(organization__key=key)
        membership = (
            (of_account | of_organization)
            .filter(role=place_role, user__is_active=True)
            .select_related("user", "account", "organization")
            .order_by("pk")
            .first()
        )
        if membership is not None:
            user, place = membership.user, membership.account or membership.organization
            people.append(Login(user.email, user.name, f"{called} of {place}"))
    return people


def give_passwords() -> None:
    """Let those of the demo's logins in with its password who have none yet.

    Their addresses are verified already, by the import.
    """
    emails = [login.email for login in logins()]
    without = User.objects.filter(email__in=emails, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if without.exists():
        without.update(password=make_password(PASSWORD))
