"""Who is meant by what: only those who belong, once, and their deputies."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from callsheet.notifications.choices import Choice, Listener
from callsheet.notifications.circle import Circle, Place, customers, studio
from callsheet.notifications.kinds import Scope, Timing, Who

UTC = ZoneInfo("UTC")
ADMIN, MEMBER, OWNER, GONE, BOSS = 1, 2, 3, 4, 5
MANAGER, DEPUTY, PRODUCER, CURIOUS = 11, 12, 13, 14
EVERYTHING = Choice(Scope.ALL, Timing.AT_ONCE)
ACCOUNT, ORGANIZATION, PROJECT = 100, 200, 300


def listener(user: int, role: str = "", **more: object) -> Listener:
    return Listener(user, UTC, staff_role=role, **more)  # type: ignore[arg-type]


def circle(**more: object) -> Circle:
    people = [listener(user) for user in (ADMIN, MEMBER, OWNER, GONE, BOSS)]
    people += [
        listener(MANAGER, "account_manager"), listener(DEPUTY, "account_manager"),
        listener(PRODUCER, "producer"),
        listener(CURIOUS, "studio_admin", choices={("review", "mail"): EVERYTHING}),
    ]  # fmt: skip
    facts = {
        "listeners": {person.user: person for person in people},
        "members": {ACCOUNT: {ADMIN: "admin", MEMBER: "viewer", OWNER: "member"}},
        "organization_admins": {ORGANIZATION: frozenset({BOSS})},
        "manages": {ACCOUNT: (MANAGER, DEPUTY)},
        "working": {PROJECT: frozenset({PRODUCER})},
        "parts": {PROJECT: {Who.REVIEWERS: frozenset({MEMBER, GONE})}},
        "stands_in": {},
    } | more
    return Circle(**facts)  # type: ignore[arg-type]


PLACE = Place(account=ACCOUNT, project=PROJECT, owner=OWNER)


def meant(found) -> dict[int, Who]:
    return {user: hearer.why for user, hearer in found.items() if hearer.why is not None}


def test_only_members_are_meant() -> None:
    found = customers(circle(), PLACE, (Who.OWNER, Who.REVIEWERS))
    assert meant(found) == {OWNER: Who.OWNER, MEMBER: Who.REVIEWERS}  # not who has gone
    assert found[ADMIN].why is None  # may have chosen to hear of everything


def test_the_first_reason_counts() -> None:
    found = customers(circle(), PLACE, (Who.OWNER, Who.ACCOUNT_ADMINS, Who.ASKED))
    assert meant(found) == {OWNER: Who.OWNER, ADMIN: Who.ACCOUNT_ADMINS}


def test_a_project_without_an_owner_is_the_admins() -> None:
    for owner in (None, GONE):
        place = Place(account=ACCOUNT, project=PROJECT, owner=owner)
        assert meant(customers(circle(), place, (Who.OWNER,))) == {ADMIN: Who.ACCOUNT_ADMINS}


def test_organization_admins_hear_of_credits_not_of_projects() -> None:
    place = Place(account=ACCOUNT, organization=ORGANIZATION)
    to = (Who.ACCOUNT_ADMINS, Who.ORGANIZATION_ADMINS)
    assert meant(customers(circle(), place, to)) == {
        ADMIN: Who.ACCOUNT_ADMINS, BOSS: Who.ORGANIZATION_ADMINS,
    }  # fmt: skip
    assert BOSS not in customers(circle(), PLACE, to)


def standing_in(away: int, deputy: int, customer=(None, ORGANIZATION)) -> Circle:
    return circle(
        stands_in={away: deputy},
        customers={deputy: frozenset({customer})},
        customer={ACCOUNT: (None, ORGANIZATION)},
    )


def test_deputies_get_a_copy_if_they_belong() -> None:
    found = customers(standing_in(OWNER, ADMIN), PLACE, (Who.OWNER,))
    assert (found[ADMIN].why, found[ADMIN].deputy_for) == (Who.OWNER, OWNER)
    assert found[OWNER].why is Who.OWNER
    # Somebody of another team of the customer inherits; somebody of another customer does not.
    found = customers(standing_in(OWNER, GONE), PLACE, (Who.OWNER,))
    assert found[GONE].deputy_for == OWNER
    elsewhere = standing_in(OWNER, GONE, customer=(None, ORGANIZATION + 1))
    assert GONE not in customers(elsewhere, PLACE, (Who.OWNER,))
    staff = studio(circle(stands_in={MANAGER: DEPUTY}), PLACE, (Who.MANAGER,))
    assert staff[DEPUTY].deputy_for == MANAGER


def test_the_studio_hears_its_own_side() -> None:
    found = studio(circle(), PLACE, (Who.MANAGER, Who.WORKING))
    assert meant(found) == {MANAGER: Who.MANAGER, PRODUCER: Who.WORKING}
    assert set(found) == {MANAGER, PRODUCER, CURIOUS}
    assert found[CURIOUS].why is None
    assert meant(studio(circle(), PLACE, (Who.PRODUCERS,))) == {PRODUCER: Who.PRODUCERS}
    # A member who became staff would be on the other side; a customer is never on this one.
    asked = Place(account=ACCOUNT, asked=frozenset({MEMBER, DEPUTY}))
    assert meant(studio(circle(), asked, (Who.ASKED,))) == {DEPUTY: Who.ASKED}


def test_who_has_no_login_hears_nothing() -> None:
    people = {k: v for k, v in circle().listeners.items() if k != OWNER}
    found = customers(circle(listeners=people), PLACE, (Who.OWNER,))
    assert OWNER not in found
