"""Taking in what a brief's form holds: parse it, save it, put two people's versions together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest

from callsheet.catalogue.models import deliverable_types
from callsheet.insight.brief_view import Draft, last_writer, read_draft
from callsheet.journal.commands import new_key
from callsheet.kit.errors import CallsheetError, Conflict, NotFound, Refusals
from callsheet.projects.brief import BriefInput
from callsheet.services import briefing
from callsheet.tenants.access import check_can_write
from callsheet.web.brief_form import Typed, parse, read_form, typed_of
from callsheet.web.brief_merge import Clash, digests, merge
from callsheet.web.brief_steps import take_step
from callsheet.web.frame import Frame


@dataclass
class Taken:
    """What became of a form: how it reads now, and whether that is saved.

    ``version`` and ``base`` are what the form goes by from now on. ``gone`` says that what was
    typed has no draft any more to go into. ``reshaped``: the form has to be drawn anew.
    ``as_it_was``: nothing had to be saved.
    """

    typed: Typed
    brief: BriefInput
    version: int
    base: str
    saved: bool = False
    status: int = 200
    problems: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    clashes: tuple[Clash, ...] = ()
    other: str = ""
    taken: tuple[str, ...] = ()
    gone: str = ""
    goes_to: str = ""
    reshaped: bool = False
    as_it_was: bool = False


def check_writes(frame: Frame) -> None:
    """Raise ``Forbidden`` unless this person writes briefs here; services check it again."""
    if not frame.rights.may_write:
        check_can_write(frame.actor, frame.account)


def as_saved(draft: Draft) -> Taken:
    """The form of the draft as it is saved."""
    brief = draft.brief
    return Taken(typed_of(brief), brief, draft.version, digests(brief), saved=True, as_it_was=True)


def take_in(request: HttpRequest, frame: Frame, draft: Draft | None, step: str) -> Taken:
    """Take the step, parse what was typed, and save it as the draft, where it can be saved.

    Of two people's changes, each one's go in; what both changed comes back as clashes, unsaved.
    """
    posted = request.POST
    typed = read_form(posted)
    goes_to = take_step(typed, step, deliverable_types())
    brief, problems = parse(typed, draft.brief.fields if draft else {})
    taken = Taken(
        typed, brief, _number(posted.get("version", "")), posted.get("base", ""),
        goes_to=goes_to, reshaped=step not in ("", "save"),
    )  # fmt: skip
    if draft is None or not draft.is_draft:
        taken.status, taken.gone = 409, "deleted" if draft is None else "submitted"
        return taken
    if problems:
        return _refuse(taken, problems, 422)
    if brief == draft.brief and taken.version == draft.version:
        taken.saved, taken.base, taken.as_it_was = True, digests(brief), True
        return taken
    key = posted.get("command_key") or new_key()
    try:
        answer = briefing.write(
            frame.actor, frame.account.pk, brief, project_id=draft.number, version=taken.version,
            key=key,
        )  # fmt: skip
    except Conflict as conflict:
        if conflict.code == "stale":
            return _put_together(frame, draft, taken, key, _choices(posted.items()))
        if conflict.code == "not_a_draft":
            taken.status, taken.gone = 409, "submitted"
            return taken
        taken.status, taken.refusal = conflict.status, conflict.message
        return taken
    except NotFound:
        taken.status, taken.gone = 409, "deleted"
        return taken
    except CallsheetError as error:
        return _refuse(taken, problems_of(error), error.status)
    taken.saved, taken.version, taken.base = True, int(answer["version"]), digests(brief)
    return taken


def _refuse(taken: Taken, problems: Mapping[str, str], status: int) -> Taken:
    taken.problems, taken.status, taken.reshaped = dict(problems), status, True
    return taken


def _put_together(
    frame: Frame,
    draft: Draft,
    taken: Taken,
    key: str,
    choices: Mapping[str, str],
    tries: int = 5,
) -> Taken:
    """Somebody else saved meanwhile: merge with what there is now, and save that."""
    try:
        theirs = read_draft(frame.account, frame.rights, draft.key)
    except NotFound:
        taken.status, taken.gone = 409, "deleted"
        return taken
    merged = merge(taken.base, taken.brief, theirs.brief, choices, deliverable_types())
    taken.other, taken.reshaped = last_writer(draft.number), True
    if merged.clashes:
        taken.clashes, taken.status = merged.clashes, 409
        return taken
    try:
        answer = briefing.write(
            frame.actor, frame.account.pk, merged.brief, project_id=draft.number,
            version=theirs.version, key=f"{key[:100]}:{theirs.version}",
        )  # fmt: skip
    except CallsheetError as error:
        if error.code == "stale" and tries > 1:  # and again, in this very moment
            return _put_together(frame, draft, taken, key, choices, tries - 1)
        return _refuse(taken, problems_of(error), error.status)
    taken.typed, taken.brief, taken.taken = typed_of(merged.brief), merged.brief, merged.taken
    taken.saved, taken.version, taken.base = True, int(answer["version"]), digests(merged.brief)
    return taken


def problems_of(error: CallsheetError) -> dict[str, str]:
    """What a refusal says, by field; what is about no field stands under the empty name."""
    problems = error.problems if isinstance(error, Refusals) else [error]
    said: dict[str, str] = {}
    for problem in problems:
        said.setdefault(problem.field or "", problem.message)
    return said


def _choices(posted: Iterable[tuple[str, object]]) -> dict[str, str]:
    return {name[7:]: str(value) for name, value in posted if name.startswith("choose.")}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
