"""The words of notifications: groups, audiences, channels, scopes, timings. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Group(TextChoices):
    """What belongs together in a person's choice."""

    REVIEW = "review", _("Review and questions")
    DELIVERY = "delivery", _("Deliveries and decisions")
    CONVERSATION = "conversation", _("Comments")
    DEADLINES = "deadlines", _("Deadlines and reminders")
    QUEUE = "queue", _("Queue and starts")
    DATES = "dates", _("Expected dates")
    CREDITS = "credits", _("Credits")
    PEOPLE = "people", _("People and access")
    CALENDAR = "calendar", _("Content calendar")


class Who(StrEnum):
    """For whom an event is meant, whatever they chose: these hear of it as *mine*."""

    OWNER = "owner"  # of the project; without one, the account's admins
    REVIEWERS = "reviewers"
    APPROVERS = "approvers"  # without whom it is not finalized
    ACCOUNT_ADMINS = "account_admins"
    ORGANIZATION_ADMINS = "organization_admins"
    ASKED = "asked"  # the people whom the event itself names
    MANAGER = "manager"  # the account's manager today
    MANAGERS_DEPUTY = "managers_deputy"  # the second name of the assignment
    WORKING = "working"  # staff who did something on this project
    PRODUCERS = "producers"  # all producers of the studio
    STUDIO_ADMINS = "studio_admins"


class Channel(TextChoices):
    """By which way."""

    PRODUCT = "product", _("In the product")
    MAIL = "mail", _("By e-mail")


class Scope(TextChoices):
    """Of which projects."""

    MINE = "mine", _("What concerns me")
    BRANDS = "brands", _("The brands I chose, and what concerns me")
    ALL = "all", _("Everything in my accounts")


class Timing(TextChoices):
    """When."""

    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("In one mail a day")
    OFF = "off", _("Never")


@dataclass(frozen=True, slots=True)
class Say:
    """What one side is told of an event, and who of that side it is meant for.

    ``headline`` is a sentence with named places; ``action`` is what the one button says.
    ``needs_you``: somebody waits for the reader, so that by default it is mailed at once.
    """

    to: tuple[Who, ...]
    headline: str
    action: str
    needs_you: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of one kind of event. A side that has nothing to say is not told."""

    group: Group
    customer: Say | None = None
    studio: Say | None = None
    # The commands by which the actor did just this; None: whichever command it was. A consequence
    # (a brief starts because another one ended) is news to its actor, too.
    done_by: frozenset[str] | None = None
