"""The brief editor: a draft while it is written, until it is handed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from callsheet.insight.brief_view import Draft, read_draft
from callsheet.journal.commands import new_key
from callsheet.kit.errors import CallsheetError, Conflict, NotFound, Refused
from callsheet.projects.lifecycle import Status
from callsheet.services import briefing, internal_approval
from callsheet.web.brief_page import editor_facts
from callsheet.web.brief_reading import reading_facts
from callsheet.web.brief_saving import Taken, as_saved, check_writes, problems_of, take_in
from callsheet.web.frame import Frame, account_page, show

TEMPLATE = "web/brief.html"


@account_page
@require_http_methods(["GET", "HEAD", "POST"])
def brief(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """The editor of a draft. A POST saves what is typed, after the step that a button names;
    scripts post the same form and get the parts that have to be drawn anew.
    """
    if request.method == "POST":
        return _save(request, frame, key)
    draft = read_draft(frame.account, frame.rights, key)
    if not draft.is_draft:
        return redirect("project", frame.account.key, key)
    if not frame.rights.may_write:
        facts = reading_facts(frame, draft)
        return show(request, frame, "web/brief_read.html", facts, parts=("live",))
    # Who has the version that is saved needs nothing.
    if _is_script(request) and request.GET.get("v") == str(draft.version):
        return HttpResponse(status=204)
    return _editor(request, frame, draft, as_saved(draft), key)


def _save(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    check_writes(frame)
    draft = _known(frame, key)
    step = request.POST.get("step", "")
    if step == "save_as_new":
        return _save_as_new(request, frame, draft, key)
    taken = take_in(request, frame, draft, step)
    if _is_script(request):
        whole = taken.reshaped or request.htmx.target == "editor"  # type: ignore[attr-defined]
        return _editor(request, frame, draft, taken, key, whole=whole)
    if not taken.saved:
        return _editor(request, frame, draft, taken, key)
    if taken.taken:
        messages.info(request, _say_taken(taken))
    elif step in ("", "save"):
        messages.success(request, "Saved.")
    place = f"#{taken.goes_to}" if taken.goes_to else ""
    return redirect(reverse("brief", args=[frame.account.key, key]) + place)


def _say_taken(taken: Taken) -> str:
    who = taken.other or "Somebody else"
    return f"{who} changed this draft meanwhile ({', '.join(taken.taken)}); both changes are in."


def _known(frame: Frame, key: str) -> Draft | None:
    """The draft, or None when somebody who may write has one open that is gone meanwhile."""
    try:
        return read_draft(frame.account, frame.rights, key)
    except NotFound:
        if frame.rights.account_role:
            return None
        raise


def _is_script(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _editor(
    request: HttpRequest,
    frame: Frame,
    draft: Draft | None,
    taken: Taken,
    key: str,
    *,
    whole: bool = True,
) -> HttpResponse:
    """The page; for scripts the form and the summary, or (``whole`` false) the summary alone."""
    facts = editor_facts(frame, draft, taken, key)
    template = TEMPLATE
    if _is_script(request):
        template = f"{TEMPLATE}#{'both' if whole else 'summary'}"
    return show(request, frame, template, facts, status=taken.status)


def _save_as_new(
    request: HttpRequest, frame: Frame, draft: Draft | None, key: str
) -> HttpResponseBase:
    """What was typed, as a draft of its own: where the old one is gone, nothing typed is lost."""
    taken = take_in(request, frame, None, "")
    command = request.POST.get("command_key") or new_key()
    try:
        answer = briefing.write(frame.actor, frame.account.pk, taken.brief, key=command)
    except CallsheetError as error:
        taken.problems, taken.status = problems_of(error), error.status
        return _editor(request, frame, draft, taken, key)
    messages.success(request, "Saved as a new draft.")
    return redirect("brief", frame.account.key, answer["key"])


@account_page
@require_POST
def submit_brief(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """Save what is typed, then hand it in, or ask a colleague for the approval that it needs."""
    check_writes(frame)
    draft = _known(frame, key)
    command = request.POST.get("command_key") or new_key()
    taken = take_in(request, frame, draft, "save")
    if draft is not None and taken.gone and taken.brief == draft.brief:  # a second click
        messages.info(request, f"“{draft.brief.title}” is handed in.")
        return redirect("project", frame.account.key, key)
    if draft is None or not taken.saved:
        return _editor(request, frame, draft, taken, key)
    try:
        status = _hand_in(request, frame, draft, command, taken.version)
    except Refused as refusal:
        taken.problems, taken.status = problems_of(refusal), refusal.status
        return _editor(request, frame, draft, taken, key)
    except Conflict as conflict:
        if conflict.code != "stale":
            raise
        # Handed in is what was seen, not what somebody wrote in this very moment.
        messages.error(request, conflict.message)
        return redirect("brief", frame.account.key, key)
    _say_handed_in(request, taken.brief.title, status)
    return redirect("project", frame.account.key, key)


def _hand_in(
    request: HttpRequest, frame: Frame, draft: Draft, command: str, version: int
) -> dict[str, object]:
    hand_in = briefing.submit
    if request.POST.get("step") == "ask_approval":
        hand_in = internal_approval.ask_approval
    return hand_in(frame.actor, draft.number, version=version, key=f"{command[:100]}:in")


def _say_handed_in(request: HttpRequest, title: str, answer: dict[str, object]) -> None:
    status = answer["status"]
    if status == Status.PENDING_APPROVAL:
        said = f"“{title}” waits for a colleague's approval."
    elif status == Status.QUEUED:
        said = f"“{title}” is number {answer.get('position')} in the queue."
    else:
        said = f"“{title}” holds {answer['credits']} credits now; the studio reviews it."
    messages.success(request, said)
