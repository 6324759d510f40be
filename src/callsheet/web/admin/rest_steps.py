"""The studio's steps around a project that rests or has ended by itself: park, go on, open again,
more time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from callsheet.kit.actor import Actor
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.services import extending, parking, reopening
from callsheet.web.admin.base import StaffAdmin, actor_of
from callsheet.web.admin.steps import StepForm, reason_field, take_step

REST_STEPS: dict[str, tuple[str, ...]] = {
    "park": tuple(HOLDING),
    "go_on": (Status.PARKED,),
    "stay": (Status.PARKED, Status.FINALIZED),
    "open_again": (Status.FINALIZED,),
    "more_time": (Status.DELIVERED,),
}
"""In which statuses each step is offered."""


class ParkForm(StepForm):
    """Why."""

    note = reason_field()


class RestSteps(StaffAdmin):
    """Adds the steps to the projects' page."""

    @action(description="Park", icon="pause_circle", permissions=["act"])
    def park(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """On ice, with a reason."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Put this project on ice", form_class=ParkForm,
            do=lambda row, typed, key: parking.park(actor, row.pk, typed["note"], key=key),
            intro="Stage and place in the queue are kept. Its credits come home and what then fits"
            " starts; bought credits stay held.",
            button="Park", said=lambda row, answer: _said(row, "is parked", answer),
        )  # fmt: skip

    @action(description="Let it go on", icon="play_circle", permissions=["finalize"])
    def go_on(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """As soon as its credits are there."""
        return self._plainly(
            request, object_id, "Let this project go on", parking.resume,
            "It goes on where it was, as soon as the queue has its credits.", "Let it go on",
        )  # fmt: skip

    @action(description="Do not wait any more", icon="do_not_disturb_on", permissions=["finalize"])
    def stay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Takes the wish to go on back."""
        return self._plainly(
            request, object_id, "Take the wish to go on back", parking.rest,
            "A parked project rests again, a finalized one stays finalized.", "Take it back",
        )  # fmt: skip

    @action(description="Open again", icon="lock_open", permissions=["finalize"])
    def open_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What was finalized by itself."""
        return self._plainly(
            request, object_id, "Open this project again", reopening.reopen,
            "Only what was finalized by itself can be opened again, for some days. Where its"
            " credits are in use, it waits ahead of the queue.", "Open it again",
        )  # fmt: skip

    @action(description="More time to review", icon="more_time", permissions=["finalize"])
    def more_time(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Once."""
        return self._plainly(
            request, object_id, "Give more time to review", extending.extend,
            "Puts off, once, that it is finalized by itself.", "Give more time",
        )  # fmt: skip

    def _plainly(
        self,
        request: HttpRequest,
        object_id: str,
        title: str,
        service: Callable[..., dict[str, Any]],
        intro: str,
        button: str,
    ) -> HttpResponse:
        actor: Actor = actor_of(request)
        return take_step(
            self, request, object_id, title=title, form_class=StepForm,
            do=lambda row, typed, key: service(actor, row.pk, key=key),
            intro=intro, button=button,
            said=lambda row, answer: _said(row, f"is {Status(answer['status']).label.lower()} now",
                                           answer),
        )  # fmt: skip


def _said(row: Any, what: str, answer: dict[str, Any]) -> str:
    said = f"“{row.title}” {what}."
    if answer.get("released"):
        said += f" {answer['released']} credits came home."
    if answer.get("reason"):
        said += f" It waits for its credits at place {answer['position']}."
    if answer.get("finalizes_on"):
        said += f" It is finalized by itself on {answer['finalizes_on']}."
    if answer.get("started"):
        said += f" {len(answer['started'])} started by it."
    return said
