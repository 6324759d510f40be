"""What people choose to hear of, by which way and when; and what they have read. One's own only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time

from django.conf import settings

from callsheet.insight.notification_view import visible_to
from callsheet.journal import events
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.errors import NotFound, Refused
from callsheet.notifications.choices import Times
from callsheet.notifications.kinds import Channel, Group, Scope, Timing
from callsheet.notifications.models import ChosenBrand, PersonalTimes, Preference
from callsheet.projects.models import Brand
from callsheet.tenants.models import Membership, User

DEFAULT = "default"
"""As a timing: forget the choice, so that the default counts again."""

LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)


def choose(
    actor: Actor,
    group: str,
    channel: str,
    *,
    timing: str,
    scope: str = Scope.MINE,
    key: str | None = None,
) -> Answer:
    """Choose of which projects to hear things of one group by one channel, and when; the timing
    ``default`` forgets the choice. One's own only.

    Raises ``Refused("unknown_group")``, ``Refused("unknown_channel")``,
    ``Refused("unknown_scope")``, ``Refused("unknown_timing")``, ``Refused("digest_by_mail_only")``.
    """

    def work(command: OpenCommand) -> Answer:
        user = _myself(actor)
        if group not in Group.values:
            raise Refused("unknown_group", f"Choose one of {_listed(Group.values)}.", field="group")
        if channel not in Channel.values:
            raise Refused("unknown_channel", "Choose product or mail.", field="channel")
        if scope not in Scope.values:
            raise Refused("unknown_scope", "Choose mine, brands or all.", field="scope")
        if timing not in (*Timing.values, DEFAULT):
            raise Refused(
                "unknown_timing", "Choose at_once, digest, off or default.", field="timing"
            )
        if channel == Channel.PRODUCT and timing == Timing.DIGEST:
            raise Refused(
                "digest_by_mail_only", "The daily digest is a mail. Choose at_once or off.",
                field="timing",
            )  # fmt: skip
        chosen = None if timing == DEFAULT else Timing(timing)
        write_choice(command, user.pk, Group(group), Channel(channel), Scope(scope), chosen)
        return {"group": group, "channel": channel, "scope": scope, "timing": timing}

    given = {"group": group, "channel": channel, "scope": scope, "timing": timing}
    return run(actor, "choose_notifications", key, given, work)


def write_choice(
    command: OpenCommand,
    user: int,
    group: Group,
    channel: Channel,
    scope: Scope,
    timing: Timing | None,
) -> None:
    """Store (or, without a timing, forget) a choice, and journal it."""
    if timing is None:
        Preference.objects.filter(user=user, group=group, channel=channel).delete()
    else:
        Preference.objects.update_or_create(
            user_id=user, group=group, channel=channel,
            defaults={"scope": scope, "timing": timing},
        )  # fmt: skip
    events.record(
        "notifications_chosen", "user", user, command=command,
        data={"group": group, "channel": channel, "scope": scope, "timing": timing},
    )  # fmt: skip


def choose_times(
    actor: Actor,
    *,
    quiet_from: time,
    quiet_until: time,
    digest_at: time,
    language: str = "",
    key: str | None = None,
) -> Answer:
    """Choose quiet hours, the digest's hour (both of one's own time zone) and the language of
    mails (empty: the studio's). One's own only.

    Quiet hours may go over midnight; from and until the same time means none. Raises
    ``Refused("unknown_language")``.
    """

    def work(command: OpenCommand) -> Answer:
        user = _myself(actor)
        if language and language not in LANGUAGES:
            raise Refused(
                "unknown_language", f"Choose one of {_listed(LANGUAGES)}.", field="language"
            )
        chosen = {
            "quiet_from": quiet_from.replace(second=0, microsecond=0, tzinfo=None),
            "quiet_until": quiet_until.replace(second=0, microsecond=0, tzinfo=None),
            "digest_at": digest_at.replace(second=0, microsecond=0, tzinfo=None),
            "language": language,
        }
        usual = Times()
        if chosen == {
            "quiet_from": usual.quiet_from, "quiet_until": usual.quiet_until,
            "digest_at": usual.digest_at, "language": "",
        }:  # fmt: skip
            PersonalTimes.objects.filter(user=user).delete()
        else:
            PersonalTimes.objects.update_or_create(user=user, defaults=chosen)
        answer = {name: str(value) for name, value in chosen.items()}
        events.record("times_chosen", "user", user.pk, command=command, data=answer)
        return answer

    given = {
        "quiet_from": str(quiet_from), "quiet_until": str(quiet_until),
        "digest_at": str(digest_at), "language": language,
    }  # fmt: skip
    return run(actor, "choose_times", key, given, work)


def choose_brands(actor: Actor, brand_ids: Collection[int], *, key: str | None = None) -> Answer:
    """Choose the brands of which the scope ``brands`` tells everything: these and no others.

    One's own only, and of accounts that one sees. Raises ``NotFound("brand")``.
    """
    wanted = sorted(set(brand_ids))

    def work(command: OpenCommand) -> Answer:
        user = _myself(actor)
        seen = Brand.objects.filter(pk__in=wanted)
        if not user.staff_role:
            seen = seen.filter(account__in=Membership.objects.filter(user=user).values("account"))
        if seen.count() != len(wanted):
            raise NotFound("brand")
        ChosenBrand.objects.filter(user=user).exclude(brand__in=wanted).delete()
        ChosenBrand.objects.bulk_create(
            [ChosenBrand(user=user, brand_id=brand) for brand in wanted], ignore_conflicts=True
        )
        events.record("brands_chosen", "user", user.pk, command=command, data={"brands": wanted})
        return {"brands": wanted}

    return run(actor, "choose_brands", key, {"brands": wanted}, work)


def mark_read(actor: Actor, notification_ids: Collection[int] | None = None) -> int:
    """Mark these of one's notifications as read, or all of them; returns how many were not.

    Twice is once by itself, and nobody else cares, so it is neither a command nor journaled.
    Numbers of other people's notifications change nothing. Raises ``NotFound("person")``.
    """
    rows = visible_to(actor).filter(read_at__isnull=True)
    if notification_ids is not None:
        rows = rows.filter(pk__in=list(notification_ids))
    return rows.update(read_at=clock.now())


def _myself(actor: Actor) -> User:
    """The person who acts, locked; the system has nothing to choose."""
    user = (
        User.objects.select_for_update(no_key=True)
        .filter(pk=actor.user_id or 0, is_active=True)
        .first()
    )
    if user is None:
        raise NotFound("person")
    return user


def _listed(values: Collection[str]) -> str:
    return ", ".join(sorted(values))
