"""The studio's own numbers: types, plans, lead times, rules and closures, each change journaled."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers import serialize
from django.db import models

from callsheet.catalogue.models import (
    DeliverableType,
    LeadTime,
    StudioRules,
    SubscriptionPlan,
)
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound, Refusals, Refused
from callsheet.services.staffing import check_is_studio_admin
from callsheet.tenants.models import StudioClosure

ENTRIES = (DeliverableType, SubscriptionPlan, LeadTime, StudioRules, StudioClosure)


def save_entry(actor: Actor, entry: models.Model, *, key: str | None = None) -> Answer:
    """Save a deliverable type, plan, lead time, the rules, or a closure. Studio admins.

    What is running keeps the prices it was submitted with. Answers ``{"entry", "changed"}``, with
    each changed field before and after. Raises ``Refusals`` naming every field that does not fit.
    """
    given = {"what": entry._meta.label, "entry": serialize("json", [entry])}

    def work(command: OpenCommand) -> Answer:
        check_is_studio_admin(actor)
        if not isinstance(entry, ENTRIES):
            raise NotFound("entry")
        try:
            entry.full_clean()
        except ValidationError as error:
            raise Refusals(
                [
                    Refused("does_not_fit", message, field=None if name == "__all__" else name)
                    for name, messages in error.message_dict.items()
                    for message in messages
                ]
            ) from None
        before: dict[str, Any] = {}
        before.update(type(entry)._default_manager.filter(pk=entry.pk).values().first() or {})
        entry.save()
        after: dict[str, Any] = {}
        after.update(type(entry)._default_manager.values().get(pk=entry.pk))
        changed = {
            name: [before.get(name), value]
            for name, value in after.items()
            if before.get(name) != value and name != "id"
        }
        if changed:
            events.record(
                "catalogue_changed", entry._meta.model_name or "", entry.pk,
                command=command, data=changed,
            )  # fmt: skip
        return {"entry": entry.pk, "changed": changed}

    return run(actor, "save_entry", key, given, work)


def remove_closure(actor: Actor, closure_id: int, *, key: str | None = None) -> Answer:
    """Let the studio work on that day after all. Studio admins."""

    def work(command: OpenCommand) -> Answer:
        check_is_studio_admin(actor)
        closure = StudioClosure.objects.filter(pk=closure_id).first()
        if closure is None:
            raise NotFound("closure")
        events.record(
            "closure_removed", "studioclosure", closure.pk,
            command=command, data={"day": closure.day, "name": closure.name},
        )  # fmt: skip
        closure.delete()
        return {"entry": closure_id}

    return run(actor, "remove_closure", key, {"closure": closure_id}, work)
