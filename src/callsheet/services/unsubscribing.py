"""Stopping mail by the link in it, without signing in: the token is the permission."""

from __future__ import annotations

from collections.abc import Collection

from django.core.signing import BadSignature, Signer

from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit.actor import Actor, person
from callsheet.kit.errors import NotFound
from callsheet.notifications.kinds import Channel, Group, Scope, Timing
from callsheet.notifications.models import Preference
from callsheet.services.choosing import write_choice
from callsheet.tenants.models import User

_SALT = "callsheet.unsubscribe"


def unsubscribe_token(user: User, groups: Collection[str]) -> str:
    """A signed token that stops mail of these groups to this person; it does not expire."""
    return Signer(salt=_SALT).sign(f"{user.pk}:{','.join(sorted(groups))}")


def who_unsubscribes(token: str) -> tuple[User, list[Group]]:
    """Whose mail a token stops, and of which groups. Raises ``NotFound("link")``."""
    try:
        number, _, names = Signer(salt=_SALT).unsign(token).partition(":")
        groups = [Group(name) for name in names.split(",")]
    except (BadSignature, ValueError):
        raise NotFound("link") from None
    user = User.objects.filter(pk=int(number), is_active=True).first()
    if user is None:
        raise NotFound("link")
    return user, groups


def unsubscribe(token: str, *, key: str | None = None) -> Answer:
    """Send no more mail of the groups that the token names; what is in the product stays.

    Answers ``{"groups"}``. Raises ``NotFound("link")`` for a token that nobody signed.
    """
    user, groups = who_unsubscribes(token)
    actor: Actor = person(user.pk, str(user))

    def work(command: OpenCommand) -> Answer:
        before = dict(
            Preference.objects.filter(user=user, channel=Channel.MAIL).values_list("group", "scope")
        )
        for group in groups:
            scope = Scope(before.get(group.value, Scope.MINE))
            write_choice(command, user.pk, group, Channel.MAIL, scope, Timing.OFF)
        return {"groups": [group.value for group in groups]}

    return run(actor, "unsubscribe", key, {"groups": [group.value for group in groups]}, work)
