"""Every address, asked by everybody who has no business there.

The addresses are those of the URL configuration, so that a new one is walked too. What it takes
to fill an address in stands in the fixture ``place``; an address with another part fails until
it is named there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from callsheet.catalogue import defaults
from callsheet.journal.models import Event
from callsheet.projects.models import Project
from callsheet.tenants.models import Role, User
from tests.builders import draft, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db

SECRET = "Zebrafish"
FOR_ALL = frozenset(
    {
        "home", "theme", "offline", "service_worker", "live", "ready", "metrics", "places",
        "security", "notifications", "read_notifications", "notification_choices",
    }
)  # fmt: skip
"""Pages of nobody's or of one's own."""
BY_TOKEN = frozenset({"invitation", "guest", "guest_file", "unsubscribe"})
"""The address itself is the permission; a wrong one is answered with 404."""


@dataclass
class Place:
    """An account with something in it, and those who ask for it."""

    account: str
    member: User
    viewer: User
    other: User
    parts: dict[str, object]


@pytest.fixture
def place() -> Place:
    defaults.install()
    wallet = wallet_with(60, name=f"{SECRET} Cosmetics")
    running = submitted(wallet, 40, f"{SECRET} launch")
    written = draft(wallet, 10, f"{SECRET} draft")
    people = [somebody(wallet.account), somebody(wallet.account, Role.VIEWER)]
    people.append(somebody(wallet_with(60).account, Role.ADMIN))
    member, viewer, other = (User.objects.get(pk=person.user_id) for person in people)
    return Place(
        wallet.account.key, member, viewer, other,
        {
            "account": wallet.account.key, "key": running.key, "draft": written.key,
            "token": "nope", "version": 1, "project": running.pk, "number": 1,
            "act": "comment", "comment": 1,
        },
    )  # fmt: skip


def addresses() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and parts of every address of ours; allauth and the administration test their own."""

    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if pattern.app_name != "admin" and "accounts/" not in str(pattern.pattern):
                    yield from walk(pattern.url_patterns)
            elif pattern.name:
                yield pattern

    for pattern in walk(get_resolver().url_patterns):
        yield pattern.name, tuple(pattern.pattern.converters)


def filled(place: Place) -> Iterator[tuple[str, str]]:
    """Every address by name, filled in with what belongs to the account."""
    for name, parts in addresses():
        unknown = set(parts) - place.parts.keys()
        assert not unknown, f"{name}: say in this test what {unknown} stands for"
        keys = [place.parts["key"], place.parts["draft"]] if "key" in parts else [None]
        for key in keys:
            given = {part: place.parts[part] for part in parts} | ({"key": key} if key else {})
            yield name, reverse(name, kwargs=given)


def client_of(user: User | None) -> Client:
    client = Client(raise_request_exception=True)
    if user is not None:
        client.force_login(user)
    return client


def test_strangers_are_sent_to_the_login(place: Place) -> None:
    client = client_of(None)
    for name, url in filled(place):
        for answer in (client.get(url), client.post(url)):
            assert SECRET.encode() not in b"".join(answer), url
            if name in FOR_ALL | BY_TOKEN:
                assert answer.status_code < 500, url
                continue
            assert answer.status_code in (302, 404, 405), (url, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/accounts/login/"), url


def test_members_of_other_accounts_learn_nothing(place: Place) -> None:
    client = client_of(place.other)
    before = Event.objects.count()
    for name, url in filled(place):
        for answer in (
            client.get(url),
            client.post(url),
            client.get(url, headers={"HX-Request": "true"}),
        ):
            body = b"".join(answer)
            assert SECRET.encode() not in body, url
            if name not in FOR_ALL | BY_TOKEN:
                assert answer.status_code in (404, 405), (url, answer.status_code)
    assert Event.objects.count() == before


def test_an_account_that_is_not_theirs_looks_like_none(place: Place) -> None:
    client = client_of(place.other)
    theirs = client.get(reverse("dashboard", args=[place.account]))
    none = client.get(reverse("dashboard", args=["no-such-account"]))
    assert theirs.status_code == none.status_code == 404
    forget = {place.account.encode(): b"", b"no-such-account": b""}
    bodies = []
    for answer in (theirs, none):
        body = answer.content
        for known, nothing in forget.items():
            body = body.replace(known, nothing)
        bodies.append([line for line in body.splitlines() if b"csrf" not in line])
    assert bodies[0] == bodies[1]


def test_viewers_look_and_change_nothing(place: Place) -> None:
    client = client_of(place.viewer)
    versions = dict(Project.objects.values_list("pk", "version"))
    for name, url in filled(place):
        if name in FOR_ALL | BY_TOKEN:
            continue
        assert client.get(url).status_code in (200, 204, 302, 403, 404, 405), url
        answer = client.post(url)
        assert answer.status_code in (302, 303, 400, 403, 404, 405, 409, 422), (
            url,
            answer.status_code,
        )
    assert dict(Project.objects.values_list("pk", "version")) == versions


def test_control_a_member_sees_it(place: Place) -> None:
    """What is not found above is there: otherwise the walk would prove nothing."""
    seen = b"".join(client_of(place.member).get(reverse("dashboard", args=[place.account])))
    assert SECRET.encode() in seen
