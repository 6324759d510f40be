"""Whether, how and when one person is told of one thing. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from callsheet.notifications.choices import Choice, Listener, held_until, next_digest
from callsheet.notifications.kinds import Channel, Group, Scope, Timing

LATE = timedelta(days=1)
"""What is told later than this (a worker was away) is not mailed at once any more: ten days of
downtime end in one digest, not in a flood.
"""


@dataclass(frozen=True, slots=True)
class Telling:
    """How somebody is told: in the product, and (unless ``off``) by mail, from when on."""

    in_product: bool
    mail: Timing
    mail_due_at: datetime | None


def decide(
    listener: Listener,
    group: Group,
    *,
    needs_you: bool,
    concerned: bool,
    brand: int | None,
    happened_at: datetime,
    now: datetime,
) -> Telling | None:
    """How ``listener`` is told of something that happened, or None where they are not.

    ``concerned``: the rules mean them. Others hear of it only where they chose everything, or this
    ``brand``.
    """

    def timing(channel: Channel) -> Timing:
        choice = listener.choice(group, channel, needs_you=needs_you and concerned)
        return choice.timing if _hears(choice, listener, concerned, brand) else Timing.OFF

    in_product = timing(Channel.PRODUCT) is not Timing.OFF
    mail = timing(Channel.MAIL)
    if mail is Timing.AT_ONCE and now - happened_at > LATE:
        mail = Timing.DIGEST
    if not in_product and mail is Timing.OFF:
        return None
    due = None
    if mail is Timing.AT_ONCE:
        due = held_until(now, listener.zone, listener.times)
    elif mail is Timing.DIGEST:
        due = next_digest(now, listener.zone, listener.times)
    return Telling(in_product, mail, due)


def _hears(choice: Choice, listener: Listener, concerned: bool, brand: int | None) -> bool:
    if concerned or choice.scope is Scope.ALL:
        return True
    return choice.scope is Scope.BRANDS and brand is not None and brand in listener.brands
