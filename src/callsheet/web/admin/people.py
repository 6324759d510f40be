"""People: customers and staff, their logins and absences."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from callsheet.services import absences, staffing
from callsheet.tenants.models import Absence, StaffRole, User
from callsheet.web.admin.base import ServiceAdmin, actor_of
from callsheet.web.admin.steps import StepForm, choice_field, reason_field, take_step
from callsheet.web.links import password_link
from callsheet.web.roles import Group, sees

STAFF_ROLES = [(role.value, role.label) for role in StaffRole if role.value]


class RoleForm(StepForm):
    """Which role."""

    role = choice_field("Role", STAFF_ROLES)


class WhyForm(StepForm):
    """Why."""

    note = reason_field(required=False)


class PersonForm(ModelForm):
    """A new person of the studio."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields.get("staff_role")
        if isinstance(role, ChoiceField):
            role.choices = STAFF_ROLES


@admin.register(User)
class PersonAdmin(ServiceAdmin):
    """Everybody with a login. Customers are added as members of an account."""

    group = Group.PEOPLE
    may_add = True
    form = PersonForm
    list_display = ("display_name", "email", "part", "places", "is_active", "last_login")
    list_filter = ("staff_role", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "staff_role", "time_zone", "is_active", "last_login", "date_joined")
    add_fieldsets = ((None, {"fields": ("email", "name", "staff_role", "time_zone")}),)
    actions_detail = ("password_page", "change_role", "switch_off", "switch_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the number of places they belong to."""
        return super().get_queryset(request).annotate(_places=Count("memberships"))

    @admin.display(description="name", ordering="name")
    def display_name(self, user: User) -> str:
        """What others call them."""
        return str(user)

    @display(
        description="role",
        ordering="staff_role",
        label={"Studio admin": "primary", "Account manager": "info", "Producer": "info"},
    )
    def part(self, user: User) -> str:
        """Customer, or what they do in the studio."""
        return user.get_staff_role_display()

    @admin.display(description="accounts", ordering="_places")
    def places(self, user: User) -> int:
        """How many accounts and organizations they belong to."""
        return int(getattr(user, "_places", 0))

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Make somebody staff."""
        typed = form.cleaned_data
        answer = staffing.create_staff(
            actor_of(request), typed["email"], role=typed["staff_role"], name=typed["name"],
            time_zone=typed["time_zone"],
        )  # fmt: skip
        return int(answer["user"])

    @action(description="Link to set a password", icon="key", permissions=["act"])
    def password_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A link that works once, to hand over."""
        return take_step(
            self, request, object_id, title="Link to set a password", button="Make the link",
            form_class=StepForm,
            intro="The link works once and for three days. Give it to this person only.",
            do=lambda row, typed, key: staffing.offer_password(actor_of(request), row.pk, key=key),
            said=lambda row, answer: password_link(row),
        )  # fmt: skip

    @action(description="Staff role", icon="badge", permissions=["act"])
    def change_role(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Another role in the studio."""
        return take_step(
            self, request, object_id, title="Role in the studio", button="Save",
            form_class=RoleForm,
            do=lambda row, typed, key: staffing.change_staff_role(
                actor_of(request), row.pk, typed["role"], key=key
            ),
            said=lambda row, answer: f"{row} has another role now.",
        )  # fmt: skip

    @action(description="Close login", icon="person_off", permissions=["act"])
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Nobody comes in by this login any more."""
        return take_step(
            self, request, object_id, title="Close this login", form_class=WhyForm,
            intro="What this person did stays under their name.",
            do=lambda row, typed, key: staffing.deactivate(
                actor_of(request), row.pk, note=typed["note"], key=key
            ),
            said=lambda row, answer: f"{row}'s login is closed.",
        )  # fmt: skip

    @action(description="Open login", icon="person", permissions=["act"])
    def switch_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let them in again."""
        return take_step(
            self, request, object_id, title="Open this login again", form_class=StepForm,
            do=lambda row, typed, key: staffing.activate(actor_of(request), row.pk, key=key),
            said=lambda row, answer: f"{row} can sign in again.",
        )  # fmt: skip

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what fits this person."""
        steps = super().get_actions_detail(request, object_id)
        user = User.objects.filter(pk=object_id).first()
        hidden = {"switch_off"} if user is None or not user.is_active else {"switch_on"}
        if user is None or not user.staff_role:
            hidden |= {"change_role"}
        return [s for s in steps if not any(s.action_name.endswith(f"_{h}") for h in hidden)]


@admin.register(Absence)
class AbsenceAdmin(ServiceAdmin):
    """Who is away, and who stands in. Everybody may enter their own."""

    group = Group.PEOPLE
    may_add = may_delete = True
    list_display = ("user", "starts_on", "ends_on", "deputy")
    list_select_related = ("user", "deputy")
    search_fields = ("user__name", "user__email")
    autocomplete_fields = ("user", "deputy")
    ordering = ("-starts_on",)
    fields = ("user", "starts_on", "ends_on", "deputy")

    def has_act_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whoever sees the page; whose absence it is, the service asks."""
        return sees(request.user, self.group)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """The deputy may be left out."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "deputy" in form.base_fields:
            form.base_fields["deputy"].required = False
        return form

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Enter it."""
        typed = form.cleaned_data
        answer = absences.set_absence(
            actor_of(request), typed["user"].pk, starts_on=typed["starts_on"],
            ends_on=typed["ends_on"],
            deputy_id=typed["deputy"].pk if typed["deputy"] else None,
        )  # fmt: skip
        return int(answer["absence"])

    def remove(self, request: HttpRequest, obj: Any) -> None:
        """Take it back."""
        absences.remove_absence(actor_of(request), obj.pk)
