"""The studio's answers to wishes to park or cancel."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from callsheet.projects.lifecycle import Status
from callsheet.projects.models import StopRequest
from callsheet.services import stopping
from callsheet.web.admin.base import StaffAdmin, actor_of
from callsheet.web.admin.steps import StepForm, credits_field, reason_field, take_step


class GrantForm(StepForm):
    """What canceling uses up."""

    consumed = credits_field(
        "Credits used up", min_value=0, required=False,
        help_text="Pay-as-you-go, canceling only. Empty: all that it holds.",
    )  # fmt: skip
    note = reason_field("Note", required=False)


class RefuseForm(StepForm):
    """Why it goes on."""

    reason = reason_field()


class StopSteps(StaffAdmin):
    """Grant or refuse: on the wishes' page."""

    actions_detail = ("grant", "refuse")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """While nobody has decided."""
        steps = super().get_actions_detail(request, object_id)
        undecided = StopRequest.objects.filter(pk=object_id, decided_at__isnull=True).exists()
        return steps if undecided else []

    @action(description="Grant", icon="check", permissions=["act"])
    def grant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Park it or cancel it, as it was asked for."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Do as they ask", form_class=GrantForm,
            do=lambda row, typed, key: stopping.grant(
                actor, row.pk, consumed=typed["consumed"], note=typed["note"], key=key
            ),
            intro="Its credits come home, and what then fits starts in the same moment.",
            button="Grant", said=_decided,
        )  # fmt: skip

    @action(description="Refuse", icon="close", permissions=["act"])
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It goes on."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Let it go on", form_class=RefuseForm,
            do=lambda row, typed, key: stopping.refuse(actor, row.pk, typed["reason"], key=key),
            button="Refuse", said=_decided,
        )  # fmt: skip


def _decided(wish: StopRequest, answer: Any) -> str:
    return f"“{wish.project.title}” is {Status(answer['status']).label.lower()}."
