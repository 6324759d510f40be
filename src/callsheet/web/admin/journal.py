"""The journal: what happened, what was asked for, and why. Only to be read."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from procrastinate.contrib.django.models import ProcrastinateJob
from unfold.decorators import display

from callsheet.journal.models import Command, Event, Note
from callsheet.tenants.models import Account
from callsheet.web.admin.base import ReadOnlyAdmin
from callsheet.web.roles import Group


def as_text(data: Any) -> SafeString:
    """Plain data, readable."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return format_html("<pre>{}</pre>", text)


class JournalAdmin(ReadOnlyAdmin):
    """A page of the journal."""

    group = Group.JOURNAL
    ordering = ("-id",)


@admin.register(Event)
class EventAdmin(JournalAdmin):
    """What happened, newest first."""

    list_display = ("at", "kind", "subject", "account_name", "actor_name")
    list_filter = ("subject_type", "kind")
    search_fields = ("=subject_id", "=account_id", "actor_name")
    search_help_text = "Number of a subject or an account, or a person's name"
    fields = (
        "at", "kind", "subject", "account_name", "actor_name", "actor", "note", "facts", "command",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """With the account's name, which the journal itself does not know."""
        name = Account.objects.filter(pk=OuterRef("account_id")).values("name")
        return super().get_queryset(request).annotate(_account=Subquery(name))

    @admin.display(description="subject")
    def subject(self, event: Event) -> str:
        """What it happened to."""
        return f"{event.subject_type} {event.subject_id}"

    @admin.display(description="account", ordering=F("_account"))
    def account_name(self, event: Event) -> str:
        """The account's name."""
        return getattr(event, "_account", None) or ""

    @admin.display(description="facts")
    def facts(self, event: Event) -> SafeString:
        """What else is known."""
        return as_text(event.data)


@admin.register(Command)
class CommandAdmin(JournalAdmin):
    """What was asked for, and what was answered."""

    list_display = ("at", "name", "actor")
    list_filter = ("name",)
    search_fields = ("=key", "=actor")
    search_help_text = "Key of a command, or its actor, as user:12"
    fields = ("at", "name", "actor", "key", "answered", "note")
    readonly_fields = fields

    @admin.display(description="answer")
    def answered(self, command: Command) -> SafeString:
        """What the command answered."""
        return as_text(command.answer)


@admin.register(Note)
class NoteAdmin(JournalAdmin):
    """Reasons that people gave."""

    list_display = ("created_at", "text")
    search_fields = ("text",)
    fields = ("created_at", "text", "chain_digest")
    readonly_fields = fields

    @admin.display(description="digest")
    def chain_digest(self, note: Note) -> str:
        """What stands for the text in the hash chains."""
        return bytes(note.digest).hex()


@admin.register(ProcrastinateJob)
class JobAdmin(JournalAdmin):
    """Work that was put off, and what became of it."""

    list_display = ("id", "task_name", "state", "attempts", "scheduled_at")
    list_filter = ("status", "task_name")
    fields = ("id", "task_name", "queue_name", "state", "attempts", "scheduled_at", "given")
    readonly_fields = fields

    @display(
        description="state",
        ordering="status",
        label={"failed": "danger", "doing": "info", "succeeded": "success"},
    )
    def state(self, job: ProcrastinateJob) -> str:
        """Where it is."""
        return str(job.status)

    @admin.display(description="given")
    def given(self, job: ProcrastinateJob) -> SafeString:
        """What it was given."""
        return as_text(job.args)
