"""A person's notifications as lists and pages read them: their own, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q, QuerySet

from callsheet.insight.languages import in_language
from callsheet.insight.listeners import customer_of, customers_of, read_listeners
from callsheet.insight.notification_words import read_words, with_subjects
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound
from callsheet.notifications.kinds import Channel, Group
from callsheet.notifications.models import Notification
from callsheet.projects.models import Brand
from callsheet.tenants.access import staff_role_of
from callsheet.tenants.models import Membership, Role, User
from callsheet.tenants.standing_in import away_now, stood_in_for


@dataclass(frozen=True, slots=True)
class NotificationLine:
    """A notification in a list. ``at`` is in the reader's own time zone."""

    notification: int
    at: datetime
    group: str
    needs_you: bool
    headline: str
    lines: tuple[str, ...]
    note: str | None
    action: str
    why: str
    account: str | None
    project: int | None
    read: bool


@dataclass(frozen=True, slots=True)
class PreferenceLine:
    """What counts for a group by a channel; ``chosen`` tells a choice from the default."""

    group: str
    channel: str
    scope: str
    timing: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PreferencePage:
    """All that somebody can choose. Times are of their own time zone.

    ``timing`` ``default`` of mail that nothing was chosen for: at once where somebody waits for
    the reader, else in the daily mail.
    """

    lines: tuple[PreferenceLine, ...]
    time_zone: str
    quiet_from: time
    quiet_until: time
    digest_at: time
    language: str
    brands: tuple[str, ...]


def list_notifications(
    actor: Actor, *, unread: bool = False, before: int | None = None, most: int = 50
) -> list[NotificationLine]:
    """The reader's notifications, newest first; ``before`` a notification's number, to page on.

    Of places that they may not see any more nothing is told. Raises ``NotFound`` to nobodies.
    """
    rows = visible_to(actor)
    if unread:
        rows = rows.filter(read_at__isnull=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(with_subjects(rows.select_related("user")).order_by("-pk")[:most])
    listener = read_listeners([actor.user_id or 0]).get(actor.user_id or 0)
    words = read_words(found)
    lines = []
    with in_language(listener.language if listener else ""):
        for row in found:
            said = words(row)
            lines.append(
                NotificationLine(
                    notification=row.pk,
                    at=row.at.astimezone(listener.zone) if listener else row.at,
                    group=row.group,
                    needs_you=row.needs_you,
                    headline=said.headline,
                    lines=said.lines,
                    note=said.note,
                    action=said.action,
                    why=said.why,
                    account=row.account.name if row.account else None,
                    project=row.project_id,
                    read=row.read_at is not None,
                )
            )
    return lines


def unread_count(actor: Actor) -> int:
    """How many notifications the reader has not read yet."""
    return visible_to(actor).filter(read_at__isnull=True).count()


def visible_to(actor: Actor) -> QuerySet[Notification]:
    """The reader's notifications in the product, of places that they may (still) see.

    Raises ``NotFound("person")`` for somebody without a login that works, and the system.
    """
    role = staff_role_of(actor)
    if role is None:
        raise NotFound("person")
    me = actor.user_id or 0
    rows = Notification.objects.filter(user=me, in_product=True)
    return rows if role else rows.filter(of_own_places(me) | of_inherited_places(me))


def of_own_places(user: int) -> Q:
    """Notifications about nowhere, or about places that this customer belongs to now."""
    mine = Membership.objects.filter(user=user)
    overseen = mine.filter(role=Role.ADMIN, organization__isnull=False).values("organization")
    nowhere = Q(account__isnull=True, organization__isnull=True)
    return (
        nowhere
        | Q(account__in=mine.filter(account__isnull=False).values("account"))
        | Q(organization__in=overseen, project__isnull=True)
    )


def of_inherited_places(user: int) -> Q:
    """Notifications that this customer has as a deputy, while they stand in."""
    away = list(stood_in_for(user))
    if not away:
        return Q(pk__in=())
    theirs = Membership.objects.filter(user__in=away, account__isnull=False).values("account")
    pairs = Notification.objects.filter(user=user, deputy_for__in=away, account__in=theirs)
    rows = list(pairs.values_list("deputy_for", "account").distinct())
    customers = customers_of([user]).get(user, frozenset())
    of = customer_of({account for _, account in rows if account})
    seen = {(who, a) for who, a in rows if who and a and of[a] in customers}
    found = Q(pk__in=())
    for who, account in seen:
        found |= Q(deputy_for=who, account=account)
    return found


def may_still_see(rows: Sequence[Notification]) -> set[int]:
    """Which of these notifications their readers may still see: by number."""
    readers = {row.user_id for row in rows}
    absent = {row.deputy_for_id for row in rows if row.deputy_for_id}
    stands_in = {(away.deputy, away.user) for away in (away_now(absent).values() if absent else ())}
    customers = customers_of({deputy for deputy, _ in stands_in if deputy})
    of = customer_of({row.account_id for row in rows if row.account_id}) if customers else {}
    staff = set(
        User.objects.filter(pk__in=readers, is_active=True)
        .exclude(staff_role="")
        .values_list("pk", flat=True)
    )
    places: set[tuple[int | None, int | None, int | None]] = set()
    for user, account, organization, role in Membership.objects.filter(
        user__in=readers | absent, user__is_active=True
    ).values_list("user", "account", "organization", "role"):
        if account or role == Role.ADMIN:
            places.add((user, account, organization))
    return {
        row.pk
        for row in rows
        if row.user_id in staff
        or (row.account_id is None and row.organization_id is None)
        or (row.user_id, row.account_id, None) in places
        or (row.project_id is None and (row.user_id, None, row.organization_id) in places)
        or (
            (row.user_id, row.deputy_for_id) in stands_in
            and (row.deputy_for_id, row.account_id, None) in places
            and of.get(row.account_id or 0) in customers.get(row.user_id, frozenset())
        )
    }


def show_preferences(actor: Actor) -> PreferencePage:
    """What the reader hears of, by which way and when. Raises ``NotFound("person")``."""
    listener = read_listeners([actor.user_id or 0]).get(actor.user_id or 0)
    if listener is None:
        raise NotFound("person")
    lines = []
    for group in Group:
        for channel in Channel:
            chosen = (group.value, channel.value) in listener.choices
            choice = listener.choice(group, channel, needs_you=False)
            timing = choice.timing.value
            if channel is Channel.MAIL and not chosen:
                timing = "default"
            lines.append(
                PreferenceLine(group.value, channel.value, choice.scope.value, timing, chosen)
            )
    brands = (
        Brand.objects.filter(pk__in=listener.brands)
        .select_related("account")
        .order_by("account__name", "name")
    )
    return PreferencePage(
        lines=tuple(lines),
        time_zone=str(listener.zone),
        quiet_from=listener.times.quiet_from,
        quiet_until=listener.times.quiet_until,
        digest_at=listener.times.digest_at,
        language=listener.language,
        brands=tuple(f"{brand.account.name}: {brand.name}" for brand in brands),
    )
