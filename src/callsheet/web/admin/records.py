"""What production leaves behind, to look at: stages, samples, clocks, assets, people, ranges."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from callsheet.projects.models import (
    Amendment,
    Asset,
    AssetVersion,
    Clock,
    Comment,
    GuestLink,
    LastLook,
    NextLook,
    ProjectPerson,
    PublishedRange,
    StageSpell,
    Stirred,
    StopRequest,
)
from callsheet.services import guesting
from callsheet.web.admin.base import ReadOnlyAdmin, actor_of, each
from callsheet.web.admin.projects import ProjectRecordAdmin
from callsheet.web.admin.scope_steps import AmendmentSteps
from callsheet.web.admin.stop_steps import StopSteps
from callsheet.web.roles import Group


@admin.register(StageSpell)
class StageSpellAdmin(ProjectRecordAdmin):
    """How long projects were in which stage, and who was waited for."""

    list_display = ("project", "stage", "waiting_for", "since", "until", "expected_until")
    list_filter = ("stage", "waiting_for", ("until", admin.EmptyFieldListFilter))
    list_select_related = ("project",)
    search_fields = ("project__title",)
    ordering = ("-id",)


@admin.register(Clock)
class ClockAdmin(ProjectRecordAdmin):
    """What happens by itself, and when."""

    list_display = ("project", "kind", "step", "due_at", "since", "reminded_at")
    list_filter = ("kind",)
    list_select_related = ("project",)
    search_fields = ("project__title",)
    ordering = ("due_at",)


@admin.register(Amendment)
class AmendmentAdmin(AmendmentSteps, ProjectRecordAdmin):
    """Scope that grew or shrank."""

    list_display = (
        "project", "number", "status", "credits_change", "proposed_by", "proposed_at",
        "decided_at",
    )  # fmt: skip
    list_filter = ("status", "proposed_by")
    list_select_related = ("project",)
    search_fields = ("project__title",)
    ordering = ("-id",)


@admin.register(StopRequest)
class StopRequestAdmin(StopSteps, ProjectRecordAdmin):
    """Wishes to park or to cancel."""

    list_display = ("project", "wish", "asked_at", "decided_at", "granted")
    list_filter = ("wish", "granted")
    list_select_related = ("project",)
    search_fields = ("project__title", "reason")
    ordering = ("-id",)


@admin.register(ProjectPerson)
class ProjectPersonAdmin(ProjectRecordAdmin):
    """Reviewers and required approvers."""

    list_display = ("project", "user", "part", "approved_at")
    list_filter = ("part",)
    list_select_related = ("project", "user")
    search_fields = ("project__title", "user__name", "user__email")
    ordering = ("-id",)


@admin.register(GuestLink)
class GuestLinkAdmin(ProjectRecordAdmin):
    """Guests who review by a link. The link itself is known to its mail alone."""

    list_display = ("project", "name", "email", "expires_at", "last_used_at", "ended_at",
                    "revoked_at")  # fmt: skip
    list_select_related = ("project",)
    search_fields = ("project__title", "name", "email")
    exclude = ("token_digest",)
    ordering = ("-id",)
    actions = ("revoke",)

    @admin.action(description="Revoke", permissions=["act"])
    def revoke(self, request: HttpRequest, rows: QuerySet[GuestLink]) -> None:
        """Make the links void."""
        actor = actor_of(request)
        each(request, rows, lambda row: guesting.revoke_guest(actor, row.pk), done="{n} revoked.")


@admin.register(Comment)
class CommentAdmin(ProjectRecordAdmin):
    """What was said about projects and their assets."""

    list_display = ("at", "author_name", "text", "project", "resolved_at")
    list_filter = (("resolved_at", admin.EmptyFieldListFilter),)
    list_select_related = ("project",)
    search_fields = ("project__title", "text", "author_name")
    ordering = ("-id",)


@admin.register(PublishedRange)
class PublishedRangeAdmin(ProjectRecordAdmin):
    """What customers were told about dates, and why it changed."""

    list_display = ("at", "project", "what", "first", "last", "reason")
    list_filter = ("what",)
    list_select_related = ("project",)
    search_fields = ("project__title",)
    ordering = ("-id",)


@admin.register(Asset)
class AssetAdmin(ProjectRecordAdmin):
    """What was handed over."""

    project_path = "deliverable__concept__project__"
    list_display = ("name", "account", "deliverable")
    list_select_related = ("account", "deliverable__type")
    search_fields = ("name", "deliverable__concept__project__title")
    ordering = ("-id",)


@admin.register(AssetVersion)
class AssetVersionAdmin(ProjectRecordAdmin):
    """The files of assets, one after the other."""

    project_path = "asset__deliverable__concept__project__"
    list_display = ("file_name", "asset", "number", "size", "content_type", "uploaded_at")
    list_select_related = ("asset",)
    search_fields = ("file_name", "asset__name")
    ordering = ("-id",)


@admin.register(Stirred)
class StirredAdmin(ReadOnlyAdmin):
    """Wallets whose expected dates are about to be worked out again."""

    group = Group.PROJECTS
    list_display = ("wallet", "at", "cause")
    ordering = ("-id",)


@admin.register(NextLook)
class NextLookAdmin(ReadOnlyAdmin):
    """When the clock looks at queues again."""

    group = Group.PROJECTS
    list_display = ("wallet", "at")
    ordering = ("at",)


@admin.register(LastLook)
class LastLookAdmin(ReadOnlyAdmin):
    """How far people have read."""

    group = Group.PROJECTS
    list_display = ("user", "account", "at")
    list_select_related = ("user", "account")
    ordering = ("-at",)
