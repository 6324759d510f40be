"""Who acts in the fortnight: people of the sheets, each with their own rights."""

from __future__ import annotations

from datetime import date
from random import Random

from django.db.models import Q

from callsheet.kit.actor import CONSOLE, Actor, person
from callsheet.projects.models import Project
from callsheet.tenants.models import (
    Absence,
    AccountManagerAssignment,
    Membership,
    Organization,
    Role,
    StaffRole,
    User,
)


class Cast:
    """The people of a studio on one day, read once."""

    def __init__(self, day: date) -> None:
        people = {user.pk: user for user in User.objects.filter(is_active=True)}
        self._names = {pk: str(user) for pk, user in people.items()}
        self._producers = sorted(
            pk for pk, user in people.items() if user.staff_role == StaffRole.PRODUCER
        )
        away = dict(
            Absence.objects.filter(
                starts_on__lte=day, ends_on__gte=day, deputy__isnull=False
            ).values_list("user_id", "deputy_id")
        )
        self._managers: dict[int, int] = {}
        for account, manager in (
            AccountManagerAssignment.objects.filter(starts_on__lte=day)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
            .order_by("starts_on", "pk")
            .values_list("account_id", "manager_id")
        ):
            self._managers[account] = away.get(manager) or manager
        self._writers: dict[int, list[int]] = {}
        self._admins: dict[int, list[int]] = {}
        self._overseers: dict[int, int] = {}
        for account, organization, user, role in (
            Membership.objects.exclude(role=Role.VIEWER)
            .order_by("pk")
            .values_list("account_id", "organization_id", "user_id", "role")
        ):
            if user not in people:
                continue
            if organization and role == Role.ADMIN:
                self._overseers.setdefault(organization, user)
            if account:
                self._writers.setdefault(account, []).append(user)
                if role == Role.ADMIN:
                    self._admins.setdefault(account, []).append(user)

    def _actor(self, user_id: int | None) -> Actor:
        return CONSOLE if user_id is None else person(user_id, self._names[user_id])

    def manager(self, account_id: int) -> Actor:
        """The account manager, or who stands in for them today."""
        return self._actor(self._managers.get(account_id))

    def producer(self, rng: Random) -> Actor:
        """One of the producers."""
        return self._actor(rng.choice(self._producers) if self._producers else None)

    def writer(self, account_id: int, rng: Random) -> Actor:
        """Somebody of the account who writes briefs; the studio where there is nobody."""
        people = self._writers.get(account_id)
        return self._actor(rng.choice(people) if people else None)

    def admin(self, account_id: int) -> Actor:
        """The account's first admin; the studio where there is none."""
        people = self._admins.get(account_id)
        return self._actor(people[0] if people else None)

    def overseer(self, organization: Organization) -> Actor:
        """The organization's admin."""
        return self._actor(self._overseers.get(organization.pk))

    def owner(self, project: Project, rng: Random) -> Actor:
        """Who looks after a project on the customer's side."""
        if project.owner_id in self._writers.get(project.account_id, []):
            return self._actor(project.owner_id)
        return self.writer(project.account_id, rng)
