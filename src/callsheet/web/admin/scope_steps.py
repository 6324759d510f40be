"""The studio's steps on a submitted project's scope and dates."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.decorators import action

from callsheet.catalogue.models import DeliverableType
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import (
    Amendment,
    Concept,
    Deliverable,
    DeliverableState,
    Priority,
    Project,
)
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import amending, dating
from callsheet.web.admin.base import StaffAdmin, actor_of
from callsheet.web.admin.steps import (
    StepForm,
    choice_field,
    credits_field,
    date_field,
    reason_field,
    row_field,
    take_step,
    text_field,
)

SCOPE_STEPS: dict[str, tuple[Status, ...]] = {
    "propose_scope": (*HOLDING, Status.PARKED),
    "change_dates": (Status.QUEUED, *HOLDING, Status.PARKED),
}
"""In which statuses they are offered."""


class ScopeForm(StepForm):
    """One line more, or one line changed; both at once is a swap."""

    add = row_field("Add", DeliverableType.objects.none(), required=False)
    how_many = credits_field("How many", min_value=1, required=False)
    concept = row_field("To the concept", Concept.objects.none(), required=False)
    new_concept = text_field("Or to a new one", required=False)
    line = row_field("Change", Deliverable.objects.none(), required=False)
    to = credits_field("To so many", min_value=0, required=False, help_text="0 drops it.")
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types, lines = DeliverableType.objects.filter(active=True), Deliverable.objects.filter(
            concept__project=self.row, state=DeliverableState.WAITING
        )  # fmt: skip
        self.fields["add"].queryset = types  # type: ignore[attr-defined]
        self.fields["concept"].queryset = Concept.objects.filter(  # type: ignore[attr-defined]
            project=self.row
        )
        self.fields["line"].queryset = lines.select_related("type")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What belongs together is given together."""
        typed = super().clean() or {}
        for one, other in (("add", "how_many"), ("line", "to")):
            if (typed.get(one) is None) != (typed.get(other) is None):
                self.add_error(other, "Say what, and how many.")
        return typed


class DatesForm(StepForm):
    """As they are now, to be changed."""

    publish_on = date_field("Publish date", required=False)
    wanted_by = date_field("Wanted by", required=False)
    campaign = text_field("Campaign", required=False)
    priority = choice_field("Priority", Priority.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("publish_on", "wanted_by", "campaign", "priority"):
            self.fields[name].initial = getattr(self.row, name)


class ScopeSteps(StaffAdmin):
    """Adds the steps to the projects' page."""

    @action(description="Propose another scope", icon="difference", permissions=["act"])
    def propose_scope(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The customer agrees or declines."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Propose another scope", form_class=ScopeForm,
            do=lambda row, typed, key: amending.propose(
                actor, row.pk, changes_of(typed), typed["reason"], key=key
            ),
            intro="Nothing changes until the customer agrees. What is added has today's prices.",
            button="Propose", said=_proposed,
        )  # fmt: skip

    @action(description="Change dates", icon="edit_calendar", permissions=["act"])
    def change_dates(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """With what it means for the expected finish."""
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title="Change dates, campaign or priority",
            form_class=DatesForm,
            do=lambda row, typed, key: dating.change_dates(
                actor, row.pk, {**typed, "priority": int(typed["priority"])},
                version=row.version, key=key,
            ),
            button="Change", said=_dated,
        )  # fmt: skip


def changes_of(typed: dict[str, Any]) -> ScopeChanges:
    """What was typed, as changes of scope."""
    add: tuple[Addition, ...] = ()
    if typed["add"]:
        concept = typed["concept"]
        add = (
            Addition(
                typed["add"].key, typed["how_many"], concept=concept.pk if concept else None,
                title="" if concept else typed["new_concept"],
            ),
        )  # fmt: skip
    line, number = typed["line"], typed["to"]
    if line is None:
        return ScopeChanges(add)
    return ScopeChanges(add, drop=(line.pk,)) if number == 0 else ScopeChanges(
        add, {line.pk: number}
    )  # fmt: skip


def say_change(change: int) -> str:
    """So many credits more or less."""
    if not change:
        return "at no cost"
    return f"{abs(change)} credits {'more' if change > 0 else 'less'}"


def _proposed(project: Project, answer: Any) -> str:
    return f"Proposed for “{project.title}”, {say_change(answer['change'])}."


def _dated(project: Project, answer: Any) -> str:
    lates = [late for late in answer["late"] if late["late_by"]]
    said = "; ".join(
        f"{str(late['what']).replace('_', ' ')} {late['day']}: late by {late['late_by']} days"
        for late in lates
    )
    if answer["expected"] is None:
        return f"“{project.title}” is changed."
    return f"“{project.title}” is changed. " + (f"As it stands, {said}." if said else "It fits.")


class AnswerForm(StepForm):
    """With a word on it, if wished."""

    note = reason_field("Note", required=False)


class AmendmentSteps(StaffAdmin):
    """Agree, decline, withdraw: on the amendments' page."""

    actions_detail = ("agree", "decline", "withdraw")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what its status, and the side that proposed it, leaves to the studio."""
        found = Amendment.objects.filter(pk=object_id).first()
        offered: set[str] = set()
        if found is not None and found.status == Amendment.Status.PROPOSED:
            theirs = found.proposed_by == Amendment.Side.CUSTOMER
            offered = {"agree", "decline"} if theirs else {"withdraw"}
        elif found is not None and found.status == Amendment.Status.WAITING:
            offered = {"withdraw"} if found.proposed_by == Amendment.Side.STUDIO else set()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        steps = super().get_actions_detail(request, object_id)
        return [s for s in steps if s.action_name.removeprefix(prefix) in offered]

    def _decide(
        self, request: HttpRequest, object_id: str, title: str, service: Any, intro: str = ""
    ) -> HttpResponse:
        actor = actor_of(request)
        return take_step(
            self, request, object_id, title=title, form_class=AnswerForm,
            do=lambda row, typed, key: service(actor, row.pk, note=typed["note"], key=key),
            intro=intro, said=_decided,
        )  # fmt: skip

    @action(description="Agree", icon="check", permissions=["act"])
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To what the customer proposed."""
        intro = "What costs more waits, ahead of the queue, where its credits are not free."
        return self._decide(request, object_id, "Agree", amending.agree, intro)

    @action(description="Decline", icon="close", permissions=["act"])
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The scope stays."""
        return self._decide(request, object_id, "Decline", amending.decline)

    @action(description="Withdraw", icon="undo", permissions=["act"])
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the studio proposed."""
        return self._decide(request, object_id, "Withdraw", amending.withdraw)


def _decided(amendment: Amendment, answer: Any) -> str:
    label = Amendment.Status(answer["amendment_status"]).label.lower()
    change = say_change(answer["change"])
    return f"Change {amendment.number} of “{amendment.project.title}”: {label}, {change}."
