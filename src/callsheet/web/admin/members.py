"""Members of accounts and organizations, and invitations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from callsheet.kit import clock
from callsheet.services import inviting, membership
from callsheet.tenants.models import Invitation, Membership
from callsheet.web.admin.base import ServiceAdmin, actor_of, each
from callsheet.web.roles import Group


class MembershipForm(ModelForm):
    """A new member by e-mail address; a known person is found by it."""

    email = forms.EmailField(
        label="E-mail address", widget=UnfoldAdminEmailInputWidget, required=False
    )
    name = forms.CharField(
        widget=UnfoldAdminTextInputWidget, required=False, max_length=200,
        help_text="For somebody new.",
    )  # fmt: skip


@admin.register(Membership)
class MembershipAdmin(ServiceAdmin):
    """Who belongs where, as what."""

    group = Group.CUSTOMERS
    may_add = may_change = may_delete = True
    form = MembershipForm
    list_display = ("user", "email_address", "place", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "account", "organization")
    search_fields = ("user__email", "user__name", "account__name", "organization__name")
    autocomplete_fields = ("account", "organization")
    ordering = ("user__name", "id")
    add_fieldsets = ((None, {"fields": ("email", "name", "account", "organization", "role")}),)
    fieldsets = ((None, {"fields": ("user", "account", "organization", "role")}),)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Membership | None = None
    ) -> tuple[str, ...]:
        """Only the role changes."""
        return ("user", "account", "organization") if obj else ()

    @admin.display(description="e-mail address", ordering="user__email")
    def email_address(self, member: Membership) -> str:
        """How they sign in."""
        return member.user.email

    @admin.display(description="account or organization")
    def place(self, member: Membership) -> str:
        """Where they belong."""
        return str(member.account or member.organization)

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Make somebody a member at once."""
        typed = form.cleaned_data
        answer = membership.add_member(
            actor_of(request), typed["email"], typed["role"], name=typed["name"],
            account_id=typed["account"].pk if typed["account"] else None,
            organization_id=typed["organization"].pk if typed["organization"] else None,
        )  # fmt: skip
        return int(answer["membership"])

    def update(self, request: HttpRequest, obj: Any, form: ModelForm[Any]) -> None:
        """Give another role."""
        membership.change_role(actor_of(request), obj.pk, form.cleaned_data["role"])

    def remove(self, request: HttpRequest, obj: Any) -> None:
        """Take them out."""
        membership.remove_member(actor_of(request), obj.pk)


@admin.register(Invitation)
class InvitationAdmin(ServiceAdmin):
    """Invitations that were sent."""

    group = Group.CUSTOMERS
    may_add = True
    list_display = ("email", "place", "role", "state", "times_sent", "sent_at", "expires_at")
    list_filter = (
        ("accepted_at", admin.EmptyFieldListFilter), ("revoked_at", admin.EmptyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("account", "organization", "invited_by")
    search_fields = ("email", "account__name", "organization__name")
    autocomplete_fields = ("account", "organization")
    ordering = ("-id",)
    fields = (
        "email", "account", "organization", "role", "invited_by", "sent_at", "times_sent",
        "expires_at", "accepted_at", "revoked_at",
    )  # fmt: skip
    add_fieldsets = ((None, {"fields": ("email", "account", "organization", "role")}),)
    actions = ("send_again", "revoke")

    @display(
        description="state",
        label={"open": "info", "accepted": "success", "revoked": None, "expired": "warning"},
    )
    def state(self, invitation: Invitation) -> str:
        """What became of it."""
        if invitation.accepted_at:
            return "accepted"
        if invitation.revoked_at:
            return "revoked"
        return "open" if invitation.expires_at > clock.now() else "expired"

    @admin.display(description="account or organization")
    def place(self, invitation: Invitation) -> str:
        """What it invites to."""
        return str(invitation.account or invitation.organization)

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Send it."""
        typed = form.cleaned_data
        answer = inviting.invite(
            actor_of(request), typed["email"], typed["role"],
            account_id=typed["account"].pk if typed["account"] else None,
            organization_id=typed["organization"].pk if typed["organization"] else None,
        )  # fmt: skip
        return int(answer["invitation"])

    @admin.action(description="Send again", permissions=["act"])
    def send_again(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """A new link for each."""
        actor = actor_of(request)
        each(request, rows, lambda row: inviting.resend(actor, row.pk), done="{n} sent again.")

    @admin.action(description="Revoke", permissions=["act"])
    def revoke(self, request: HttpRequest, rows: QuerySet[Invitation]) -> None:
        """Make the links void."""
        actor = actor_of(request)
        each(request, rows, lambda row: inviting.revoke(actor, row.pk), done="{n} revoked.")
