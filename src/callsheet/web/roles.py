"""What each staff role sees and does in the administration: the one table.

It narrows what pages are shown; whether a step is allowed is asked again by the service that
takes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.http import HttpRequest

from callsheet.tenants.models import StaffRole


class Group(StrEnum):
    """The groups of the sidebar."""

    CUSTOMERS = "customers"
    CREDITS = "credits"
    PROJECTS = "projects"
    CATALOGUE = "catalogue"
    PEOPLE = "people"
    JOURNAL = "journal"


ALL = frozenset(Group)
SEES: Mapping[str, frozenset[Group]] = {
    StaffRole.STUDIO_ADMIN: ALL,
    StaffRole.ACCOUNT_MANAGER: ALL,
    StaffRole.PRODUCER: frozenset({Group.PROJECTS}),
}
WRITES: Mapping[str, frozenset[Group]] = {
    StaffRole.STUDIO_ADMIN: ALL - {Group.JOURNAL},
    StaffRole.ACCOUNT_MANAGER: frozenset({Group.CUSTOMERS, Group.CREDITS, Group.PROJECTS}),
    StaffRole.PRODUCER: frozenset({Group.PROJECTS}),
}


def sees(user: Any, group: Group) -> bool:
    """Whether this person is shown the pages of the group."""
    return bool(user.is_active) and group in SEES.get(getattr(user, "staff_role", ""), ())


def writes(user: Any, group: Group) -> bool:
    """Whether this person is offered the forms and actions of the group."""
    return bool(user.is_active) and group in WRITES.get(getattr(user, "staff_role", ""), ())


def sees_customers(request: HttpRequest) -> bool:
    """For the sidebar."""
    return sees(request.user, Group.CUSTOMERS)


def sees_credits(request: HttpRequest) -> bool:
    """For the sidebar."""
    return sees(request.user, Group.CREDITS)


def sees_projects(request: HttpRequest) -> bool:
    """For the sidebar."""
    return sees(request.user, Group.PROJECTS)


def sees_catalogue(request: HttpRequest) -> bool:
    """For the sidebar."""
    return sees(request.user, Group.CATALOGUE)


def sees_people(request: HttpRequest) -> bool:
    """For the sidebar."""
    return sees(request.user, Group.PEOPLE)


def sees_journal(request: HttpRequest) -> bool:
    """For the sidebar."""
    return sees(request.user, Group.JOURNAL)
