"""The studio's steps inside production, on a project's page: its stage and its promise."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from callsheet.catalogue.models import Stage
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Party, Project
from callsheet.projects.staging import stages_of
from callsheet.services import promising, staging
from callsheet.services.promising import PROMISABLE
from callsheet.web.admin.base import StaffAdmin, actor_of
from callsheet.web.admin.steps import StepForm, choice_field, date_field, reason_field, take_step

OFFERED_IN: dict[str, tuple[Status, ...]] = {
    "enter_stage": (Status.IN_PROGRESS,),
    "change_promise": PROMISABLE,
}
"""The statuses in which each of these steps is offered."""


class StageForm(StepForm):
    """Where to, who is waited for, until when."""

    stage = choice_field("Stage", ())
    waiting_for = choice_field(
        "Waits for", [("", "Whom it usually is"), *Party.choices], required=False
    )
    expected_until = date_field("Should end on", required=False, help_text="Empty: as usual.")
    note = reason_field("Note", required=False, help_text="Needed for a step backwards.")

    def __init__(self, *args: Any, row: Project, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        stages = [(stage.value, stage.label) for stage in stages_of(row.brief_type)]
        self.fields["stage"].choices = stages  # type: ignore[attr-defined]
        self.fields["stage"].initial = row.stage


class PromiseForm(StepForm):
    """Another day, or none."""

    promised_on = date_field("Promised for", required=False, help_text="Empty: no promise.")
    note = reason_field("Reason", help_text="The customer reads it.")

    def __init__(self, *args: Any, row: Project, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["promised_on"].initial = row.promised_on


class ProductionSteps(StaffAdmin):
    """Adds the steps to the page of projects."""

    @action(description="Move to a stage", icon="conversion_path", permissions=["act"])
    def enter_stage(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Inside production."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Move to another stage", form_class=StageForm,
            do=lambda row, typed, key: staging.enter_stage(
                actor, row.pk, typed["stage"], waiting_for=typed["waiting_for"],
                expected_until=typed["expected_until"], note=typed["note"], key=key,
            ),
            said=lambda row, answer: (
                f"“{row.title}” is in {Stage(answer['stage']).label.lower()} now; its credits are"
                f" expected back by {answer['returns_p80']}."
            ),
            button="Move",
        )  # fmt: skip

    @action(description="Change the promise", icon="event_available", permissions=["act"])
    def change_promise(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Or take it back."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Change the promised day", form_class=PromiseForm,
            do=lambda row, typed, key: promising.change_promise(
                actor, row.pk, typed["promised_on"], typed["note"], key=key
            ),
            said=lambda row, answer: (
                f"“{row.title}” is promised for {answer['promised_on']}."
                if answer["promised_on"]
                else f"Nothing is promised for “{row.title}” any more."
            ),
            button="Change",
        )  # fmt: skip
