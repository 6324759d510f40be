"""Subscriptions: terms, notice and prices. Plans are changed and paused on the wallet's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import action, display

from callsheet.credits.models import PricePeriod, Subscription
from callsheet.credits.prices import periods
from callsheet.credits.terms import LONGEST_NOTICE, LONGEST_TERM, last_day_for_notice
from callsheet.kit import clock
from callsheet.services import closing, noticing, pricing
from callsheet.web.admin.base import ReadOnlyAdmin, actor_of
from callsheet.web.admin.steps import (
    StepForm,
    choice_field,
    credits_field,
    date_field,
    money_field,
    reason_field,
    take_step,
)
from callsheet.web.roles import Group, sees


class PriceForm(StepForm):
    """A price and the day from which it is good."""

    monthly_price = money_field("Price for a calendar month")
    from_day = date_field("From", help_text="After today. What is agreed until then stays.")
    note = reason_field("Note", required=False)


class NoticeForm(StepForm):
    """The day on which notice was given, and why."""

    on = date_field("Given on", required=False, help_text="Empty: today.")
    reason = choice_field("Why", [("", "Choose"), *closing.END_REASONS.items()])
    note = reason_field("What they said", required=False)


class NoteForm(StepForm):
    """Why."""

    note = reason_field("Note", required=False)


class TermsForm(StepForm):
    """How long it goes on, and how it ends."""

    term_months = credits_field("Term in months", min_value=1, max_value=LONGEST_TERM)
    notice_days = credits_field(
        "Notice in days", min_value=0, max_value=LONGEST_NOTICE,
        help_text="Calendar days before a renewal.",
    )  # fmt: skip
    note = reason_field("Note", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("term_months", "notice_days"):
            self.fields[name].initial = getattr(self.row, name)


class PriceInline(TabularInline):
    """Its prices, period by period; one that was replaced before it began has no day."""

    model = PricePeriod
    extra = 0
    can_delete = False
    verbose_name_plural = "prices"
    fields = ("starts_on", "ends_on", "price", "credits", "state")
    readonly_fields = fields
    ordering = ("starts_on", "id")

    @admin.display(description="monthly price")
    def price(self, period: PricePeriod) -> str:
        """The price with its currency, or that none is agreed."""
        if period.monthly_price is None:
            return "no price agreed" if period.credits else "no subscription"
        return f"{period.monthly_price:,.2f} {period.subscription.currency}"

    @admin.display(description="state")
    def state(self, period: PricePeriod) -> str:
        """Whether it is the present one."""
        today = clock.today(period.subscription.wallet.owner.time_zone)
        if period.ends_on == period.starts_on:
            return "replaced before it began"
        if period.starts_on > today:
            return "announced"
        return "past" if period.ends_on and period.ends_on <= today else "present"

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
    list_display = ("wallet", "plan", "credits", "state", "renews_on", "ends_on", "next_plan")
    list_filter = ("status", "plan")
    list_select_related = ("wallet__account", "wallet__organization", "plan", "next_plan")
    search_fields = ("wallet__account__name", "wallet__organization__name")
    ordering = ("renews_on", "id")
    inlines = (PriceInline,)
    fieldsets = (
        (None, {"fields": ("wallet", "plan", "credits", "status", "next_plan", "next_price")}),
        ("Terms", {"fields": ("starts_on", "term_months", "renews_on", "notice")}),
        ("Its end", {"fields": ("notice_on", "ends_on")}),
        ("Pause", {"fields": ("paused_on", "paused_until")}),
    )
    readonly_fields = ("notice",)
    actions_detail = (
        "announce_price", "withdraw_price", "change_terms", "give_notice", "take_back_notice",
    )  # fmt: skip

    @display(
        description="status",
        ordering="status",
        label={"Active": "success", "Paused": "warning"},
    )
    def state(self, subscription: Subscription) -> str:
        """Whether it runs."""
        return subscription.get_status_display()

    @admin.display(description="notice")
    def notice(self, subscription: Subscription) -> str:
        """The rule, and the day it comes to for the next renewal."""
        latest = last_day_for_notice(subscription.renews_on, subscription.notice_days)
        return f"{subscription.notice_days} days before a renewal: until {latest:%-d %b %Y}"

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what this subscription allows."""
        subscription = (
            Subscription.objects.filter(pk=object_id)
            .select_related("wallet__account", "wallet__organization")
            .first()
        )
        if subscription is None or subscription.status == Subscription.Status.ENDED:
            return []
        hidden = {"take_back_notice"}
        if subscription.ends_on is not None:
            hidden = {"give_notice", "change_terms"}
        today = clock.today(subscription.wallet.owner.time_zone)
        if not periods(subscription).filter(starts_on__gt=today).exists():
            hidden.add("withdraw_price")
        steps = super().get_actions_detail(request, object_id)
        return [s for s in steps if not any(s.action_name.endswith(f"_{h}") for h in hidden)]

    def _step(
        self,
        request: HttpRequest,
        object_id: str,
        title: str,
        form_class: type[StepForm],
        do: Callable[[Any, dict[str, Any], str], Any],
        said: str,
        intro: str = "",
    ) -> HttpResponse:
        return take_step(
            self, request, object_id, title=title, form_class=form_class, do=do, intro=intro,
            said=lambda row, answer: said.format(**answer),
        )  # fmt: skip

    @action(description="Announce a price", icon="sell", permissions=["act"])
    def announce_price(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From a day to come on."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Announce a price", PriceForm,
            lambda row, typed, key: pricing.announce_price(
                actor, row.wallet_id, typed["monthly_price"], typed["from_day"],
                note=typed["note"], key=key,
            ),
            "Announced: {monthly_price} a month from {from} on.",
            "A price that is announced for a later day is replaced.",
        )  # fmt: skip

    @action(description="Withdraw announced price", icon="undo", permissions=["act"])
    def withdraw_price(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The present one goes on."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Withdraw what was announced", NoteForm,
            lambda row, typed, key: pricing.withdraw_price(
                actor, row.wallet_id, note=typed["note"], key=key
            ),
            "The present price goes on.",
        )  # fmt: skip

    @action(description="Terms", icon="contract", permissions=["act"])
    def change_terms(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Term and notice."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Terms", TermsForm,
            lambda row, typed, key: noticing.change_terms(
                actor, row.wallet_id, term_months=typed["term_months"],
                notice_days=typed["notice_days"], note=typed["note"], key=key,
            ),
            "It renews on {renews_on}; notice can be given until {notice_until}.",
            "The term counts from the next renewal on, the notice at once.",
        )  # fmt: skip

    @action(description="Record a notice", icon="door_front", permissions=["act"])
    def give_notice(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It ends at its renewal."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Record a notice", NoticeForm,
            lambda row, typed, key: noticing.give_notice(
                actor, row.wallet_id, on=typed["on"], reason=typed["reason"],
                note=typed["note"], key=key,
            ),
            "It ends on {ends_on}.",
            "The subscription ends at its next renewal, if the notice is in time. What is in"
            " production then is finished first.",
        )  # fmt: skip

    @action(description="Take notice back", icon="undo", permissions=["act"])
    def take_back_notice(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It renews after all."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Take the notice back", NoteForm,
            lambda row, typed, key: noticing.take_back_notice(
                actor, row.wallet_id, note=typed["note"], key=key
            ),
            "It renews on {renews_on}.",
        )  # fmt: skip
