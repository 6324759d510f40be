"""People become users with their memberships, absences, and the accounts they manage."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from callsheet.services.importing.memory import Comparison
from callsheet.services.importing.work import Work, studio_zone
from callsheet.sheets.records import Customer
from callsheet.sheets.records import Person as PersonRow
from callsheet.tenants.models import (
    Absence,
    AccountManagerAssignment,
    Membership,
    StaffRole,
    User,
)


def known_people() -> tuple[PersonRow, ...]:
    """People as the sheets would write them, one row for each place."""
    staff = [
        PersonRow(row=0, email=user.email, name=user.name, role=user.staff_role)
        for user in User.objects.exclude(staff_role=StaffRole.NONE)
    ]
    members = [
        PersonRow(
            row=0,
            email=member.user.email,
            name=member.user.name,
            role=member.role,
            account=member.account.key if member.account else None,
            organization=member.organization.key if member.organization else None,
        )
        for member in Membership.objects.select_related("user", "account", "organization")
    ]
    return (*staff, *members)


def import_people(work: Work, people: Iterable[PersonRow]) -> None:
    """Create or update users (who choose their password by a link), places and absences."""
    rows = list(people)
    _new_users(work, rows)
    members = {(m.user_id, m.account_id, m.organization_id): m for m in Membership.objects.all()}
    for person in rows:
        place = person.account or person.organization or ""
        comparison = work.memory.compare("people", f"{person.email} {place}", person)
        user = work.people[person.email]
        exists = comparison.old is not None
        if "name" in comparison.changed and user.name != person.name:
            user.name = person.name
            user.save(update_fields=["name"])
        if person.is_staff:
            if not user.staff_role:
                work.memory.refuse(
                    comparison, "A customer's login is not turned into a staff login.", "role"
                )
            elif "role" in comparison.changed and user.staff_role != person.role:
                user.staff_role = person.role
                user.save(update_fields=["staff_role"])
        else:
            exists |= _member(work, members, user, person, comparison)
        if comparison.takes("absent_from", "absent_until", "deputy"):
            _absence(work, user, person, comparison)
        account = work.accounts.get(person.account or "")
        organization = work.organizations.get(person.organization or "")
        work.memory.remember(
            work.command, comparison, "user", user.pk, exists=exists,
            account_id=account.pk if account else None,
            organization_id=organization.pk if organization else None,
        )  # fmt: skip


def _new_users(work: Work, rows: Iterable[PersonRow]) -> None:
    """Create all missing users in one statement. Without a password they come in by a link only."""
    fresh: dict[str, User] = {}
    for person in rows:
        if person.email not in work.people and person.email not in fresh:
            fresh[person.email] = User(
                email=person.email,
                name=person.name,
                time_zone=studio_zone(),
                staff_role=person.role if person.is_staff else StaffRole.NONE,
                is_staff=person.is_staff,
                password=make_password(None),
            )
    for user in User.objects.bulk_create(fresh.values()):
        work.people[user.email] = user
    # Verified, because the only way in without a password is a link to this very address.
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True)
        for user in fresh.values()
    )


def _member(
    work: Work,
    members: dict[tuple[int, int | None, int | None], Membership],
    user: User,
    person: PersonRow,
    comparison: Comparison,
) -> bool:
    """The membership of a customer's person. Returns whether it was there before."""
    account = work.accounts[person.account] if person.account else None
    organization = work.organizations[person.organization] if person.organization else None
    place = (user.pk, account.pk if account else None, organization.pk if organization else None)
    member = members.get(place)
    if member is None:
        if comparison.old is not None:
            # Somebody has removed this person since; the sheet is only older.
            work.memory.refuse(
                comparison, "This person was removed in Callsheet.", *comparison.changed
            )
            return True
        members[place] = Membership.objects.create(
            user=user, account=account, organization=organization, role=person.role
        )
        return False
    if "role" in comparison.changed and member.role != person.role:
        member.role = person.role
        member.save(update_fields=["role"])
    return True


def _absence(work: Work, user: User, person: PersonRow, comparison: Comparison) -> None:
    """Write the absence that the sheet names now, in the place of the one that it named before."""
    old = comparison.old or {}
    if old.get("absent_from") and old.get("absent_until"):
        Absence.objects.filter(
            user=user, starts_on=old["absent_from"], ends_on=old["absent_until"]
        ).delete()
    if person.absent_from is None or person.absent_until is None:
        return
    Absence.objects.create(
        user=user,
        deputy=work.people.get(person.deputy or ""),
        starts_on=person.absent_from,
        ends_on=person.absent_until,
    )


def assign_managers(work: Work, customers: Iterable[Customer]) -> None:
    """Who of the studio looks after each account, from now on where it has changed."""
    current = {
        a.account_id: a for a in AccountManagerAssignment.objects.filter(ends_on__isnull=True)
    }
    for customer in customers:
        account = work.accounts.get(customer.key)
        if account is None or customer.account_manager is None:
            continue
        manager = work.people[customer.account_manager]
        deputy = work.people.get(customer.deputy or "")
        now = current.get(account.pk)
        if now is not None:
            same = (now.manager_id, now.deputy_id) == (manager.pk, deputy.pk if deputy else None)
            if same or customer.key not in work.reassigned:
                continue
            AccountManagerAssignment.objects.filter(pk=now.pk, starts_on=work.today).delete()
            AccountManagerAssignment.objects.filter(pk=now.pk).update(
                ends_on=work.today - timedelta(days=1)
            )
        AccountManagerAssignment.objects.create(
            account=account,
            manager=manager,
            deputy=deputy,
            starts_on=work.today if now else min(customer.started or work.today, work.today),
        )
