"""Who is what to the accounts and projects of a batch of events. Pure: plain data, no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from callsheet.notifications.choices import Listener
from callsheet.notifications.kinds import Who

ADMIN = "admin"
PRODUCER = "producer"
STUDIO_ADMIN = "studio_admin"

Customer = tuple[int | None, int | None]
"""An account that stands alone, or an organization with its accounts: (account, organization)."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Everybody who may hear of a batch of events; all are active people, by number.

    ``members``: of each account, with their role. ``organization_admins``: of each organization.
    ``manages``: each account's manager and the assignment's deputy, today. ``working``: staff who
    did something on a project. ``parts``: of each project, its reviewers and required approvers.
    ``stands_in``: who is away today, and for them; ``customers``: to which customers those belong
    who stand in, ``customer``: of which an account is.
    """

    listeners: Mapping[int, Listener]
    members: Mapping[int, Mapping[int, str]]
    organization_admins: Mapping[int, frozenset[int]]
    manages: Mapping[int, tuple[int, int | None]]
    working: Mapping[int, frozenset[int]]
    parts: Mapping[int, Mapping[Who, frozenset[int]]]
    stands_in: Mapping[int, int]
    customers: Mapping[int, frozenset[Customer]] = field(default_factory=dict)
    customer: Mapping[int, Customer] = field(default_factory=dict)

    def inherits(self, deputy: int, place: Place) -> bool:
        """Whether somebody may stand in there: for places of a customer to which they belong."""
        if place.account is not None:
            customer = self.customer.get(place.account)
        else:
            customer = (None, place.organization)
        return customer in self.customers.get(deputy, frozenset())


@dataclass(frozen=True, slots=True)
class Place:
    """What an event is about. ``owner`` is the project's; ``asked`` whom the event names."""

    account: int | None = None
    organization: int | None = None
    project: int | None = None
    owner: int | None = None
    brand: int | None = None
    asked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who is meant: as what, and for whom they stand in."""

    user: int
    why: Who | None
    deputy_for: int | None = None


def customers(circle: Circle, place: Place, to: Iterable[Who]) -> dict[int, Hearer]:
    """The members and organization admins who are meant, their deputies, and (without a reason of
    their own) the account's other members, who may have chosen to hear of everything.

    Nobody without a membership is among them, whatever a project or an event says.
    """
    members = circle.members.get(place.account or 0, {})
    overseers = circle.organization_admins.get(place.organization or 0, frozenset())
    found: dict[int, Hearer] = {}
    for who in (_or_admins(who, members, place) for who in to):
        for user in sorted(_customers_as(who, circle, place)):
            belongs = user in members or (
                user in overseers and who in (Who.ORGANIZATION_ADMINS, Who.ASKED)
            )
            if belongs or (who is Who.ASKED and place.account is None and place.project is None):
                found.setdefault(user, Hearer(user, who))
    _add_deputies(found, circle, lambda user: circle.inherits(user, place))
    for user in members:
        found.setdefault(user, Hearer(user, None))
    return _known(found, circle, staff=False)


def studio(circle: Circle, place: Place, to: Iterable[Who]) -> dict[int, Hearer]:
    """The staff who are meant, their deputies, and the other staff who may have chosen all."""
    found: dict[int, Hearer] = {}
    for who in to:
        for user in sorted(_staff_as(who, circle, place)):
            found.setdefault(user, Hearer(user, who))
    _add_deputies(found, circle, lambda user: True)
    for user, listener in circle.listeners.items():
        if listener.staff_role and listener.choices:
            found.setdefault(user, Hearer(user, None))
    return _known(found, circle, staff=True)


def _or_admins(who: Who, members: Mapping[int, str], place: Place) -> Who:
    """A project without an owner, or whose owner has gone, is for the admins to look after."""
    return Who.ACCOUNT_ADMINS if who is Who.OWNER and place.owner not in members else who


def _customers_as(who: Who, circle: Circle, place: Place) -> frozenset[int]:
    members = circle.members.get(place.account or 0, {})
    admins = frozenset(user for user, role in members.items() if role == ADMIN)
    parts = circle.parts.get(place.project or 0, {})
    match who:
        case Who.OWNER:
            return frozenset({place.owner} if place.owner else ())
        case Who.REVIEWERS | Who.APPROVERS:
            return parts.get(who, frozenset())
        case Who.ACCOUNT_ADMINS:
            return admins
        case Who.ORGANIZATION_ADMINS:
            return circle.organization_admins.get(place.organization or 0, frozenset())
        case Who.ASKED:
            return place.asked
        case _:
            return frozenset()


def _staff_as(who: Who, circle: Circle, place: Place) -> frozenset[int]:
    manager, deputy = circle.manages.get(place.account or 0, (None, None))
    match who:
        case Who.MANAGER if manager:
            return frozenset({manager})
        case Who.MANAGERS_DEPUTY if deputy:
            return frozenset({deputy})
        case Who.WORKING:
            return circle.working.get(place.project or 0, frozenset())
        case Who.ASKED:
            return place.asked
        case Who.PRODUCERS:
            return _staff_with(circle, PRODUCER)
        case Who.STUDIO_ADMINS:
            return _staff_with(circle, STUDIO_ADMIN)
        case _:
            return frozenset()


def _staff_with(circle: Circle, role: str) -> frozenset[int]:
    return frozenset(u for u, person in circle.listeners.items() if person.staff_role == role)


def _add_deputies(found: dict[int, Hearer], circle: Circle, belongs: Callable[[int], bool]) -> None:
    for hearer in list(found.values()):
        deputy = circle.stands_in.get(hearer.user)
        if deputy is not None and belongs(deputy):
            found.setdefault(deputy, Hearer(deputy, hearer.why, hearer.user))


def _known(found: dict[int, Hearer], circle: Circle, *, staff: bool) -> dict[int, Hearer]:
    """Only those who are active, and on this side."""
    return {
        user: hearer
        for user, hearer in found.items()
        if (listener := circle.listeners.get(user)) and bool(listener.staff_role) == staff
    }
