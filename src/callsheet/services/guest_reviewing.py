"""What a guest does through a link: look, say something, hand the review in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from callsheet.insight.asset_files import StoredFile, bundle_of
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Conflict, NotFound, Refused
from callsheet.projects.delivery import HANDED_OVER
from callsheet.projects.models import Comment, Deliverable, GuestLink
from callsheet.services.commenting import Author, Pin, Said, check_said, write_comment
from callsheet.services.guesting import digest_of, find_link, record
from callsheet.services.loading import lock_project

MOST_COMMENTS = 200
"""Comments that come through one link, so that a link that leaked fills no database."""

VERDICTS = {"looks_good": "Looks good.", "change": "Please change something."}
"""What a guest may say of the whole. It is a comment: guests approve nothing."""


@dataclass(frozen=True, slots=True)
class GuestDeliverable:
    """Something that was delivered, as a guest sees it."""

    deliverable: int
    concept: str
    type: str
    quantity: int
    approved: bool


@dataclass(frozen=True, slots=True)
class GuestComment:
    """What this guest said so far."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class GuestPage:
    """All that a guest sees. Moments are in the account's time zone."""

    guest: str
    title: str
    studio: str
    expires_at: datetime
    deliverables: tuple[GuestDeliverable, ...]
    files: tuple[StoredFile, ...]
    comments: tuple[GuestComment, ...]


def open_guest_page(token: str) -> GuestPage:
    """What a link's token opens; notes when it was used last.

    Raises ``NotFound("link")`` for a token that is unknown, expired, revoked or used up, and for a
    project that is a draft again or has ended: these look the same.
    """
    link = find_link(token)
    now = clock.now()
    GuestLink.objects.filter(pk=link.pk).update(last_used_at=now)
    zone = clock.zone(link.project.account.time_zone)
    delivered = (
        Deliverable.objects.filter(concept__project=link.project, state__in=HANDED_OVER)
        .select_related("type", "concept")
        .order_by("concept__position", "position", "pk")
    )
    return GuestPage(
        guest=link.name,
        title=link.project.title,
        studio=settings.STUDIO_NAME,
        expires_at=link.expires_at.astimezone(zone),
        deliverables=tuple(
            GuestDeliverable(
                d.pk, str(d.concept), d.type.name, d.quantity, d.approved_at is not None
            )
            for d in delivered
        ),
        files=tuple(file for _, file in bundle_of(link.project, everything=False).files),
        comments=tuple(
            GuestComment(comment.text, comment.at.astimezone(zone))
            for comment in Comment.objects.filter(guest=link).order_by("pk")
        ),
    )


def file_for_guest(token: str, version_id: int) -> StoredFile:
    """That file of the project, if it is among what the guest sees: the latest version of what was
    delivered. Raises ``NotFound("link")``, ``NotFound("file")``.
    """
    link = find_link(token)
    for _, file in bundle_of(link.project, everything=False).files:
        if file.version == version_id:
            return file
    raise NotFound("file")


def comment_as_guest(
    token: str,
    text: str,
    *,
    version_id: int | None = None,
    pin: Pin | None = None,
    key: str | None = None,
) -> Answer:
    """Say something about the project, about a file of it, or about a place or second in it.
    Answers ``{"comment"}``.

    Raises ``NotFound("link")``, ``Conflict("too_many_comments")``, and what
    `commenting.comment` refuses.
    """

    def work(command: OpenCommand, link: GuestLink) -> Answer:
        return {"comment": _say(command, link, Said(text, version=version_id, pin=pin)).pk}

    place = [pin.x, pin.y, pin.second] if pin else None
    given = {"version": version_id, "pin": place}
    return _as_guest(token, "comment_as_guest", key, given, work, words=text)


def hand_in_review(token: str, verdict: str, text: str = "", *, key: str | None = None) -> Answer:
    """Hand the review in: a last word on the whole, as a comment. The link is used up by it.

    ``verdict`` is one of `VERDICTS`; it approves nothing. Answers ``{"comment", "verdict"}``.
    Raises ``NotFound("link")``, ``Refused("unknown_verdict")``, ``Refused("comment_missing")``
    where something has to change and is not named.
    """

    def work(command: OpenCommand, link: GuestLink) -> Answer:
        if verdict not in VERDICTS:
            raise Refused(
                "unknown_verdict",
                f"“{verdict}” is no answer. It is one of: {', '.join(VERDICTS)}.",
                field="verdict",
            )
        if verdict == "change":
            check_said(text)
        said = f"{VERDICTS[verdict]}\n\n{text.strip()}".strip()
        comment = _say(command, link, Said(said))
        if verdict == "looks_good" and not text.strip():
            # It asks for nothing, so it stops no clock.
            comment.resolved_at = comment.at
            comment.save(update_fields=["resolved_at"])
        link.ended_at = clock.now()
        link.save(update_fields=["ended_at"])
        record(command, link, "guest_review_handed_in", name=link.name, verdict=verdict)
        return {"comment": comment.pk, "verdict": verdict}

    return _as_guest(token, "hand_in_review", key, {"verdict": verdict}, work, words=text)


def _as_guest(
    token: str,
    name: str,
    key: str | None,
    given: dict[str, Any],
    do: Callable[[OpenCommand, GuestLink], Answer],
    *,
    words: str = "",
) -> Answer:
    """Do something once as the guest whose token this is, with the link's row locked, so that
    handing in and revoking wait for each other.
    """
    digest = digest_of(token).hex()
    # Named in the journal only; no permission is asked of it, because the token is the permission.
    link = GuestLink.objects.filter(token_digest=digest_of(token)).first()
    guest = Actor(key=f"guest:{digest[:32]}", name=f"{link.name[:190] if link else ''} (guest)")

    def work(command: OpenCommand) -> Answer:
        return do(command, find_link(token, lock=True))

    return run(guest, name, key, {"token": digest, **given}, work, note=words)


def _say(command: OpenCommand, link: GuestLink, said: Said) -> Comment:
    """A guest's comment, under their name."""
    if Comment.objects.filter(guest=link).count() >= MOST_COMMENTS:
        raise Conflict("too_many_comments", "That is all that fits into one review.")
    project = lock_project(link.project_id)
    GuestLink.objects.filter(pk=link.pk).update(last_used_at=clock.now())
    return write_comment(command, project, said, Author(link.name, guest=link))
