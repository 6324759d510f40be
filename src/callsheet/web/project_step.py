"""One action on a project: what it would do and what it needs, then the doing.

The same address shows the form as a page of its own, or as the inside of a dialog; a form that was
refused comes back with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from callsheet.insight.growth import effect_of
from callsheet.insight.project_actions import Act, actions
from callsheet.insight.project_facts import ProjectFacts, read_facts
from callsheet.insight.project_scope import (
    given_back_by_approving,
    read_scope,
    types_for,
    words_of_change,
)
from callsheet.insight.what_starts import starts_if_given_back
from callsheet.journal.commands import new_key
from callsheet.kit import clock
from callsheet.kit.errors import CallsheetError, Conflict, NotFound, Refusals, Refused
from callsheet.projects.models import StopRequest
from callsheet.services import amending
from callsheet.web.frame import Frame, account_page, show
from callsheet.web.project_asked import Asked
from callsheet.web.project_choice import read_number
from callsheet.web.project_consequences import consequence
from callsheet.web.project_doing import do, scope_changes
from callsheet.web.project_fields import PLACE, Field, fields_of
from callsheet.web.project_words import say_credits
from callsheet.web.step_words import WORDS
from callsheet.web.templatetags.said import say_days

GIVES_BACK = (Act.FINALIZE, Act.WITHDRAW, Act.RETURN, Act.PARK, Act.CANCEL, Act.GRANT_WISH)

UNDO: Mapping[Act, Act] = {
    Act.ASK_PARK: Act.TAKE_BACK_WISH,
    Act.ASK_CANCEL: Act.TAKE_BACK_WISH,
    Act.PROPOSE_CHANGE: Act.WITHDRAW_CHANGE,
    Act.GIVE_APPROVAL: Act.TAKE_APPROVAL_BACK,
    Act.TAKE_APPROVAL_BACK: Act.GIVE_APPROVAL,
}
"""What takes an action back as if it had not been; the message after it offers it."""


@account_page
@require_http_methods(["GET", "HEAD", "POST"])
def project_step(request: HttpRequest, frame: Frame, key: str, act: str) -> HttpResponse:
    """The form of an action (GET), and the action (POST)."""
    if act not in set(Act):
        raise NotFound("page")
    action = Act(act)
    facts = read_facts(frame.account, frame.rights, key)
    if request.method == "POST":
        return _post(request, frame, facts, action)
    offered = actions(facts, frame.rights, frame.actor.user_id or 0, clock.now())
    if action not in offered:
        messages.error(request, "That cannot be done now: things have changed meanwhile.")
        to = reverse("project", args=[frame.account.key, key])
        if getattr(request, "htmx", None):
            return HttpResponseClientRedirect(to)
        return HttpResponseRedirect(to)
    return _form(request, frame, facts, action, request.GET, {}, new_key())


def _post(request: HttpRequest, frame: Frame, facts: ProjectFacts, act: Act) -> HttpResponse:
    key = request.POST.get("command_key", "")[:200] or new_key()
    files = {name: file for name, file in request.FILES.items() if not isinstance(file, list)}
    asked = Asked(frame.actor, facts, request.POST, files, key)
    try:
        if "look" in request.POST and act is Act.PROPOSE_CHANGE:
            effect = amending.preview(frame.actor, facts.project.pk, scope_changes(asked))
            return _form(request, frame, facts, act, request.POST, {}, key, effect=effect)
        done = do(act, asked)
    except (Refused, Conflict) as error:
        fresh = read_facts(frame.account, frame.rights, facts.project.key)
        said = problems_of(error, fields_of(act, fresh))
        return _form(request, frame, fresh, act, request.POST, said, key, status=error.status)
    undo = UNDO.get(act)
    to = reverse("project_step", args=[frame.account.key, facts.project.key, undo]) if undo else ""
    messages.success(request, done, extra_tags=to)
    response = HttpResponseRedirect(_back(request, frame, facts.project.key))
    response.status_code = 303
    return response


def _back(request: HttpRequest, frame: Frame, key: str) -> str:
    wanted = request.POST.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("project", args=[frame.account.key, key])


def problems_of(error: CallsheetError, fields: list[Field]) -> dict[str, list[str]]:
    """What was refused, by the field that shows it; the rest under the empty name."""
    known = {field.name for field in fields}
    said: dict[str, list[str]] = {}
    for problem in error.problems if isinstance(error, Refusals) else [error]:
        name = problem.field or ""
        # Services name a place by its own path; the form may show it by the end of it.
        name = next((n for n in (name, name.rsplit(".", 1)[-1]) if n in known), "")
        said.setdefault(name, []).append(problem.message)
    return said


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with what it says now and what is wrong with it."""

    field: Field
    value: str
    chosen: tuple[str, ...]
    problems: tuple[str, ...]


def _shown(
    field: Field, given: QueryDict, problems: Mapping[str, list[str]], *, again: bool
) -> Shown:
    """``again``: the form was sent and comes back with what was typed."""
    value = given.get(field.name, "") if again else field.initial
    chosen = tuple(given.getlist(field.name) if again else field.initial.split(","))
    return Shown(field, value, chosen, tuple(problems.get(field.name, ())))


def _form(
    request: HttpRequest,
    frame: Frame,
    facts: ProjectFacts,
    act: Act,
    given: QueryDict,
    problems: Mapping[str, list[str]],
    key: str,
    *,
    status: int = 200,
    effect: object = None,
) -> HttpResponse:
    words, title = WORDS[act], facts.project.title or "Untitled"
    wanted = frozenset(
        n for name in ("deliverable", "deliverables") for n in map(read_number, given.getlist(name))
        if n
    )  # fmt: skip
    fields = fields_of(act, facts, wanted)
    if act is Act.COMMENT:
        fields += [field for field in PLACE if given.get(field.name)]
    again = request.method == "POST"
    shown = [_shown(field, given, problems, again=again) for field in fields]
    facts_shown: dict[str, Any] = {
        "nav": "projects",
        "project": facts.project,
        "act": act.value,
        "words": replace(words, headline=words.headline.format(title=title)),
        "consequence": _consequence(frame, facts, act, wanted),
        "fields": shown,
        "problems": problems.get("", ()),
        "some_problem": bool(problems),
        "command_key": key,
        "kept": {n: given[n] for n in ("file", "answers") if n in given}
        if act is Act.COMMENT else {},
        "next": given.get("next", ""),
        "has_file": act is Act.ADD_FILE,
        "looks": act is Act.PROPOSE_CHANGE,
        "effect": effect,
        "about": _about(facts, act),
    }  # fmt: skip
    return show(
        request, frame, "web/project_step.html", facts_shown, status=status, parts=("step",)
    )


def _consequence(frame: Frame, facts: ProjectFacts, act: Act, wanted: frozenset[int]) -> str:
    starts, approved = None, 0
    if act in GIVES_BACK and facts.held and not facts.consumes:
        starts = starts_if_given_back(facts.project, facts.held, finalized=act is Act.FINALIZE)
    change = facts.change.credits_change if facts.change else 0
    if act is Act.AGREE and change > 0:
        effect = effect_of(facts.project, facts.project.credits + change)
        free = "They are free and held at once." if effect.at_once else effect.sentence
        expected = ""
        if effect.from_day:
            days = say_days(effect.from_day, effect.by_day or effect.from_day, frame.today)
            expected = f" They are expected {days}; production goes on meanwhile."
        return f"The project costs {say_credits(change)} more. {free}{expected}"
    if act is Act.APPROVE:
        scope = read_scope(facts.project)
        chosen = wanted or {line.deliverable for line in scope if line.state == "delivered"}
        approved = given_back_by_approving(facts.project, scope, chosen, facts.held)
    return consequence(act, facts, frame.today, starts=starts, approved=approved)


def _about(facts: ProjectFacts, act: Act) -> list[str]:
    """What the other side has asked for or proposed, where the action answers it."""
    if act is Act.CLARIFY and facts.said is not None:
        return [f"{facts.said.by} asks: “{facts.said.text}”"]
    if act in (Act.AGREE, Act.DECLINE, Act.WITHDRAW_CHANGE) and facts.change is not None:
        types = {kind.key: kind.name for kind in types_for(facts.project.brief_type)}
        scope = read_scope(facts.project)
        return [*words_of_change(facts.change.changes, scope, types), f"“{facts.change.reason}”"]
    if act in (Act.GRANT_WISH, Act.REFUSE_WISH, Act.TAKE_BACK_WISH) and facts.wish is not None:
        word = "cancel" if facts.wish.wish == StopRequest.Wish.CANCEL else "park"
        return [f"The wish to {word} it: “{facts.wish.reason}”"]
    return []
