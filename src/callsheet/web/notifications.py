"""A person's notifications: the list, one's way to what they are about, and what to hear of."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from callsheet.insight.languages import in_language, language_for
from callsheet.insight.notification_view import list_notifications, show_preferences, visible_to
from callsheet.kit.actor import Actor, person
from callsheet.kit.errors import CallsheetError, NotFound
from callsheet.notifications.kinds import Channel, Group, Scope, Timing
from callsheet.services import choosing, unsubscribing
from callsheet.web.site import is_staff


def _me(request: HttpRequest) -> Actor:
    return person(int(request.user.pk or 0), str(request.user))


def _page(
    request: HttpRequest,
    template: str,
    facts: dict[str, Any],
    reader: int | None,
    status: int = 200,
) -> HttpResponse:
    """A page in the language in which its reader gets mails."""
    with in_language(language_for(reader)):
        return render(request, template, facts, status=status)


@never_cache
@login_required
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """The newest notifications, those that wait for an answer marked."""
    before = request.GET.get("before", "")
    me = _me(request)
    lines = list_notifications(me, before=int(before) if before.isdecimal() else None)
    return _page(request, "web/notifications.html", {"lines": lines}, me.user_id)


@never_cache
@login_required
@require_safe
def open_notification(request: HttpRequest, number: int) -> HttpResponse:
    """Go to what a notification is about; it counts as read from then on."""
    me = _me(request)
    row = visible_to(me).select_related("project", "account").filter(pk=number).first()
    if row is None:
        raise Http404("There is no such notification.")
    choosing.mark_read(me, [number])
    if row.project_id and is_staff(request):
        return redirect(reverse("admin:projects_project_change", args=[row.project_id]))
    if row.project is not None and row.account is not None:
        return redirect("project", row.account.key, row.project.key)
    return redirect(f"{reverse('notifications')}#n{number}")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read."""
    choosing.mark_read(_me(request))
    return redirect("notifications")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notification_choices(request: HttpRequest) -> HttpResponse:
    """Show what one hears of, and change one line of it."""
    refused = ""
    if request.method == "POST":
        try:
            choosing.choose(
                _me(request),
                request.POST.get("group", ""),
                request.POST.get("channel", ""),
                scope=request.POST.get("scope", ""),
                timing=request.POST.get("timing", ""),
            )
        except NotFound as error:
            raise Http404(error.message) from error
        except CallsheetError as error:
            refused = error.message
        else:
            return redirect("notification_choices")
    facts = {
        "page": show_preferences(_me(request)),
        "groups": dict(Group.choices),
        "channels": dict(Channel.choices),
        "scopes": Scope.choices,
        "timings": Timing.choices,
        "refused": refused,
    }
    status = 422 if refused else 200
    return _page(request, "web/notification_choices.html", facts, request.user.pk, status)


@never_cache
@csrf_exempt  # the signed token is the permission, and mail programs post without a page before
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop mail by the link in it: a button for people, one click (RFC 8058) for programs."""
    try:
        user, groups = unsubscribing.who_unsubscribes(token)
        done = request.method == "POST"
        if done:
            unsubscribing.unsubscribe(token)
    except NotFound as error:
        raise Http404(error.message) from error
    facts = {"person": user, "groups": [group.label for group in groups], "done": done}
    return _page(request, "web/unsubscribe.html", facts, user.pk)
