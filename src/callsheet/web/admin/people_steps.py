"""The studio's steps on a project's people, on the customer's behalf: owner, parts, guests."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminEmailInputWidget

from callsheet.projects.lifecycle import RUNNING, Status
from callsheet.projects.models import GuestLink, Part, Project
from callsheet.services import guesting, project_people
from callsheet.tenants.access import MANAGERS, WRITERS
from callsheet.tenants.models import User
from callsheet.web.admin.base import StaffAdmin, actor_of
from callsheet.web.admin.steps import StepForm, choice_field, row_field, take_step, text_field

PEOPLE_STEPS: dict[str, tuple[Status, ...]] = {
    "change_owner": RUNNING,
    "name_person": RUNNING,
    "invite_guest": RUNNING,
}
"""In which statuses they are offered."""


def _members(project: Project, roles: Any = None) -> QuerySet[User]:
    members = User.objects.filter(memberships__account=project.account_id, is_active=True)
    if roles is not None:
        members = members.filter(memberships__role__in=roles)
    return members.order_by("name", "pk").distinct()


class OwnerForm(StepForm):
    """Somebody who writes in the account."""

    owner = row_field("Owner", User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = _members(self.row, WRITERS)  # type: ignore[attr-defined]
        self.fields["owner"].initial = self.row.owner_id


class PersonForm(StepForm):
    """Somebody of the account, and as what."""

    user = row_field("Person", User.objects.none())
    part = choice_field("As", [*Part.choices, ("none", "Neither: take them out")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = _members(self.row)  # type: ignore[attr-defined]


class GuestForm(StepForm):
    """A name, and where to mail the link to."""

    guest = text_field("Name")
    email = forms.EmailField(label="E-mail address", widget=UnfoldAdminEmailInputWidget)


class PeopleSteps(StaffAdmin):
    """Adds the steps to the projects' page."""

    def has_people_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Acting for a customer is for those who look after them."""
        role = getattr(request.user, "staff_role", "")
        return self.has_act_permission(request) and role in MANAGERS

    @action(description="Change the owner", icon="person", permissions=["people"])
    def change_owner(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To somebody else of the account."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Change the owner", form_class=OwnerForm,
            do=lambda row, typed, key: project_people.change_owner(
                actor, row.pk, typed["owner"].pk, key=key
            ),
            intro="The owner is asked what the studio wants to know, and finalizes.",
            button="Change the owner",
            said=lambda row, answer: f"“{row.title}” has another owner.",
        )  # fmt: skip

    @action(description="Reviewers, approvers", icon="group", permissions=["people"])
    def name_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Name one, or take one out."""
        actor = actor_of(request)

        def do(row: Project, typed: dict[str, Any], key: str) -> Any:
            if typed["part"] == "none":
                return project_people.remove_person(actor, row.pk, typed["user"].pk, key=key)
            return project_people.set_person(
                actor, row.pk, typed["user"].pk, typed["part"], key=key
            )

        return take_step(
            self, request, object_id, title="Reviewers and required approvers",
            form_class=PersonForm, do=do,
            intro="Without the approval of every required approver, nobody finalizes by hand.",
            button="Save", said=lambda row, answer: f"The people of “{row.title}” have changed.",
        )  # fmt: skip

    @action(description="Invite a guest", icon="link", permissions=["people"])
    def invite_guest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """By mail, to review this project alone."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Invite a guest", form_class=GuestForm,
            do=lambda row, typed, key: guesting.invite_guest(
                actor, row.pk, typed["guest"], email=typed["email"], key=key
            ),
            intro="The guest sees what was delivered in this project and says something about it;"
            " nothing else of the account, and nothing is approved by it.",
            button="Mail the link", said=_invited,
        )  # fmt: skip


def _invited(row: Project, answer: Any) -> str:
    link = GuestLink.objects.get(pk=answer["link"])
    return f"{link.name} is invited to “{row.title}” until {link.expires_at:%d %b %Y}."
