"""Organizations and whether their accounts help each other out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action

from callsheet.credits.models import Wallet
from callsheet.insight.chargeback import TeamCosts, chargeback
from callsheet.insight.cost_lines import Costs
from callsheet.services import accounts, transferring
from callsheet.services.giving_back import set_give_back_order
from callsheet.tenants.models import AccountType, Organization
from callsheet.web.admin.base import ServiceAdmin, actor_of
from callsheet.web.admin.cost_pages import cost_page
from callsheet.web.admin.pictures import row_strip, with_production
from callsheet.web.admin.steps import StepForm, credits_field, switch_field, take_step
from callsheet.web.roles import Group


class OrganizationForm(ModelForm):
    """Where the key may be left out: it is then made from the name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text = "Stays the same for good. Empty: made from the name."


class BorrowingForm(StepForm):
    """On or off."""

    on = switch_field("Accounts may borrow each other's idle credits")

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["on"].initial = row.domain.borrowing


class GivingBackForm(StepForm):
    """A place for each integrated account."""

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        teams = Wallet.objects.filter(
            account__organization=row, account__type=AccountType.INTEGRATED
        ).select_related("account")
        for wallet in teams.order_by("account__name"):
            self.fields[f"place_{wallet.account_id}"] = credits_field(
                str(wallet), min_value=1, required=False, initial=wallet.gives_back,
                help_text="Its place. Empty: after the others, pro rata.",
            )  # fmt: skip

    @staticmethod
    def order_of(typed: dict[str, Any]) -> list[int]:
        """The accounts that were given a place, in the order of their places."""
        places = [
            (place, int(name.removeprefix("place_"))) for name, place in typed.items() if place
        ]
        return [account for _, account in sorted(places)]


@admin.register(Organization)
class OrganizationAdmin(ServiceAdmin):
    """Organizations with their pools."""

    group = Group.CUSTOMERS
    may_add = may_change = True
    form = OrganizationForm
    list_display = ("name", "key", "teams", "borrows", "pool_strip")
    search_fields = ("name", "key")
    ordering = ("name",)
    fields = ("name", "key", "time_zone", "country", "currency")
    actions_detail = ("costs", "borrowing", "giving_back")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        """With the pool, what it has in production, and how many accounts draw from it."""
        return (
            super()
            .get_queryset(request)
            .select_related("pool", "domain")
            .prefetch_related(with_production("pool"))
            .annotate(_accounts=Count("accounts"))
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Organization | None = None
    ) -> tuple[str, ...]:
        """The key stays."""
        return ("key",) if obj else ()

    @admin.display(description="accounts", ordering="_accounts")
    def teams(self, organization: Organization) -> int:
        """How many accounts it has."""
        return int(getattr(organization, "_accounts", 0))

    @admin.display(description="borrowing", boolean=True, ordering="domain__borrowing")
    def borrows(self, organization: Organization) -> bool:
        """Whether its accounts help each other out."""
        return organization.domain.borrowing

    @admin.display(description="pool")
    def pool_strip(self, organization: Organization) -> SafeString:
        """Its pool as a strip."""
        return row_strip(getattr(organization, "pool", None))

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Open it with its pool."""
        typed = form.cleaned_data
        answer = accounts.create_organization(
            actor_of(request), typed["name"], slug=typed["key"], time_zone=typed["time_zone"],
            country=typed["country"], currency=typed["currency"],
        )  # fmt: skip
        return int(answer["organization"])

    def update(self, request: HttpRequest, obj: Any, form: ModelForm[Any]) -> None:
        """Change what was changed in the form."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        accounts.change_organization(actor_of(request), obj.pk, **changes)

    @action(description="Costs", icon="payments", permissions=["view"])
    def costs(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What is charged back to its teams."""

        def read(first: date, last: date) -> tuple[Costs, tuple[TeamCosts, ...]]:
            answer = chargeback(actor_of(request), int(object_id), first, last)
            return answer.costs, answer.teams

        return cost_page(self, request, self.get_object(request, object_id), read, "account")

    @action(description="Who gives back first", icon="low_priority", permissions=["act"])
    def giving_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The order in which a pool that shrinks takes back."""
        return take_step(
            self, request, object_id, title="Who gives back first", form_class=GivingBackForm,
            button="Save",
            intro="When the pool shrinks, accounts with a place give their idle credits first, in"
            " this order; the others give pro rata. Nobody gives what is in production, or below"
            " the account's floor.",
            do=lambda row, typed, key: set_give_back_order(
                actor_of(request), row.pk, GivingBackForm.order_of(typed), key=key
            ),
            said=lambda row, answer: f"Saved for {row}.",
        )  # fmt: skip

    @action(description="Borrowing", icon="swap_horiz", permissions=["act"])
    def borrowing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Switch borrowing on or off."""
        return take_step(
            self, request, object_id, title="Borrowing", form_class=BorrowingForm, button="Save",
            intro="While it is on, a brief that has to wait for its own account's credits may start"
            " with idle credits of the others, within each account's limits. They go home when its"
            " project is finalized.",
            do=lambda row, typed, key: transferring.set_borrowing(
                actor_of(request), row.pk, typed["on"], key=key
            ),
            said=lambda row, answer: f"Saved for {row}.",
        )  # fmt: skip
