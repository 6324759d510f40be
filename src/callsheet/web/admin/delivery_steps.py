"""The studio's steps around a delivery, on a project's page: hand in a file, deliver, approve for
the customer, pass on what they want changed.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminFileFieldWidget

from callsheet.journal.commands import Answer
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Refused
from callsheet.projects.delivery import UNFINISHED, locked_by
from callsheet.projects.lifecycle import PRODUCTION, Status
from callsheet.projects.models import Deliverable, DeliverableState, Project
from callsheet.services import production, reviewing, uploading
from callsheet.services.delivering import deliverables_of
from callsheet.web.admin.base import StaffAdmin, actor_of
from callsheet.web.admin.steps import StepForm, choice_field, reason_field, take_step, text_field

DELIVERABLE = (Status.IN_PROGRESS, Status.INITIAL_DELIVERY, Status.UNDER_REVISION)
DELIVERY_STEPS: dict[str, tuple[Status, ...]] = {
    "add_file": PRODUCTION,
    "deliver": DELIVERABLE,
    "approve_for_customer": reviewing.IN_REVIEW,
    "pass_on_change": reviewing.IN_REVIEW,
}
"""The statuses in which each of these steps is offered."""


def _line(deliverable: Deliverable) -> str:
    placement = f", {deliverable.placement}" if deliverable.placement else ""
    return f"{deliverable.concept}: {deliverable}{placement}"


def _choices(deliverables: list[Deliverable]) -> list[tuple[str, str]]:
    return [(str(deliverable.pk), _line(deliverable)) for deliverable in deliverables]


def _many(label: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=(), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


class DeliverForm(StepForm):
    """Which of those that can be delivered; at first all of them."""

    deliverables = _many("Deliver")

    def __init__(self, *args: Any, row: Project, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        unfinished = [d for d in deliverables_of(row) if d.state in UNFINISHED]
        free = [d for d in unfinished if locked_by(d) is None]
        locked = [_line(d) for d in unfinished if locked_by(d) is not None]
        field = self.fields["deliverables"]
        field.choices = _choices(free)  # type: ignore[attr-defined]
        field.initial = [str(d.pk) for d in free]
        if locked:
            field.help_text = f"After the approval of their masters: {'; '.join(locked)}."


class ApproveForm(StepForm):
    """Which of those that are with the customer."""

    deliverables = _many("Approve")
    note = reason_field("Note", required=False, help_text="How you know that they agree.")

    def __init__(self, *args: Any, row: Project, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        delivered = [d for d in deliverables_of(row) if d.state == DeliverableState.DELIVERED]
        self.fields["deliverables"].choices = _choices(delivered)  # type: ignore[attr-defined]


class ChangeForm(StepForm):
    """What is to change in one of them."""

    deliverable = choice_field("Of", ())
    note = reason_field("What should change")

    def __init__(self, *args: Any, row: Project, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        delivered = [d for d in deliverables_of(row) if d.state == DeliverableState.DELIVERED]
        self.fields["deliverable"].choices = _choices(delivered)  # type: ignore[attr-defined]


class FileForm(StepForm):
    """A file, and of what it is."""

    deliverable = choice_field("For", ())
    file = forms.FileField(label="File", widget=UnfoldAdminFileFieldWidget)
    name = text_field(
        "Asset", required=False,
        help_text="The same name again is its next version. Empty: as the file is called.",
    )  # fmt: skip

    def __init__(self, *args: Any, row: Project, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        closed = (DeliverableState.APPROVED, DeliverableState.DROPPED)
        open_ = [d for d in deliverables_of(row) if d.state not in closed]
        self.fields["deliverable"].choices = _choices(open_)  # type: ignore[attr-defined]


class DeliverySteps(StaffAdmin):
    """Adds the steps to the page of projects."""

    @action(description="Add a file", icon="upload_file", permissions=["act"])
    def add_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Of a deliverable."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Add a file", form_class=FileForm,
            do=lambda row, typed, key: _add_file(actor, row, typed, key),
            said=lambda row, answer: (
                f"“{row.title}” has version {answer['number']} of it now."
            ),
            intro="The customer sees it when its deliverable is delivered.",
            button="Add",
        )  # fmt: skip

    @action(description="Deliver", icon="local_shipping", permissions=["act"])
    def deliver(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What can be delivered, or some of it."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Deliver", form_class=DeliverForm,
            do=lambda row, typed, key: production.deliver(
                actor, row.pk, [int(pk) for pk in typed["deliverables"]], key=key
            ),
            said=_said_of_delivery,
            button="Deliver",
        )  # fmt: skip

    @action(description="Approve for the customer", icon="thumb_up", permissions=["finalize"])
    def approve_for_customer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What they told somebody of the studio."""
        self._check_may_answer(request)
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Approve for the customer", form_class=ApproveForm,
            do=lambda row, typed, key: reviewing.approve(
                actor, row.pk, [int(pk) for pk in typed["deliverables"]], version=row.version,
                note=typed["note"], key=key,
            ),
            said=_said_of_approval,
            intro="An approval is for good. Where the customer's credits come back concept by"
            " concept, those of a concept that is complete come back at once.",
            button="Approve",
        )  # fmt: skip

    @action(description="Pass on a change", icon="edit_note", permissions=["finalize"])
    def pass_on_change(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What they told somebody of the studio."""
        self._check_may_answer(request)
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Pass on a change", form_class=ChangeForm,
            do=lambda row, typed, key: reviewing.ask_for_changes(
                actor, row.pk, {int(typed["deliverable"]): typed["note"]}, version=row.version,
                key=key,
            ),
            said=lambda row, answer: f"“{row.title}” is under revision now.",
            button="Ask for it",
        )  # fmt: skip

    def _check_may_answer(self, request: HttpRequest) -> None:
        if not self.has_finalize_permission(request):
            raise PermissionDenied


def _add_file(actor: Actor, row: Project, typed: dict[str, Any], key: str) -> Answer:
    deliverable = int(typed["deliverable"])
    if not Deliverable.objects.filter(pk=deliverable, concept__project=row).exists():
        raise Refused("unknown_deliverable", "It is not of this project.", field="deliverable")
    return uploading.add_asset(actor, deliverable, typed["file"], name=typed["name"], key=key)


def _said_of_delivery(row: Project, answer: Any) -> str:
    return f"“{row.title}” is {Status(answer['status']).label.lower()} now."


def _said_of_approval(row: Project, answer: Any) -> str:
    said = f"{len(answer['approved'])} approved."
    if answer["released"] or answer["consumed"]:
        verb = "came home" if answer["released"] else "were used up"
        said += f" {answer['released'] or answer['consumed']} credits {verb}."
    if started := len(answer["started"]):
        said += f" {started} brief{'s' if started != 1 else ''} started by it."
    return said
