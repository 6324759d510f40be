"""Finding out who may want to hear of events, and writing their notifications and mails.

Done by a job, after the command that recorded them. It may run twice and beside itself: who was
told of an event is told once, because the database has one row for the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from django.db import transaction

from callsheet.credits.models import Transfer, Wallet
from callsheet.insight.listeners import read_circle, user_of
from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.asked import Asked
from callsheet.kit.rows import insert_missing
from callsheet.notifications.circle import Circle, Hearer, Place, customers, studio
from callsheet.notifications.deciding import decide
from callsheet.notifications.kinds import Rule, Say
from callsheet.notifications.models import Notification
from callsheet.notifications.rules import (
    CREDITS_CHANGED,
    CREDITS_RULE,
    CREDITS_SAY,
    CREDITS_TOLD,
    RULES,
    key_of,
)
from callsheet.projects.lifecycle import RUNNING
from callsheet.projects.models import Project
from callsheet.services.bundling import put_in_mails
from callsheet.services.loading import DRAFTS
from callsheet.services.newsworthy import without_outdone, worth_telling_again

ASKED: Mapping[str, tuple[str, ...]] = {
    "membership": ("user",),
    "user": ("deputy",),
    "invitation": ("asked", "invited_by"),
}
"""Under which names an event's facts say whom it is addressed to; of other subjects, ``asked``."""


_EVENTS = Asked(
    lambda events: Event.objects.filter(pk__any_of=events).select_related("command").order_by("pk")
)
_PROJECTS = Asked(
    lambda projects: Project.objects.filter(pk__any_of=projects).select_related("account")
)


def notify(event_ids: Collection[int]) -> int:
    """Tell people of these events; for the job. Returns how many notifications were written."""
    with transaction.atomic():
        happened = _EVENTS.rows(list(event_ids))
        subjects = [event.subject_id for event in happened if event.subject_type == "project"]
        projects = {project.pk: project for project in _PROJECTS.rows(subjects)}
        news = [
            event
            for event in worth_telling_again(without_outdone(happened), projects)
            if key_of(event.kind, event.subject_type, event.data)
            and (event.subject_type != "project" or event.subject_id in projects)  # deleted
        ]
        if not news:
            return 0
        places = {event.pk: _place(event, projects.get(event.subject_id)) for event in news}
        circle = _circle(places.values())
        rows = [
            row
            for event in news
            for row in _of_event(
                event, places[event.pk], circle, projects.get(places[event.pk].project or 0)
            )
        ]
        return _write(rows)


def notify_credits(command_id: int) -> int:
    """Tell admins of the credits that a command added or took; for the job.

    Account admins hear of their wallet, organization admins of the pool and of the wallets that
    live from it; each of all that concerns them in one notification.
    """
    with transaction.atomic():
        command = Command.objects.get(pk=command_id)
        moved = Transfer.objects.filter(command_id=command_id, kind__in=list(CREDITS_TOLD))
        wallets = Wallet.objects.filter(
            pk__in={pk for pair in moved.values_list("from_wallet", "to_wallet") for pk in pair}
        ).select_related("account")
        places = [
            Place(
                account=wallet.account_id,
                organization=wallet.organization_id
                or (wallet.account.organization_id if wallet.account else None),
            )
            for wallet in wallets
        ]
        circle = _circle(places)
        kind, rule, say = CREDITS_CHANGED, CREDITS_RULE, CREDITS_SAY
        rows: dict[int, Notification] = {}
        for place in places:
            hearers = customers(circle, place, say.to)
            for row in _rows(kind, rule, say, hearers, place, circle, command.at):
                if command.actor != f"user:{row.user_id}":
                    row.command = command
                    rows.setdefault(row.user_id, row)
        return _write(list(rows.values()))


def _place(event: Event, project: Project | None) -> Place:
    asked: set[int] = set()
    for name in ASKED.get(event.subject_type, ("asked",)):
        value = event.data.get(name)
        asked.update(v for v in (value if isinstance(value, list) else [value]) if v)
    if event.actor.startswith("invited:"):
        asked.clear()  # who has just joined by a link knows it
    if event.subject_type == "project" and project is not None:
        return Place(
            account=project.account_id,
            project=project.pk,
            owner=project.owner_id,
            brand=project.brand_id,
            asked=frozenset(asked),
        )
    return Place(
        account=event.account_id, organization=event.organization_id, asked=frozenset(asked)
    )


def _circle(places: Iterable[Place]) -> Circle:
    known = list(places)
    return read_circle(
        accounts={place.account for place in known if place.account},
        organizations={place.organization for place in known if place.organization},
        projects={place.project for place in known if place.project},
        named={user for place in known for user in place.asked},
    )


def _of_event(
    event: Event, place: Place, circle: Circle, project: Project | None
) -> Iterator[Notification]:
    key = key_of(event.kind, event.subject_type, event.data) or event.kind
    rule = RULES[key]
    did_it = user_of(event.actor)
    if rule.done_by is not None and (
        event.command is None or event.command.name not in rule.done_by
    ):
        did_it = None
    sides = [(rule.customer, customers)]
    if not _hidden_from_studio(event, project):
        sides.append((rule.studio, studio))
    for say, hearers_of in sides:
        if say is None:
            continue
        hearers = hearers_of(circle, place, say.to)
        for row in _rows(key, rule, say, hearers, place, circle, event.at):
            if row.user_id != did_it:
                row.event = event
                yield row


def _hidden_from_studio(event: Event, project: Project | None) -> bool:
    """Drafts are their account's own, until they are shared or once they were submitted."""
    return (
        project is not None
        and project.status in DRAFTS
        and not project.shared_with_studio
        and event.data.get("from") not in RUNNING
    )


def _rows(
    kind: str,
    rule: Rule,
    say: Say,
    hearers: dict[int, Hearer],
    place: Place,
    circle: Circle,
    happened_at: datetime,
) -> Iterator[Notification]:
    now = clock.now()
    for hearer in hearers.values():
        listener = circle.listeners[hearer.user]
        telling = decide(
            listener,
            rule.group,
            needs_you=say.needs_you,
            concerned=hearer.why is not None,
            brand=place.brand,
            happened_at=happened_at,
            now=now,
        )
        if telling is None:
            continue
        yield Notification(
            user_id=hearer.user,
            kind=kind,
            group=rule.group,
            needs_you=say.needs_you and hearer.why is not None,
            for_studio=bool(listener.staff_role),
            account_id=place.account,
            organization_id=place.organization,
            project_id=place.project,
            why=hearer.why or "",
            deputy_for_id=hearer.deputy_for,
            in_product=telling.in_product,
            mail_timing=telling.mail,
            mail_due_at=telling.mail_due_at,
            at=happened_at,
        )


def _write(rows: list[Notification]) -> int:
    """Write what is not there yet, and put what is mailed at once into mails."""
    insert_missing(rows)
    put_in_mails(rows)
    return len(rows)
