"""Members, roles and invitations."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob

from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.services import inviting, membership
from callsheet.services.invitation_reminders import remind_invitations
from callsheet.tenants.models import Invitation, Membership, Role, StaffRole, User
from tests.builders import organization_with, somebody, wallet_with

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
db = pytest.mark.django_db


def refused(what: type[CallsheetError], call, *args, **more) -> CallsheetError:
    with pytest.raises(what) as refusal:
        call(*args, **more)
    return refusal.value


def membership_of(actor, account) -> Membership:
    return Membership.objects.get(user_id=actor.user_id, account=account)


@db
def test_the_studio_adds_members_and_customers_invite_instead() -> None:
    account = wallet_with(10).account
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    answer = membership.add_member(
        manager, "Anna@Example.com", "admin", account_id=account.pk, name="Anna"
    )
    anna = User.objects.get(pk=answer["user"])
    assert (anna.email, anna.name, anna.has_usable_password()) == (
        "anna@example.com", "Anna", False,
    )  # fmt: skip
    add = membership.add_member
    error = refused(Conflict, add, manager, "anna@example.com", "viewer", account_id=account.pk)
    assert error.code == "already_member"
    admin = somebody(account, Role.ADMIN)
    error = refused(Forbidden, add, admin, "ben@example.com", "viewer", account_id=account.pk)
    assert error.code == "invite_instead"
    refused(Forbidden, add, somebody(account), "b@example.com", "viewer", account_id=account.pk)
    refused(NotFound, add, somebody(), "b@example.com", "viewer", account_id=account.pk)
    error = refused(Refused, add, manager, "b@example.com", "king", account_id=account.pk)
    assert error.code == "unknown_role"
    staff = User.objects.get(pk=manager.user_id).email
    error = refused(Refused, add, manager, staff, "member", account_id=account.pk)
    assert error.code == "staff_are_no_members"
    assert refused(Refused, add, manager, "b@example.com", "member").code == "one_place"
    assert not User.objects.filter(email__in=["ben@example.com", "b@example.com"]).exists()


@db
def test_the_last_admin_neither_goes_nor_steps_down() -> None:
    account = wallet_with(10).account
    anna = somebody(account, Role.ADMIN)
    hers = membership_of(anna, account)
    for call, more in (
        (membership.remove_member, ()),
        (membership.change_role, ("viewer",)),
    ):
        for actor in (anna, CONSOLE, somebody(staff=StaffRole.STUDIO_ADMIN)):
            assert refused(Conflict, call, actor, hers.pk, *more).code == "last_admin"
    ben = somebody(account, Role.VIEWER)
    theirs = membership_of(ben, account)
    membership.change_role(anna, theirs.pk, "admin")
    assert membership.remove_member(anna, hers.pk)["left"]
    assert refused(Conflict, membership.remove_member, ben, theirs.pk).code == "last_admin"


@db
def test_a_closed_login_does_not_count_as_the_other_admin() -> None:
    account = wallet_with(10).account
    anna, ben = somebody(account, Role.ADMIN), somebody(account, Role.ADMIN)
    User.objects.filter(pk=ben.user_id).update(is_active=False)
    error = refused(Conflict, membership.remove_member, anna, membership_of(anna, account).pk)
    assert error.code == "last_admin"


@db
def test_who_changes_roles_and_removes_people() -> None:
    account, other = wallet_with(10).account, wallet_with(10).account
    admin, member = somebody(account, Role.ADMIN), somebody(account, Role.MEMBER)
    viewer = somebody(account, Role.VIEWER)
    target = membership_of(viewer, account).pk
    for call, more in ((membership.change_role, ("admin",)), (membership.remove_member, ())):
        refused(Forbidden, call, member, target, *more)
        refused(NotFound, call, somebody(), target, *more)
        refused(NotFound, call, somebody(other, Role.ADMIN), target, *more)
        refused(NotFound, call, admin, 10**9, *more)
    refused(Forbidden, membership.change_role, viewer, target, "admin")  # not one's own either
    answer = membership.change_role(admin, target, "member")
    assert (answer["before"], answer["role"]) == ("viewer", "member")
    assert membership.remove_member(viewer, target)["left"]
    kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["role_changed", "member_removed"]


@db
def test_organizations_have_members_too() -> None:
    pool, teams = organization_with(0, north=10)
    boss = somebody(organization=pool.organization, role=Role.ADMIN)
    team_admin = somebody(teams["north"].account, Role.ADMIN)
    given = {"organization_id": pool.organization_id}
    inviting.invite(boss, "cara@example.com", "viewer", **given)
    refused(NotFound, inviting.invite, team_admin, "dora@example.com", "viewer", **given)
    # An organization's admin looks after the people of its teams as well.
    inviting.invite(boss, "emil@example.com", "member", account_id=teams["north"].account_id)
    invited = Invitation.objects.order_by("pk").values_list(
        "email", "account_id", "organization_id"
    )
    assert list(invited) == [
        ("cara@example.com", None, pool.organization_id),
        ("emil@example.com", teams["north"].account_id, None),
    ]


def test_two_admins_cannot_demote_each_other_at_once(live_db: str) -> None:
    account = wallet_with(10).account
    anna, ben = somebody(account, Role.ADMIN), somebody(account, Role.ADMIN)
    start, outcomes = threading.Barrier(2), []

    def demote(actor, other) -> None:
        start.wait()
        try:
            membership.change_role(actor, membership_of(other, account).pk, "viewer")
            outcomes.append("done")
        except CallsheetError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=demote, args=pair) for pair in ((anna, ben), (ben, anna))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Membership.objects.filter(account=account, role="admin").count() == 1
    # The one who came second is no admin any more, or would have removed the last one.
    assert sorted(outcomes) in (["admins_only", "done"], ["done", "last_admin"])


# -- invitations ----------------------------------------------------------------------------------


@pytest.fixture
def outbox(settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    mail.outbox = []
    return mail.outbox


def run_jobs() -> int:
    """Do what was put off, as a worker would; returns how many jobs there were."""
    jobs = list(ProcrastinateJob.objects.filter(task_name="send_invitation", status="todo"))
    for job in jobs:
        inviting.send(**job.args)
    return len(jobs)


def token_in(message) -> str:
    return re.search(r"/invitations/([0-9a-f]{64})/", message.body).group(1)


def invited(account, email="ben@example.com", role="member", actor=CONSOLE) -> Invitation:
    answer = inviting.invite(actor, email, role, account_id=account.pk)
    return Invitation.objects.get(pk=answer["invitation"])


@db
def test_an_invitation_goes_out_by_mail_and_its_token_is_nowhere_else(outbox) -> None:
    account = wallet_with(10, name="Brixen").account
    account.time_zone = "Europe/Berlin"
    account.save()
    admin = somebody(account, Role.ADMIN)
    with clock.at(NOON):
        invitation = invited(account, actor=admin)
    assert outbox == []  # not before the transaction is through
    with clock.at(NOON):
        assert run_jobs() == 1
    (message,) = outbox
    assert "until Wednesday 18 March 2026, 13:00 (Europe/Berlin)" in message.body
    assert message.to == ["ben@example.com"]
    assert message.subject == "You are invited to Brixen at The studio"
    assert f"{admin.name} invites you to Brixen" in message.body
    token = token_in(message)
    with clock.at(NOON):
        assert inviting.open_invitation(token) == invitation
    stored = [
        *ProcrastinateJob.objects.values_list("args", flat=True),
        *Command.objects.values_list("answer", flat=True),
        *Event.objects.values_list("data", flat=True),
    ]
    assert token not in repr(stored)
    assert token.encode() != bytes(invitation.token_digest)


@db
def test_somebody_new_joins_with_a_name_and_a_password(outbox) -> None:
    account = wallet_with(10).account
    invited(account, role="viewer")
    run_jobs()
    token = token_in(outbox[0])
    join = inviting.join_by_invitation
    assert refused(Refused, join, token, "Ben", "123").code == "weak_password"
    assert refused(Refused, join, token, " ", "a long new password").code == "name_missing"
    assert not User.objects.filter(email="ben@example.com").exists()
    answer = join(token, "Ben", "a long new password")
    ben = User.objects.get(pk=answer["user"])
    assert (ben.email, ben.check_password("a long new password"), ben.is_staff) == (
        "ben@example.com", True, False,
    )  # fmt: skip
    assert ben.emailaddress_set.get().verified
    assert ben.memberships.get().role == "viewer"
    refused(NotFound, join, token, "Eve", "another long password")


@db
def test_only_the_invited_person_accepts(outbox) -> None:
    account = wallet_with(10).account
    ben, eve = somebody(), somebody()
    email = User.objects.get(pk=ben.user_id).email
    invited(account, email=email)
    run_jobs()
    token = token_in(outbox[0])
    assert refused(Forbidden, inviting.accept_invitation, eve, token).code == "another_address"
    error = refused(Conflict, inviting.join_by_invitation, token, "Ben", "a long new password")
    assert error.code == "has_login"
    refused(NotFound, inviting.accept_invitation, ben, "0" * 64)
    inviting.accept_invitation(ben, token)
    assert membership_of(ben, account).role == "member"
    refused(NotFound, inviting.accept_invitation, ben, token)


@db
def test_sent_again_the_link_before_is_void(outbox) -> None:
    with clock.at(NOON):
        invitation = invited(wallet_with(10).account)
        run_jobs()
    with clock.at(NOON + timedelta(days=13)):
        inviting.resend(CONSOLE, invitation.pk)
        # The job of the first sending, run late, must not mail a dead link.
        assert inviting.send(invitation.pk, 1) is False
        inviting.send(invitation.pk, 2)
        inviting.send(invitation.pk, 2)  # a job may run twice: the same link twice
        first, second, third = (token_in(message) for message in outbox)
        assert first != second == third
        refused(NotFound, inviting.open_invitation, first)
    with clock.at(NOON + timedelta(days=26)):
        assert inviting.open_invitation(second)
    with clock.at(NOON + timedelta(days=28)):
        refused(NotFound, inviting.open_invitation, second)
        assert inviting.send(invitation.pk, 2) is False


@db
def test_revoked_is_revoked(outbox) -> None:
    invitation = invited(wallet_with(10).account)
    run_jobs()
    inviting.revoke(CONSOLE, invitation.pk)
    refused(NotFound, inviting.open_invitation, token_in(outbox[0]))
    for call in (inviting.revoke, inviting.resend):
        assert refused(Conflict, call, CONSOLE, invitation.pk).code == "invitation_closed"
    assert inviting.send(invitation.pk, 1) is False


@db
def test_invitations_that_are_refused() -> None:
    account = wallet_with(10).account
    admin = somebody(account, Role.ADMIN)
    ben = somebody(account)
    given = {"account_id": account.pk}
    email = User.objects.get(pk=ben.user_id).email
    invite = inviting.invite
    assert refused(Conflict, invite, admin, email, "viewer", **given).code == "already_member"
    first = invite(admin, "cara@example.com", "viewer", **given)
    error = refused(Conflict, invite, admin, "CARA@example.com", "viewer", **given)
    assert error.code == "already_invited"
    assert refused(Refused, invite, admin, "cara@", "viewer", **given).code == "email_malformed"
    refused(Forbidden, invite, ben, "dora@example.com", "viewer", **given)
    refused(NotFound, invite, somebody(), "dora@example.com", "viewer", **given)
    for call in (inviting.resend, inviting.revoke):
        refused(Forbidden, call, ben, first["invitation"])
        refused(NotFound, call, somebody(), first["invitation"])
        refused(NotFound, call, admin, 10**9)
    for _ in range(inviting.MOST_SENT - 1):
        inviting.resend(admin, first["invitation"])
    error = refused(Conflict, inviting.resend, admin, first["invitation"])
    assert error.code == "sent_too_often"


@db
def test_an_invitation_that_is_rolled_back_is_never_sent() -> None:
    account = wallet_with(10).account
    refused(Refused, inviting.invite, CONSOLE, "cara@example.com", "king", account_id=account.pk)
    assert not ProcrastinateJob.objects.exists()
    assert not Invitation.objects.exists()


@db
def test_an_invitation_is_brought_to_mind_once_and_noted_once_when_it_expires() -> None:
    account = wallet_with(0).account
    admin = somebody(account, Role.ADMIN)

    def noted(moment: datetime) -> list[str]:
        """What one look of the clock, and a second one, adds to the journal."""
        before = Event.objects.count()
        with clock.at(moment):
            remind_invitations()
            remind_invitations()
        return [event.kind for event in Event.objects.order_by("pk")[before:]]

    with clock.at(NOON):
        invited = inviting.invite(admin, "late@example.com", "member", account_id=account.pk)
        inviting.invite(admin, "gone@example.com", "member", account_id=account.pk)
        inviting.revoke(admin, Invitation.objects.get(email="gone@example.com").pk)
    days = timedelta(days=1)
    assert noted(NOON + 10 * days) == []
    assert noted(NOON + 11 * days) == ["invitation_reminder"]
    mails = ProcrastinateJob.objects.filter(task_name="send_invitation")
    assert mails.filter(args__invitation_id=invited["invitation"]).count() == 2
    assert noted(NOON + 13 * days) == []
    # A worker that was away all the while notes the end, and does not remind any more.
    assert noted(NOON + 40 * days) == ["invitation_expired"]
    with clock.at(NOON + 41 * days):
        inviting.resend(admin, invited["invitation"])
    assert noted(NOON + 53 * days) == ["invitation_reminder"]
