"""Guests: people without a login who review one project through a link.

A link expires, can be revoked, and is used up when the review is handed in. As with invitations the
database keeps the token's digest, and the token is worked out from the signing key. Guests see what
was delivered and say something about it; they approve nothing, and see nothing else of the account.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import get_random_string, salted_hmac

from callsheet.catalogue.models import studio_rules
from callsheet.insight.languages import in_language, language_for
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.kit.later import defer
from callsheet.projects.lifecycle import ENDED
from callsheet.projects.models import GuestLink
from callsheet.services.loading import DRAFTS, lock_project, project_of
from callsheet.services.moving import answer_for
from callsheet.services.telling import tell
from callsheet.tenants import checks
from callsheet.tenants.access import check_can_write

MOST_OPEN = 20
"""Links that are open at once for one project."""


def invite_guest(
    actor: Actor,
    project_id: int,
    name: str,
    *,
    email: str = "",
    days: int | None = None,
    key: str | None = None,
) -> Answer:
    """Make a link by which a guest reviews one project, good for ``days`` calendar days (default: a
    studio rule, which is also the most). With an address, a job mails it.

    Members and admins of the account, and staff on their behalf. Answers ``{"link",
    "expires_at"}``; the link itself is worked out by :func:`link_of` and stored nowhere. Raises
    ``Conflict("guests_see_no_drafts")``, ``Conflict("project_ended")``,
    ``Conflict("too_many_links")``, ``Refused("days_out_of_range")`` and the refusals of a name and
    an address.
    """

    def work(command: OpenCommand) -> Answer:
        project_of(actor, project_id, check_can_write)
        tidy = checks.name(name)
        address = checks.email(email) if email.strip() else ""
        most = studio_rules().guest_link_days
        good_for = most if days is None else days
        if not 1 <= good_for <= most:
            raise Refused(
                "days_out_of_range", f"A link is good for 1 to {most} days.", field="days"
            )
        project = lock_project(project_id)
        if project.status in DRAFTS:
            raise Conflict("guests_see_no_drafts", "Guests see no drafts. Submit the brief first.")
        if project.status in ENDED:
            raise Conflict("project_ended", "This project has ended.", field="status")
        if open_links().filter(project=project).count() >= MOST_OPEN:
            raise Conflict(
                "too_many_links", f"{MOST_OPEN} guests have a link already. Revoke one first."
            )
        now = clock.now()
        link = GuestLink.objects.create(
            project=project, name=tidy, email=address, created_by_id=actor.user_id,
            created_at=now, expires_at=now + timedelta(days=good_for),
            token_digest=digest_of(get_random_string(40)),  # of no token, until it has a number
        )  # fmt: skip
        link.token_digest = digest_of(token_of(link))
        link.save(update_fields=["token_digest"])
        if address:
            defer("send_guest_link", link_id=link.pk)
        record(command, link, "guest_invited", name=tidy, email=address)
        return answer_for(project, link=link.pk, expires_at=link.expires_at)

    given = {"project": project_id, "name": name, "email": email, "days": days}
    return run(actor, "invite_guest", key, given, work)


def revoke_guest(actor: Actor, link_id: int, *, key: str | None = None) -> Answer:
    """Take a guest's link back; it opens nothing any more. Who may: as `invite_guest`.

    Raises ``NotFound("link")``, ``Conflict("link_closed")`` when it was revoked or used up before.
    """

    def work(command: OpenCommand) -> Answer:
        seen = GuestLink.objects.filter(pk=link_id).first()
        if seen is None:
            raise NotFound("link")
        try:
            project_of(actor, seen.project_id, check_can_write)
        except Forbidden:
            raise
        except CallsheetError:
            raise NotFound("link") from None
        link = (
            GuestLink.objects.select_for_update(of=("self",))
            .select_related("project")
            .get(pk=link_id)
        )
        if link.revoked_at or link.ended_at:
            raise Conflict("link_closed", "This link was revoked or used up already.")
        link.revoked_at = clock.now()
        link.save(update_fields=["revoked_at"])
        record(command, link, "guest_revoked", name=link.name)
        return {"link": link.pk, "project": link.project_id}

    return run(actor, "revoke_guest", key, {"link": link_id}, work)


def send_guest_link(link_id: int) -> bool:
    """Mail a guest their link; for the job. False when there is nothing to send any more."""
    link = open_links().select_related("project__account", "created_by").filter(pk=link_id).first()
    if link is None or not link.email:
        return False
    facts = {
        "name": link.name,
        "title": link.project.title,
        "studio": settings.STUDIO_NAME,
        "invited_by": link.created_by,
        "expires_at": link.expires_at,
        "time_zone": link.project.account.time_zone,
        "link": link_of(link),
    }
    with in_language(language_for(link.created_by_id)):
        subject = " ".join(render_to_string("mail/guest_link_subject.txt", facts).split())
        body = render_to_string("mail/guest_link.txt", facts)
    send_mail(subject, body, None, [link.email])
    return True


def token_of(link: GuestLink) -> str:
    """The link's token: 256 bits, in hexadecimal."""
    facts = f"{link.pk}:{link.project_id}:{link.created_at.isoformat()}"
    return salted_hmac("callsheet.guest", facts, algorithm="sha256").hexdigest()


def link_of(link: GuestLink) -> str:
    """The address that a guest opens."""
    return f"{settings.BASE_URL}{reverse('guest', args=[token_of(link)])}"


def digest_of(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def open_links() -> QuerySet[GuestLink]:
    """Links that are neither used up nor revoked nor expired."""
    return GuestLink.objects.filter(
        revoked_at__isnull=True, ended_at__isnull=True, expires_at__gt=clock.now()
    )


def find_link(token: str, *, lock: bool = False) -> GuestLink:
    """The open link of that token, its row locked if asked for. Raises ``NotFound("link")``, also
    for a project that is a draft again or has ended.
    """
    links = open_links().filter(token_digest=digest_of(token))
    if lock:
        links = links.select_for_update(of=("self",))
    link = links.select_related("project__account").first()
    if link is None or link.project.status in (*DRAFTS, *ENDED):
        raise NotFound("link")
    return link


def record(command: OpenCommand, link: GuestLink, kind: str, **facts: object) -> None:
    """Journal what became of a link, and let it be told."""
    event = events.record(
        kind, "project", link.project_id, command=command, account_id=link.project.account_id,
        data={"link": link.pk, **facts},
    )  # fmt: skip
    tell(event)
