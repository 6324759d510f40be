"""People read what they were told, so that what is unread when the demo opens is of a few days."""

from __future__ import annotations

from callsheet.demo import logins
from callsheet.insight.since_last_look import since_last_look
from callsheet.kit.actor import person
from callsheet.notifications.models import Notification
from callsheet.services.choosing import mark_read
from callsheet.services.looking import mark_looked
from callsheet.tenants.models import Membership, User


def read_everything() -> None:
    """Everybody reads all of their notifications; customers who may log in also look at what has
    changed in their accounts.
    """
    unread = Notification.objects.filter(read_at__isnull=True).values("user_id")
    for user in User.objects.filter(pk__in=unread, is_active=True).order_by("pk"):
        mark_read(person(user.pk, str(user)))
    emails = [login.email for login in logins.logins()]
    for membership in (
        Membership.objects.filter(user__email__in=emails, account__isnull=False)
        .select_related("user")
        .order_by("pk")
    ):
        actor, account = person(membership.user_id, str(membership.user)), membership.account_id
        if account is not None:
            seen = since_last_look(actor, account)
            mark_looked(actor, account, event_id=seen.event_id, range_id=seen.range_id)
