"""Who was told of what, and what became of the mail: for when somebody has heard nothing."""

from __future__ import annotations

from django.contrib import admin

from callsheet.notifications.models import (
    ChosenBrand,
    Mail,
    Notification,
    PersonalTimes,
    Preference,
    Untold,
)
from callsheet.web.admin.base import ReadOnlyAdmin
from callsheet.web.roles import Group


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    """What people were told. Without the words, which are the account's own."""

    group = Group.JOURNAL
    list_display = ("at", "user", "kind", "get_group_display", "account", "read_at")
    list_filter = ("group", "in_product", ("read_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "account")
    search_fields = ("user__email", "user__name", "kind")
    ordering = ("-id",)


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """Mail on its way, sent, or given up."""

    group = Group.JOURNAL
    list_display = (
        "created_at",
        "user",
        "state",
        "digest",
        "due_at",
        "sent_at",
        "attempts",
        "error",
    )
    list_filter = ("state", "digest")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name", "error")
    ordering = ("-id",)


@admin.register(Untold)
class UntoldAdmin(ReadOnlyAdmin):
    """What is about to be told."""

    group = Group.JOURNAL
    list_display = ("id", "event", "command", "attempts", "not_before")
    ordering = ("-id",)


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    """What people have chosen; everybody else has the defaults."""

    group = Group.JOURNAL
    list_display = ("user", "get_group_display", "channel", "scope", "timing")
    list_filter = ("group", "channel", "timing")
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    ordering = ("user", "group")


@admin.register(PersonalTimes)
class PersonalTimesAdmin(ReadOnlyAdmin):
    """Quiet hours, the hour of the daily mail, the language."""

    group = Group.JOURNAL
    list_display = ("user",)
    list_select_related = ("user",)
    search_fields = ("user__email", "user__name")
    ordering = ("user",)


@admin.register(ChosenBrand)
class ChosenBrandAdmin(ReadOnlyAdmin):
    """Whose news somebody chose by brand."""

    group = Group.JOURNAL
    list_display = ("__str__",)
    ordering = ("-pk",)
