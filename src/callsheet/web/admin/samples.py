"""Samples: where each is, and the studio's steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action, display

from callsheet.kit import clock
from callsheet.projects.models import Sample
from callsheet.services import sampling
from callsheet.web.admin.base import ReadOnlyAdmin, actor_of
from callsheet.web.admin.steps import StepForm, date_field, reason_field, take_step, text_field
from callsheet.web.roles import Group


class ExpectForm(StepForm):
    """When it should come."""

    expected_on = date_field("Expected on", required=False, help_text="Empty: nobody knows.")
    note = reason_field("Reason", required=False)

    def __init__(self, *args: Any, row: Sample, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["expected_on"].initial = row.expected_on


class DayForm(StepForm):
    """On which day it happened."""

    day = date_field("On")

    def __init__(self, *args: Any, row: Sample, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["day"].initial = clock.today(row.account.time_zone)


class ShipForm(DayForm):
    """On which day, and by whom it is carried."""

    tracking = text_field("Tracking number", required=False)
    expected_on = date_field(
        "Expected on", required=False, help_text="Empty: the day that was said before."
    )


@admin.register(Sample)
class SampleAdmin(ReadOnlyAdmin):
    """Products on their way to the studio and back."""

    group = Group.PROJECTS
    list_display = (
        "name", "account", "state", "expected_on", "shipped_on", "received_on", "returned_on",
    )  # fmt: skip
    list_filter = (("received_on", admin.EmptyFieldListFilter),)
    list_select_related = ("account",)
    search_fields = ("name", "account__name", "tracking")
    ordering = ("-id",)
    fields = (
        "name", "account", "serves", "expected_on", "shipped_on", "tracking", "received_on",
        "returned_on",
    )  # fmt: skip
    readonly_fields = fields
    actions_detail = ("expect", "ship", "receive", "send_back")

    @display(
        description="where",
        label={"Expected": "warning", "On its way": "info", "Here": "success", "Late": "danger"},
    )
    def state(self, sample: Sample) -> str:
        """Where it is."""
        if sample.returned_on:
            return "Went back"
        if sample.received_on:
            return "Here"
        if sample.expected_on and sample.expected_on < clock.today(sample.account.time_zone):
            return "Late"
        return "On its way" if sample.shipped_on else "Expected"

    @admin.display(description="for")
    def serves(self, sample: Sample) -> str:
        """The projects that wait for it."""
        titles = sample.projects.order_by("pk").values_list("title", flat=True)
        return "; ".join(titles)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sample]:
        """With the accounts, whose days these are."""
        return super().get_queryset(request).select_related("account")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what may come next."""
        steps = super().get_actions_detail(request, object_id)
        sample = Sample.objects.filter(pk=object_id).first()
        offered: set[str] = set()
        if sample and sample.received_on is None:
            offered = {"expect", "ship", "receive"}
        elif sample and sample.returned_on is None:
            offered = {"send_back"}
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return [s for s in steps if s.action_name.removeprefix(prefix) in offered]

    def _step(
        self,
        request: HttpRequest,
        object_id: str,
        title: str,
        form_class: type[StepForm],
        do: Callable[[Any, dict[str, Any], str], Any],
        said: str,
    ) -> HttpResponse:
        return take_step(
            self, request, object_id, title=title, form_class=form_class, do=do,
            said=lambda row, answer: said.format(name=row.name, n=len(answer["went_on"])),
        )  # fmt: skip

    @action(description="Change the expected day", icon="event", permissions=["act"])
    def expect(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The forecasts of its projects move."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "When should the sample come?", ExpectForm,
            lambda row, typed, key: sampling.expect_sample(
                actor, row.pk, typed["expected_on"], note=typed["note"], key=key
            ),
            "The dates of the projects that wait for “{name}” have moved.",
        )  # fmt: skip

    @action(description="It was sent", icon="local_shipping", permissions=["act"])
    def ship(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the studio."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "The sample was sent", ShipForm,
            lambda row, typed, key: sampling.ship_sample(
                actor, row.pk, typed["day"], tracking=typed["tracking"],
                expected_on=typed["expected_on"], key=key,
            ),
            "“{name}” is on its way.",
        )  # fmt: skip

    @action(description="It has come", icon="inventory_2", permissions=["act"])
    def receive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Creation starts where nothing else is missing."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "The sample has come", DayForm,
            lambda row, typed, key: sampling.receive_sample(
                actor, row.pk, typed["day"], key=key
            ),
            "“{name}” is here; {n} of its projects went on.",
        )  # fmt: skip

    @action(description="It went back", icon="undo", permissions=["act"])
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the customer."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "The sample went back", DayForm,
            lambda row, typed, key: sampling.return_sample(actor, row.pk, typed["day"], key=key),
            "“{name}” went back to its owner.",
        )  # fmt: skip
