"""Owners, reviewers and required approvers of a project, and what becomes of it when they leave."""

from datetime import UTC, datetime, timedelta

import pytest

from callsheet.insight.asked import asked_of
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.projects.models import Project, ProjectPerson
from callsheet.services import absences, membership, production, staffing
from callsheet.services import project_people as people
from callsheet.tenants.models import AccountManagerAssignment, Membership, Role, StaffRole
from tests.builders import delivered, draft, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)


def refused(what: type[CallsheetError], call, *args, **more) -> str:
    with pytest.raises(what) as refusal:
        call(*args, **more)
    return refusal.value.code


@pytest.fixture
def wallet():
    with clock.at(NOON):
        yield wallet_with(100)


def membership_of(actor, account) -> int:
    return Membership.objects.get(user_id=actor.user_id, account=account).pk


def test_the_owner_and_admins_say_who_owns_a_project(wallet) -> None:
    account = wallet.account
    admin, owner, other = somebody(account, Role.ADMIN), somebody(account), somebody(account)
    viewer, stranger = somebody(account, Role.VIEWER), somebody()
    project = draft(wallet, 10, actor=owner)
    change = people.change_owner
    assert refused(Forbidden, change, other, project.pk, other.user_id) == "owner_or_admin"
    for nobody in (viewer, stranger, somebody(wallet_with(0).account)):
        assert refused(Refused, change, owner, project.pk, nobody.user_id) == "not_of_account"
    answer = change(owner, project.pk, other.user_id)
    assert (answer["before"], answer["owner"]) == (owner.user_id, other.user_id)
    assert refused(Forbidden, change, owner, project.pk, owner.user_id) == "owner_or_admin"
    change(admin, project.pk, owner.user_id)
    assert Event.objects.filter(kind="owner_changed").count() == 2
    Project.objects.filter(pk=project.pk).update(owner=None)
    change(other, project.pk, other.user_id)  # whoever writes takes over what nobody owns


def test_only_people_of_the_account_review_and_approve(wallet) -> None:
    account = wallet.account
    admin, owner, viewer = (somebody(account, r) for r in (Role.ADMIN, Role.MEMBER, Role.VIEWER))
    project = draft(wallet, 10, actor=owner)
    set_person, remove = people.set_person, people.remove_person
    assert refused(Refused, set_person, owner, project.pk, viewer.user_id, "boss") == "unknown_part"
    stranger = somebody().user_id
    assert refused(Refused, set_person, owner, project.pk, stranger, "reviewer") == "not_of_account"
    set_person(owner, project.pk, viewer.user_id, "reviewer")
    set_person(owner, project.pk, viewer.user_id, "reviewer")  # again: nothing more
    set_person(owner, project.pk, viewer.user_id, "approver")
    assert ProjectPerson.objects.get().part == "approver"
    # Nobody gets round a required approver: only an admin takes one out.
    assert (
        refused(Forbidden, set_person, owner, project.pk, viewer.user_id, "reviewer")
        == "admins_only"
    )
    assert refused(Forbidden, remove, owner, project.pk, viewer.user_id) == "admins_only"
    assert refused(Forbidden, remove, viewer, project.pk, viewer.user_id) == "admins_only"
    remove(admin, project.pk, viewer.user_id)
    assert refused(NotFound, remove, admin, project.pk, viewer.user_id) == "not_found"
    set_person(owner, project.pk, viewer.user_id, "reviewer")
    remove(viewer, project.pk, viewer.user_id)  # a reviewer may leave
    kinds = list(
        Event.objects.filter(subject_type="project").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == [
        "written", "reviewer_added", "approver_added", "approver_removed", "reviewer_added",
        "reviewer_removed",
    ]  # fmt: skip


def test_an_approver_agrees_to_what_is_delivered_now(wallet) -> None:
    account = wallet.account
    owner, approver = somebody(account), somebody(account, Role.VIEWER)
    project = submitted(wallet, 10, actor=owner)
    people.set_person(owner, project.pk, approver.user_id, "approver")
    give, back = people.give_approval, people.take_approval_back
    assert refused(Conflict, give, approver, project.pk) == "not_delivered"
    delivered(project)
    assert refused(Forbidden, give, owner, project.pk) == "approvers_only"
    assert refused(NotFound, give, somebody(), project.pk) == "not_found"
    assert refused(Conflict, back, approver, project.pk) == "not_approved"
    assert give(approver, project.pk)["missing"] == 0
    assert refused(Conflict, give, approver, project.pk) == "approved_already"
    assert back(approver, project.pk)["missing"] == 1
    give(approver, project.pk)
    production.finalize(owner, project.pk)
    assert refused(Conflict, back, approver, project.pk) == "project_ended"


def test_a_deputy_agrees_for_the_approver_and_only_meanwhile(wallet) -> None:
    account = wallet.account
    owner, jonas, amira = (somebody(account) for _ in range(3))
    project = delivered(submitted(wallet, 10, actor=owner))
    people.set_person(owner, project.pk, jonas.user_id, "approver")
    assert refused(Forbidden, people.give_approval, amira, project.pk) == "approvers_only"
    day = NOON.date()
    absences.set_absence(jonas, jonas.user_id, deputy_id=amira.user_id, starts_on=day, ends_on=day)
    answer = people.give_approval(amira, project.pk)
    assert answer["approver"] == jonas.user_id
    event = Event.objects.get(kind="approval_given")
    assert event.actor_name == f"{amira.name} for {jonas.name}"  # though both are members
    with clock.at(NOON + timedelta(days=1)):
        assert refused(Forbidden, people.take_approval_back, amira, project.pk) == "approvers_only"
        people.take_approval_back(jonas, project.pk)


def test_who_leaves_an_account_leaves_no_project_without_a_person(wallet) -> None:
    account = wallet.account
    admin, second = somebody(account, Role.ADMIN), somebody(account, Role.ADMIN)
    leaving, heir = somebody(account), somebody(account)
    going, over = draft(wallet, 10, actor=leaving), submitted(wallet, 10, actor=leaving)
    done = delivered(submitted(wallet, 10, actor=leaving))
    production.finalize(leaving, done.pk)
    people.set_person(leaving, over.pk, leaving.user_id, "approver")
    people.set_person(leaving, over.pk, admin.user_id, "reviewer")
    remove = membership.remove_member
    row = membership_of(leaving, account)
    elsewhere = somebody(wallet_with(0).account).user_id
    for nobody in (elsewhere, leaving.user_id):
        assert refused(Refused, remove, admin, row, successor_id=nobody) == "not_of_account"
    assert remove(admin, row)["projects"] == [going.pk, over.pk]
    owners = dict(Project.objects.values_list("pk", "owner_id"))
    assert owners == {
        going.pk: admin.user_id, over.pk: admin.user_id, done.pk: leaving.user_id,
    }  # fmt: skip
    person = ProjectPerson.objects.get(project=over)
    assert (person.user_id, person.part) == (admin.user_id, "approver")
    event = Event.objects.filter(kind="owner_changed").latest("pk")
    assert event.data["left"] is True
    answer = remove(second, membership_of(admin, account), successor_id=heir.user_id)
    assert len(answer["projects"]) == 2
    assert asked_of([going.pk])[going.pk][0].people == (heir.user_id,)


def test_who_only_reads_from_now_on_owns_nothing(wallet) -> None:
    admin, owner = somebody(wallet.account, Role.ADMIN), somebody(wallet.account)
    project = draft(wallet, 10, actor=owner)
    membership.change_role(admin, membership_of(owner, wallet.account), "viewer")
    project.refresh_from_db()
    assert project.owner_id == admin.user_id


def test_a_closed_login_hands_its_projects_over(wallet) -> None:
    admin, owner = somebody(wallet.account, Role.ADMIN), somebody(wallet.account)
    project = draft(wallet, 10, actor=owner)
    boss = somebody(staff=StaffRole.STUDIO_ADMIN)
    assert staffing.deactivate(boss, owner.user_id)["projects"] == [project.pk]
    project.refresh_from_db()
    assert project.owner_id == admin.user_id
    assert staffing.deactivate(boss, owner.user_id)["projects"] == []


def test_a_manager_who_goes_hands_accounts_to_their_deputies(wallet) -> None:
    boss = somebody(staff=StaffRole.STUDIO_ADMIN)
    manager, second = (somebody(staff=StaffRole.ACCOUNT_MANAGER) for _ in range(2))
    with_deputy, without = wallet.account, wallet_with(0).account
    with clock.at(NOON - timedelta(days=9)):
        staffing.assign_account_manager(
            CONSOLE, with_deputy.pk, manager_id=manager.user_id, deputy_id=second.user_id
        )
        staffing.assign_account_manager(CONSOLE, without.pk, manager_id=manager.user_id)
    answer = staffing.deactivate(boss, manager.user_id)
    assert answer["handed_over"] == [with_deputy.pk]
    assert answer["without_manager"] == [without.pk]
    now = AccountManagerAssignment.objects.get(ends_on__isnull=True)
    assert (now.account_id, now.manager_id, now.starts_on) == (
        with_deputy.pk, second.user_id, NOON.date(),
    )  # fmt: skip
    assert Event.objects.filter(kind="manager_missing", account_id=without.pk).exists()
    answer = staffing.change_staff_role(boss, second.user_id, "producer")
    assert answer["without_manager"] == [with_deputy.pk]
