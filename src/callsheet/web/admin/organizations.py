"""Organizations and whether their accounts help each other out."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action

from callsheet.services import accounts, transferring
from callsheet.tenants.models import Organization
from callsheet.web.admin.base import ServiceAdmin, actor_of
from callsheet.web.admin.pictures import row_strip, with_production
from callsheet.web.admin.steps import StepForm, switch_field, take_step
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
    actions_detail = ("borrowing",)

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
