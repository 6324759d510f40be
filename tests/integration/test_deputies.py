"""Deputies: what they inherit, for how long, where not, and how the journal says so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.insight.account_view import list_accounts
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.projects.models import Part, Project, ProjectPerson
from callsheet.services import absences, briefing, production, project_people, staffing
from callsheet.tenants.access import rights_in_account, rights_in_organization
from callsheet.tenants.models import Absence, Account, Membership, Role, StaffRole, User
from tests.builders import (
    delivered,
    draft,
    organization_with,
    somebody,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
TODAY = date(2026, 7, 6)


def away(who: Actor, deputy: Actor | None, first: int = 0, last: int = 4) -> int:
    """Enter an absence from so many days from today to so many."""
    return absences.set_absence(
        who, who.user_id, deputy_id=deputy.user_id if deputy else None,
        starts_on=TODAY + timedelta(days=first), ends_on=TODAY + timedelta(days=last),
    )["absence"]  # fmt: skip


def refused(what: type[CallsheetError], call, *args, **more) -> str:
    with pytest.raises(what) as refusal:
        call(*args, **more)
    return refusal.value.code


def test_a_viewer_submits_for_the_admin_and_the_timeline_says_for_whom() -> None:
    wallet = wallet_with(40)
    anna, ben = somebody(wallet.account, Role.ADMIN), somebody(wallet.account, Role.VIEWER)
    with clock.at(NOON):
        brief = draft(wallet, 10, actor=anna)
        assert refused(Forbidden, briefing.submit, ben, brief.pk) == "viewer_may_not_write"
        absence = away(anna, ben)
        briefing.submit(ben, brief.pk)
        event = Event.objects.get(kind="submit", subject_id=brief.pk)
        assert event.actor == ben.key
        assert event.actor_name == f"{ben.name} for {anna.name}"
        assert event.data["deputy_for"] == anna.user_id
        absences.remove_absence(anna, absence)
        assert refused(Forbidden, briefing.withdraw, ben, brief.pk) == "viewer_may_not_write"


def test_who_acts_in_their_own_right_signs_with_their_own_name() -> None:
    wallet = wallet_with(40)
    anna, ben = somebody(wallet.account, Role.ADMIN), somebody(wallet.account, Role.MEMBER)
    with clock.at(NOON):
        brief = draft(wallet, 10, actor=anna)
        away(anna, ben)
        briefing.submit(ben, brief.pk)
    event = Event.objects.get(kind="submit", subject_id=brief.pk)
    assert event.actor_name == ben.name
    assert "deputy_for" not in event.data


def test_an_absence_begins_and_ends_at_midnight_of_the_person_who_is_away() -> None:
    account = wallet_with(0).account
    anna, ben = somebody(account, Role.ADMIN), somebody(account, Role.VIEWER)
    User.objects.filter(pk=anna.user_id).update(time_zone="Pacific/Auckland")  # 12 hours ahead
    with clock.at(NOON):
        away(anna, ben, 0, 0)
    for hour, role in ((-25, "viewer"), (-23, "admin"), (-1, "admin"), (1, "viewer")):
        with clock.at(NOON + timedelta(hours=hour)):
            assert rights_in_account(ben, account).account_role == role, hour


def test_deputies_of_deputies_inherit_nothing_and_are_refused_beforehand() -> None:
    account = wallet_with(0).account
    anna, ben, cara = (somebody(account, role) for role in (Role.ADMIN, Role.VIEWER, Role.VIEWER))
    with clock.at(NOON):
        away(anna, ben)
        assert refused(Conflict, away, ben, cara, 2, 8) == "stands_in_then"
        assert refused(Conflict, away, ben, anna, 2, 8) == "deputies_in_a_circle"
        away(ben, cara, 5, 8)  # afterwards it is fine
        assert refused(Conflict, away, cara, ben, 6, 7) == "deputies_in_a_circle"
        assert refused(Conflict, away, cara, ben, 0, 5) == "deputies_in_a_circle"
        assert refused(Conflict, away, anna, ben, 5, 6) == "deputy_away"
        assert refused(Conflict, away, anna, cara, 4, 6) == "already_away"
        # Even if it stood in the database (an import, say), it would not be followed.
        Absence.objects.create(
            user_id=ben.user_id, deputy_id=cara.user_id, starts_on=TODAY, ends_on=TODAY
        )
        assert rights_in_account(cara, account).account_role == "viewer"
        assert rights_in_account(ben, account).account_role == "admin"


def test_nobody_comes_to_know_of_another_customer_by_standing_in() -> None:
    home, other = wallet_with(0).account, wallet_with(0).account
    freelancer, colleague = somebody(home), somebody(home, Role.VIEWER)
    Membership.objects.create(user_id=freelancer.user_id, account=other, role=Role.ADMIN)
    with clock.at(NOON):
        assert refused(Refused, away, freelancer, colleague) == "deputy_elsewhere"
        Membership.objects.filter(account=other).delete()
        away(freelancer, colleague)
        assert rights_in_account(colleague, home).account_role == "member"
        # A place that comes later is not inherited either: the colleague is not of that customer.
        Membership.objects.create(user_id=freelancer.user_id, account=other, role=Role.ADMIN)
        assert not rights_in_account(colleague, other).may_read
        # And who is taken out of a customer's places is out, whoever named them as deputy.
        Membership.objects.filter(user_id=colleague.user_id).delete()
        assert not rights_in_account(colleague, home).may_read


def test_within_an_organization_a_deputy_inherits_other_teams() -> None:
    pool, teams = organization_with(0, north=0, south=0)
    anna = somebody(teams["north"].account, Role.ADMIN)
    Membership.objects.create(user_id=anna.user_id, organization=pool.organization, role=Role.ADMIN)
    ben = somebody(teams["south"].account)
    with clock.at(NOON):
        away(anna, ben)
        assert rights_in_account(ben, teams["north"].account).account_role == "admin"
        assert rights_in_account(ben, teams["south"].account).account_role == "member"
        assert rights_in_organization(ben, pool.organization).may_administer_organization
        assert rights_in_organization(anna, pool.organization).may_administer_organization


def test_the_studios_roles_are_not_inherited_and_never_by_customers() -> None:
    account = wallet_with(0).account
    member = somebody(account)
    manager, producer = (
        somebody(staff=role) for role in (StaffRole.ACCOUNT_MANAGER, StaffRole.PRODUCER)
    )
    with clock.at(NOON):
        for deputy in (member, producer):
            assert refused(Refused, away, manager, deputy) == "deputy_elsewhere"
        assert refused(Refused, away, member, manager) == "deputy_elsewhere"
        away(producer, manager)
        Absence.objects.create(
            user_id=manager.user_id, deputy_id=member.user_id, starts_on=TODAY, ends_on=TODAY
        )
        assert not rights_in_account(member, account).is_staff
        assert rights_in_account(member, account).account_role == "member"


def test_a_closed_login_inherits_nothing_and_leaves_nothing() -> None:
    account = wallet_with(0).account
    anna, ben = somebody(account, Role.ADMIN), somebody(account, Role.VIEWER)
    with clock.at(NOON):
        away(anna, ben)
        User.objects.filter(pk=anna.user_id).update(is_active=False)
        assert rights_in_account(ben, account).account_role == "viewer"
        User.objects.filter(pk=anna.user_id).update(is_active=True)
        User.objects.filter(pk=ben.user_id).update(is_active=False)
        assert not rights_in_account(ben, account).may_read


def test_whoever_has_tasks_names_a_deputy() -> None:
    wallet = wallet_with(40)
    account: Account = wallet.account
    owner, approver, free = (somebody(account) for _ in range(3))
    manager, second = (somebody(staff=StaffRole.ACCOUNT_MANAGER) for _ in range(2))
    with clock.at(NOON):
        away(free, None)
        project = submitted(wallet, 10)
        Project.objects.filter(pk=project.pk).update(owner_id=owner.user_id)
        ProjectPerson.objects.create(project=project, user_id=approver.user_id, part=Part.APPROVER)
        staffing.assign_account_manager(
            CONSOLE, account.pk, manager_id=manager.user_id, deputy_id=second.user_id
        )
        for person in (owner, approver, manager, second):
            assert refused(Refused, away, person, None) == "deputy_missing"
        delivered(project)
        project_people.give_approval(approver, project.pk)
        production.finalize(CONSOLE, project.pk)
        away(owner, None)
        away(approver, None)
        away(manager, second)


def test_standing_in_costs_no_query_more() -> None:
    pool, teams = organization_with(0, north=0)
    account = teams["north"].account
    ben = somebody(account, Role.VIEWER)
    organization = pool.organization
    with clock.at(NOON), CaptureQueriesContext(connection) as alone:
        rights_in_account(ben, account)
        rights_in_organization(ben, organization)
    with clock.at(NOON):
        for role in (Role.MEMBER, Role.ADMIN, Role.VIEWER):
            away(somebody(account, role), ben)
        with CaptureQueriesContext(connection) as standing_in:
            assert rights_in_account(ben, account).account_role == "admin"
            rights_in_organization(ben, organization)
    assert len(alone) == len(standing_in) == 2


def test_staff_who_do_what_customers_do_say_so() -> None:
    wallet = wallet_with(40)
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    with clock.at(NOON):
        brief = draft(wallet, 10)
        Project.objects.filter(pk=brief.pk).update(shared_with_studio=True)
        briefing.submit(manager, brief.pk)
        production.accept(manager, brief.pk)
        production.deliver(manager, brief.pk)
        production.finalize(manager, brief.pk)
    by_kind = {e.kind: e for e in Event.objects.filter(subject_type="project", actor=manager.key)}
    for kind in ("submit", "finalize"):
        assert by_kind[kind].data["on_behalf"] is True
        assert by_kind[kind].actor_name.startswith(f"{manager.name} (")
    for kind in ("accept", "deliver"):  # the studio's own work
        assert "on_behalf" not in by_kind[kind].data
        assert by_kind[kind].actor_name == manager.name


def test_an_absence_is_taken_back_once() -> None:
    account = wallet_with(0).account
    anna = somebody(account)
    with clock.at(NOON):
        absence = away(anna, None)
        absences.remove_absence(anna, absence)
        assert refused(NotFound, absences.remove_absence, anna, absence) == "not_found"


def test_a_deputy_finds_the_accounts_of_whom_they_stand_in_for() -> None:
    _, teams = organization_with(0, north=0, south=0)
    other = wallet_with(0).account
    anna, ben = somebody(teams["north"].account), somebody(teams["south"].account)
    with clock.at(NOON):
        away(anna, ben)
        Membership.objects.create(user_id=anna.user_id, account=other, role=Role.MEMBER)
        found = {line.key for line in list_accounts(ben)}
        assert found == {wallet.account.key for wallet in teams.values()}
        assert {line.key for line in list_accounts(anna)} == {
            teams["north"].account.key, other.key,
        }  # fmt: skip
    with clock.at(NOON + timedelta(days=9)):
        assert {line.key for line in list_accounts(ben)} == {teams["south"].account.key}
