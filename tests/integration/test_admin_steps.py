"""The administration's forms and steps: each through one service, refusals at their fields."""

import re
from datetime import timedelta

import pytest

from callsheet.catalogue import defaults
from callsheet.catalogue.models import DeliverableType, StudioRules
from callsheet.credits.models import Grant, StandingOrder, Transfer, Wallet
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import subscribing, transferring
from callsheet.tenants.models import (
    Absence,
    Account,
    Invitation,
    Membership,
    Organization,
    StaffRole,
    StudioClosure,
    User,
)
from tests.builders import (
    assert_books_balance,
    organization_with,
    paying_wallet,
    somebody,
    status_of,
    submitted,
    wallet_with,
)
from tests.delivery_builders import parts_of
from tests.integration.admin_pages import change, path, signed_in, step, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


@pytest.fixture
def admin():
    return signed_in(StaffRole.STUDIO_ADMIN)


@pytest.fixture
def manager():
    return signed_in(StaffRole.ACCOUNT_MANAGER)


@pytest.fixture
def producer():
    return signed_in(StaffRole.PRODUCER)


def said(page) -> str:
    """Everything that was reported to the person."""
    return " ".join(str(message) for message in page.context["messages"])


# -- customers -------------------------------------------------------------------------------------


def test_an_account_is_opened_with_its_wallet_and_a_refusal_keeps_what_was_typed(manager) -> None:
    typed = {
        "name": "Brixen", "key": "", "type": "standalone", "organization": "", "billing":
        "pay_as_you_go", "status": "active", "time_zone": "Europe/Berlim", "country": "DE",
        "currency": "EUR", "started_on": "",
    }  # fmt: skip
    page = manager.post(path(Account, "add"), typed)
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert form.errors == {
        "time_zone": ["“Europe/Berlim” is no time zone. It looks like Europe/Berlin."]
    }
    assert form["name"].value() == "Brixen"
    assert not Account.objects.exists()
    page = manager.post(path(Account, "add"), typed | {"time_zone": "Europe/Berlin"}, follow=True)
    account = Account.objects.get()
    assert (account.key, account.wallet.billing) == ("brixen", "pay_as_you_go")
    assert "Brixen" in said(page)
    assert Event.objects.get().actor.startswith("user:")


def test_an_account_is_changed_by_its_service(manager) -> None:
    account = wallet_with(5).account
    typed = {
        "name": "Renamed", "time_zone": "UTC", "country": "", "currency": "EUR",
        "release_policy": "per_concept", "needs_approval": "on",
        "key": "stolen", "status": "ended", "type": "connected",
    }  # fmt: skip
    assert manager.post(change(account), typed).status_code == 302
    before = account.key
    account.refresh_from_db()
    assert (account.name, account.release_policy, account.needs_approval) == (
        "Renamed", "per_concept", True,
    )  # fmt: skip
    # What has steps of its own, or never changes, did not.
    assert (account.key, account.status, account.type) == (before, "active", "standalone")
    assert Event.objects.get(kind="account_changed").data["name"][1] == "Renamed"


def test_an_account_is_ended_by_a_step_that_says_why_not(manager) -> None:
    wallet = wallet_with(30)
    submitted(wallet, 20)
    page = take(manager, wallet.account, "end", reason="price")
    assert page.status_code == 422
    assert "1 project of this account still runs" in page.text
    page = take(manager, wallet.account, "end", reason="")
    assert page.status_code == 422
    page = take(manager, wallet.account, "end", reason="price", on="2099-01-31")
    assert page.status_code == 302
    wallet.account.refresh_from_db()
    assert wallet.account.status == "notice"
    take(manager, wallet.account, "take_notice_back")
    wallet.account.refresh_from_db()
    assert wallet.account.status == "active"


def test_an_account_gets_its_manager(manager) -> None:
    account = wallet_with(5).account
    chosen = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    take(manager, account, "assign_manager", manager=chosen.user_id)
    assert account.assignments.get().manager_id == chosen.user_id
    assert chosen.name in manager.get(path(Account)).text
    page = take(manager, account, "assign_manager", manager=somebody().user_id)
    assert page.status_code == 422


def test_organizations_members_and_invitations(manager) -> None:
    typed = {"name": "Halden", "key": "", "time_zone": "UTC", "country": "", "currency": "EUR"}
    manager.post(path(Organization, "add"), typed)
    organization = Organization.objects.get()
    assert organization.pool.capacity == 0
    take(manager, organization, "borrowing", on="on")
    organization.domain.refresh_from_db()
    assert organization.domain.borrowing
    account = wallet_with(5).account
    member = {"email": "anna@example.com", "name": "Anna", "account": account.pk, "role": "admin"}
    assert manager.post(path(Membership, "add"), member).status_code == 302
    page = manager.post(path(Membership, "add"), member)
    assert page.context["adminform"].form.errors["email"] == ["Anna is a member already."]
    membership = Membership.objects.get()
    page = manager.post(change(membership), {"role": "viewer"})
    assert "last admin" in page.context["adminform"].form.errors["role"][0]
    page = manager.post(path(membership, "delete", membership.pk), {"post": "yes"}, follow=True)
    assert "last admin" in said(page)
    assert Membership.objects.count() == 1
    invite = {"email": "ben@example.com", "account": account.pk, "role": "member"}
    assert manager.post(path(Invitation, "add"), invite).status_code == 302
    invitation = Invitation.objects.get()
    for action, report in (("send_again", "1 sent again."), ("revoke", "1 revoked.")):
        page = manager.post(
            path(Invitation),
            {"action": action, "_selected_action": [invitation.pk], "index": 0},
            follow=True,
        )
        assert report in said(page)
    invitation.refresh_from_db()
    assert (invitation.times_sent, invitation.revoked_at is not None) == (2, True)


# -- credits ---------------------------------------------------------------------------------------


def test_credits_are_granted_once_however_often_the_form_is_sent(manager) -> None:
    wallet = wallet_with(10)
    shown = manager.get(step(wallet, "grant"))
    typed = {
        "command_key": shown.context["form"]["command_key"].value(),
        "credits": 15, "category": "goodwill", "note": "Sorry for the delay",
    }  # fmt: skip
    for _ in range(2):
        page = manager.post(step(wallet, "grant"), typed, follow=True)
        assert "Done. 0 of 25 credits in production, 25 free." in said(page)
    assert Grant.objects.get().credits == 15
    page = manager.post(step(wallet, "grant"), typed | {"credits": 16})
    assert page.status_code == 422
    assert "sent before with other contents" in page.text
    assert_books_balance()


def test_refusals_of_credits_are_shown_at_their_fields(manager) -> None:
    wallet = wallet_with(10)
    page = take(manager, wallet, "adjust", change=-5, note="")
    assert "note" in page.context["form"].errors
    page = take(manager, wallet, "adjust", change=-5, note="Counted twice")
    assert page.status_code == 422
    assert {"until", "permanent"} & set(page.context["form"].errors)
    page = take(manager, wallet, "adjust", change=10**7, note="x", permanent="on")
    assert "100,000" in page.context["form"].errors["change"][0]
    wallet.refresh_from_db()
    assert wallet.available == 10
    assert take(manager, wallet, "adjust", change=-15, note="x", permanent="on").status_code == 302
    words = "0 credits in production with a capacity of -5: overdrawn by 5."
    assert words in manager.get(change(wallet)).text
    wallet.refresh_from_db()
    assert wallet.available == -5


def test_plans_pauses_lots_and_moves(manager) -> None:
    defaults.install()
    wallet = wallet_with(0)
    plan = {p.key: p.pk for p in subscribing.SubscriptionPlan.objects.all()}
    assert take(manager, wallet, "subscribe", plan=plan["growth"]).status_code == 302
    assert take(manager, wallet, "change_plan", plan=plan["scale"]).status_code == 302
    wallet.refresh_from_db()
    assert wallet.available == 120
    assert take(manager, wallet, "pause", until="2001-01-01").status_code == 422
    assert take(manager, wallet, "pause", until="2099-01-01").status_code == 302
    assert "Resume" in manager.get(change(wallet)).text
    assert take(manager, wallet, "resume").status_code == 302
    bought = paying_wallet()
    assert take(manager, bought, "buy", credits=40).status_code == 302
    pool, teams = organization_with(20, north=10)
    assert take(manager, pool, "move", target=teams["north"].pk, amount=5).status_code == 302
    page = take(manager, pool, "move", target=teams["north"].pk, amount=50)
    assert "amount" in page.context["form"].errors
    page = take(manager, pool, "move", target=wallet.pk, amount=5)  # of another customer
    assert "target" in page.context["form"].errors
    take(manager, teams["north"], "limits", may_borrow=7, may_lend="", floor=3)
    teams["north"].refresh_from_db()
    assert (teams["north"].may_borrow, teams["north"].may_lend) == (7, None)
    assert_books_balance()


def test_orders_that_have_not_begun_are_canceled(manager) -> None:
    pool, teams = organization_with(20, north=10)
    tomorrow = clock.today("UTC") + timedelta(days=5)
    transferring.schedule_transfer(CONSOLE, pool.pk, teams["north"].pk, 5, tomorrow)
    order = StandingOrder.objects.get()
    page = manager.post(
        path(StandingOrder),
        {"action": "cancel_orders", "_selected_action": [order.pk], "index": 0},
        follow=True,
    )
    assert "1 canceled." in said(page)
    order.refresh_from_db()
    assert order.canceled_at is not None


def test_a_wallets_page_offers_only_what_fits_it(manager) -> None:
    def offered(wallet: Wallet) -> set[str]:
        text = manager.get(change(wallet)).text
        steps = re.findall(rf'href="[^"]*/wallet/{wallet.pk}/(\w+)/"', text)
        return set(steps) - {"history", "change"}

    defaults.install()
    plain, (pool, teams) = wallet_with(5), organization_with(5, north=5)
    assert offered(paying_wallet((30, None))) == {"buy", "adjust"}
    assert offered(plain) == {"grant", "adjust", "subscribe"}
    assert offered(pool) == {"grant", "adjust", "subscribe", "move"}
    assert offered(teams["north"]) == {"adjust", "move", "limits"}
    subscribing.subscribe(CONSOLE, plain.pk, "growth")
    assert offered(plain) == {"grant", "adjust", "change_plan", "pause"}


def test_a_wallets_page_shows_strip_queue_and_reasons(manager) -> None:
    wallet = wallet_with(60)
    submitted(wallet, 40, "Summer launch")
    submitted(wallet, 30, "Winter launch")
    submitted(wallet, 80, "Everything at once")
    text = manager.get(change(wallet)).text
    assert "40 of 60 credits in production, 20 free. 2 briefs wait, 110 credits." in text
    assert "Summer launch: 40 credits, needs your review" in text
    assert "This brief waits for 10 more credits to come back." in text
    assert "This brief needs 80 credits, and at most 60 can be in production" in text
    assert 'class="cs-strip"' in manager.get(path(Wallet)).text


# -- projects --------------------------------------------------------------------------------------


def test_a_project_goes_its_way_by_steps(producer, manager) -> None:
    wallet = wallet_with(60)
    first = submitted(wallet, 40, "First")
    second = submitted(wallet, 30, "Second")
    page = take(producer, first, "accept", promised_on="2001-01-01")
    assert page.status_code == 422
    assert "promised_on" in page.context["form"].errors
    take(producer, first, "accept")
    take(producer, first, "deliver", deliverables=parts_of(first)[0].pk)
    assert status_of(first) == Status.DELIVERED
    # A producer produces; finalizing for a customer is the account manager's.
    assert step(first, "finalize") not in producer.get(change(first)).text
    assert producer.post(step(first, "finalize"), {"command_key": "k"}).status_code == 403
    assert step(first, "finalize") in manager.get(change(first)).text
    page = manager.post(step(first, "finalize"), {"command_key": "k"}, follow=True)
    assert "“First” is finalized now. 1 brief started by it." in said(page)
    assert status_of(second) == Status.PENDING_REVIEW
    assert take(manager, second, "cancel", note="").status_code == 422
    assert take(manager, second, "cancel", note="Campaign dropped").status_code == 302
    assert status_of(second) == Status.CANCELED
    text = manager.get(change(second)).text
    assert "Campaign dropped" in text
    assert_books_balance()


def test_asking_and_giving_back(producer) -> None:
    project = submitted(wallet_with(60), 20)
    take(producer, project, "ask", note="Which bottle?")
    assert status_of(project) == Status.CLARIFICATION_REQUESTED
    take(producer, project, "give_back", note="Please rewrite")
    assert status_of(project) == Status.DRAFT


def test_many_projects_at_once_each_by_itself(manager) -> None:
    wallet = wallet_with(60)
    fresh, accepted = submitted(wallet, 10, "Fresh"), submitted(wallet, 10, "Accepted")
    take(manager, accepted, "accept")
    page = manager.post(
        path(Project),
        {"action": "accept_chosen", "_selected_action": [fresh.pk, accepted.pk], "index": 0},
        follow=True,
    )
    assert "1 accepted." in said(page)
    assert "Accepted: “Accept” is not possible while a project is in progress." in said(page)
    assert status_of(fresh) == Status.IN_PROGRESS


# -- catalogue and people --------------------------------------------------------------------------


def test_the_catalogue_changes_by_its_service_and_leaves_a_trace(admin) -> None:
    defaults.install()
    kind = DeliverableType.objects.get(key="video")
    typed = {
        "key": "video", "name": "Video creative", "medium": "video", "kind": "master",
        "credits": 12, "brief_types": ["content_creation"], "active": "on",
    }  # fmt: skip
    assert admin.post(change(kind), typed).status_code == 302
    kind.refresh_from_db()
    assert (kind.credits, kind.brief_types) == (12, ["content_creation"])
    assert Event.objects.get(kind="catalogue_changed").data["credits"] == [10, 12]
    page = admin.post(change(kind), typed | {"credits": 0})
    assert page.status_code == 200  # only variations are complimentary
    kind.refresh_from_db()
    assert kind.credits == 12
    rules = StudioRules.objects.get()
    assert admin.get(path(StudioRules)).url == change(rules)
    admin.post(path(StudioClosure, "add"), {"day": "2026-12-24", "name": "Christmas Eve"})
    closure = StudioClosure.objects.get()
    admin.post(path(closure, "delete", closure.pk), {"post": "yes"})
    assert not StudioClosure.objects.exists()


def test_staff_are_made_changed_and_switched_off(admin) -> None:
    typed = {
        "email": "pia@studio.example", "name": "Pia", "staff_role": "producer", "time_zone": "UTC",
    }  # fmt: skip
    assert admin.post(path(User, "add"), typed).status_code == 302
    pia = User.objects.get(email="pia@studio.example")
    page = admin.get(step(pia, "password_page"))
    given = {"command_key": page.context["form"]["command_key"].value()}
    page = admin.post(step(pia, "password_page"), given, follow=True)
    assert "/accounts/password/reset/key/" in said(page)
    take(admin, pia, "change_role", role="account_manager")
    take(admin, pia, "switch_off", note="Left the studio")
    pia.refresh_from_db()
    assert (pia.staff_role, pia.is_staff, pia.is_active) == ("account_manager", True, False)


def test_an_absence_is_ones_own(manager) -> None:
    me = User.objects.get(pk=manager.session["_auth_user_id"])
    other = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    days = {"starts_on": "2026-07-01", "ends_on": "2026-07-09", "deputy": ""}
    assert manager.post(path(Absence, "add"), {"user": me.pk, **days}).status_code == 302
    assert manager.post(path(Absence, "add"), {"user": other.user_id, **days}).status_code == 403
    absence = Absence.objects.get()
    manager.post(path(absence, "delete", absence.pk), {"post": "yes"})
    assert not Absence.objects.exists()


# -- how much is asked of the database -------------------------------------------------------------

QUERIES = {Account: 7, Wallet: 5, Organization: 5, Project: 6, Transfer: 3, Event: 5, User: 4}
"""The most statements that a list may need, whatever its length (session and person are two). A
number that grows is a mistake; one that shrinks is to be written down here."""


def test_lists_ask_the_same_however_long_they_are(
    admin, django_assert_max_num_queries, django_assert_num_queries
) -> None:
    def fill(rows: int) -> None:
        for _ in range(rows):
            wallet = wallet_with(30)
            submitted(wallet, 10)
            submitted(wallet, 30)

    fill(2)
    admin.get(path(Account))  # content types and the like
    counts = {}
    for model, most in QUERIES.items():
        with django_assert_max_num_queries(most) as asked:
            assert admin.get(path(model)).status_code == 200
        counts[model] = len(asked)
    organization_with(10, north=5, south=5)
    fill(6)
    for model, count in counts.items():
        if model is Organization:
            continue  # had none before
        with django_assert_num_queries(count):
            admin.get(path(model))
