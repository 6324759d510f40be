"""Who is asked now: by status, with absences and their deputies, and never nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.insight.asked import What, asked_of
from callsheet.insight.tasks import tasks_of
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import NotFound
from callsheet.projects.models import Part, Project, ProjectPerson, StopRequest
from callsheet.services import absences, briefing, production, staffing
from callsheet.tenants.models import Absence, Membership, Role, StaffRole, User
from tests.builders import delivered, draft, finalized, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 7, 6, 12, tzinfo=UTC)
TODAY = NOON.date()


def asked(project: Project, what: What | None = None) -> list[int]:
    """Who is asked for the next step, or for that."""
    asks = asked_of([project.pk])[project.pk]
    chosen = asks[0] if what is None else next(ask for ask in asks if ask.what is what)
    return list(chosen.people)


def next_step(project: Project) -> What:
    return asked_of([project.pk])[project.pk][0].what


class Team:
    """An account with its people, looked after by the studio."""

    def __init__(self, credits: int = 100) -> None:
        self.wallet = wallet_with(credits)
        account = self.wallet.account
        self.admin = somebody(account, Role.ADMIN)
        self.owner, self.reviewer = somebody(account), somebody(account)
        self.boss = somebody(staff=StaffRole.STUDIO_ADMIN)
        self.manager, self.second = (somebody(staff=StaffRole.ACCOUNT_MANAGER) for _ in range(2))
        self.producer = somebody(staff=StaffRole.PRODUCER)
        staffing.assign_account_manager(
            CONSOLE, account.pk, manager_id=self.manager.user_id,
            deputy_id=self.second.user_id,
        )  # fmt: skip

    def is_away(self, who, deputy=None) -> Absence:
        return Absence.objects.create(
            user_id=who.user_id, deputy_id=deputy.user_id if deputy else None, starts_on=TODAY,
            ends_on=TODAY + timedelta(days=3),
        )  # fmt: skip


def test_each_status_asks_whose_turn_it_is() -> None:
    with clock.at(NOON):
        team = Team(20)
        brief = draft(team.wallet, 10, actor=team.owner)
        assert (next_step(brief), asked(brief)) == (What.FINISH_BRIEF, [team.owner.user_id])
        briefing.submit(team.owner, brief.pk)
        assert (next_step(brief), asked(brief)) == (What.REVIEW_BRIEF, [team.manager.user_id])
        production.request_clarification(team.manager, brief.pk, "Which mug?")
        assert (next_step(brief), asked(brief)) == (What.ANSWER_QUESTION, [team.owner.user_id])
        production.clarify(team.owner, brief.pk, "The blue one.")
        production.accept(team.producer, brief.pk)
        assert (next_step(brief), asked(brief)) == (What.PRODUCE, [team.producer.user_id])
        ProjectPerson.objects.create(
            project=brief, user_id=team.reviewer.user_id, part=Part.REVIEWER
        )
        production.deliver(team.producer, brief.pk)
        assert next_step(brief) is What.FINALIZE
        assert asked(brief) == [team.owner.user_id, team.reviewer.user_id]
        ask = asked_of([brief.pk])[brief.pk][0]
        assert ask.due == NOON + timedelta(days=7)
        waiting = submitted(team.wallet, 20, actor=team.owner)
        assert next_step(waiting) is What.FOLLOW_QUEUE
        too_big = submitted(team.wallet, 60, actor=team.owner)
        assert next_step(too_big) is What.FREE_CREDITS
        production.finalize(team.owner, brief.pk)
        assert asked_of([brief.pk]) == {}


def test_a_required_approver_is_asked_first_and_then_a_deputy() -> None:
    with clock.at(NOON):
        team = Team()
        project = delivered(submitted(team.wallet, 10, actor=team.owner))
        approver = somebody(team.wallet.account)
        ProjectPerson.objects.create(project=project, user_id=approver.user_id, part=Part.APPROVER)
        assert asked(project) == [approver.user_id]
        team.is_away(approver, team.reviewer)
        ask = asked_of([project.pk])[project.pk][0]
        assert ask.people == (team.reviewer.user_id,)
        assert ask.deputy_for == ((team.reviewer.user_id, approver.user_id),)
        assert tasks_of(team.reviewer, team.reviewer.user_id)[0].instead_of == approver.name


def test_the_chain_goes_on_until_somebody_is_there() -> None:
    with clock.at(NOON):
        team = Team()
        brief = draft(team.wallet, 10, actor=team.owner)
        away = team.is_away(team.owner)
        assert asked(brief) == [team.admin.user_id]
        team.is_away(team.admin)
        assert asked(brief) == [team.manager.user_id]
        team.is_away(team.manager)
        assert asked(brief) == [team.second.user_id]
        team.is_away(team.second)
        assert asked(brief) == [team.boss.user_id]
        team.is_away(team.boss)
        assert asked(brief) == [team.boss.user_id]  # nobody is left, and somebody has to be
        Absence.objects.filter(pk=away.pk).update(deputy_id=team.reviewer.user_id)
        assert asked(brief) == [team.reviewer.user_id]
        User.objects.filter(pk=team.reviewer.user_id).update(is_active=False)
        assert asked(brief) == [team.boss.user_id]


def test_an_owner_who_has_left_or_only_reads_is_not_asked() -> None:
    with clock.at(NOON):
        team = Team()
        brief = draft(team.wallet, 10, actor=team.owner)
        Membership.objects.filter(user_id=team.owner.user_id).update(role=Role.VIEWER)
        assert asked(brief) == [team.admin.user_id]
        Membership.objects.filter(user_id=team.owner.user_id).delete()
        assert asked(brief) == [team.admin.user_id]


def test_open_questions_stand_beside_the_status() -> None:
    with clock.at(NOON):
        team = Team()
        project = submitted(team.wallet, 10, actor=team.owner)
        production.accept(team.manager, project.pk)
        StopRequest.objects.create(project=project, wish="park", reason="Wait", asked_at=NOON)
        assert asked(project, What.DECIDE_STOP) == [team.manager.user_id]


def test_tasks_are_ones_own_over_all_accounts_and_drafts_stay_private() -> None:
    with clock.at(NOON):
        team = Team()
        other = wallet_with(20)
        Membership.objects.create(
            user_id=team.owner.user_id, account=other.account, role=Role.MEMBER
        )
        draft(team.wallet, 10, actor=team.owner, title="Private")
        there = draft(other, 10, actor=team.owner)
        mine = tasks_of(team.owner, team.owner.user_id)
        assert {task.project for task in mine} >= {there.pk}
        assert len(mine) == 2
        team.is_away(team.owner)
        team.is_away(team.admin)
        assert not tasks_of(team.manager, team.manager.user_id)
        Project.objects.filter(title="Private").update(shared_with_studio=True)
        assert [t.title for t in tasks_of(team.boss, team.manager.user_id)] == ["Private"]
        for stranger in (team.admin, team.manager, somebody()):
            with pytest.raises(NotFound):
                tasks_of(stranger, team.owner.user_id)


def test_every_project_asks_somebody_in_the_same_number_of_queries() -> None:
    with clock.at(NOON):
        teams = [Team(50) for _ in range(4)]
        projects = []
        for team in teams:
            projects += [draft(team.wallet, 10), submitted(team.wallet, 10)]
            projects += [delivered(submitted(team.wallet, 10)), submitted(team.wallet, 60)]
            done = finalized(submitted(team.wallet, 10))
        with CaptureQueriesContext(connection) as few:
            asked_of([projects[0].pk])
        with CaptureQueriesContext(connection) as many:
            found = asked_of([*(project.pk for project in projects), done.pk])
    assert len(few) == len(many)
    assert set(found) == {project.pk for project in projects}
    assert all(ask.people for asks in found.values() for ask in asks)
    with clock.at(NOON):
        boss = teams[0].boss

        def stands_in_for(team: Team) -> None:
            absences.set_absence(
                team.manager, team.manager.user_id, deputy_id=boss.user_id,
                starts_on=TODAY, ends_on=TODAY,
            )  # fmt: skip

        stands_in_for(teams[0])
        with CaptureQueriesContext(connection) as before:
            one = tasks_of(boss, boss.user_id)
        for team in teams[1:]:
            stands_in_for(team)
        with CaptureQueriesContext(connection) as after:
            assert len(tasks_of(boss, boss.user_id)) > len(one)
    assert len(before) == len(after)
