"""Who sees and does what in the administration, page by page and role by role."""

import pytest
from django.apps import apps
from django.test import Client

from callsheet.credits.models import (
    Borrowing,
    Domain,
    Grant,
    Hold,
    HoldLot,
    Lot,
    StandingOrder,
    Subscription,
    Transfer,
    Wallet,
)
from callsheet.journal.models import Command, Event, Note
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import FairnessReceipt, Occupancy, Project
from callsheet.services import crediting
from callsheet.tenants.models import Role, StaffRole, User
from callsheet.web.admin.base import StaffAdmin
from callsheet.web.roles import SEES, Group
from tests.builders import assert_books_balance, draft, somebody, submitted, wallet_with
from tests.integration.admin_pages import ROLES, change, pages, path, signed_in, step

pytestmark = pytest.mark.django_db
UNTOUCHABLE = (
    Transfer, Hold, Lot, HoldLot, Grant, Borrowing, StandingOrder, Domain, Subscription, Wallet,
    Event, Command, Note, Occupancy, FairnessReceipt, Project,
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_second_factor(settings):
    settings.STAFF_NEED_SECOND_FACTOR = False


def test_every_model_of_ours_has_a_page_that_knows_the_roles() -> None:
    ours = {
        model
        for model in apps.get_models()
        if model.__module__.startswith("callsheet.") and model.__name__ != "PricePeriod"
    }
    registered = {page.model for page in pages()}
    assert ours <= registered
    assert all(isinstance(page, StaffAdmin) for page in pages())


@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_its_groups_and_nothing_else(role) -> None:
    client = signed_in(role)
    for page in pages():
        expected = 200 if page.group in SEES[role] else 403
        answer = client.get(path(page.model), follow=expected == 200)
        assert answer.status_code == expected, (role, page.model)
        if expected == 403 and not page.may_add:
            assert client.get(path(page.model, "add")).status_code == 403


REACHED_FROM_OWNERS = {
    "Borrowing", "HoldLot", "Concept", "ProjectPerson", "AssetVersion", "Stirred", "LastLook",
    "NextLook", "WantedDeliverable", "EntryDeliverable", "Untold", "Preference", "PersonalTimes",
    "ChosenBrand",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_the_sidebar_shows_what_may_be_opened(role) -> None:
    text = signed_in(role).get("/admin/").text
    for page in pages():
        listed = f'href="{path(page.model)}"' in text
        if page.model.__name__ in REACHED_FROM_OWNERS:
            continue
        assert listed is (page.group in SEES[role]), (role, page.model)


def test_ledger_journal_and_projects_cannot_be_written_past_the_services() -> None:
    wallet = wallet_with(30)
    crediting.grant(CONSOLE, wallet.pk, 10, note="Thank you")
    submitted(wallet, 20)
    before = {model: list(model.objects.order_by("pk").values()) for model in UNTOUCHABLE}
    for role in ROLES:
        client = signed_in(role)
        for model in UNTOUCHABLE:
            pk = before[model][0]["id"] if before[model] else 1
            for page, given in (
                ("add", {"amount": 5, "kind": "grant"}),
                (
                    "change",
                    {"amount": 500, "credits": 500, "available": 500, "status": "delivered"},
                ),
                ("delete", {"post": "yes"}),
            ):
                address = path(model, page, *([] if page == "add" else [pk]))
                answer = client.post(address, given)
                missing = not before[model] and answer.status_code == 302
                assert answer.status_code == 403 or missing, (role, model, page)
            client.post(
                path(model),
                {"action": "delete_selected", "_selected_action": [pk], "post": "yes", "index": 0},
            )
    for model, rows in before.items():
        assert list(model.objects.order_by("pk").values()) == rows, model
    assert_books_balance()


def test_the_untouchable_pages_say_so_to_the_studio_admin_too() -> None:
    class Request:
        user = User(is_active=True, staff_role=StaffRole.STUDIO_ADMIN, is_superuser=True)

    for page in pages():
        if page.model in UNTOUCHABLE:
            assert not page.has_add_permission(Request)
            assert not page.has_change_permission(Request)
            assert not page.has_delete_permission(Request)


def test_a_superuser_without_a_role_and_a_role_without_life_see_nothing() -> None:
    from callsheet.web.roles import sees, writes

    nobody = User(is_superuser=True, staff_role="", is_active=True)
    gone = User(staff_role=StaffRole.STUDIO_ADMIN, is_active=False)
    for user in (nobody, gone):
        assert not any(sees(user, group) or writes(user, group) for group in Group)


def test_producers_take_no_step_on_credits_or_customers() -> None:
    wallet = wallet_with(30)
    client = signed_in(StaffRole.PRODUCER)
    given = {"command_key": "k", "credits": 10, "category": "goodwill"}
    for row, name in (
        (wallet, "grant"), (wallet, "adjust"), (wallet.account, "end"),
        (wallet.account, "assign_manager"),
    ):  # fmt: skip
        assert client.get(step(row, name)).status_code == 403
        assert client.post(step(row, name), given).status_code == 403
    wallet.refresh_from_db()
    assert wallet.available == 30


def test_account_managers_change_neither_catalogue_nor_people() -> None:
    from callsheet.catalogue import defaults
    from callsheet.catalogue.models import DeliverableType

    defaults.install()
    client = signed_in(StaffRole.ACCOUNT_MANAGER)
    kind = DeliverableType.objects.get(key="video")
    assert client.get(change(kind)).status_code == 200
    assert client.post(change(kind), {"credits": 1}).status_code == 403
    assert client.get(path(User, "add")).status_code == 403
    user = User.objects.get(pk=somebody().user_id)
    for name in ("switch_off", "password_page", "change_role"):
        assert client.post(step(user, name), {"command_key": "k"}).status_code == 403
    user.refresh_from_db()
    assert user.is_active


def test_drafts_show_only_when_they_were_shared_with_the_studio() -> None:
    wallet = wallet_with(30)
    hidden, shared = draft(wallet, 10, "Secret idea"), draft(wallet, 10, "Shared idea")
    Project.objects.filter(pk=shared.pk).update(shared_with_studio=True)
    client = signed_in(StaffRole.STUDIO_ADMIN)
    text = client.get(path(Project)).text
    assert "Shared idea" in text
    assert "Secret idea" not in text
    assert client.get(change(hidden)).status_code == 302  # "doesn't exist"
    assert client.get(change(shared)).status_code == 200
    for name in ("cancel", "accept"):
        assert client.get(step(hidden, name)).status_code == 404
    concept = hidden.concepts.get()
    for row in (concept, concept.deliverables.first()):
        assert "Secret idea" not in client.get(path(row)).text
        assert client.get(change(row)).status_code == 302


def test_customers_get_nowhere() -> None:
    account = wallet_with(5).account
    client = Client()
    client.force_login(User.objects.get(pk=somebody(account, Role.ADMIN).user_id))
    for page in pages():
        assert client.get(path(page.model)).status_code == 302
    assert client.get("/admin/search/?s=a").status_code == 302
    assert client.get("/admin/autocomplete/").status_code == 302
