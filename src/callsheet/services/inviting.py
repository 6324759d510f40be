"""Invitations by e-mail: they expire, can be sent anew and revoked, and are accepted once.

Nobody but the mail knows an invitation's token: the database keeps its digest, and the token itself
is worked out again from the signing key when the mail is sent (keyed hashing as in RFC 2104), so
that a job that runs twice sends the same link twice.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
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
from callsheet.services.membership import (
    PlaceRef,
    check_can_administer_place,
    check_role,
    join,
    lock_place,
    place_of,
)
from callsheet.services.staffing import mark_verified
from callsheet.tenants import checks
from callsheet.tenants.models import Invitation, Membership, User

# So that an invitation cannot be used to flood a stranger's mailbox, or the studio's mail server.
MOST_OPEN = 200
MOST_SENT = 5


def invite(
    actor: Actor,
    email: str,
    role: str,
    *,
    account_id: int | None = None,
    organization_id: int | None = None,
    key: str | None = None,
) -> Answer:
    """Invite somebody by e-mail to an account or an organization; the mail goes out by a job.

    Admins of the place, and managers of the studio. Answers ``{"invitation", "expires_at"}``.
    Raises ``Refused("unknown_role")``, ``Refused("email_malformed")``,
    ``Conflict("already_member")``, ``Conflict("already_invited")``,
    ``Conflict("too_many_invitations")``.
    """

    def work(command: OpenCommand) -> Answer:
        place = place_of(account_id, organization_id)
        check_can_administer_place(actor, place)
        check_role(role)
        address = checks.email(email)
        lock_place(place)
        if Membership.objects.filter(place.filter, user__email=address).exists():
            raise Conflict("already_member", f"{address} is a member already.", field="email")
        still_open = Invitation.objects.filter(
            place.filter,
            accepted_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=clock.now(),
        )
        if still_open.filter(email=address).exists():
            raise Conflict(
                "already_invited",
                f"{address} is invited already. Send the invitation again, or revoke it first.",
                field="email",
            )
        if still_open.count() >= MOST_OPEN:
            raise Conflict(
                "too_many_invitations",
                f"{MOST_OPEN} invitations are open already. Revoke some first.",
            )
        now = clock.now()
        invitation = Invitation.objects.create(
            email=address,
            account=place.account,
            organization=place.organization,
            role=role,
            token_digest=_digest(get_random_string(40)),  # of no token, until it has a number
            invited_by_id=actor.user_id,
            sent_at=now,
            expires_at=now + timedelta(days=studio_rules().invitation_days),
        )
        _put_in_post(invitation)
        events.record(
            "invited", "invitation", invitation.pk, command=command,
            data={"email": address, "role": role}, **place.ids,
        )  # fmt: skip
        return {"invitation": invitation.pk, "expires_at": invitation.expires_at}

    given = {"email": email, "role": role, "account": account_id, "organization": organization_id}
    return run(actor, "invite", key, given, work)


def resend(actor: Actor, invitation_id: int, *, key: str | None = None) -> Answer:
    """Send an invitation anew: a new link for the full time; the one sent before is void.

    Admins of the place, and managers of the studio. Raises ``Conflict("invitation_closed")``,
    ``Conflict("sent_too_often")``.
    """

    def work(command: OpenCommand) -> Answer:
        invitation, place = _lock_invitation(actor, invitation_id)
        if invitation.times_sent >= MOST_SENT:
            raise Conflict(
                "sent_too_often",
                f"This invitation was sent {MOST_SENT} times. Is the address right?",
            )
        invitation.times_sent += 1
        invitation.sent_at = clock.now()
        invitation.expires_at = invitation.sent_at + timedelta(days=studio_rules().invitation_days)
        _put_in_post(invitation)
        events.record(
            "invitation_sent_again", "invitation", invitation.pk, command=command, **place.ids
        )
        return {"invitation": invitation.pk, "expires_at": invitation.expires_at}

    return run(actor, "resend_invitation", key, {"invitation": invitation_id}, work)


def revoke(actor: Actor, invitation_id: int, *, key: str | None = None) -> Answer:
    """Take an invitation back; its link is void. Admins of the place, managers of the studio.

    Raises ``Conflict("invitation_closed")`` when it was accepted or revoked before.
    """

    def work(command: OpenCommand) -> Answer:
        invitation, place = _lock_invitation(actor, invitation_id)
        invitation.revoked_at = clock.now()
        invitation.save(update_fields=["revoked_at"])
        events.record(
            "invitation_revoked", "invitation", invitation.pk, command=command, **place.ids
        )
        return {"invitation": invitation.pk}

    return run(actor, "revoke_invitation", key, {"invitation": invitation_id}, work)


def open_invitation(token: str) -> Invitation:
    """The invitation that a link's token opens. Raises ``NotFound("invitation")`` for a token that
    is unknown, expired, revoked or used: these look the same.
    """
    invitation = (
        Invitation.objects.select_related("account", "organization", "invited_by")
        .filter(
            token_digest=_digest(token),
            accepted_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=clock.now(),
        )
        .first()
    )
    if invitation is None:
        raise NotFound("invitation")
    return invitation


def accept_invitation(actor: Actor, token: str, *, key: str | None = None) -> Answer:
    """Accept as the person who is signed in; the invitation must be to their own address.

    Answers ``{"membership", "user"}``. Raises ``NotFound("invitation")``,
    ``Forbidden("another_address")``, ``Conflict("already_member")``.
    """

    def work(command: OpenCommand) -> Answer:
        invitation, place = _open_locked(token)
        user = User.objects.filter(pk=actor.user_id or 0, is_active=True).first()
        if user is None:
            raise NotFound("invitation")
        if user.email != invitation.email:
            raise Forbidden(
                "another_address",
                f"You are signed in as {user.email}, and this invitation is for somebody else."
                " Sign out first.",
            )
        return _accept(command, invitation, place, user)

    return run(actor, "accept_invitation", key, {"token": _digest(token).hex()}, work)


def join_by_invitation(token: str, name: str, password: str, *, key: str | None = None) -> Answer:
    """Accept as somebody who has no login yet: makes one with this name and password.

    The link came by mail, so the address counts as verified. Answers ``{"membership", "user"}``.
    Raises ``NotFound("invitation")``, ``Conflict("has_login")``, ``Refused("name_missing")``,
    ``Refused("weak_password")``.
    """
    digest = _digest(token).hex()
    # Named in the journal only; no permission is asked of it, because the token is the permission.
    invitee = Actor(key=f"invited:{digest[:32]}", name="Invited person")

    def work(command: OpenCommand) -> Answer:
        invitation, place = _open_locked(token)
        if User.objects.filter(email=invitation.email).exists():
            raise Conflict(
                "has_login", "There is a login for this address already. Please sign in."
            )
        user = User(email=invitation.email, name=checks.name(name))
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Refused("weak_password", " ".join(error.messages), field="password") from None
        user.set_password(password)
        user.save(force_insert=True)
        mark_verified(user)
        return _accept(command, invitation, place, user)

    # The password is no part of what is remembered of the command, not even hashed.
    given = {"token": digest, "name": name}
    return run(invitee, "join_by_invitation", key, given, work)


def send(invitation_id: int, times_sent: int) -> bool:
    """Mail the invitation's link; for the job. Returns False when there is nothing to send any more
    because it was sent anew, accepted, revoked or has expired.
    """
    invitation = (
        Invitation.objects.select_related("account", "organization", "invited_by")
        .filter(
            pk=invitation_id,
            times_sent=times_sent,
            accepted_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=clock.now(),
        )
        .first()
    )
    if invitation is None:
        return False
    place = invitation.account or invitation.organization
    if place is None:  # the database refuses that
        return False
    facts = {
        "place": place,
        "studio": settings.STUDIO_NAME,
        "invited_by": invitation.invited_by,
        "expires_at": invitation.expires_at,
        "time_zone": place.time_zone,
        "link": settings.BASE_URL + reverse("invitation", args=[token_of(invitation)]),
    }
    invitee = User.objects.filter(email=invitation.email).values_list("pk", flat=True).first()
    with in_language(language_for(invitee, invitation.invited_by_id)):
        subject = " ".join(render_to_string("mail/invitation_subject.txt", facts).split())
        body = render_to_string("mail/invitation.txt", facts)
    send_mail(subject, body, None, [invitation.email])
    return True


def token_of(invitation: Invitation) -> str:
    """The token of the invitation as it was sent last: 256 bits, in hexadecimal."""
    facts = f"{invitation.pk}:{invitation.times_sent}:{invitation.sent_at.isoformat()}"
    return salted_hmac("callsheet.invitation", facts, algorithm="sha256").hexdigest()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _put_in_post(invitation: Invitation) -> None:
    invitation.token_digest = _digest(token_of(invitation))
    invitation.save()
    defer("send_invitation", invitation_id=invitation.pk, times_sent=invitation.times_sent)


def _accept(command: OpenCommand, invitation: Invitation, place: PlaceRef, user: User) -> Answer:
    membership = join(command, place, user, invitation.role)
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    return {"membership": membership.pk, "user": user.pk}


def _open_locked(token: str) -> tuple[Invitation, PlaceRef]:
    """The open invitation of that token, under the lock of its place."""
    seen = open_invitation(token)
    place = PlaceRef(seen.account, seen.organization)
    lock_place(place)
    return open_invitation(token), place


def _lock_invitation(actor: Actor, invitation_id: int) -> tuple[Invitation, PlaceRef]:
    """The invitation under the lock of its place, if it is still open and ``actor`` may see it."""
    seen = (
        Invitation.objects.select_related("account__organization", "organization")
        .filter(pk=invitation_id)
        .first()
    )
    if seen is None:
        raise NotFound("invitation")
    place = PlaceRef(seen.account, seen.organization)
    try:
        check_can_administer_place(actor, place)
    except Forbidden:
        raise
    except CallsheetError:
        raise NotFound("invitation") from None
    lock_place(place)
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if invitation.accepted_at or invitation.revoked_at:
        raise Conflict("invitation_closed", "This invitation was accepted or revoked already.")
    return invitation, place
