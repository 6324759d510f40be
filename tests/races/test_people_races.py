"""Two people decide at the same moment, or a deputy acts while the absence ends."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest

from callsheet.catalogue import defaults
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Comment, GuestLink, Project, ProjectPerson
from callsheet.services import (
    absences,
    briefing,
    guest_reviewing,
    guesting,
    internal_approval,
    membership,
    project_people,
)
from callsheet.tenants.models import Absence, Account, Membership, Role, User
from tests.builders import delivered, draft, somebody, status_of, submitted, wallet_with
from tests.races.crowd import Outcome, answers, errors, together
from tests.races.support import assert_all_is_well, counted

pytestmark = pytest.mark.usefixtures("live_db")


def two_colleagues_decide() -> tuple[Project, list[Outcome[Any]]]:
    """One approves, the other refuses, at the same moment."""
    wallet = wallet_with(40)
    Account.objects.filter(pk=wallet.account_id).update(needs_approval=True)
    writer, one, other = (somebody(wallet.account) for _ in range(3))
    brief = draft(wallet, 10, actor=writer)
    internal_approval.ask_approval(writer, brief.pk)

    def decide(n: int) -> str:
        if n:
            return internal_approval.refuse_approval(other, brief.pk, "The old logo.")["status"]
        return internal_approval.approve_brief(one, brief.pk)["status"]

    return brief, together(2, decide)


def test_two_colleagues_decide_on_one_approval_at_once() -> None:
    for _ in range(4):
        brief, outcomes = two_colleagues_decide()
        (decided,) = answers(outcomes)
        assert status_of(brief) == decided
        refusals = counted(errors(outcomes))
        assert refusals.total() == 1
        assert set(refusals) <= {"forbidden_transition", "not_waiting_for_approval"}
        kinds = Event.objects.filter(
            subject_id=brief.pk, kind__in=["submit", "refuse_approval"], subject_type="project"
        )
        assert kinds.count() == 1
    assert_all_is_well()


def test_without_the_projects_lock_both_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: both look while the brief still waits."""
    met = Barrier(2)

    def without_a_lock(project_id: int, version: int | None = None) -> Project:
        project = Project.objects.select_related("account").get(pk=project_id)
        with suppress(BrokenBarrierError):
            met.wait(timeout=5)
        return project

    # Setting the brief up meets nobody.
    wallet = wallet_with(40)
    Account.objects.filter(pk=wallet.account_id).update(needs_approval=True)
    writer, one, other = (somebody(wallet.account) for _ in range(3))
    brief = draft(wallet, 10, actor=writer)
    internal_approval.ask_approval(writer, brief.pk)
    monkeypatch.setattr(briefing, "lock_project", without_a_lock)
    monkeypatch.setattr(internal_approval, "lock_project", without_a_lock)

    def decide(n: int) -> str:
        if n:
            return internal_approval.refuse_approval(other, brief.pk, "The old logo.")["status"]
        return internal_approval.approve_brief(one, brief.pk)["status"]

    assert len(answers(together(2, decide))) == 2


def test_a_deputy_acts_while_the_absence_is_removed() -> None:
    """Either the deputy was in time, and it says for whom, or they were refused; never both."""
    for _ in range(4):
        wallet = wallet_with(40)
        owner, jonas, amira = (somebody(wallet.account) for _ in range(3))
        project = delivered(submitted(wallet, 10, actor=owner))
        project_people.set_person(owner, project.pk, jonas.user_id, "approver")
        today = clock.today("UTC")
        absence = absences.set_absence(
            jonas, jonas.user_id, deputy_id=amira.user_id, starts_on=today, ends_on=today
        )["absence"]

        def race(n: int, *, jonas=jonas, amira=amira, project=project, absence=absence) -> Any:
            if n:
                return absences.remove_absence(jonas, absence)
            return project_people.give_approval(amira, project.pk)

        outcomes = together(2, race)
        assert outcomes[1].error is None
        approved = ProjectPerson.objects.get(project=project).approved_at is not None
        assert approved == (outcomes[0].error is None)
        assert set(counted([outcomes[0].error])) <= {"approvers_only"}
        for event in Event.objects.filter(kind="approval_given", subject_id=project.pk):
            assert event.actor_name == f"{amira.name} for {jonas.name}"


def name_each_other() -> list[Outcome[Any]]:
    """Two name each other as deputies, for the same days, at the same moment."""
    account = wallet_with(0).account
    people = [somebody(account), somebody(account)]
    today = clock.today("UTC")
    return together(
        2,
        lambda n: absences.set_absence(
            people[n], people[n].user_id, deputy_id=people[1 - n].user_id,
            starts_on=today, ends_on=today,
        ),
    )  # fmt: skip


def test_two_who_name_each_other_at_once_make_no_circle() -> None:
    for _ in range(4):
        outcomes = name_each_other()
        assert len(answers(outcomes)) == 1
        assert set(counted(errors(outcomes))) == {"deputies_in_a_circle"}


def test_without_the_deputys_lock_they_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: each locks only their own row, and looks before the other has written."""
    met = Barrier(2)

    def own_row(actor: Any, user_id: int, deputy_id: int | None) -> tuple[User, User | None]:
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        return user, User.objects.get(pk=deputy_id)

    def late(*args: Any) -> str:
        with suppress(BrokenBarrierError):
            met.wait(timeout=5)
        return ""

    monkeypatch.setattr(absences, "_people_for", own_row)
    monkeypatch.setattr(absences, "_check_stands_in_for_nobody", late)
    assert len(answers(name_each_other())) == 2
    assert Absence.objects.count() == 2


def test_a_review_is_handed_in_once_and_not_after_it_was_revoked() -> None:
    for _ in range(3):
        wallet = wallet_with(40)
        member = somebody(wallet.account)
        project = delivered(submitted(wallet, 10))
        link = GuestLink.objects.get(
            pk=guesting.invite_guest(member, project.pk, "Mia Stern")["link"]
        )
        token = guesting.token_of(link)

        def race(n: int, *, member=member, link=link, token=token) -> Any:
            if n == 0:
                return guesting.revoke_guest(member, link.pk)
            return guest_reviewing.hand_in_review(token, "looks_good")

        outcomes = together(4, race)
        assert len(answers(outcomes)) == 1
        assert set(counted(errors(outcomes))) <= {"not_found", "link_closed"}
        link.refresh_from_db()
        assert (link.ended_at is None) == (link.revoked_at is not None)
        assert Comment.objects.filter(guest=link).count() == (1 if link.ended_at else 0)


def test_a_successor_who_leaves_at_the_same_moment_leaves_nothing_behind() -> None:
    """Two leave at once, and each is the other's successor: the projects end with who stays."""
    defaults.install()
    wallet = wallet_with(100)
    stays = somebody(wallet.account, Role.ADMIN)
    leaving = [somebody(wallet.account, Role.ADMIN) for _ in range(2)]
    projects = [draft(wallet, 10, actor=actor).pk for actor in leaving]
    rows = [Membership.objects.get(user_id=actor.user_id).pk for actor in leaving]

    def leave(n: int) -> Any:
        heir = leaving[1 - n].user_id
        return membership.remove_member(leaving[n], rows[n], successor_id=heir)

    outcomes = together(2, leave)
    assert len(answers(outcomes)) == 1
    assert set(counted(errors(outcomes))) == {"not_of_account"}
    left = next(n for n, one in enumerate(outcomes) if one.error is None)
    owners = set(Project.objects.filter(pk__in=projects).values_list("owner_id", flat=True))
    assert owners == {leaving[1 - left].user_id}
    membership.remove_member(CONSOLE, rows[1 - left])
    owners = set(Project.objects.filter(pk__in=projects).values_list("owner_id", flat=True))
    assert owners == {stays.user_id}
