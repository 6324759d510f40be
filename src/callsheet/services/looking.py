"""Remembering how far somebody has read what happened in an account."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from callsheet.insight.since_last_look import STILL_COMMITTING
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import Refused
from callsheet.projects.models import LastLook
from callsheet.services.loading import account_of
from callsheet.tenants.access import check_can_read


def mark_looked(
    actor: Actor, account_id: int, *, event_id: int, range_id: int, key: str | None = None
) -> Answer:
    """Remember that ``actor`` has read the account's changes as far as these numbers, which
    ``insight.since_last_look`` gave; never less far than before. Members of the account and staff.

    Raises ``NotFound("account")``, ``Refused("nobody_looked")`` for the system.
    """

    def work(command: OpenCommand) -> Answer:
        account = account_of(account_id)
        check_can_read(actor, account)
        if actor.user_id is None:
            raise Refused("nobody_looked", "Say who has looked: name a person.")
        at: datetime = clock.now() - STILL_COMMITTING
        look, created = LastLook.objects.get_or_create(
            user_id=actor.user_id, account=account,
            defaults={"at": at, "event_id": max(0, event_id), "range_id": max(0, range_id)},
        )  # fmt: skip
        if not created:
            LastLook.objects.filter(pk=look.pk).update(
                at=Greatest(F("at"), at),
                event_id=Greatest(F("event_id"), event_id),
                range_id=Greatest(F("range_id"), range_id),
            )
        return {"account": account.pk, "event_id": event_id, "range_id": range_id}

    given = {"account": account_id, "event_id": event_id, "range_id": range_id}
    return run(actor, "mark_looked", key, given, work)
