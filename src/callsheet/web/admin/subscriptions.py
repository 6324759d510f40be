"""Subscriptions and what they cost. Plans are changed, paused and resumed on the wallet's page."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline
from unfold.decorators import display

from callsheet.credits.models import PricePeriod, Subscription
from callsheet.web.admin.base import ReadOnlyAdmin
from callsheet.web.roles import Group, sees


class PriceInline(TabularInline):
    """Its prices, period by period."""

    model = PricePeriod
    extra = 0
    can_delete = False
    verbose_name_plural = "prices"
    fields = ("starts_on", "ends_on", "monthly_price", "credits")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As the subscription itself."""
        return sees(request.user, Group.CREDITS)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody: a price is followed by another, with the plan."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    """Who has which plan until when."""

    group = Group.CREDITS
    list_display = ("wallet", "plan", "credits", "state", "renews_on", "next_plan")
    list_filter = ("status", "plan")
    list_select_related = ("wallet__account", "wallet__organization", "plan", "next_plan")
    search_fields = ("wallet__account__name", "wallet__organization__name")
    ordering = ("renews_on", "id")
    inlines = (PriceInline,)

    @display(
        description="status",
        ordering="status",
        label={"Active": "success", "Paused": "warning"},
    )
    def state(self, subscription: Subscription) -> str:
        """Whether it runs."""
        return subscription.get_status_display()
