"""Accounts and organizations: opened with a wallet, changed by whom it concerns, ended in order."""

from datetime import UTC, date, datetime

import pytest

from callsheet.credits.models import Billing, Subscription, Wallet
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CLOCK, CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.services import absences, accounts, closing, staffing, subscribing
from callsheet.tenants.models import (
    Account,
    AccountManagerAssignment,
    AccountStatus,
    AccountType,
    Organization,
    Role,
    StaffRole,
    User,
)
from tests.builders import (
    assert_books_balance,
    fill,
    finalized,
    organization_with,
    paying_wallet,
    somebody,
    submitted,
    wallet_with,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def refused(what: type[CallsheetError], call, *args, **more) -> CallsheetError:
    with pytest.raises(what) as refusal:
        call(*args, **more)
    return refusal.value


def test_every_type_of_account_gets_its_wallet_in_the_right_domain() -> None:
    organization = accounts.create_organization(CONSOLE, "Halden Group", country="de-by")
    assert organization["key"] == "halden-group"
    pool = Wallet.objects.get(organization_id=organization["organization"])
    made = {}
    for kind in AccountType.values:
        home = None if kind == AccountType.STANDALONE else organization["organization"]
        answer = accounts.create_account(
            CONSOLE, f"Team {kind}", account_type=kind, organization_id=home
        )
        made[kind] = Wallet.objects.get(account_id=answer["account"])
        assert made[kind].pk == answer["wallet"]
    assert made["integrated"].domain_id == pool.domain_id
    assert made["connected"].domain_id != pool.domain_id
    assert made["standalone"].domain_id != made["connected"].domain_id
    assert Organization.objects.get().country == "DE-BY"
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert kinds == {"organization_created", "account_created"}


def test_the_same_command_opens_one_account() -> None:
    first = accounts.create_account(CONSOLE, "Brixen", key="once")
    assert accounts.create_account(CONSOLE, "Brixen", key="once") == first
    assert Account.objects.count() == 1
    assert refused(Conflict, accounts.create_account, CONSOLE, "Brixen").code == "key_taken"


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": "   "}, "name_missing", "name"),
        ({"name": "x" * 201}, "name_too_long", "name"),
        ({"name": "A\ue000B"}, "name_unreadable", "name"),
        ({"name": "★★★"}, "key_missing", "slug"),
        ({"slug": "Not A Key"}, "key_malformed", "slug"),
        ({"slug": "k" * 81}, "key_too_long", "slug"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone", "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "unknown_time_zone", "time_zone"),
        ({"country": "ZZ"}, "unknown_country", "country"),
        ({"country": "DE-XX"}, "unknown_country", "country"),
        ({"currency": "EURO"}, "unknown_currency", "currency"),
        ({"account_type": "huge"}, "unknown_account_type", "account_type"),
        ({"account_type": "integrated"}, "organization_missing", "organization"),
        ({"billing": "never"}, "unknown_billing", "billing"),
        ({"status": "ended"}, "status_not_for_new", "status"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(given, code, field) -> None:
    error = refused(Refused, accounts.create_account, CONSOLE, **{"name": "Brixen", **given})
    assert (error.code, error.field) == (code, field)
    assert not Account.objects.exists()
    assert not Wallet.objects.exists()


def test_types_and_organizations_must_agree() -> None:
    organization = accounts.create_organization(CONSOLE, "Halden")["organization"]
    error = refused(Refused, accounts.create_account, CONSOLE, "A", organization_id=organization)
    assert error.code == "standalone_has_none"
    error = refused(
        Refused, accounts.create_account, CONSOLE, "A", account_type="integrated",
        organization_id=organization, billing=Billing.PAY_AS_YOU_GO,
    )  # fmt: skip
    assert error.code == "integrated_has_subscription"
    refused(
        NotFound, accounts.create_account, CONSOLE, "A", account_type="connected",
        organization_id=10**9,
    )  # fmt: skip


def test_only_managers_of_the_studio_open_accounts() -> None:
    account = wallet_with(10).account
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    assert accounts.create_account(manager, "Brixen")["account"]
    for actor, error in (
        (somebody(), NotFound),
        (somebody(account, Role.ADMIN), NotFound),
        (somebody(staff=StaffRole.PRODUCER), Forbidden),
    ):
        refused(error, accounts.create_account, actor, "Another")
        refused(error, accounts.create_organization, actor, "Another")


def test_who_may_change_what_of_an_account() -> None:
    account = wallet_with(10).account
    admin = somebody(account, Role.ADMIN)
    answer = accounts.change_account(admin, account.pk, name="New  name", needs_approval=True)
    assert answer["changed"] == {
        "name": [account.name, "New name"],
        "needs_approval": [False, True],
    }
    assert refused(
        Forbidden, accounts.change_account, admin, account.pk, release_policy="per_concept"
    )
    for actor in (somebody(account, Role.VIEWER), somebody(account, Role.MEMBER)):
        refused(Forbidden, accounts.change_account, actor, account.pk, name="Mine")
    stranger = somebody(wallet_with(10).account, Role.ADMIN)
    refused(NotFound, accounts.change_account, stranger, account.pk, name="Mine")
    refused(NotFound, accounts.change_account, CONSOLE, 10**9, name="Mine")
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    accounts.change_account(manager, account.pk, release_policy="per_concept")
    error = refused(Refused, accounts.change_account, manager, account.pk, status="ended")
    assert error.code == "status_by_itself"
    error = refused(Refused, accounts.change_account, manager, account.pk, key_of="x")
    assert error.code == "unknown_field"
    account.refresh_from_db()
    assert (account.name, account.release_policy, account.status) == (
        "New name", "per_concept", "active",
    )  # fmt: skip


def test_an_organizations_admin_changes_its_name_and_a_teams_admin_does_not() -> None:
    pool, teams = organization_with(0, north=10)
    admin = somebody(organization=pool.organization, role=Role.ADMIN)
    accounts.change_organization(admin, pool.organization_id, name="Halden AG")
    assert Organization.objects.get(pk=pool.organization_id).name == "Halden AG"
    for actor in (somebody(teams["north"].account, Role.ADMIN), somebody()):
        refused(NotFound, accounts.change_organization, actor, pool.organization_id, name="X")


def test_an_account_does_not_end_while_projects_run() -> None:
    wallet = wallet_with(60)
    project = submitted(wallet, 20)
    waiting = submitted(wallet, 50)
    error = refused(Conflict, closing.end_account, CONSOLE, wallet.account_id, reason="price")
    assert (error.code, error.details["projects"]) == ("projects_run", 2)
    finalized(project)
    finalized(waiting)
    answer = closing.end_account(CONSOLE, wallet.account_id, reason="price", note="Too dear")
    assert (answer["status"], answer["credits"]) == ("ended", 60)
    wallet.refresh_from_db()
    assert wallet.capacity == 0
    error = refused(Conflict, closing.end_account, CONSOLE, wallet.account_id, reason="price")
    assert error.code == "account_ended"
    assert_books_balance()


def test_an_ended_subscription_takes_its_credits_with_it() -> None:
    from callsheet.catalogue import defaults

    defaults.install()
    wallet = wallet_with(0)
    subscribing.subscribe(CONSOLE, wallet.pk, "growth")
    closing.end_account(CONSOLE, wallet.account_id, reason="in_house")
    wallet.refresh_from_db()
    assert wallet.capacity == 0
    assert Subscription.objects.get(wallet=wallet).status == Subscription.Status.ENDED
    assert_books_balance()


def test_an_ended_team_gives_its_credits_back_to_the_pool() -> None:
    pool, teams = organization_with(10, north=40, south=20)
    closing.end_account(CONSOLE, teams["north"].account_id, reason="merged")
    for wallet in (pool, *teams.values()):
        wallet.refresh_from_db()
    assert (pool.available, teams["north"].capacity, teams["south"].capacity) == (50, 0, 20)
    assert_books_balance()


def test_bought_credits_stay_in_their_lots() -> None:
    wallet = paying_wallet((50, None))
    assert closing.end_account(CONSOLE, wallet.account_id, reason="other")["credits"] == 0
    wallet.refresh_from_db()
    assert wallet.available == 50


def test_an_overdrawn_account_does_not_end() -> None:
    from callsheet.services import crediting

    wallet = fill(wallet_with(0), 10)
    crediting.adjust(CONSOLE, wallet.pk, -15, permanent=True, note="Counted twice")
    error = refused(Conflict, closing.end_account, CONSOLE, wallet.account_id, reason="price")
    assert error.code == "overdrawn"
    assert Account.objects.get(pk=wallet.account_id).status == AccountStatus.ACTIVE


def test_notice_runs_out_on_its_day_and_not_while_projects_run() -> None:
    with clock.at(NOON):
        wallet, busy = wallet_with(60), wallet_with(60)
        for one in (wallet, busy):
            answer = closing.end_account(
                CONSOLE, one.account_id, reason="speed", on=date(2026, 3, 20)
            )
            assert answer["status"] == "notice"
        project = submitted(busy, 20)
    with clock.at(datetime(2026, 3, 19, 12, tzinfo=UTC)):
        assert closing.end_those_due(CLOCK) == []
    with clock.at(datetime(2026, 3, 20, 12, tzinfo=UTC)):
        assert closing.end_those_due(CLOCK) == [wallet.account_id]
        finalized(project)
        assert closing.end_those_due(CLOCK) == [busy.account_id]
    assert set(Account.objects.values_list("status", flat=True)) == {"ended"}


def test_notice_can_be_taken_back() -> None:
    with clock.at(NOON):
        account = wallet_with(60).account
        closing.end_account(CONSOLE, account.pk, reason="speed", on=date(2026, 5, 1))
        accounts.change_account(CONSOLE, account.pk, status="active")
    account.refresh_from_db()
    assert (account.status, account.ended_on, account.ended_reason) == ("active", None, "")


def test_how_an_account_may_not_end() -> None:
    with clock.at(NOON):
        account = Account.objects.get(pk=accounts.create_account(CONSOLE, "Brixen")["account"])
        end = closing.end_account
        assert refused(Refused, end, CONSOLE, account.pk, reason="").code == "unknown_reason"
        error = refused(Refused, end, CONSOLE, account.pk, reason="price", on=date(2026, 3, 3))
        assert error.code == "end_before_start"
        refused(Forbidden, end, somebody(account, Role.ADMIN), account.pk, reason="price")
        refused(NotFound, end, somebody(), account.pk, reason="price")


def test_an_account_manager_follows_the_one_before() -> None:
    account = wallet_with(10).account
    first, second = (somebody(staff=StaffRole.ACCOUNT_MANAGER) for _ in range(2))
    with clock.at(NOON):
        staffing.assign_account_manager(first, account.pk, manager_id=first.user_id)
        staffing.assign_account_manager(
            first, account.pk, manager_id=second.user_id, deputy_id=first.user_id,
            starts_on=date(2026, 4, 1),
        )  # fmt: skip
    rows = AccountManagerAssignment.objects.order_by("starts_on")
    assert [(row.manager_id, row.starts_on, row.ends_on) for row in rows] == [
        (first.user_id, date(2026, 3, 4), date(2026, 3, 31)),
        (second.user_id, date(2026, 4, 1), None),
    ]
    with clock.at(NOON):
        error = refused(
            Refused, staffing.assign_account_manager, first, account.pk, manager_id=first.user_id
        )
    assert error.code == "before_previous"
    staffing.assign_account_manager(
        first, account.pk, manager_id=first.user_id, starts_on=date(2026, 4, 1)
    )
    assert [row.manager_id for row in rows.all()] == [first.user_id, first.user_id]


def test_only_managers_look_after_accounts() -> None:
    account = wallet_with(10).account
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    producer = somebody(staff=StaffRole.PRODUCER)
    assign = staffing.assign_account_manager
    error = refused(Refused, assign, manager, account.pk, manager_id=producer.user_id)
    assert (error.code, error.field) == ("not_a_manager", "manager")
    error = refused(
        Refused, assign, manager, account.pk, manager_id=manager.user_id,
        deputy_id=manager.user_id,
    )  # fmt: skip
    assert error.code == "deputy_is_manager"
    refused(Forbidden, assign, producer, account.pk, manager_id=manager.user_id)
    refused(NotFound, assign, somebody(), account.pk, manager_id=manager.user_id)


def test_absences_are_ones_own_and_deputies_are_of_the_same_customers() -> None:
    account, other = wallet_with(10).account, wallet_with(10).account
    anna, ben = somebody(account, Role.ADMIN), somebody(account, Role.MEMBER)
    elsewhere = somebody(other, Role.ADMIN)
    admin = somebody(staff=StaffRole.STUDIO_ADMIN)
    days = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 10)}
    away = absences.set_absence(anna, anna.user_id, deputy_id=ben.user_id, **days)
    for deputy in (elsewhere.user_id, admin.user_id, 10**9):
        error = refused(
            Refused, absences.set_absence, anna, anna.user_id, deputy_id=deputy,
            starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 2),
        )  # fmt: skip
        assert error.code == "deputy_elsewhere"
    manager = somebody(staff=StaffRole.ACCOUNT_MANAGER)
    error = refused(
        Refused, absences.set_absence, admin, admin.user_id, deputy_id=manager.user_id, **days
    )
    assert error.code == "deputy_elsewhere"  # would gain a studio admin's rights
    absences.set_absence(manager, manager.user_id, deputy_id=admin.user_id, **days)
    error = refused(Conflict, absences.set_absence, anna, anna.user_id, **days)
    assert error.code == "already_away"
    error = refused(
        Conflict, absences.set_absence, ben, ben.user_id, deputy_id=anna.user_id, **days
    )
    assert error.code == "deputies_in_a_circle"
    error = refused(
        Refused, absences.set_absence, ben, ben.user_id,
        starts_on=date(2026, 7, 2), ends_on=date(2026, 7, 1),
    )  # fmt: skip
    assert error.code == "ends_before_start"
    refused(NotFound, absences.set_absence, ben, anna.user_id, **days)
    refused(Forbidden, absences.set_absence, manager, anna.user_id, **days)
    refused(NotFound, absences.remove_absence, ben, away["absence"])
    absences.remove_absence(anna, away["absence"])
    absences.set_absence(admin, anna.user_id, **days)


def test_staff_are_made_by_studio_admins_and_are_staff_by_their_role() -> None:
    admin = somebody(staff=StaffRole.STUDIO_ADMIN)
    made = staffing.create_staff(admin, "Pia@Studio.example", role="producer", name="Pia Roth")
    user = User.objects.get(pk=made["user"])
    assert (user.email, user.is_staff, user.has_usable_password()) == (
        "pia@studio.example", True, False,
    )  # fmt: skip
    assert user.emailaddress_set.get().verified
    for actor, error in (
        (somebody(staff=StaffRole.ACCOUNT_MANAGER), Forbidden),
        (somebody(wallet_with(5).account, Role.ADMIN), NotFound),
    ):
        refused(error, staffing.create_staff, actor, "x@example.com", role="producer")
        refused(error, staffing.change_staff_role, actor, user.pk, "studio_admin")
        refused(error, staffing.deactivate, actor, user.pk)
        refused(error, staffing.offer_password, actor, user.pk)
    error = refused(Conflict, staffing.create_staff, admin, user.email, role="producer")
    assert error.code == "email_taken"
    error = refused(Refused, staffing.create_staff, admin, "nobody", role="producer")
    assert error.code == "email_malformed"
    error = refused(Refused, staffing.create_staff, admin, "y@example.com", role="king")
    assert error.code == "unknown_role"
    staffing.change_staff_role(admin, user.pk, "account_manager")
    error = refused(Conflict, staffing.change_staff_role, admin, admin.user_id, "producer")
    assert error.code == "own_role"
    refused(NotFound, staffing.change_staff_role, admin, somebody().user_id, "producer")
    staffing.deactivate(admin, user.pk)
    assert refused(Conflict, staffing.deactivate, admin, admin.user_id).code == "own_login"
    user.refresh_from_db()
    assert (user.staff_role, user.is_active) == ("account_manager", False)
    staffing.activate(admin, user.pk)
    assert User.objects.get(pk=user.pk).is_active


def test_the_database_keeps_staff_and_staff_role_together() -> None:
    from django.db import IntegrityError, transaction

    user = User.objects.get(pk=somebody(staff=StaffRole.PRODUCER).user_id)
    for wrong in ({"is_staff": False}, {"staff_role": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=user.pk).update(**wrong)
    user.staff_role = ""
    user.save(update_fields=["staff_role"])
    assert not User.objects.get(pk=user.pk).is_staff
