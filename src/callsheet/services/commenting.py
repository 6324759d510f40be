"""Talking about a project, and about a place or a second of what was delivered.

A comment that waits for an answer stops the clocks that would approve or finalize by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from callsheet.insight.asset_files import delivered_already
from callsheet.journal import events, notes
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refused
from callsheet.projects.models import AssetVersion, Comment, GuestLink, Project
from callsheet.services.clock_running import answered
from callsheet.services.loading import lock_project, project_of
from callsheet.services.reviewing import project_to_review
from callsheet.services.telling import tell
from callsheet.tenants.access import check_can_produce, rights_in_account

LONGEST_COMMENT = 20_000
EDIT_MINUTES = 15
"""How long one may put one's own words right: later they may have been read and answered."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Where in an asset: fractions of width and height from the upper left corner, a second of a
    film, or both.
    """

    x: float | None = None
    y: float | None = None
    second: float | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says: about the project, about a version of an asset, at a place in it, or in
    answer to a comment (by its number).
    """

    text: str
    version: int | None = None
    pin: Pin | None = None
    answers: int | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who says it: a person, or a guest by their link. ``studio`` sees what is not delivered yet.

    ``name`` stays with the comment, whatever becomes of the person.
    """

    name: str
    user_id: int | None = None
    guest: GuestLink | None = None
    studio: bool = False


def project_to_discuss(actor: Actor, project_id: int) -> Project:
    """The project, if ``actor`` may talk in it: whoever may answer for the customer, and all of
    the studio. Others who see it read only. Reads without a lock.
    """
    seen = project_of(actor, project_id)
    if rights_in_account(actor, seen.account).is_staff:
        return project_of(actor, project_id, check_can_produce)
    return project_to_review(actor, project_id)


def comment(actor: Actor, project_id: int, said: Said, *, key: str | None = None) -> Answer:
    """Say something. Who may: see :func:`project_to_discuss`.

    Answers ``{"project", "comment"}``. Raises ``Refused("comment_missing")``,
    ``Refused("too_long")``, ``Refused("unknown_file")``, ``Refused("pin_outside")``,
    ``Refused("pin_needs_file")``, ``Refused("unknown_comment")``.
    """

    def work(command: OpenCommand) -> Answer:
        seen = project_to_discuss(actor, project_id)
        project = lock_project(project_id)
        studio = rights_in_account(actor, seen.account).is_staff
        author = Author(actor.name, user_id=actor.user_id, studio=studio)
        return {
            "project": project_id,
            "comment": write_comment(command, project, said, author).pk,
        }

    pin = said.pin
    given = {
        "project": project_id,
        "version": said.version,
        "pin": [pin.x, pin.y, pin.second] if pin else None,
        "answers": said.answers,
    }
    return run(actor, "comment", key, given, work, note=said.text)


def write_comment(command: OpenCommand, project: Project, said: Said, author: Author) -> Comment:
    """Write a comment within an open command, journal it and tell people; who may say something
    here is for the caller to know. Raises what :func:`comment` raises.
    """
    check_said(said.text)
    version = _version_of(project, said, author)
    _check_pin(said)
    first = None
    if said.answers is not None:
        first = Comment.objects.filter(project=project, pk=said.answers).first()
        if first is None:
            raise Refused(
                "unknown_comment", "There is no such comment in this project.", field="answers"
            )
    pin = said.pin or Pin()
    written = Comment.objects.create(
        account_id=project.account_id, project=project, version=version,
        # A thread has two levels: an answer to an answer is one to what began it.
        answers_id=None if first is None else first.answers_id or first.pk,
        author_id=author.user_id, guest=author.guest, author_name=author.name[:200],
        text=said.text.strip(), pin_x=pin.x, pin_y=pin.y, pin_second=pin.second, at=clock.now(),
    )  # fmt: skip
    _record(command, written, "comment_added", version=said.version, answers=written.answers_id)
    return written


def edit_comment(actor: Actor, comment_id: int, text: str, *, key: str | None = None) -> Answer:
    """Put one's own words right, within 15 minutes. What they were before is forgotten.

    Raises ``NotFound("comment")``, ``Forbidden("not_your_comment")``,
    ``Conflict("too_late_to_edit")``, ``Refused("comment_missing")``, ``Refused("too_long")``.
    """

    def work(command: OpenCommand) -> Answer:
        found = _comment_for(actor, comment_id)
        if not actor.user_id or found.author_id != actor.user_id:
            raise Forbidden("not_your_comment", "Only who wrote a comment can change it.")
        check_said(text)
        lock_project(found.project_id)
        if clock.now() - found.at > timedelta(minutes=EDIT_MINUTES):
            raise Conflict(
                "too_late_to_edit",
                f"A comment can be changed for {EDIT_MINUTES} minutes. Write another one.",
            )
        found.text = text.strip()
        found.save(update_fields=["text"])
        _forget_words(found)
        _record(command, found, "comment_edited")
        return {"project": found.project_id, "comment": found.pk}

    return run(actor, "edit_comment", key, {"comment": comment_id}, work, note=text)


def resolve_comment(actor: Actor, comment_id: int, *, key: str | None = None) -> Answer:
    """Say that a comment is dealt with; the clocks that waited for it go on, after the studio's
    warning time. Who may: see :func:`project_to_discuss`.

    Raises ``NotFound("comment")``, ``Conflict("already_resolved")``, ``Refused("only_threads")``.
    """
    return _settle(actor, "resolve_comment", comment_id, key, resolved=True)


def reopen_comment(actor: Actor, comment_id: int, *, key: str | None = None) -> Answer:
    """Say that a comment is not dealt with after all. Who may: see :func:`project_to_discuss`.

    Raises ``NotFound("comment")``, ``Conflict("not_resolved")``, ``Refused("only_threads")``.
    """
    return _settle(actor, "reopen_comment", comment_id, key, resolved=False)


def _settle(actor: Actor, name: str, comment_id: int, key: str | None, *, resolved: bool) -> Answer:
    def work(command: OpenCommand) -> Answer:
        seen = _comment_for(actor, comment_id)
        if seen.answers_id is not None:
            raise Refused(
                "only_threads",
                "Answers are not resolved by themselves. Resolve the comment that they answer.",
                field="comment",
            )
        project = lock_project(seen.project_id)
        found = Comment.objects.get(pk=comment_id)
        if resolved and found.resolved_at is not None:
            raise Conflict("already_resolved", "This comment is resolved already.")
        if not resolved and found.resolved_at is None:
            raise Conflict("not_resolved", "This comment is open.")
        found.resolved_at = clock.now() if resolved else None
        found.resolved_by_id = actor.user_id if resolved else None
        found.save(update_fields=["resolved_at", "resolved_by"])
        _record(command, found, "comment_resolved" if resolved else "comment_reopened")
        if resolved:
            answered(project)
        return {"project": project.pk, "comment": found.pk, "resolved": resolved}

    return run(actor, name, key, {"comment": comment_id}, work)


def check_said(text: str) -> None:
    """Raise ``Refused("comment_missing")`` or ``("too_long")`` for words that are no comment."""
    if not text.strip():
        raise Refused("comment_missing", "Write what you would like to say.", field="text")
    if len(text) > LONGEST_COMMENT:
        raise Refused("too_long", f"At most {LONGEST_COMMENT:,} characters fit here.", field="text")


def _comment_for(actor: Actor, comment_id: int) -> Comment:
    found = Comment.objects.filter(pk=comment_id).first()
    if found is None:
        raise NotFound("comment")
    try:
        project_to_discuss(actor, found.project_id)
    except NotFound:
        raise NotFound("comment") from None
    return found


def _version_of(project: Project, said: Said, author: Author) -> AssetVersion | None:
    if said.version is None:
        if said.pin is not None:
            raise Refused("pin_needs_file", "Say in which file that place is.", field="version")
        return None
    version = (
        AssetVersion.objects.select_related("asset__deliverable")
        .filter(pk=said.version, asset__deliverable__concept__project=project)
        .first()
    )
    if version is None or not (
        author.studio or delivered_already(version, version.asset.deliverable)
    ):
        raise Refused("unknown_file", "There is no such file in this project.", field="version")
    return version


def _check_pin(said: Said) -> None:
    pin = said.pin
    if pin is None:
        return
    half = (pin.x is None) != (pin.y is None)
    outside = any(not 0 <= part <= 1 for part in (pin.x, pin.y) if part is not None)
    before = pin.second is not None and pin.second < 0
    if half or outside or before or (pin.x is None and pin.second is None):
        raise Refused(
            "pin_outside",
            "A place is given by two numbers from 0 to 1, from the left and from the top; a second"
            " is 0 or more.",
            field="pin",
        )


def _forget_words(found: Comment) -> None:
    """Forget the words that earlier events of this comment kept."""
    earlier = Event.objects.filter(
        subject_type="project", subject_id=found.project_id, data__comment=found.pk,
        kind__in=["comment_added", "comment_edited"], note__isnull=False,
    )  # fmt: skip
    for note_id in list(earlier.values_list("note_id", flat=True)):
        if note_id is not None:
            notes.erase(note_id)


def _record(command: OpenCommand, found: Comment, kind: str, **facts: object) -> None:
    event = events.record(
        kind, "project", found.project_id, command=command, account_id=found.account_id,
        data={"comment": found.pk, **{n: v for n, v in facts.items() if v is not None}},
    )  # fmt: skip
    tell(event)
