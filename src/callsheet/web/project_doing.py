"""From an action's form to the one service that does it, and what is said when it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callsheet.insight.project_actions import Act
from callsheet.kit.errors import Refused
from callsheet.projects.scope_changes import Addition, ScopeChanges
from callsheet.services import (
    amending,
    briefing,
    commenting,
    dating,
    extending,
    internal_approval,
    parking,
    production,
    project_people,
    promising,
    reopening,
    reviewing,
    staging,
    stopping,
    uploading,
    variations,
)
from callsheet.web.project_asked import Asked
from callsheet.web.project_choice import read_number
from callsheet.web.project_fields import NEW_CONCEPT, NO_PART

type Answer = dict[str, Any]


def do(act: Act, asked: Asked) -> str:
    """Do it, and say that it is done. Raises what the service raises."""
    run, words = _DO[act]
    answer = run(asked)
    started = answer.get("started") or []
    said = words.format(title=asked.facts.project.title or "the project")
    back = answer.get("released")
    if back:
        said += f" {back} credit{'' if back == 1 else 's'} came back."
    if started:
        said += f" {len(started)} more {'brief' if len(started) == 1 else 'briefs'} started by it."
    return said


def _approve(a: Asked) -> Answer:
    return reviewing.approve(
        a.actor, a.project, a.numbers("deliverables"), version=a.version, key=a.key,
        note=a.text("note"),
    )  # fmt: skip


def _revise(a: Asked) -> Answer:
    wanted = {
        number: a.text(name)
        for name in a.given
        if name.startswith("changes.")
        and (number := read_number(name.removeprefix("changes.")))
        and a.text(name).strip()
    }
    if not wanted:
        first = next((name for name in a.given if name.startswith("changes.")), "changes")
        raise Refused("no_changes", "Write what should change.", field=first)
    return reviewing.ask_for_changes(a.actor, a.project, wanted, version=a.version, key=a.key)


def _variations(a: Asked) -> Answer:
    one = variations.Variation(
        type=a.text("type"), master=read_number(a.text("master")) or 0,
        quantity=a.number("quantity"), placement=a.text("placement"), notes=a.text("notes"),
    )  # fmt: skip
    return variations.add_variations(a.actor, a.project, [one], version=a.version, key=a.key)


def _people(a: Asked) -> Answer:
    user, part = read_number(a.text("user")) or 0, a.text("part")
    if part == "owner":
        return project_people.change_owner(a.actor, a.project, user, key=a.key)
    if part == NO_PART:
        return project_people.remove_person(a.actor, a.project, user, key=a.key)
    return project_people.set_person(a.actor, a.project, user, part, key=a.key)


def _dates(a: Asked) -> Answer:
    changes = {
        "wanted_by": a.day("wanted_by"),
        "publish_on": a.day("publish_on"),
        "campaign": a.text("campaign"),
        "priority": a.number("priority"),
    }
    return dating.change_dates(
        a.actor, a.project, changes, version=a.version, key=a.key, note=a.text("note")
    )


def scope_changes(a: Asked) -> ScopeChanges:
    """The change of scope that the form asks for."""
    quantity, drop = {}, []
    for name in a.given:
        number = read_number(name.removeprefix("quantity."))
        if not name.startswith("quantity.") or number is None:
            continue
        wanted = a.number(name)
        if wanted == 0:
            drop.append(number)
        else:
            quantity[number] = wanted
    add: tuple[Addition, ...] = ()
    if a.text("add_type"):
        concept = a.text("add_concept")
        add = (
            Addition(
                type=a.text("add_type"),
                quantity=a.number("add_quantity"),
                concept=None if concept == NEW_CONCEPT else read_number(concept),
                title=a.text("add_title") if concept == NEW_CONCEPT else "",
            ),
        )
    return ScopeChanges(add=add, quantity=quantity, drop=tuple(drop))


def _propose(a: Asked) -> Answer:
    return amending.propose(
        a.actor, a.project, scope_changes(a), a.text("reason"), version=a.version, key=a.key
    )


def _comment(a: Asked) -> Answer:
    said = commenting.Said(
        text=a.text("text"),
        version=read_number(a.text("file")),
        pin=_pin(a),
        answers=read_number(a.text("answers")),
    )
    return commenting.comment(a.actor, a.project, said, key=a.key)


def _pin(a: Asked) -> commenting.Pin | None:
    """Where in a file: per cent from the left and from the top, or a second."""
    left, top, second = a.fraction("left"), a.fraction("top"), a.fraction("second")
    if left is None and top is None and second is None:
        return None
    return commenting.Pin(
        x=None if left is None else left / 100, y=None if top is None else top / 100, second=second
    )


def _file(a: Asked) -> Answer:
    file = a.files.get("file")
    if file is None:
        raise Refused("file_missing", "Choose a file.", field="file")
    return uploading.add_asset(
        a.actor, read_number(a.text("deliverable")) or 0, file, name=a.text("name"), key=a.key
    )


def _stage(a: Asked) -> Answer:
    return staging.enter_stage(
        a.actor, a.project, a.text("stage"), waiting_for=a.text("waiting_for"),
        expected_until=a.day("expected_until"), version=a.version, key=a.key, note=a.text("note"),
    )  # fmt: skip


def _consumed(a: Asked) -> int | None:
    return a.number("consumed") if a.given.get("consumed", "").strip() else None


def _accept(a: Asked) -> Answer:
    return production.accept(
        a.actor, a.project, promised_on=a.day("promised_on"), version=a.version, key=a.key,
        note=a.text("note"),
    )  # fmt: skip


_DO: dict[Act, tuple[Callable[[Asked], Answer], str]] = {
    Act.APPROVE_BRIEF: (
        lambda a: internal_approval.approve_brief(
            a.actor, a.project, version=a.version, key=a.key, note=a.text("note")
        ),
        "“{title}” is approved and submitted.",
    ),
    Act.REFUSE_BRIEF: (
        lambda a: internal_approval.refuse_approval(
            a.actor, a.project, a.text("note"), version=a.version, key=a.key
        ),
        "“{title}” is a draft again.",
    ),
    Act.TAKE_BACK: (
        lambda a: internal_approval.take_back(a.actor, a.project, version=a.version, key=a.key),
        "“{title}” is a draft again.",
    ),
    Act.CLARIFY: (
        lambda a: production.clarify(a.actor, a.project, a.text("note"), key=a.key),
        "Your answer is with the studio.",
    ),
    Act.APPROVE: (_approve, "Approved."),
    Act.REVISE: (_revise, "The studio knows what should change."),
    Act.GIVE_APPROVAL: (
        lambda a: project_people.give_approval(
            a.actor, a.project, version=a.version, key=a.key, note=a.text("note")
        ),
        "You have approved “{title}”.",
    ),
    Act.TAKE_APPROVAL_BACK: (
        lambda a: project_people.take_approval_back(
            a.actor, a.project, key=a.key, note=a.text("note")
        ),
        "Your approval is taken back.",
    ),
    Act.FINALIZE: (
        lambda a: production.finalize(a.actor, a.project, version=a.version, key=a.key),
        "“{title}” is finalized.",
    ),
    Act.EXTEND: (
        lambda a: extending.extend(a.actor, a.project, key=a.key),
        "There is more time to look at it.",
    ),
    Act.REOPEN: (
        lambda a: reopening.reopen(a.actor, a.project, key=a.key),
        "“{title}” is opened again as soon as its credits are held.",
    ),
    Act.RESUME: (
        lambda a: parking.resume(a.actor, a.project, key=a.key),
        "“{title}” goes on as soon as its credits are held.",
    ),
    Act.REST: (lambda a: parking.rest(a.actor, a.project, key=a.key), "“{title}” rests."),
    Act.WITHDRAW: (
        lambda a: briefing.withdraw(
            a.actor, a.project, version=a.version, key=a.key, note=a.text("note")
        ),
        "“{title}” is a draft again.",
    ),
    Act.ASK_PARK: (
        lambda a: stopping.ask_to_stop(a.actor, a.project, "park", a.text("reason"), key=a.key),
        "The studio has been asked to park it.",
    ),
    Act.ASK_CANCEL: (
        lambda a: stopping.ask_to_stop(a.actor, a.project, "cancel", a.text("reason"), key=a.key),
        "The studio has been asked to cancel it.",
    ),
    Act.TAKE_BACK_WISH: (
        lambda a: stopping.take_back(a.actor, a.wish, key=a.key),
        "The wish is taken back; it goes on.",
    ),
    Act.ADD_VARIATIONS: (_variations, "The variations are ordered, at no cost."),
    Act.ARRANGE_PEOPLE: (_people, "The people of “{title}” are changed."),
    Act.AGREE: (
        lambda a: amending.agree(a.actor, a.change, key=a.key, note=a.text("note")),
        "You agreed to the new scope.",
    ),
    Act.DECLINE: (
        lambda a: amending.decline(a.actor, a.change, key=a.key, note=a.text("note")),
        "Declined; the scope stays as it was.",
    ),
    Act.WITHDRAW_CHANGE: (
        lambda a: amending.withdraw(a.actor, a.change, key=a.key, note=a.text("note")),
        "Taken back; the scope stays as it was.",
    ),
    Act.PROPOSE_CHANGE: (_propose, "Proposed. Nothing changes until the other side agrees."),
    Act.CHANGE_DATES: (_dates, "The dates are changed."),
    Act.COMMENT: (_comment, "Your comment is there for everybody in the project."),
    Act.ACCEPT: (_accept, "“{title}” is accepted into production."),
    Act.ASK_CUSTOMER: (
        lambda a: production.request_clarification(a.actor, a.project, a.text("note"), key=a.key),
        "The customer has been asked.",
    ),
    Act.RETURN: (
        lambda a: production.return_brief(a.actor, a.project, a.text("note"), key=a.key),
        "The brief is back with its writers.",
    ),
    Act.ENTER_STAGE: (_stage, "The stage is changed."),
    Act.ADD_FILE: (_file, "The file is there."),
    Act.DELIVER: (
        lambda a: production.deliver(a.actor, a.project, a.numbers("deliverables"), key=a.key),
        "Delivered. The customer has been told.",
    ),
    Act.CHANGE_PROMISE: (
        lambda a: promising.change_promise(
            a.actor, a.project, a.day("promised_on"), a.text("note"), version=a.version, key=a.key
        ),
        "The promise is changed.",
    ),
    Act.GRANT_WISH: (
        lambda a: stopping.grant(
            a.actor, a.wish, consumed=_consumed(a), key=a.key, note=a.text("note")
        ),
        "Done as the customer wished.",
    ),
    Act.REFUSE_WISH: (
        lambda a: stopping.refuse(a.actor, a.wish, a.text("reason"), key=a.key),
        "The project goes on.",
    ),
    Act.PARK: (
        lambda a: parking.park(a.actor, a.project, a.text("note"), key=a.key),
        "“{title}” is parked.",
    ),
    Act.CANCEL: (
        lambda a: production.cancel(
            a.actor, a.project, consumed=_consumed(a), key=a.key, note=a.text("note")
        ),
        "“{title}” is canceled.",
    ),
}
