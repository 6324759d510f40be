"""The queue's page: what it says, who may do what on it, and what bad input does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from callsheet.credits.models import Wallet
from callsheet.kit import clock
from callsheet.projects.models import Project
from callsheet.services import briefing, transferring
from callsheet.tenants.models import Account, Organization, Role, User
from tests.builders import CONSOLE, organization_with, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db


def client_of(account: Account, role: Role = Role.ADMIN) -> Client:
    """A browser in which somebody with that role is signed in."""
    client = Client()
    client.force_login(User.objects.get(pk=somebody(account, role).user_id))
    return client


@pytest.fixture
def busy() -> Wallet:
    """60 credits, all in production, and three briefs that wait."""
    wallet = wallet_with(60, name="Nordlicht")
    submitted(wallet, 60, "Summer launch")
    for credits, title in ((20, "Autumn drop"), (30, "Winter film"), (10, "Cut-downs")):
        submitted(wallet, credits, title)
    return wallet


def queue_of(wallet: Wallet) -> dict[str, Project]:
    return {p.title: p for p in Project.objects.filter(wallet=wallet, status="queued")}


def titles(wallet: Wallet) -> list[str]:
    """The queue in its order."""
    return list(
        Project.objects.filter(wallet=wallet, status="queued")
        .order_by("rank")
        .values_list("title", flat=True)
    )


def url(name: str, wallet: Wallet, *rest: object) -> str:
    return reverse(name, args=[wallet.account.key, *rest])


def test_it_begins_with_a_sentence(busy: Wallet) -> None:
    page = client_of(busy.account).get(url("queue", busy)).content.decode()
    assert "3 briefs wait for 60 credits; the next starts around" in page
    assert "when “Summer launch” gives back 60" in page
    assert "This brief waits for 20 more credits to come back." in page
    assert page.count('class="cs-time"') == 2  # for wide and for narrow screens


def test_another_order_is_shown_before_it_is_saved(busy: Wallet) -> None:
    client = client_of(busy.account)
    cut_downs = queue_of(busy)["Cut-downs"]
    page = client.get(url("queue", busy), {"top": cut_downs.pk}).content.decode()
    assert "Not saved yet." in page
    assert "“Cut-downs” stands at place 1 of 3 now." in page
    assert titles(busy) == ["Autumn drop", "Winter film", "Cut-downs"]


def test_an_order_that_costs_somebody_days_says_so() -> None:
    wallet = wallet_with(40)
    submitted(wallet, 40, "Running")
    submitted(wallet, 40, "First")
    second = submitted(wallet, 40, "Second")
    page = client_of(wallet.account).get(url("queue", wallet), {"up": second.pk}).content.decode()
    assert "1 brief is expected to start earlier, 1 later; the others as before." in page
    assert page.count("queue-change better") == 1
    assert page.count("queue-change worse") == 1


def test_a_saved_order_can_be_taken_back(busy: Wallet) -> None:
    client, briefs = client_of(busy.account), queue_of(busy)
    now = [briefs[title].pk for title in titles(busy)]
    order = ",".join(str(pk) for pk in reversed(now))
    seen = ",".join(str(pk) for pk in now)
    form = {"order": order, "seen": seen, "command_key": "one"}
    for _ in range(2):  # a double click is one command
        answer = client.post(url("queue_order", busy), form)
        assert (answer.status_code, answer.url) == (303, url("queue", busy))
    assert titles(busy) == ["Cut-downs", "Winter film", "Autumn drop"]
    page = client.get(url("queue", busy)).content.decode()
    assert "The queue is in its new order." in page
    undo = f"{url('queue_order', busy)}?order={seen}&seen={order}"
    assert client.post(undo).status_code == 303
    assert titles(busy) == ["Autumn drop", "Winter film", "Cut-downs"]


def test_two_orders_at_once_are_a_conflict_and_nothing_is_lost(busy: Wallet) -> None:
    one, other = client_of(busy.account), client_of(busy.account)
    autumn, winter, cut = (queue_of(busy)[title].pk for title in titles(busy))
    seen = f"{autumn},{winter},{cut}"
    one.post(url("queue_order", busy), {"order": f"{winter},{autumn},{cut}", "seen": seen})
    answer = other.post(
        url("queue_order", busy), {"order": f"{cut},{autumn},{winter}", "seen": seen}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The queue has changed meanwhile" in page
    assert page.index("Winter film") < page.index("Autumn drop")  # the order as it is now …
    assert f'name="order" value="{cut},{autumn},{winter}"' in page  # … and the one that was wanted
    assert titles(busy) == ["Winter film", "Autumn drop", "Cut-downs"]
    now = f"{winter},{autumn},{cut}"
    answer = other.post(
        url("queue_order", busy), {"order": f"{cut},{autumn},{winter}", "seen": now}
    )
    assert answer.status_code == 303
    assert titles(busy) == ["Cut-downs", "Autumn drop", "Winter film"]


def test_what_came_in_meanwhile_keeps_its_place_in_an_order_that_is_tried_out(busy: Wallet) -> None:
    autumn, winter, cut = (queue_of(busy)[title].pk for title in titles(busy))
    late = submitted(busy, 10, "Latecomer")
    briefing.withdraw(CONSOLE, winter)
    asked = {"order": f"{cut},{winter},{autumn}", "seen": f"{autumn},{winter},{cut}"}
    page = client_of(busy.account).get(url("queue", busy), asked).content.decode()
    assert "The queue has changed meanwhile" in page
    assert f'name="order" value="{cut},{late.pk},{autumn}"' in page


@pytest.mark.parametrize(
    "order",
    [
        "",
        "x",
        "1,2,3",
        "9" * 400,
        "-1",
        "²,٣",
        "<script>alert(1)</script>",
        "\0",
        "😀" * 1000,
        "1" * 19,
    ],
)
def test_nonsense_in_an_order_changes_nothing(busy: Wallet, order: str) -> None:
    client = client_of(busy.account)
    page = client.get(
        url("queue", busy), {"order": order, "seen": order, "moved": order, "up": order}
    )
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert client.post(url("queue_order", busy), {"order": order}).status_code in {303, 409}
    assert titles(busy) == ["Autumn drop", "Winter film", "Cut-downs"]


def test_members_exchange_the_places_of_their_own_briefs_only(busy: Wallet) -> None:
    member = somebody(busy.account, Role.MEMBER)
    client = Client()
    client.force_login(User.objects.get(pk=member.user_id))
    assert "order-form" not in client.get(url("queue", busy)).content.decode()
    mine = [submitted(busy, 10, f"Mine {n}", actor=member) for n in range(2)]
    page = client.get(url("queue", busy), {"up": mine[1].pk}).content.decode()
    assert "“Mine 1” stands at place 4 of 5 now." in page
    assert "data-drag" not in page
    others = queue_of(busy)
    now = [others[title].pk for title in titles(busy)]
    wanted = [mine[0].pk, *(pk for pk in now if pk != mine[0].pk)]
    answer = client.post(url("queue_order", busy), {"order": ",".join(map(str, wanted))})
    assert answer.status_code == 403
    assert titles(busy)[-2:] == ["Mine 0", "Mine 1"]


def test_viewers_look_and_strangers_do_not() -> None:
    wallet = wallet_with(20)
    submitted(wallet, 20, "Running")
    waits = submitted(wallet, 20, "Waits")
    viewer = client_of(wallet.account, Role.VIEWER)
    page = viewer.get(url("queue", wallet)).content.decode()
    assert "Waits" in page
    assert "Withdraw" not in page
    steps = [
        url("queue_order", wallet), url("queue_not_before", wallet, waits.key),
        url("queue_withdraw", wallet, waits.key), url("queue_put_back", wallet, waits.key),
    ]  # fmt: skip
    assert viewer.post(steps[0], {"order": str(waits.pk)}).status_code == 403
    assert viewer.post(steps[1], {"day": ""}).status_code == 403
    assert viewer.post(steps[2]).status_code == 403
    stranger = client_of(wallet_with(10).account)
    for address in (url("queue", wallet), url("queue_receipts", wallet)):
        assert stranger.get(address).status_code == 404
    for address in steps:
        assert stranger.post(address).status_code == 404
        assert stranger.get(address).status_code in {404, 405}
        assert Client().post(address).status_code == 302  # to the login
    assert Project.objects.get(pk=waits.pk).status == "queued"


def test_nothing_is_done_without_the_token_of_the_form(busy: Wallet) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(pk=somebody(busy.account, Role.ADMIN).user_id))
    waits = queue_of(busy)["Autumn drop"]
    assert strict.post(url("queue_withdraw", busy, waits.key)).status_code == 403
    assert Project.objects.get(pk=waits.pk).status == "queued"


def test_a_not_before_date_is_set_and_taken_back(busy: Wallet) -> None:
    client, brief = client_of(busy.account), queue_of(busy)["Autumn drop"]
    day = clock.today("UTC") + timedelta(days=40)
    step = url("queue_not_before", busy, brief.key)
    assert client.post(step, {"day": day.isoformat()}).status_code == 303
    brief.refresh_from_db()
    assert brief.not_before == day
    page = client.get(url("queue", busy)).content.decode()
    assert "does not start before" in page
    assert f'action="{step}?day="' in page
    assert client.post(f"{step}?day=").status_code == 303
    brief.refresh_from_db()
    assert brief.not_before is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("2001-01-01", "has passed"),
        ("tomorrow", "That is not a day"),
        ("<b>x</b>", "That is not a day"),
        ("9999-01-01", "The last day is in the year 2199"),
        ("\0", "That is not a day"),
        ("2" * 10_000, "That is not a day"),
        ("😀", "That is not a day"),
    ],
)
def test_a_day_that_cannot_be_is_said_at_the_field(busy: Wallet, typed: str, says: str) -> None:
    brief = queue_of(busy)["Autumn drop"]
    answer = client_of(busy.account).post(url("queue_not_before", busy, brief.key), {"day": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert "<b>x</b>" not in page
    assert f'aria-describedby="wrong-{brief.pk}"' in page
    brief.refresh_from_db()
    assert brief.not_before is None


def test_a_withdrawn_brief_goes_back_to_its_place(busy: Wallet) -> None:
    client, brief = client_of(busy.account), queue_of(busy)["Autumn drop"]
    form = {"version": brief.version, "command_key": "w"}
    for _ in range(2):
        assert client.post(url("queue_withdraw", busy, brief.key), form).status_code == 303
    assert titles(busy) == ["Winter film", "Cut-downs"]
    page = client.get(url("queue", busy)).content.decode()
    assert "is a draft again. It keeps its place until" in page
    assert client.post(url("queue_put_back", busy, brief.key)).status_code == 303
    assert titles(busy) == ["Autumn drop", "Winter film", "Cut-downs"]


def test_withdrawing_what_has_started_meanwhile_is_a_conflict(busy: Wallet) -> None:
    client, brief = client_of(busy.account), queue_of(busy)["Autumn drop"]
    form = {"version": brief.version - 1}
    assert client.post(url("queue_withdraw", busy, brief.key), form).status_code == 409
    assert client.post(url("queue_withdraw", busy, "B-forged")).status_code == 404
    elsewhere = submitted(wallet_with(0), 10, "Elsewhere")
    assert client.post(url("queue_withdraw", busy, elsewhere.key)).status_code == 404
    assert len(titles(busy)) == 3


def test_who_oversees_the_organization_sees_keys_in_place_of_titles() -> None:
    _, teams = organization_with(0, run=40)
    wallet = teams["run"]
    submitted(wallet, 40, "Race film")
    waits = submitted(wallet, 20, "Shoe photos")
    home = Organization.objects.get(pk=wallet.account.organization_id)
    client = Client()
    overseer = somebody(organization=home, role=Role.ADMIN)
    client.force_login(User.objects.get(pk=overseer.user_id))
    answer = client.get(url("queue", wallet))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert waits.key in page
    assert "Shoe photos" not in page
    assert "Race film" not in page
    for name in ("dashboard", "projects"):  # what they may not open is not offered
        assert f'href="{url(name, wallet)}"' not in page
        assert client.get(url(name, wallet)).status_code == 404
    assert client.get("/").url == url("queue", wallet)
    assert f'href="{url("queue", wallet)}"' in client.get("/places/").content.decode()
    assert client.get(url("queue_receipts", wallet)).status_code == 200
    assert client.post(url("queue_withdraw", wallet, waits.key)).status_code == 404
    Account.objects.filter(pk=wallet.account_id).update(shares_briefs=True)
    assert client.get("/").url == url("dashboard", wallet)
    assert "Shoe photos" in client.get(url("queue", wallet)).content.decode()


def test_a_domain_that_borrows_takes_at_most_twelve_statements() -> None:
    _, teams = organization_with(20, run=40, golf=60)
    for team in teams.values():
        transferring.set_lending_limits(CONSOLE, team.pk, may_borrow=30, may_lend=60)
    organization = teams["run"].account.organization
    transferring.set_borrowing(CONSOLE, organization.pk, True)
    submitted(teams["run"], 60, "Secret launch")
    submitted(teams["golf"], 60, "Own")
    for team in teams.values():
        client = client_of(Account.objects.get(pk=team.account_id))
        client.get(url("queue", team))
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url("queue", team)).content.decode()
        assert len(asked) <= 12
    assert "Secret launch" not in page
    assert "lent out since" in page


def test_receipts_say_who_went_ahead_of_whom() -> None:
    wallet = wallet_with(60)
    submitted(wallet, 50, "Running")
    submitted(wallet, 40, "Big")
    submitted(wallet, 10, "Small")
    page = client_of(wallet.account).get(url("queue_receipts", wallet)).content.decode()
    assert "it is expected to cost it nothing" in page


def test_an_empty_queue_teaches_what_it_is_for() -> None:
    wallet = wallet_with(60)
    page = client_of(wallet.account).get(url("queue", wallet)).content.decode()
    assert "Nothing waits. 60 credits are free" in page
    assert "A brief that you submit starts at once" in page
