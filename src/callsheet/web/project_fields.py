"""What the form of an action asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from callsheet.catalogue.models import DeliverableKind, Stage
from callsheet.insight.project_actions import Act
from callsheet.insight.project_facts import ProjectFacts
from callsheet.insight.project_scope import ScopeLine, members_of, read_scope, types_for
from callsheet.projects.models import DeliverableState, Party, Priority
from callsheet.projects.staging import stages_of

type Options = Sequence[tuple[str, str]]

NEW_CONCEPT = "new"
NO_PART = "nothing"


@dataclass(frozen=True, slots=True)
class Field:
    """A field: ``kind`` is text (several lines), line, day, number, choice, choices or file.

    ``initial`` is what it says at first; of choices, their values divided by commas.
    """

    name: str
    label: str
    kind: str = "text"
    required: bool = False
    help: str = ""
    options: Options = ()
    initial: str = ""
    group: str = ""


def note(label: str, name: str = "note", *, required: bool = True, help: str = "") -> Field:
    """A few lines of text."""
    return Field(name, label, required=required, help=help)


PLACE = (
    Field("left", "From the left, %", "number"),
    Field("top", "From the top, %", "number"),
    Field("second", "At which second", "number"),
)
"""Where in a file a comment is pinned; asked for beside the file, and again where it was wrong."""

_SAY_MORE = note("A word to the studio (optional)", required=False)


def fields_of(act: Act, facts: ProjectFacts, wanted: frozenset[int] = frozenset()) -> list[Field]:
    """The fields of that action. ``wanted`` are the deliverables (by number) that somebody came
    for; without them all that could be meant are chosen.
    """
    simple = _SIMPLE.get(act)
    if simple is not None:
        return list(simple)
    made = _MADE.get(act)
    return [] if made is None else made(facts, wanted)


_SIMPLE: dict[Act, tuple[Field, ...]] = {
    Act.APPROVE_BRIEF: (note("A word to your colleague (optional)", required=False),),
    Act.REFUSE_BRIEF: (note("What has to change in the brief"),),
    Act.CLARIFY: (note("Your answer"),),
    Act.GIVE_APPROVAL: (note("A word about it (optional)", required=False),),
    Act.TAKE_APPROVAL_BACK: (note("Why (optional)", required=False),),
    Act.WITHDRAW: (note("Why (optional)", required=False),),
    Act.ASK_PARK: (note("Why it should rest", "reason"),),
    Act.ASK_CANCEL: (note("Why it should stop", "reason"),),
    Act.AGREE: (note("A word about it (optional)", required=False),),
    Act.DECLINE: (note("Why (optional)", required=False),),
    Act.WITHDRAW_CHANGE: (note("Why (optional)", required=False),),
    Act.ASK_CUSTOMER: (note("Your question"),),
    Act.RETURN: (note("What has to change in the brief"),),
    Act.REFUSE_WISH: (note("Why it goes on", "reason"),),
    Act.PARK: (note("Why it is parked"),),
    Act.COMMENT: (note("Your comment", "text"),),
    Act.ACCEPT: (
        Field("promised_on", "Promised day (optional)", "day", help="Empty: no promise is given."),
        note("A word to the customer (optional)", required=False),
    ),
}


def _deliverables(facts: ProjectFacts, wanted: frozenset[int], label: str, *, free: bool) -> Field:
    lines = [
        line
        for line in read_scope(facts.project)
        if (line.free if free else line.state == DeliverableState.DELIVERED)
    ]
    chosen = [line for line in lines if not wanted or line.deliverable in wanted]
    return Field(
        "deliverables", label, "choices", required=True, options=_named(lines),
        initial=",".join(str(line.deliverable) for line in chosen),
    )  # fmt: skip


def _named(lines: Sequence[ScopeLine]) -> Options:
    return [(str(line.deliverable), str(line)) for line in lines]


def _approve(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    return [_deliverables(facts, wanted, "What you approve", free=False), _SAY_MORE]


def _deliver(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    return [_deliverables(facts, wanted, "What you deliver", free=True)]


def _revise(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    lines = [s for s in read_scope(facts.project) if s.state == DeliverableState.DELIVERED]
    chosen = [line for line in lines if line.deliverable in wanted] or lines
    return [
        Field(
            f"changes.{line.deliverable}", f"What should change: {line}",
            required=len(chosen) == 1,
            help="" if len(chosen) == 1 else "Leave empty what is fine.",
        )
        for line in chosen
    ]  # fmt: skip


def _variations(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    masters = [line for line in read_scope(facts.project) if line.is_master]
    types = [
        (kind.key, kind.name)
        for kind in types_for(facts.project.brief_type)
        if kind.kind == DeliverableKind.VARIATION
    ]
    first = next((str(line.deliverable) for line in masters if line.deliverable in wanted), "")
    return [
        Field("master", "Of which master", "choice", True, options=_named(masters), initial=first),
        Field("type", "Which variation", "choice", True, options=types),
        Field("quantity", "How many", "number", True, initial="1"),
        Field("placement", "Placement (optional)", "line", help="For example: Instagram story."),
        note("What is different (optional)", "notes", required=False),
    ]


def _people(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    members = members_of(facts.project.account_id)
    parts = {one.user: one.part for one in facts.people}
    people = []
    for number, name, writes in members:
        part = "owner" if number == facts.project.owner_id else parts.get(number, "")
        said = {"reviewer": " (reviewer)", "approver": " (required approver)", "owner": " (owner)"}
        people.append((str(number), f"{name}{said.get(part, '' if writes else ' (viewer)')}"))
    becomes = [
        ("reviewer", "Reviewer: may approve and ask for changes"),
        ("approver", "Required approver: nothing is finalized without"),
        ("owner", "Owner: is asked first"),
        (NO_PART, "Nothing in it any more"),
    ]
    return [
        Field("user", "Who", "choice", True, options=people),
        Field("part", "Becomes", "choice", True, options=becomes),
    ]


def _dates(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    project = facts.project
    return [
        Field("wanted_by", "Wanted by", "day", initial=_iso(project.wanted_by)),
        Field("publish_on", "To be published on", "day", initial=_iso(project.publish_on)),
        Field("campaign", "Campaign", "line", initial=project.campaign),
        Field(
            "priority", "Priority", "choice", True, initial=str(project.priority),
            options=[(str(value), str(label)) for value, label in Priority.choices],
            help="Weighs in planning only; the queue goes by rank.",
        ),
        note("Why (optional)", required=False),
    ]  # fmt: skip


def _iso(day: object) -> str:
    return day.isoformat() if hasattr(day, "isoformat") else ""


def _change(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    scope = read_scope(facts.project)
    concepts = dict.fromkeys((line.concept, line.concept_title) for line in scope)
    types = [
        (kind.key, f"{kind.name}, {kind.credits} credits")
        for kind in types_for(facts.project.brief_type)
        if kind.kind == DeliverableKind.MASTER
    ]
    group = "What is ordered now"
    ordered = [
        Field(
            f"quantity.{line.deliverable}", f"{line.name} ({line.concept_title})", "number",
            help=f"{line.credits} credits now. 0 leaves it out.", initial=str(line.quantity),
            group=group,
        )
        for line in scope
        if not line.produced
    ]  # fmt: skip
    added = [
        Field("add_type", "Add (optional)", "choice", options=[("", "Nothing"), *types],
              group="What is added"),
        Field("add_quantity", "How many", "number", initial="1", group="What is added"),
        Field(
            "add_concept", "To which concept", "choice", group="What is added",
            options=[*((str(pk), title) for pk, title in concepts), (NEW_CONCEPT, "A new concept")],
        ),
        Field("add_title", "Title of the new concept", "line", group="What is added"),
    ]  # fmt: skip
    return [*ordered, *added, note("Why the scope should change", "reason")]


def _stage(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    stages = [(s.value, str(Stage(s).label)) for s in stages_of(facts.project.brief_type)]
    parties = [("", "Whoever it usually is"), *((p.value, str(p.label)) for p in Party)]
    return [
        Field("stage", "Stage", "choice", True, options=stages, initial=facts.stage),
        Field("waiting_for", "Who is waited for", "choice", options=parties),
        Field("expected_until", "Expected until (optional)", "day"),
        note("Note (needed for a step back)", required=False),
    ]


def _file(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    lines = [s for s in read_scope(facts.project) if s.state != DeliverableState.APPROVED]
    first = next((str(line.deliverable) for line in lines if line.deliverable in wanted), "")
    return [
        Field("deliverable", "For what", "choice", True, options=_named(lines), initial=first),
        Field("file", "File", "file", True),
        Field("name", "Name (optional)", "line",
              help="A file of a name that is there already becomes its next version."),
    ]  # fmt: skip


def _promise(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    return [
        Field("promised_on", "Promised day", "day", initial=_iso(facts.project.promised_on),
              help="Empty: the promise is taken back."),
        note("Why, for the customer"),
    ]  # fmt: skip


def _consumed(facts: ProjectFacts) -> list[Field]:
    if not facts.consumes or facts.project.accepted_at is None or not facts.held:
        return []
    return [
        Field("consumed", f"Credits that are used up, of {facts.held}", "number",
              initial=str(facts.held))
    ]  # fmt: skip


def _cancel(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    return [*_consumed(facts), note("Why it is canceled")]


def _grant(facts: ProjectFacts, wanted: frozenset[int]) -> list[Field]:
    cancels = facts.wish is not None and facts.wish.wish == "cancel"
    return [
        *(_consumed(facts) if cancels else []),
        note("A word to the customer (optional)", required=False),
    ]


_MADE: dict[Act, Callable[[ProjectFacts, frozenset[int]], list[Field]]] = {
    Act.APPROVE: _approve,
    Act.REVISE: _revise,
    Act.ADD_VARIATIONS: _variations,
    Act.ARRANGE_PEOPLE: _people,
    Act.CHANGE_DATES: _dates,
    Act.PROPOSE_CHANGE: _change,
    Act.ENTER_STAGE: _stage,
    Act.ADD_FILE: _file,
    Act.DELIVER: _deliver,
    Act.CHANGE_PROMISE: _promise,
    Act.CANCEL: _cancel,
    Act.GRANT_WISH: _grant,
}
