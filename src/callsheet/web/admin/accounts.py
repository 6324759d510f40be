"""Accounts: opening, changing and ending them, and who looks after them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.forms import ChoiceField, ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from callsheet.credits.models import Billing
from callsheet.insight.costs import account_costs
from callsheet.projects.models import Brand
from callsheet.services import accounts, closing, staffing
from callsheet.tenants.access import MANAGERS
from callsheet.tenants.models import (
    Account,
    AccountManagerAssignment,
    AccountStatus,
    User,
)
from callsheet.web.admin.base import ReadOnlyAdmin, ServiceAdmin, StaffAdmin, actor_of
from callsheet.web.admin.cost_pages import cost_page
from callsheet.web.admin.pictures import row_strip, wide_strip, with_production, words_for
from callsheet.web.admin.steps import (
    StepForm,
    choice_field,
    date_field,
    reason_field,
    row_field,
    take_step,
)
from callsheet.web.roles import Group


class AccountForm(ModelForm):
    """A new account: its key may be left out, and it says how it is billed."""

    billing = forms.ChoiceField(
        choices=Billing.choices,
        widget=UnfoldAdminSelectWidget,
        required=False,
        help_text="Subscription credits come back; pay-as-you-go credits are used up.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text = "Stays the same for good. Empty: made from the name."
        status_field = self.fields.get("status")
        if isinstance(status_field, ChoiceField):
            status_field.choices = [
                (status.value, status.label)
                for status in (AccountStatus.ACTIVE, AccountStatus.TRIAL)
            ]


def managers() -> QuerySet[User]:
    """Who may look after an account."""
    return User.objects.filter(is_active=True, staff_role__in=MANAGERS).order_by("name", "email")


class ManagerForm(StepForm):
    """Who, with which deputy, from when."""

    manager = row_field("Account manager", User.objects.none())
    deputy = row_field("Deputy", User.objects.none(), required=False)
    starts_on = date_field("From", required=False, help_text="Empty: from today.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("manager", "deputy"):
            self.fields[name].queryset = managers()  # type: ignore[attr-defined]


class EndForm(StepForm):
    """Why, and when."""

    reason = choice_field("Why", [("", "Choose"), *closing.END_REASONS.items()])
    on = date_field("Last day", required=False, help_text="Empty: today. A later day gives notice.")
    note = reason_field("What they said", required=False)


@admin.register(Account)
class AccountAdmin(ServiceAdmin):
    """Accounts with their wallets."""

    group = Group.CUSTOMERS
    may_add = may_change = True
    form = AccountForm
    list_display = ("name", "type", "organization", "state", "manager", "wallet_strip")
    list_filter = ("status", "type", "wallet__billing", "organization")
    search_fields = ("name", "key")
    ordering = ("name",)
    actions_detail = ("wallet_page", "costs", "assign_manager", "end", "take_notice_back")
    change_form_outer_before_template = "web/account_state.html"
    add_fieldsets = (
        (None, {"fields": ("name", "key", "type", "organization", "billing", "status")}),
        ("Where it is", {"fields": ("time_zone", "country", "currency", "started_on")}),
    )
    fieldsets = (
        (None, {"fields": ("name", "key", "type", "organization", "status")}),
        ("Where it is", {"fields": ("time_zone", "country", "currency")}),
        ("How it works", {"fields": ("release_policy", "needs_approval", "shares_briefs")}),
        ("Its life", {"fields": ("started_on", "ended_on", "why_ended")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """With wallet, what it has in production, and who looks after it now."""
        current = AccountManagerAssignment.objects.filter(ends_on__isnull=True)
        return (
            super()
            .get_queryset(request)
            .select_related("organization", "wallet")
            .prefetch_related(
                with_production("wallet"),
                Prefetch(
                    "assignments",
                    queryset=current.select_related("manager", "deputy"),
                    to_attr="current_assignment",
                ),
            )
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Account | None = None
    ) -> tuple[str, ...]:
        """What is changed by steps of its own, or not at all."""
        if obj is None:
            return ()
        return ("key", "type", "organization", "status", "started_on", "ended_on", "why_ended")

    @display(
        description="status",
        ordering="status",
        label={
            "Active": "success",
            "Trial": "info",
            "Paused": "warning",
            "Notice given": "warning",
        },
    )
    def state(self, account: Account) -> str:
        """Where it is in its life."""
        return account.get_status_display()

    @admin.display(description="account manager")
    def manager(self, account: Account) -> str:
        """Who looks after it now."""
        current = getattr(account, "current_assignment", [])
        return str(current[0].manager) if current else ""

    @admin.display(description="credits in production")
    def wallet_strip(self, account: Account) -> SafeString:
        """Its wallet as a strip."""
        return row_strip(getattr(account, "wallet", None))

    @admin.display(description="why it ended")
    def why_ended(self, account: Account) -> str:
        """The reason in words."""
        return closing.END_REASONS.get(account.ended_reason, account.ended_reason)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The account below its wallet's picture."""
        account = self.get_object(request, object_id)
        more = dict(extra_context or {})
        if account is not None and getattr(account, "wallet", None) is not None:
            more |= {"strip": wide_strip(account.wallet), "sentence": words_for(account.wallet)}
        return super().change_view(request, object_id, form_url, more)

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Open it with its wallet."""
        typed = form.cleaned_data
        organization = typed.get("organization")
        answer = accounts.create_account(
            actor_of(request), typed["name"], slug=typed["key"], account_type=typed["type"],
            organization_id=organization.pk if organization else None,
            billing=typed.get("billing") or Billing.SUBSCRIPTION, status=typed["status"],
            time_zone=typed["time_zone"], country=typed["country"], currency=typed["currency"],
            starts_on=typed.get("started_on"),
        )  # fmt: skip
        return int(answer["account"])

    def update(self, request: HttpRequest, obj: Any, form: ModelForm[Any]) -> None:
        """Change what was changed in the form."""
        changes = {n: form.cleaned_data[n] for n in form.changed_data if n != "billing"}
        accounts.change_account(actor_of(request), obj.pk, **changes)

    @action(description="Wallet and queue", icon="view_week", permissions=["view"])
    def wallet_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go to its wallet."""
        account = get_object_or_404(Account.objects.select_related("wallet"), pk=object_id)
        return redirect(reverse("admin:credits_wallet_change", args=[account.wallet.pk]))

    @action(description="Costs", icon="payments", permissions=["view"])
    def costs(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What its projects cost."""
        account = self.get_object(request, object_id)
        return cost_page(
            self, request, account,
            lambda first, last: (
                account_costs(actor_of(request), int(object_id), first, last), ()
            ),
            "project",
        )  # fmt: skip

    @action(description="Account manager", icon="support_agent", permissions=["act"])
    def assign_manager(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put it into somebody's care."""
        return take_step(
            self, request, object_id, title="Who looks after this account?", button="Assign",
            form_class=ManagerForm,
            do=lambda row, typed, key: staffing.assign_account_manager(
                actor_of(request), row.pk, manager_id=typed["manager"].pk,
                deputy_id=typed["deputy"].pk if typed["deputy"] else None,
                starts_on=typed["starts_on"], key=key,
            ),
            said=lambda row, answer: f"{row} is looked after.",
        )  # fmt: skip

    @action(description="End account", icon="door_front", permissions=["act"])
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End it, or give notice."""
        return take_step(
            self, request, object_id, title="End this account", button="End account",
            form_class=EndForm,
            intro="Nothing may run or wait on the last day. Its free credits go back to the pool,"
            " or are taken out with the subscription.",
            do=lambda row, typed, key: closing.end_account(
                actor_of(request), row.pk, reason=typed["reason"], on=typed["on"],
                note=typed["note"], key=key,
            ),
            said=lambda row, answer: f"{row} ends on {answer['ended_on']}.",
        )  # fmt: skip

    @action(description="Take notice back", icon="undo", permissions=["act"])
    def take_notice_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Go on as before."""
        return take_step(
            self, request, object_id, title="Take the notice back", form_class=StepForm,
            intro="The account goes on as before.",
            do=lambda row, typed, key: accounts.change_account(
                actor_of(request), row.pk, status=AccountStatus.ACTIVE.value, key=key
            ),
            said=lambda row, answer: f"{row} goes on.",
        )  # fmt: skip

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what the account's life allows."""
        steps = super().get_actions_detail(request, object_id)
        status = Account.objects.filter(pk=object_id).values_list("status", flat=True).first()
        hidden = set()
        if status == AccountStatus.ENDED:
            hidden = {"end", "assign_manager", "take_notice_back"}
        elif status != AccountStatus.NOTICE:
            hidden = {"take_notice_back"}
        return [s for s in steps if not any(s.action_name.endswith(f"_{h}") for h in hidden)]


@admin.register(AccountManagerAssignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """Who looked after which account, and when. Assigned on the account's page."""

    group = Group.CUSTOMERS
    list_display = ("account", "manager", "deputy", "starts_on", "ends_on")
    list_filter = (("ends_on", admin.EmptyFieldListFilter),)
    list_select_related = ("account", "manager", "deputy")
    search_fields = ("account__name", "manager__name", "manager__email")
    ordering = ("-starts_on", "-id")


@admin.register(Brand)
class BrandAdmin(StaffAdmin):
    """Brand profiles of accounts."""

    group = Group.CUSTOMERS
    list_display = ("name", "account")
    list_select_related = ("account",)
    search_fields = ("name", "account__name")
    ordering = ("name",)
