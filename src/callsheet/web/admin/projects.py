"""Projects: where each stands, why it waits, and the studio's steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import action, display

from callsheet.insight.people_view import read_project_people, read_turns
from callsheet.insight.project_dates import read_dates
from callsheet.insight.review_view import read_review
from callsheet.journal.models import Event
from callsheet.projects.lifecycle import Status, actions_from
from callsheet.projects.models import (
    Concept,
    Deliverable,
    FairnessReceipt,
    Occupancy,
    Project,
)
from callsheet.services import production
from callsheet.services.loading import DRAFTS
from callsheet.tenants.access import MANAGERS
from callsheet.web.admin.base import ReadOnlyAdmin, actor_of, each
from callsheet.web.admin.delivery_steps import DELIVERY_STEPS, DeliverySteps
from callsheet.web.admin.people_steps import PEOPLE_STEPS, PeopleSteps
from callsheet.web.admin.production_steps import OFFERED_IN, ProductionSteps
from callsheet.web.admin.rest_steps import REST_STEPS, RestSteps
from callsheet.web.admin.scope_steps import SCOPE_STEPS, ScopeSteps
from callsheet.web.admin.steps import StepForm, credits_field, date_field, reason_field, take_step
from callsheet.web.roles import Group, sees
from callsheet.web.strip import TONES

# Which transition a step takes; it is offered where the lifecycle's table has that transition.
STEPS = {
    "accept": "accept",
    "ask": "request_clarification",
    "give_back": "return",
    "finalize": "finalize",
    "cancel": "cancel",
}


def seen_by_the_studio(path: str = "") -> Q:
    """Everything but drafts that were not shared with the studio; ``path`` leads to the project."""
    hidden = {f"{path}status__in": [s.value for s in DRAFTS], f"{path}shared_with_studio": False}
    return ~Q(**hidden)


class AcceptForm(StepForm):
    """With or without a promise."""

    promised_on = date_field("Promised for", required=False, help_text="Empty: no promise.")


class NoteForm(StepForm):
    """In words."""

    note = reason_field()


class CancelForm(NoteForm):
    """Why, and what is used up."""

    consumed = credits_field(
        "Credits used up", min_value=0, required=False,
        help_text="Pay-as-you-go, after acceptance only. Empty: all that it holds.",
    )  # fmt: skip


class DeliverableInline(TabularInline):
    """What the project asks for."""

    model = Concept
    extra = 0
    can_delete = False
    show_change_link = False
    verbose_name_plural = "concepts"
    fields = ("title", "asks_for", "approved_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Concept]:
        """With the deliverables."""
        return super().get_queryset(request).prefetch_related("deliverables__type")

    @admin.display(description="deliverables")
    def asks_for(self, concept: Concept) -> str:
        """Type, quantity and state of each."""
        return "; ".join(
            f"{d.quantity} {d.type.name} ({d.get_state_display().lower()})"
            for d in concept.deliverables.all()
        )

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """As the project itself."""
        return sees(request.user, Group.PROJECTS)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody: briefs are written by their writers."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nobody."""
        return False


@admin.register(Project)
class ProjectAdmin(DeliverySteps, PeopleSteps, ProductionSteps, ScopeSteps, RestSteps):
    """All projects that the studio may see; they move by steps."""

    group = Group.PROJECTS
    list_display = (
        "title", "account", "state", "credits", "why_waiting", "submitted_on", "expected_back",
        "wanted_by",
    )  # fmt: skip
    list_filter = (
        ("status", admin.ChoicesFieldListFilter), "wait_reason", "brief_type",
        ("account", admin.RelatedOnlyFieldListFilter),
    )  # fmt: skip
    list_select_related = ("account",)
    search_fields = ("title", "key", "account__name", "campaign")
    search_help_text = "Title, key, account or campaign"
    ordering = ("-changed_at", "-id")
    inlines = (DeliverableInline,)
    actions = ("accept_chosen", "deliver_chosen", "finalize_chosen")
    # What is done every day stands in the bar, the rest in a menu: there are too many for one line.
    actions_detail = (
        "accept", "ask", "give_back", "enter_stage", *DELIVERY_STEPS, "finalize",
        {
            "title": "More",
            "icon": "more_horiz",
            "items": [
                *(step for step in OFFERED_IN if step != "enter_stage"),
                *SCOPE_STEPS, *PEOPLE_STEPS, *REST_STEPS, "cancel",
            ],
        },
    )  # fmt: skip
    change_form_outer_before_template = "web/project_state.html"
    fieldsets = (
        (
            "Brief",
            {
                "fields": (
                    "title", "key", "account", "brief_type", "owner", "brand", "campaign",
                    "priority", "dos", "donts", "fields",
                )
            },
        ),
        (
            "Dates",
            {
                "fields": (
                    "publish_on", "wanted_by", "not_before", "promised_on", "submitted_at",
                    "started_at", "accepted_at", "delivered_at", "ended_at",
                )
            },
        ),
        ("Costs", {"fields": ("credits", "cost_centre", "purchase_order")}),
    )  # fmt: skip

    def has_finalize_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Approving on a customer's behalf is for those who look after them."""
        role = getattr(request.user, "staff_role", "")
        return self.has_act_permission(request) and role in MANAGERS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """Without drafts that were not shared."""
        return super().get_queryset(request).filter(seen_by_the_studio())

    @display(
        description="status",
        ordering="status",
        label={
            "Pending review": "warning",
            "In progress": "info",
            "Under revision": "info",
            "Initial delivery": "info",
            "Delivered": "success",
            "Finalized": "success",
        },
    )
    def state(self, project: Project) -> str:
        """Where it is."""
        return project.get_status_display()

    @admin.display(description="waits because", ordering="wait_reason")
    def why_waiting(self, project: Project) -> str:
        """The reason, while it is queued."""
        return project.wait_reason.replace("_", " ")

    @admin.display(description="submitted", ordering="submitted_at")
    def submitted_on(self, project: Project) -> Any:
        """The day of submission."""
        return project.submitted_at.date() if project.submitted_at else None

    @admin.display(description="credits back", ordering="returns_p50")
    def expected_back(self, project: Project) -> Any:
        """When its credits are expected back (P50), while it holds some."""
        return project.returns_p50 if project.status in TONES else None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The project below its state and its timeline."""
        project = self.get_object(request, object_id)
        more = dict(extra_context or {})
        if project is not None:
            more["project"] = project
            more["turns"] = read_turns(project.pk)
            more["people"] = read_project_people(project.pk)
            more["timeline"] = (
                Event.objects.filter(subject_type="project", subject_id=project.pk)
                .select_related("note")
                .order_by("-pk")[:50]
            )
            more["ahead"] = _place_in_queue(project)
            more["dates"] = read_dates(project.pk)
            review = read_review(project, everything=True)
            more["review"] = review
            more["files"] = any(d.assets for c in review.concepts for d in c.deliverables)
        return super().change_view(request, object_id, form_url, more)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the steps that the project's status allows."""
        steps = super().get_actions_detail(request, object_id)
        status = Project.objects.filter(pk=object_id).values_list("status", flat=True).first()
        allowed = set(actions_from(status)) if status else set()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        allowed = {step for step, action in STEPS.items() if action in allowed}
        offered = {**DELIVERY_STEPS, **OFFERED_IN, **SCOPE_STEPS, **PEOPLE_STEPS, **REST_STEPS}
        allowed |= {step for step, statuses in offered.items() if status in statuses}
        return [s for s in steps if s.action_name.removeprefix(prefix) in allowed]

    def _step(
        self,
        request: HttpRequest,
        object_id: str,
        title: str,
        form_class: type[StepForm],
        do: Callable[[Any, dict[str, Any], str], Any],
        intro: str = "",
        button: str = "",
    ) -> HttpResponse:
        return take_step(
            self, request, object_id, title=title, form_class=form_class, do=do, intro=intro,
            button=button, said=_said,
        )  # fmt: skip

    @action(description="Accept", icon="check", permissions=["act"])
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Into production."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Accept this brief", AcceptForm,
            lambda row, typed, key: production.accept(
                actor, row.pk, promised_on=typed["promised_on"], key=key
            ),
            button="Accept",
        )  # fmt: skip

    @action(description="Ask the customer", icon="help", permissions=["act"])
    def ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Before accepting."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Ask the customer", NoteForm,
            lambda row, typed, key: production.request_clarification(
                actor, row.pk, typed["note"], key=key
            ),
            button="Ask",
        )  # fmt: skip

    @action(description="Give back", icon="undo", permissions=["act"])
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To its writers."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Give this brief back", NoteForm,
            lambda row, typed, key: production.return_brief(actor, row.pk, typed["note"], key=key),
            "It becomes a draft again, its credits come home, and it keeps its place for some"
            " days.",
            button="Give back",
        )  # fmt: skip

    @action(description="Finalize", icon="task_alt", permissions=["finalize"])
    def finalize(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For the customer."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Finalize for the customer", StepForm,
            lambda row, typed, key: production.finalize(
                actor, row.pk, version=row.version, key=key
            ),
            "The project ends, its credits come home, and what then fits starts in the same"
            " moment.",
            button="Finalize",
        )  # fmt: skip

    @action(description="Cancel", icon="block", permissions=["act"])
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For good."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Cancel this project for good", CancelForm,
            lambda row, typed, key: production.cancel(
                actor, row.pk, consumed=typed["consumed"], note=typed["note"], key=key
            ),
            button="Cancel the project",
        )  # fmt: skip

    @admin.action(description="Accept", permissions=["act"])
    def accept_chosen(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        """Accept each, without a promise."""
        actor = actor_of(request)
        each(request, rows, lambda row: production.accept(actor, row.pk), done="{n} accepted.")

    @admin.action(description="Deliver all that is unfinished", permissions=["act"])
    def deliver_chosen(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        """Deliver each."""
        actor = actor_of(request)
        each(request, rows, lambda row: production.deliver(actor, row.pk), done="{n} delivered.")

    @admin.action(description="Finalize for the customer", permissions=["finalize"])
    def finalize_chosen(self, request: HttpRequest, rows: QuerySet[Project]) -> None:
        """Finalize each."""
        actor = actor_of(request)
        each(
            request,
            rows,
            lambda row: production.finalize(actor, row.pk, version=row.version),
            done="{n} finalized.",
        )


def _said(project: Project, answer: Any) -> str:
    """What came of a step on a project."""
    label = Status(answer["status"]).label.lower()
    started = len(answer.get("started", ()))
    more = f" {started} brief{'s' if started != 1 else ''} started by it." if started else ""
    return f"“{project.title}” is {label} now.{more}"


def _place_in_queue(project: Project) -> dict[str, int] | None:
    """Place and credits ahead, for a queued project."""
    if project.status != Status.QUEUED or project.rank is None:
        return None
    before = Project.objects.filter(wallet_id=project.wallet_id, status=Status.QUEUED).filter(
        Q(rank__lt=project.rank) | Q(rank=project.rank, pk__lt=project.pk)
    )
    credits = list(before.values_list("credits", flat=True))
    return {"place": len(credits) + 1, "credits": sum(credits)}


class ProjectRecordAdmin(ReadOnlyAdmin):
    """Records that projects leave."""

    group = Group.PROJECTS
    project_path: ClassVar[str] = "project__"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Only of projects that the studio may see."""
        return super().get_queryset(request).filter(seen_by_the_studio(self.project_path))


@admin.register(Deliverable)
class DeliverableAdmin(ProjectRecordAdmin):
    """Everything that was ordered."""

    project_path = "concept__project__"
    list_display = ("type", "quantity", "state", "project", "unit_credits", "placement")
    list_filter = ("state", "type")
    list_select_related = ("type", "concept__project")
    search_fields = ("concept__project__title", "placement")
    ordering = ("-id",)

    @admin.display(description="project")
    def project(self, deliverable: Deliverable) -> str:
        """Whose it is."""
        return deliverable.concept.project.title


@admin.register(Concept)
class ConceptAdmin(ProjectRecordAdmin):
    """Creative directions."""

    list_display = ("__str__", "project", "approved_at")
    list_select_related = ("project",)
    search_fields = ("title", "project__title")
    ordering = ("-id",)


@admin.register(Occupancy)
class OccupancyAdmin(ProjectRecordAdmin):
    """When projects held how many credits."""

    list_display = ("project", "account", "credits", "since", "until", "imported")
    list_filter = ("imported", ("until", admin.EmptyFieldListFilter))
    list_select_related = ("project", "account")
    search_fields = ("project__title", "account__name")
    ordering = ("-id",)


@admin.register(FairnessReceipt)
class FairnessReceiptAdmin(ProjectRecordAdmin):
    """Who overtook whom, and what it cost."""

    list_display = (
        "at", "account", "project", "overtaken", "credits", "reserved_for", "planned_delay",
        "realized_delay",
    )  # fmt: skip
    list_select_related = ("account", "project", "overtaken")
    search_fields = ("project__title", "overtaken__title", "account__name")
    ordering = ("-id",)
