"""Invitations that nobody accepts: brought to mind once before they expire, noted once after."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet

from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK
from callsheet.kit.later import defer
from callsheet.services.telling import tell
from callsheet.tenants.models import Invitation

REMIND_BEFORE = timedelta(days=3)
"""An invitation is brought to mind in its last three days."""

REMINDER, EXPIRED = "invitation_reminder", "invitation_expired"


def remind_invitations() -> int:
    """For the clock: mail invitations once more in their last days, to whom they were sent, and
    tell the place's admins of those and of what has expired. Once for each sending, also after
    days of downtime. Returns how many were noted.
    """
    now = clock.now()
    still_open = Invitation.objects.filter(accepted_at__isnull=True, revoked_at__isnull=True)
    last_days = _not_noted(
        still_open.filter(expires_at__gt=now, expires_at__lte=now + REMIND_BEFORE), REMINDER
    )
    expired = _not_noted(still_open.filter(expires_at__lte=now), EXPIRED)
    for invitation in last_days:
        _note(invitation, REMINDER)
    for invitation in expired:
        _note(invitation, EXPIRED)
    return len(last_days) + len(expired)


def _not_noted(invitations: QuerySet[Invitation], kind: str) -> list[Invitation]:
    noted = Event.objects.filter(
        subject_type="invitation", subject_id=OuterRef("pk"), kind=kind,
        at__gte=OuterRef("sent_at"),
    )  # fmt: skip
    return list(invitations.filter(~Exists(noted)).order_by("pk"))


def _note(seen: Invitation, kind: str) -> None:
    def work(command: OpenCommand) -> Answer:
        invitation = (
            Invitation.objects.select_for_update()
            .filter(
                pk=seen.pk, times_sent=seen.times_sent, accepted_at__isnull=True,
                revoked_at__isnull=True,
            )
            .first()
        )  # fmt: skip
        if invitation is None:  # accepted, revoked or sent anew at this moment
            return {"invitation": seen.pk, "noted": False}
        if kind == REMINDER:
            defer(
                "send_invitation",
                invitation_id=invitation.pk,
                times_sent=invitation.times_sent,
            )
        event = events.record(
            kind, "invitation", invitation.pk, command=command, account_id=invitation.account_id,
            organization_id=invitation.organization_id,
            data={
                "email": invitation.email,
                "role": invitation.role,
                "expires_at": invitation.expires_at,
                "invited_by": invitation.invited_by_id,
            },
        )  # fmt: skip
        tell(event)
        return {"invitation": invitation.pk, "noted": True}

    key = f"{seen.pk}:{seen.times_sent}"
    run(CLOCK, kind, key, {"invitation": seen.pk, "times_sent": seen.times_sent}, work)
