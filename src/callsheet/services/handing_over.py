"""When somebody leaves: whose their projects and accounts are from then on.

No project is without a person: what somebody owned in an account goes to somebody who stays there,
and who was a required approver is followed by the same one. Logins are closed at once, whatever
hangs on them; accounts go to the assignment's deputy, and those without one are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from callsheet.journal import events
from callsheet.journal.commands import OpenCommand
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.errors import Refused
from callsheet.projects.lifecycle import ENDED
from callsheet.projects.models import Part, Project, ProjectPerson
from callsheet.services.telling import tell, tell_all
from callsheet.tenants.access import MANAGERS, WRITERS
from callsheet.tenants.models import AccountManagerAssignment, Membership, Role, User

_ENDED = [status.value for status in ENDED]


def successor_in(account_id: int, leaving: int, wanted: int | None = None) -> User | None:
    """Who takes over in an account: the wanted one, else the admin who has been there longest, else
    the member; None where nobody is left.

    Raises ``Refused("not_of_account")`` for a wanted one who does not write in the account.
    """
    stay = (
        Membership.objects.filter(account_id=account_id, role__in=WRITERS, user__is_active=True)
        .exclude(user_id=leaving)
        .select_related("user")
        .order_by("pk")
    )
    if wanted is not None:
        chosen = stay.filter(user_id=wanted).first()
        if chosen is None:
            raise Refused(
                "not_of_account",
                "Only somebody else who writes in this account can take the projects over.",
                field="successor",
            )
        return chosen.user
    first = stay.filter(role=Role.ADMIN).first() or stay.first()
    return first.user if first else None


def hand_over_projects(
    command: OpenCommand,
    account_id: int,
    leaving: User,
    successor: User | None,
    *,
    parts: bool = True,
) -> list[int]:
    """Give the account's projects that go on, and (with ``parts``) the required approvals in them,
    to ``successor`` (None: nobody is left; the studio is asked then). Returns the projects that
    changed hands.

    Projects are locked by their numbers.
    """
    going = Project.objects.filter(account_id=account_id).exclude(status__in=_ENDED)
    owned = list(going.filter(owner=leaving).select_for_update(of=("self",)).order_by("pk"))
    now = clock.now()
    for project in owned:
        project.owner = successor
        project.version += 1
        project.changed_at = now
    Project.objects.bulk_update(owned, ["owner", "version", "changed_at"])
    happened = [
        events.build(
            "owner_changed", "project", project.pk, command=command, account_id=account_id,
            data={
                "before": leaving.pk,
                "user": successor.pk if successor else None,
                "name": str(successor) if successor else "",
                "left": True,
            },
        )
        for project in owned
    ]  # fmt: skip
    tell_all(Event.objects.bulk_create(happened))
    if parts:
        _hand_over_parts(account_id, leaving, successor)
    return [project.pk for project in owned]


def _hand_over_parts(account_id: int, leaving: User, successor: User | None) -> None:
    parts = ProjectPerson.objects.filter(user=leaving, project__account_id=account_id).exclude(
        project__status__in=_ENDED
    )
    approves = list(parts.filter(part=Part.APPROVER).values_list("project_id", flat=True))
    parts.delete()
    if successor is None:
        return
    ProjectPerson.objects.filter(
        user=successor, project_id__in=approves, part=Part.REVIEWER
    ).update(part=Part.APPROVER, approved_at=None)
    ProjectPerson.objects.bulk_create(
        [
            ProjectPerson(project_id=project, user=successor, part=Part.APPROVER)
            for project in approves
        ],
        ignore_conflicts=True,
    )


def hand_over_everywhere(command: OpenCommand, leaving: User) -> list[int]:
    """Hand over what somebody owns in all accounts whose members they are or were."""
    accounts: Iterable[int] = sorted(
        {
            *Project.objects.filter(owner=leaving)
            .exclude(status__in=_ENDED)
            .values_list("account_id", flat=True),
            *ProjectPerson.objects.filter(user=leaving)
            .exclude(project__status__in=_ENDED)
            .values_list("project__account_id", flat=True),
        }
    )
    return [
        project
        for account in accounts
        for project in hand_over_projects(
            command, account, leaving, successor_in(account, leaving.pk)
        )
    ]


def hand_over_accounts(command: OpenCommand, leaving: User) -> tuple[list[int], list[int]]:
    """Put the accounts that somebody manages into the care of each assignment's deputy, from today.

    Returns the accounts handed over and those that are without a manager now. Where they were the
    deputy, nobody is from now on.
    """
    handed: list[int] = []
    alone: list[int] = []
    current = (
        AccountManagerAssignment.objects.select_for_update(of=("self",))
        .filter(ends_on__isnull=True, manager=leaving)
        .select_related("account", "deputy")
        .order_by("account_id")
    )
    for care in current:
        today = clock.today(care.account.time_zone)
        deputy = care.deputy
        follows = deputy if deputy and deputy.is_active and deputy.staff_role in MANAGERS else None
        if care.starts_on >= today:
            care.delete()
        else:
            care.ends_on = today - timedelta(days=1)
            care.save(update_fields=["ends_on"])
        if follows is not None:
            AccountManagerAssignment.objects.create(
                account=care.account, manager=follows, starts_on=max(today, care.starts_on)
            )
        (handed if follows is not None else alone).append(care.account_id)
        event = events.record(
            "manager_assigned" if follows is not None else "manager_missing",
            "account", care.account_id, command=command, account_id=care.account_id,
            data={
                "before": leaving.pk,
                "manager": follows.pk if follows else None,
                "manager_name": str(follows) if follows else "",
                "deputy": None,
                "starts_on": today,
            },
        )  # fmt: skip
        tell(event)
    AccountManagerAssignment.objects.filter(ends_on__isnull=True, deputy=leaving).update(
        deputy=None
    )
    return handed, alone
