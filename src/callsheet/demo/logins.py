"""Logins of the demo: people of the studio who may come in with one known password."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from callsheet.tenants.models import StaffRole, User

PASSWORD = "callsheet-demo"  # noqa: S105  # the demo's, printed at every start
_ROLES = (StaffRole.STUDIO_ADMIN, StaffRole.ACCOUNT_MANAGER, StaffRole.PRODUCER)


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody to log in as."""

    email: str
    name: str
    role: str


def logins() -> list[Login]:
    """One person of each staff role, the first of the sheets."""
    people = []
    for role in _ROLES:
        user = User.objects.filter(staff_role=role, is_active=True).order_by("pk").first()
        if user is not None:
            people.append(Login(user.email, user.name, role.label.lower()))
    return people


def give_passwords() -> None:
    """Let those of the demo's logins in with its password who have none yet.

    Their addresses are verified already, by the import.
    """
    emails = [login.email for login in logins()]
    without = User.objects.filter(email__in=emails, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    if without.exists():
        without.update(password=make_password(PASSWORD))
