"""Who acts in the quarter: people of the sheets, each with their own rights."""

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
        self._bosses = sorted(
            pk for pk, user in people.items() if user.staff_role == StaffRole.STUDIO_ADMIN
        )
        away = dict(
            Absence.objects.filter(
                starts_on__lte=day, ends_on__gte=day, deputy__isnull=False
            ).values_list("user_id", "deputy_id")
        )
        self._away = away
        self._managers: dict[int, int] = {}
        self._stands_in: dict[int, int] = {}
        for account, manager in (
            AccountManagerAssignment.objects.filter(starts_on__lte=day)
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
            .order_by("starts_on", "pk")
            .values_list("account_id", "manager_id")
        ):
            self._managers[account] = away.get(manager) or manager
            if manager in away:
                self._stands_in[account] = manager
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

    def away_manager(self, account_id: int) -> str:
        """The account manager's name while somebody stands in for them, else nothing."""
        manager = self._stands_in.get(account_id)
        return self._names.get(manager, "") if manager is not None else ""

    def standing_in_for(self, user_id: int) -> Actor:
        """That person, or their deputy while they are away."""
        return self._actor(self._away.get(user_id) or user_id)

    def member(self, account_id: int, place: int) -> Actor:
        """The account's writer at that place, admins and members in the order of the sheets."""
        people = self._writers.get(account_id) or [0]
        return self._actor(people[place % len(people)] or None)

    def colleague(self, project: Project) -> Actor:
        """Somebody of the account who does not own the project; the account's first admin where
        they own nothing of it.
        """
        people = [
            *self._admins.get(project.account_id, []), *self._writers.get(project.account_id, []),
        ]  # fmt: skip
        others = [user for user in people if user != project.owner_id]
        return self._actor(others[0] if others else None)

    def studio_admin(self) -> Actor:
        """The studio's first admin."""
        return self._actor(self._bosses[0] if self._bosses else None)

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
