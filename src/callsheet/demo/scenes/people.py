"""Scenes about people: an approver on holiday, a guest, colleagues' approval, acting on behalf."""

from __future__ import annotations

from datetime import timedelta

from callsheet.demo.customers import came_home
from callsheet.demo.moments import Kind
from callsheet.demo.scenes.scene import Act, Scene, Told, project_in
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_day
from callsheet.kit import clock
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import GuestLink, Part, Project, ProjectPerson
from callsheet.services import (
    absences,
    accounts,
    briefing,
    guest_reviewing,
    guesting,
    internal_approval,
    production,
    project_people,
)
from callsheet.services.guesting import token_of
from callsheet.tenants.models import Account

_GUEST = "Oda Brandt"


def _colleagues_approve(setting: Setting, account: Account) -> Told | None:
    actor = setting.cast.admin(account.pk)
    accounts.change_account(actor, account.pk, needs_approval=True)
    return Told(
        Kind.PEOPLE,
        f"{actor.name} decides that in {account.name} a colleague approves each brief before it is"
        " submitted.",
    )


def _asks_colleague(setting: Setting, account: Account) -> Told | None:
    actor = setting.cast.member(account.pk, 1)
    brief = BriefInput(
        title="Reading glasses for the holidays", brief_type="original_creative",
        wanted_by=setting.later(account, 40),
        fields={
            "objective": "Gifts for parents.", "creative_style": "lifestyle",
            "central_idea": "What one reads at the end of the year.",
        },
        concepts=(ConceptInput("Winter", (DeliverableInput("video", 1),)),),
    )  # fmt: skip
    answer = briefing.write(actor, account.pk, brief)
    internal_approval.ask_approval(actor, answer["project"])
    return Told(
        Kind.PEOPLE,
        f"{actor.name} asks a colleague to approve “{brief.title}” before it is submitted.",
        theme=None,
    )


def _required_approver(setting: Setting, account: Account) -> Told | None:
    project = (
        Project.objects.filter(account=account, status=Status.IN_PROGRESS)
        .exclude(concepts__deliverables__master__isnull=False)
        .order_by("-credits", "pk")
        .first()
    )
    if project is None:
        return None
    actor, approver = setting.cast.admin(account.pk), setting.cast.member(account.pk, 1)
    if approver.user_id is None:
        return None
    project_people.set_person(actor, project.pk, approver.user_id, Part.APPROVER)
    return Told(
        Kind.PEOPLE,
        f"{actor.name} says that “{project.title}” is finalized when {approver.name} has"
        " approved it.",
    )


def _on_holiday(setting: Setting, account: Account) -> Told | None:
    approver, deputy = setting.cast.member(account.pk, 1), setting.cast.member(account.pk, 2)
    if approver.user_id is None:
        return None
    today = clock.today(account.time_zone)
    first, last = today + timedelta(days=1), today + timedelta(days=28)
    absences.set_absence(
        approver, approver.user_id, starts_on=first, ends_on=last, deputy_id=deputy.user_id
    )
    return Told(
        Kind.PEOPLE,
        f"{approver.name} goes on holiday until {say_day(last, today)}; {deputy.name} stands in.",
    )


def _approved_by_deputy(setting: Setting, account: Account) -> Told | None:
    person = _open_approval(account)
    if person is None:
        return None
    if person.project.status == Status.IN_PROGRESS:
        production.deliver(setting.cast.producer(setting.rng), person.project_id)
    actor = setting.cast.standing_in_for(person.user_id)
    project_people.give_approval(actor, person.project_id)
    return Told(
        Kind.PEOPLE,
        f"“{person.project.title}” is delivered while {person.user} is on holiday: {actor.name}"
        " approves it as deputy, and the timeline says so.",
    )


def _open_approval(account: Account) -> ProjectPerson | None:
    return (
        ProjectPerson.objects.select_related("project", "user")
        .filter(project__account=account, part=Part.APPROVER, approved_at=None)
        .filter(project__status__in=[Status.IN_PROGRESS.value, Status.DELIVERED.value])
        .order_by("pk")
        .first()
    )


def _approved_and_finalized(setting: Setting, account: Account) -> Told | None:
    project = (
        Project.objects.filter(
            account=account, status=Status.DELIVERED, people__approved_at__isnull=False
        )
        .order_by("pk")
        .first()
    )
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    answer = production.finalize(actor, project.pk)
    return Told(
        Kind.FINALIZED,
        f"{actor.name} finalizes “{project.title}”, as all who have to agree have approved it:"
        f" {came_home(answer)}.",
        f"“{project.title}” being finalized",
    )


def _invite(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.DELIVERED, Status.INITIAL_DELIVERY, order="-delivered_at")
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    guesting.invite_guest(actor, project.pk, _GUEST, days=14)
    return Told(
        Kind.PEOPLE,
        f"{actor.name} lets {_GUEST} of an agency look at “{project.title}” through a link, for a"
        " fortnight.",
        theme=None,
    )


def _guest_reviews(setting: Setting, account: Account) -> Told | None:
    link = (
        GuestLink.objects.select_related("project")
        .filter(project__account=account, name=_GUEST, ended_at=None, revoked_at=None)
        .order_by("pk")
        .first()
    )
    if link is None:
        return None
    token = token_of(link)
    page = guest_reviewing.open_guest_page(token)
    guest_reviewing.hand_in_review(token, "looks_good")
    seen = len(page.deliverables)
    return Told(
        Kind.PEOPLE,
        f"{_GUEST} looks at {'1 delivery' if seen == 1 else f'{seen} deliveries'} of"
        f" “{page.title}” without a login and says: looks good. The link is used up by it.",
    )


def _manager_away(days: int) -> Act:
    def act(setting: Setting, account: Account) -> Told | None:
        actor = setting.cast.manager(account.pk)
        deputy = setting.cast.studio_admin()
        if actor.user_id is None or actor.user_id == deputy.user_id:
            return None
        today = clock.today(account.time_zone)
        first, last = today + timedelta(days=1), today + timedelta(days=days)
        absences.set_absence(
            actor, actor.user_id, starts_on=first, ends_on=last, deputy_id=deputy.user_id
        )
        return Told(
            Kind.PEOPLE,
            f"{actor.name} is away until {say_day(last, today)}; {deputy.name} stands in and reads"
            " the briefs meanwhile.",
        )

    return act


def _on_behalf(setting: Setting, account: Account) -> Told | None:
    project = project_in(account, Status.DELIVERED, order="delivered_at")
    if project is None:
        return None
    actor = setting.cast.manager(account.pk)
    answer = production.finalize(actor, project.pk)
    return Told(
        Kind.FINALIZED,
        f"{actor.name} finalizes “{project.title}” on behalf of {account.name}, who asked for it on"
        f" the phone; the timeline says so: {came_home(answer)}.",
        f"“{project.title}” being finalized",
    )


SCENES: tuple[Scene, ...] = (
    Scene(0, 9.2, "vantage", _colleagues_approve),
    Scene(12, 9.9, "orchard", _required_approver),
    Scene(13, 16.4, "orchard", _on_holiday),
    Scene(20, 11.3, "orchard", _approved_by_deputy),
    Scene(22, 10.2, "orchard", _approved_and_finalized),
    Scene(25, 13.1, "harbour", _invite),
    Scene(25, 15.7, "harbour", _guest_reviews),
    Scene(33, 15.9, "lantern", _manager_away(7)),
    Scene(37, 14.6, "tannenhof", _on_behalf),
    Scene(60, 11.9, "tannenhof", _invite),
    Scene(63, 14.2, "vantage", _asks_colleague),
)
