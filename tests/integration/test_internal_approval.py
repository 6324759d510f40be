"""A colleague approves before a brief is submitted: who may, who may not, and when nobody could."""

from datetime import UTC, datetime

import pytest

from callsheet.insight.asked import What, asked_of
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refusals, Refused
from callsheet.projects.models import Clock, Project
from callsheet.services import absences, briefing, internal_approval
from callsheet.tenants.models import Account, Membership, Role, StaffRole
from tests.builders import draft, somebody, status_of, wallet_with

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)


def refused(what: type[CallsheetError], call, *args, **more) -> str:
    with pytest.raises(what) as refusal:
        call(*args, **more)
    return refusal.value.code


class Team:
    def __init__(self, credits: int = 40) -> None:
        self.wallet = wallet_with(credits)
        account = self.wallet.account
        Account.objects.filter(pk=account.pk).update(needs_approval=True)
        self.account = Account.objects.get(pk=account.pk)
        self.admin = somebody(account, Role.ADMIN)
        self.writer, self.colleague = somebody(account), somebody(account)
        self.viewer = somebody(account, Role.VIEWER)


def test_a_brief_goes_through_a_colleague() -> None:
    with clock.at(NOON):
        team = Team()
        brief = draft(team.wallet, 10, actor=team.writer)
        assert refused(Conflict, briefing.submit, team.writer, brief.pk) == "needs_approval"
        internal_approval.ask_approval(team.writer, brief.pk, note="For the launch")
        assert status_of(brief) == "pending_approval"
        assert Clock.objects.get(project=brief).kind == "approval"
        ask = asked_of([brief.pk])[brief.pk][0]
        assert (ask.what, ask.people) == (What.APPROVE_BRIEF, (team.admin.user_id,))
        for own in (internal_approval.approve_brief, briefing.submit):
            assert refused(Forbidden, own, team.writer, brief.pk) == "own_approval"
        assert (
            refused(Forbidden, internal_approval.approve_brief, team.viewer, brief.pk)
            == "viewer_may_not_write"
        )
        answer = internal_approval.approve_brief(team.colleague, brief.pk)
        assert answer["status"] == "pending_review"
        assert Event.objects.get(kind="submit", subject_id=brief.pk).data["approved"] is True
        assert (
            refused(Conflict, internal_approval.approve_brief, team.admin, brief.pk)
            == "not_waiting_for_approval"
        )


def test_neither_owner_nor_asker_approves() -> None:
    with clock.at(NOON):
        team = Team()
        brief = draft(team.wallet, 10, actor=team.writer)
        internal_approval.ask_approval(team.colleague, brief.pk)
        for own in (team.writer, team.colleague):
            assert (
                refused(Forbidden, internal_approval.approve_brief, own, brief.pk) == "own_approval"
            )
            assert (
                refused(Forbidden, internal_approval.refuse_approval, own, brief.pk, "No")
                == "own_approval"
            )
        internal_approval.approve_brief(team.admin, brief.pk)


def test_a_refusal_has_a_reason_and_makes_a_draft() -> None:
    with clock.at(NOON):
        team = Team()
        brief = draft(team.wallet, 10, actor=team.writer)
        internal_approval.ask_approval(team.writer, brief.pk)
        assert (
            refused(Refused, internal_approval.refuse_approval, team.admin, brief.pk, " ")
            == "reason_missing"
        )
        internal_approval.refuse_approval(team.admin, brief.pk, "The logo is old.")
        assert status_of(brief) == "draft"
        event = Event.objects.get(kind="refuse_approval")
        assert event.note is not None
        assert event.note.text == "The logo is old."
        assert not Clock.objects.filter(project=brief).exists()
        assert (
            refused(Conflict, internal_approval.refuse_approval, team.admin, brief.pk, "Again")
            == "forbidden_transition"
        )


def test_taken_back_by_its_owner_its_asker_or_an_admin() -> None:
    with clock.at(NOON):
        team = Team()
        other = somebody(team.account)
        brief = draft(team.wallet, 10, actor=team.writer)
        for by in (team.writer, team.colleague, team.admin):
            internal_approval.ask_approval(team.colleague, brief.pk)
            assert refused(Forbidden, internal_approval.take_back, other, brief.pk) == "not_yours"
            internal_approval.take_back(by, brief.pk)
            assert status_of(brief) == "draft"


def test_only_a_ready_brief_is_asked_about() -> None:
    with clock.at(NOON):
        team = Team()
        brief = draft(team.wallet, 10, actor=team.writer)
        Project.objects.filter(pk=brief.pk).update(fields={})
        with pytest.raises(Refusals):
            internal_approval.ask_approval(team.writer, brief.pk)
        Account.objects.filter(pk=team.account.pk).update(needs_approval=False)
        assert (
            refused(Conflict, internal_approval.ask_approval, team.writer, brief.pk)
            == "no_approval_needed"
        )


def test_where_nobody_could_approve_the_brief_goes_in_and_says_so() -> None:
    with clock.at(NOON):
        team = Team()
        Membership.objects.filter(account=team.account).exclude(
            user_id__in=[team.admin.user_id, team.viewer.user_id]
        ).delete()
        brief = draft(team.wallet, 10, actor=team.admin)
        assert (
            refused(Conflict, internal_approval.ask_approval, team.admin, brief.pk)
            == "nobody_to_approve"
        )
        briefing.submit(team.admin, brief.pk)
        assert Event.objects.get(kind="submit").data["nobody_else"] is True


def test_an_approval_whose_colleagues_all_left_is_no_dead_end() -> None:
    with clock.at(NOON):
        team = Team()
        brief = draft(team.wallet, 10, actor=team.admin)
        internal_approval.ask_approval(team.admin, brief.pk)
        Membership.objects.filter(account=team.account).exclude(user_id=team.admin.user_id).delete()
        internal_approval.approve_brief(team.admin, brief.pk)
        assert status_of(brief) == "pending_review"


def test_the_studio_does_not_approve_for_the_customer() -> None:
    with clock.at(NOON):
        team = Team()
        manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
        brief = draft(team.wallet, 10, actor=team.writer)
        assert refused(NotFound, briefing.submit, manager, brief.pk) == "not_found"
        Project.objects.filter(pk=brief.pk).update(shared_with_studio=True)
        assert refused(Conflict, briefing.submit, manager, brief.pk) == "needs_approval"
        internal_approval.ask_approval(team.writer, brief.pk)
        assert (
            refused(Forbidden, internal_approval.approve_brief, manager, brief.pk)
            == "colleagues_approve"
        )


def test_a_deputy_approves_for_the_admin_who_is_away_but_not_their_own() -> None:
    with clock.at(NOON):
        team = Team()
        absences.set_absence(
            team.admin, team.admin.user_id, deputy_id=team.viewer.user_id,
            starts_on=NOON.date(), ends_on=NOON.date(),
        )  # fmt: skip
        brief = draft(team.wallet, 10, actor=team.writer)
        internal_approval.ask_approval(team.writer, brief.pk)
        internal_approval.approve_brief(team.viewer, brief.pk)
        event = Event.objects.get(kind="submit")
        assert event.actor_name == f"{team.viewer.name} for {team.admin.name}"
