"""What is done with a whole draft: begin one, copy, share, delete, and take the deletion back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from callsheet.catalogue.models import BriefType, deliverable_types, studio_rules
from callsheet.insight.brief_view import read_draft
from callsheet.insight.copyable import copyable
from callsheet.journal.commands import new_key
from callsheet.kit.errors import CallsheetError, NotFound
from callsheet.projects.brief import BriefInput, ConceptInput
from callsheet.projects.brief_fields import WHAT_FOR
from callsheet.projects.copying import still_true
from callsheet.projects.plain_brief import from_plain, to_plain
from callsheet.services import briefing, duplicating, sharing
from callsheet.web.brief_saving import check_writes, problems_of
from callsheet.web.frame import Frame, account_page, show

DELETED = "deleted_briefs"
MOST_DELETED = 5
"""Deletions that a session keeps, so that they can be taken back."""


@account_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_brief(request: HttpRequest, frame: Frame) -> HttpResponseBase:
    """Choose what kind of brief it is to be, or a project to begin from."""
    check_writes(frame)
    problems: dict[str, str] = {}
    status = 200
    title = request.POST.get("title", "")
    chosen = request.POST.get("brief_type", "")
    if request.method == "POST":
        fresh = BriefInput(
            title=title.strip() or "Untitled brief", brief_type=chosen, concepts=(ConceptInput(),)
        )
        key = request.POST.get("command_key") or new_key()
        try:
            answer = briefing.write(frame.actor, frame.account.pk, fresh, key=key)
        except CallsheetError as error:
            problems, status = problems_of(error), error.status
        else:
            return redirect("brief", frame.account.key, answer["key"])
    search = request.GET.get("q", "").replace("\0", "")[:100]
    facts = {
        "nav": "brief",
        "types": [(value, label, WHAT_FOR[value]) for value, label in BriefType.choices],
        "title": title,
        "problems": problems,
        "problem": next(iter(problems.values()), ""),
        "command_key": new_key(),
        "search": search,
        "former": copyable(frame.account, frame.rights, search),
    }
    return show(request, frame, "web/new_brief.html", facts, status=status)


@account_page
@require_POST
def duplicate_brief(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """A new draft that begins as a copy of this brief, whatever became of it."""
    source = read_draft(frame.account, frame.rights, key)
    answer = duplicating.duplicate(
        frame.actor, source.number, key=request.POST.get("command_key") or None
    )
    said = f"A copy of “{source.brief.title}”, without its dates."
    if answer["left_out"]:
        said += f" Not offered any more, and left out: {', '.join(answer['left_out'])}."
    messages.success(request, said)
    return redirect("brief", frame.account.key, answer["key"])


@account_page
@require_POST
def share_brief(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """Show the draft to the studio, or hide it again."""
    draft = read_draft(frame.account, frame.rights, key)
    shared = request.POST.get("shared") == "yes"
    sharing.share_draft(
        frame.actor, draft.number, shared=shared, key=request.POST.get("command_key") or None
    )
    messages.success(
        request,
        "The studio can read this draft now." if shared else "The studio sees it no more.",
    )
    return redirect("brief", frame.account.key, key)


@account_page
@require_POST
def delete_brief(request: HttpRequest, frame: Frame, key: str) -> HttpResponseBase:
    """Delete the draft; the session keeps what it said, so that Undo can write it again."""
    check_writes(frame)
    token = (request.POST.get("command_key") or new_key())[:60]
    kept: dict[str, Any] = request.session.get(DELETED, {})
    back = redirect("projects", frame.account.key)
    try:
        draft = read_draft(frame.account, frame.rights, key)
    except NotFound:
        if token in kept:  # the second click of two
            return back
        raise
    briefing.delete_draft(frame.actor, draft.number, key=token)
    kept[token] = {"account": frame.account.key, "brief": to_plain(draft.brief)}
    request.session[DELETED] = dict(list(kept.items())[-MOST_DELETED:])
    messages.success(
        request,
        f"“{draft.brief.title}” is deleted. Undo writes what it said again, as a new draft.",
        extra_tags=reverse("restore", args=[frame.account.key, token]),
    )
    return back


@account_page
@require_POST
def restore(request: HttpRequest, frame: Frame, token: str) -> HttpResponseBase:
    """Take a deletion back: what the draft said is written again, without days that have passed."""
    check_writes(frame)
    kept = request.session.get(DELETED, {}).get(token)
    if kept is None or kept["account"] != frame.account.key:
        raise NotFound("deleted draft")
    brief = still_true(from_plain(kept["brief"]), deliverable_types(), studio_rules(), frame.today)
    answer = briefing.write(frame.actor, frame.account.pk, brief, key=f"restore:{token}")
    messages.success(request, f"“{brief.title}” is back, as a new draft.")
    return redirect("brief", frame.account.key, answer["key"])
