"""What may be ordered, and the studio's own numbers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db.models import Model
from django.forms import Field, ModelForm, MultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from callsheet.catalogue.models import (
    BriefType,
    DeliverableType,
    Edition,
    LeadTime,
    StageTime,
    StudioRules,
    SubscriptionPlan,
)
from callsheet.services import cataloguing
from callsheet.tenants.models import StudioClosure
from callsheet.web.admin.base import ReadOnlyAdmin, ServiceAdmin, actor_of
from callsheet.web.roles import Group


class CatalogueAdmin(ServiceAdmin):
    """An entry of the catalogue: nothing is deleted, only switched off."""

    group = Group.CATALOGUE
    may_add = may_change = True

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Add it."""
        return int(cataloguing.save_entry(actor_of(request), form.instance)["entry"])

    def update(self, request: HttpRequest, obj: Model, form: ModelForm[Any]) -> None:
        """Change it."""
        cataloguing.save_entry(actor_of(request), form.instance)


@admin.register(DeliverableType)
class DeliverableTypeAdmin(CatalogueAdmin):
    """Deliverable types and what one costs."""

    list_display = ("name", "key", "medium", "kind", "credits", "active")
    list_filter = ("kind", "medium", "active")
    search_fields = ("name", "key")

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Field | None:
        """Brief types are ticked, not typed."""
        if isinstance(db_field, ArrayField):
            return MultipleChoiceField(
                choices=BriefType.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget,
                initial=list(BriefType.values), label="Brief types",
            )  # fmt: skip
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(SubscriptionPlan)
class SubscriptionPlanAdmin(CatalogueAdmin):
    """Plans with their credits and list prices."""

    list_display = ("name", "key", "credits", "monthly_price", "currency", "active")
    list_filter = ("active",)


@admin.register(LeadTime)
class LeadTimeAdmin(CatalogueAdmin):
    """Working days that a stage takes, usually (P50) and at worst (P80)."""

    list_display = ("brief_type", "stage", "p50_days", "p80_days")
    list_filter = ("brief_type",)
    may_add = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Only the days change."""
        return ("brief_type", "stage")


@admin.register(StageTime)
class StageTimeAdmin(ReadOnlyAdmin):
    """How long stages really took, measured every night; weighed against the lead times."""

    group = Group.CATALOGUE
    list_display = ("brief_type", "in_stage", "of_size", "p50_days", "p80_days", "n", "measured_at")
    list_filter = ("brief_type", "stage", "size")
    ordering = ("brief_type", "id")

    @admin.display(description="stage", ordering="stage")
    def in_stage(self, time: StageTime) -> str:
        """The stage, or the whole."""
        return time.get_stage_display() if time.stage else "From start to return of credits"

    @admin.display(description="size", ordering="size")
    def of_size(self, time: StageTime) -> str:
        """The size class."""
        return time.size or "all"


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    """By which edition of the settings processes go; another mark with every change of one."""

    group = Group.CATALOGUE
    list_display = ("mark",)


@admin.register(StudioRules)
class StudioRulesAdmin(CatalogueAdmin):
    """The studio's rules: one page."""

    may_add = False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one row: show it."""
        if StudioRules.objects.filter(pk=1).exists() and self.has_view_permission(request):
            return redirect(reverse("admin:catalogue_studiorules_change", args=[1]))
        return super().changelist_view(request, extra_context)


@admin.register(StudioClosure)
class StudioClosureAdmin(CatalogueAdmin):
    """Days on which the studio does not work."""

    list_display = ("day", "name")
    ordering = ("-day",)
    may_delete = True

    def remove(self, request: HttpRequest, obj: Any) -> None:
        """Work on that day after all."""
        cataloguing.remove_closure(actor_of(request), obj.pk)
