"""What people do on the queue's page: order it, change a not-before date, withdraw."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from callsheet.kit.errors import CallsheetError, Conflict, NotFound, Refused
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import briefing, parking, queueing, sequencing
from callsheet.web.frame import Frame, account_page
from callsheet.web.queue import Problem, queue_page
from callsheet.web.queue_order import Wanted, given, numbers_of, text_of
from callsheet.web.templatetags.said import say_day


def _back(frame: Frame) -> HttpResponse:
    response = redirect("queue", frame.account.key)
    response.status_code = 303  # the browser fetches the page, whatever the method was
    return response


def _found(frame: Frame, key: str) -> Project:
    project = Project.objects.filter(account=frame.account, key=key.replace("\0", "")).first()
    if project is None:
        raise NotFound("project")
    return project


def _key(request: HttpRequest) -> str | None:
    return request.POST.get("command_key") or None


@account_page
@require_POST
def queue_order(request: HttpRequest, frame: Frame) -> HttpResponseBase:
    """Save an order that was tried out. If the queue is another one meanwhile, both are shown."""
    asked = given(request)
    order, seen = (numbers_of(asked.get(name, "")) for name in ("order", "seen"))
    try:
        answer = queueing.reorder(
            frame.actor, frame.account.pk, order, seen=seen or None, key=_key(request)
        )
    except Conflict as conflict:
        if conflict.code != "stale_queue":
            raise
        wanted = Wanted(order, seen)
        return queue_page(request, frame, wanted, conflict=conflict.message, status=conflict.status)
    started = Project.objects.filter(pk__in=answer["started"]).values_list("title", flat=True)
    said = "The queue is in its new order."
    if started:
        names = ", ".join(f"“{title}”" for title in started)
        said += f" {names} started at once."
        messages.success(request, said)
    else:
        undo = reverse("queue_order", args=[frame.account.key])
        undo += f"?order={text_of(answer['before'])}&seen={text_of(answer['order'])}"
        messages.success(request, said, extra_tags=undo)
    return _back(frame)


@account_page
@require_POST
def queue_not_before(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """Set or clear the day before which a brief must not start."""
    project = _found(frame, key)
    asked = request.POST if "day" in request.POST else request.GET
    typed = asked.get("day", "").strip()
    try:
        day = _day_of(typed)
        answer = sequencing.change_not_before(frame.actor, project.pk, day, key=_key(request))
    except Refused as refused:
        problem = Problem(project.key, typed[:40], refused.message)
        return queue_page(request, frame, problem=problem, status=refused.status)
    if answer["status"] not in (Status.QUEUED, Status.PARKED, Status.FINALIZED):
        messages.success(request, f"“{project.title}” started at once.")
    else:
        said = (
            f"“{project.title}” starts when its credits are there."
            if day is None
            else f"“{project.title}” does not start before {say_day(day, frame.today)}."
        )
        undo = reverse("queue_not_before", args=[frame.account.key, project.key])
        was = project.not_before
        if was is None or was >= frame.today:
            messages.success(
                request, said, extra_tags=f"{undo}?day={was.isoformat() if was else ''}"
            )
        else:
            messages.success(request, said)
    return _back(frame)


def _day_of(typed: str) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refused(
            "not_a_day", "That is not a day. Write it like 2026-05-12.", field="day"
        ) from None


@account_page
@require_POST
def queue_withdraw(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """Take a brief out of the queue; its place is kept for some days, so that Undo gives it back.

    A project that has been in production does not go on any more, but stays as it rested.
    """
    project = _found(frame, key)
    if project.resuming_since is not None:
        parking.rest(frame.actor, project.pk, key=_key(request))
        said = f"“{project.title}” rests again and does not wait for credits any more."
        undo = project.status == Status.PARKED
    else:
        typed = request.POST.get("version", "")
        version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
        briefing.withdraw(frame.actor, project.pk, version=version, key=_key(request))
        project.refresh_from_db(fields=["rank_kept_until"])
        kept = project.rank_kept_until
        until = f" It keeps its place until {say_day(kept, frame.today)}." if kept else ""
        said, undo = f"“{project.title}” is a draft again.{until}", True
    if undo:
        back = reverse("queue_put_back", args=[frame.account.key, project.key])
        messages.success(request, said, extra_tags=back)
    else:
        messages.success(request, said)
    return _back(frame)


@account_page
@require_POST
def queue_put_back(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """Undo: hand a withdrawn brief in again, or let a project wait for its credits again."""
    project = _found(frame, key)
    try:
        if project.status == Status.PARKED:
            parking.resume(frame.actor, project.pk)
        else:
            briefing.submit(frame.actor, project.pk)
    except CallsheetError as error:
        messages.error(request, error.message)
        return _back(frame)
    messages.success(request, f"“{project.title}” is back in its place.")
    return _back(frame)
