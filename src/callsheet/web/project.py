"""A project's page: where it stands and its review; its brief; its timeline; its credits. Each has
an address of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST, require_safe

from callsheet.insight.project_actions import Act, actions
from callsheet.insight.project_facts import ProjectFacts, read_facts
from callsheet.insight.project_ledger import read_ledger
from callsheet.insight.project_scope import read_scope
from callsheet.insight.project_timeline import read_timeline
from callsheet.insight.review_view import read_review
from callsheet.journal.commands import new_key
from callsheet.kit import clock
from callsheet.kit.errors import NotFound
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Comment
from callsheet.services import commenting
from callsheet.web.frame import Frame, account_page, show
from callsheet.web.gallery import gallery
from callsheet.web.project_words import say_credits, say_project
from callsheet.web.stage_strip import stage_strip
from callsheet.web.step_words import WORDS
from callsheet.web.strip import customer_part, strip

_TABS = (
    ("project", "Overview"),
    ("project_brief", "Brief"),
    ("project_timeline", "Timeline"),
    ("project_credits", "Credits"),
)
_FIRST = (
    Act.CLARIFY, Act.AGREE, Act.GIVE_APPROVAL, Act.GRANT_WISH, Act.FINALIZE, Act.APPROVE,
    Act.APPROVE_BRIEF, Act.REOPEN, Act.RESUME, Act.ACCEPT, Act.DELIVER,
)  # fmt: skip
"""What is the next step where it is allowed: the one primary button."""
_BESIDE = (
    Act.DECLINE, Act.REFUSE_WISH, Act.REVISE, Act.APPROVE, Act.REFUSE_BRIEF, Act.ASK_CUSTOMER,
    Act.ADD_FILE, Act.EXTEND, Act.RETURN, Act.WITHDRAW, Act.TAKE_BACK,
)  # fmt: skip
"""What stands beside it as a button; the rest is in the menu."""
_MOST_BESIDE = 2
_CAREFUL_LAST = (Act.ASK_CANCEL, Act.CANCEL)


@dataclass(frozen=True, slots=True)
class Button:
    """An action as a button or a line of the menu."""

    act: str
    words: str


def head(frame: Frame, facts: ProjectFacts, here: str) -> dict[str, Any]:
    """What the top of every tab shows."""
    offered = actions(facts, frame.rights, frame.actor.user_id or 0, clock.now())
    first, beside, more = _buttons(offered, several=facts.states.get("delivered", 0) > 1)
    return {
        "nav": "projects",
        "facts": facts,
        "project": facts.project,
        "title": facts.project.title or "Untitled",
        "sentence": say_project(
            facts, frame.today, studio=frame.rights.is_staff, answers=Act.COMMENT in offered
        ),
        "strip": _strip(facts),
        "tabs": [(name, words, name == here) for name, words in _TABS],
        "here": here,
        "offered": {act.value for act in offered},
        "may": {act.name.lower(): True for act in offered},
        "first": first,
        "beside": beside,
        "more": more,
    }


def _buttons(
    offered: tuple[Act, ...], *, several: bool
) -> tuple[Button | None, list[Button], list[Button]]:
    def button(act: Act) -> Button:
        all_of_it = act is Act.APPROVE and several
        return Button(act.value, "Approve all" if all_of_it else WORDS[act].menu)

    first = next((act for act in _FIRST if act in offered), None)
    beside = [act for act in _BESIDE if act in offered and act is not first][:_MOST_BESIDE]
    rest = [a for a in offered if a not in (first, *beside, Act.COMMENT)]
    rest.sort(key=lambda act: act in _CAREFUL_LAST)
    return (
        button(first) if first else None,
        [button(act) for act in beside],
        [button(act) for act in rest],
    )


def _strip(facts: ProjectFacts) -> str:
    """The project's own credits: what it holds, what has come back."""
    project = facts.project
    size = max(project.credits, facts.held)
    if not size or facts.status in (Status.DRAFT, Status.PENDING_APPROVAL):
        return ""
    waits = facts.status is Status.QUEUED or project.resuming_since is not None
    part = customer_part(project.title, project.status, facts.held, "")
    if facts.held:
        words = f"{facts.held} of its {say_credits(size)} are held."
    else:
        words = f"It waits for {say_credits(project.asks)}." if waits else "It holds no credits."
    return strip(
        [part] if facts.held else [], size, reserved=project.asks if waits else 0,
        width=min(480, 20 * -(-size // 5)), height=14, words=words,
    )  # fmt: skip


@account_page
@require_safe
def project(request: HttpRequest, frame: Frame, key: str) -> HttpResponse:
    """Where it stands, and the review; a draft's page is its editor."""
    facts = read_facts(frame.account, frame.rights, key)
    if facts.status is Status.DRAFT:
        return _draft(request, frame, facts)
    review = read_review(facts.project, everything=frame.rights.is_staff)
    page = {
        **head(frame, facts, "project"),
        "review": review,
        "concepts": gallery(review),
        "command_key": new_key(),
    }
    return show(request, frame, "web/project.html", page, parts=("live",))


def _draft(request: HttpRequest, frame: Frame, facts: ProjectFacts) -> HttpResponse:
    try:
        to = reverse("brief", args=[frame.account.key, facts.project.key])
    except NoReverseMatch:
        return _brief(request, frame, facts)
    return HttpResponseRedirect(to)


@account_page
@require_safe
def project_brief(request: HttpRequest, frame: Frame, key: str) -> HttpResponse:
    """What was asked for, as it was submitted."""
    return _brief(request, frame, read_facts(frame.account, frame.rights, key))


def _brief(request: HttpRequest, frame: Frame, facts: ProjectFacts) -> HttpResponse:
    project = facts.project
    page = {
        **head(frame, facts, "project_brief"),
        "scope": read_scope(project),
        "told": [
            (name.replace("_", " ").capitalize(), value)
            for name, value in project.fields.items()
            if str(value).strip()
        ],
    }
    return show(request, frame, "web/project_brief.html", page, parts=("live",))


@account_page
@require_safe
def project_timeline(request: HttpRequest, frame: Frame, key: str) -> HttpResponse:
    """What happened, and how long who was waited for."""
    facts = read_facts(frame.account, frame.rights, key)
    timeline = read_timeline(facts.project)
    page = {
        **head(frame, facts, "project_timeline"),
        "timeline": timeline,
        "stages": stage_strip(timeline.stays, frame.today, studio=frame.rights.is_staff),
    }
    return show(request, frame, "web/project_timeline.html", page, parts=("live",))


@account_page
@require_safe
def project_credits(request: HttpRequest, frame: Frame, key: str) -> HttpResponse:
    """The lines of the ledger that are this project's."""
    facts = read_facts(frame.account, frame.rights, key)
    page = {**head(frame, facts, "project_credits"), "lines": read_ledger(facts.project)}
    return show(request, frame, "web/project_credits.html", page, parts=("live",))


@account_page
@require_POST
def settle_comment(request: HttpRequest, frame: Frame, key: str, comment: int) -> HttpResponse:
    """Resolve a comment, or open it again, with the way back in the message."""
    facts = read_facts(frame.account, frame.rights, key)
    if not Comment.objects.filter(pk=comment, project=facts.project).exists():
        raise NotFound("comment")
    open_again = "open" in request.GET
    done = commenting.reopen_comment if open_again else commenting.resolve_comment
    done(frame.actor, comment, key=request.POST.get("command_key", "")[:200] or None)
    here = reverse("settle_comment", args=[frame.account.key, key, comment])
    if open_again:
        messages.success(request, "The comment is open again.")
    else:
        messages.success(request, "The comment is resolved.", extra_tags=f"{here}?open=1")
    response = HttpResponseRedirect(reverse("project", args=[frame.account.key, key]))
    response.status_code = 303
    return response
