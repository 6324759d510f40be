"""A small studio through the import: refused whole, skipped in part, tried, corrected."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection

from callsheet.catalogue.models import DeliverableType
from callsheet.credits.audit import verify
from callsheet.credits.models import Lot, PricePeriod, StandingOrder, Subscription, Wallet
from callsheet.journal.models import Command, Event
from callsheet.kit import clock
from callsheet.kit.actor import IMPORT, person
from callsheet.kit.errors import Forbidden, NotFound
from callsheet.projects.models import Concept, Deliverable, Occupancy, Project
from callsheet.services import briefing, production, reviewing
from callsheet.services.importing import ImportReport, import_studio
from callsheet.tenants.models import (
    Absence,
    Account,
    AccountManagerAssignment,
    Membership,
    Organization,
    StaffRole,
    User,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)

CUSTOMERS = """\
Key,Name,Type,Organization,Plan,Credits,Billing,Allocation,Started,Price,Account manager,Policy
HOUSE,House of Oak,organization,,,200,,,2025-01-01,,,
OAK,Oak Living,integrated,HOUSE,,,,80,2025-01-01,,,
ELM,Elm Living,integrated,HOUSE,,,,60,2025-01-01,,,
FIR,Fir Outdoor,standalone,,Growth,,,,2025-02-01,2400,ines@studio.example,
PINE,Pine Soap,standalone,,,,payg,,2025-03-01,,,
"""
PEOPLE = """\
E-mail,Name,Account,Organization,Role,Absent from,Absent until,Deputy
ines@studio.example,Ines Keller,,,account manager,2026-12-01,2026-12-10,jo@studio.example
jo@studio.example,Jo Weiss,,,account manager,,,
tom@fir.example,Tom Fir,FIR,,admin,,,
ada@oak.example,Ada Oak,,HOUSE,admin,,,
"""
PROJECTS = """\
Key,Account,Title,Brief type,Deliverables,Status,Submitted,Started,Delivered,Finished,After,Owner,\
Rank,Cost centre,Wanted by
P1,FIR,Rain jackets,Original Creative,"2 video, 1 static",finalized,2026-01-05,2026-01-06,\
2026-02-01,2026-02-03,,tom@fir.example,,4711,
P2,FIR,Tents at night,Original Creative,"4 video, 2 format variation of 1",in production,\
2026-11-02,2026-11-03,,,,,,,2026-12-20
P3,FIR,Boots,Original Creative,6 static,queued,2026-11-10,,,,,,2,,
P4,FIR,Hats,Original Creative,2 static,queued,2026-11-12,,,,P3,,1,,
P5,OAK,Chairs,Original Creative,1 video,draft,,,,,,,,,
P6,PINE,Bars of soap,Original Creative,4 video,in production,2026-11-10,2026-11-11,,,,,,,
"""
CREDITS = """\
Key,Kind,Account,Lender,Credits,Start,End,Price
L1,lot,PINE,,30,2026-10-01,2027-01-15,1650
L2,lot,PINE,,30,2026-10-02,2027-09-30,1650
D1,loan,OAK,ELM,20,2026-11-01,2026-12-15,
S1,downgrade,FIR,,30,2027-02-01,,
"""


def bring(folder: Path, **sheets: str) -> ImportReport:
    """Write the studio's sheets (those given in the place of the usual ones) and import them."""
    options = {k: sheets.pop(k) for k in ("dry_run", "skip_bad_rows") if k in sheets}
    everything = {
        "customers": CUSTOMERS,
        "people": PEOPLE,
        "projects": PROJECTS,
        "credits": CREDITS,
    } | sheets
    for name, text in everything.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with clock.at(NOW):
        return import_studio(IMPORT, folder, **options)  # type: ignore[arg-type]


def wallet(key: str) -> Wallet:
    return Wallet.objects.get(account__key=key)


def project(key: str) -> Project:
    return Project.objects.get(key=key)


def test_everything_arrives(tmp_path: Path) -> None:
    report = bring(tmp_path)
    assert [str(problem) for problem in report.problems] == []
    assert report.written

    fir = Account.objects.get(key="fir")
    assert (fir.name, fir.started_on) == ("Fir Outdoor", date(2025, 2, 1))
    subscription = Subscription.objects.get(wallet=wallet("fir"))
    assert (subscription.plan.name, subscription.credits) == ("Growth", 60)
    assert PricePeriod.objects.get(subscription=subscription).monthly_price == 2400

    manager = AccountManagerAssignment.objects.get(account=fir).manager
    assert (manager.email, manager.is_staff, manager.staff_role) == (
        "ines@studio.example",
        True,
        StaffRole.ACCOUNT_MANAGER,
    )
    assert not manager.has_usable_password()
    assert Absence.objects.get(user=manager).deputy == User.objects.get(email="jo@studio.example")
    assert Membership.objects.get(user__email="tom@fir.example").role == "admin"
    house = Organization.objects.get(key="house")
    assert Membership.objects.get(user__email="ada@oak.example").organization == house

    past = project("P1")
    interval = Occupancy.objects.get(project=past)
    assert (past.status, past.cost_centre, past.hold) == ("finalized", "4711", None)
    assert (interval.credits, interval.imported) == (25, True)
    assert interval.until is not None
    assert (interval.until - interval.since).days == 28
    assert past.owner is not None

    running = project("P2")
    assert running.hold is not None
    assert (running.hold.credits, running.credits) == (40, 40)
    assert Occupancy.objects.get(project=running).until is None
    assert running.returns_p50 is not None
    variation = Deliverable.objects.get(concept__project=running, type__key="format-variation")
    assert variation.master == Deliverable.objects.get(concept__project=running, type__key="video")

    # 60 - 40: P4 is first by rank but waits for P3, which needs 30; nothing can start.
    assert wallet("fir").available == 20
    assert project("P4").wait_reason == "waiting_for_predecessor"
    assert project("P3").wait_reason == "waiting_for_credits"
    assert project("P4").rank < project("P3").rank

    # The loan has begun, so it has moved; the pool has what was not allocated.
    assert (wallet("oak").capacity, wallet("elm").capacity) == (100, 40)
    assert Wallet.objects.get(organization=house).available == 60
    assert StandingOrder.objects.get(kind="loan_return").due_on == date(2026, 12, 15)
    assert StandingOrder.objects.get(kind="downgrade").amount == 30

    # Held lots are those that expire first.
    first, second = Lot.objects.order_by("expires_on")
    assert (first.held, second.held, second.available) == (30, 10, 20)
    assert verify().clean


def test_in_production_beyond_the_capacity_overdraws_and_says_so(tmp_path: Path) -> None:
    report = bring(tmp_path, projects=PROJECTS.replace("4 video, 2 format", "8 video, 2 format"))
    assert report.overdrawn == [{"account": "fir", "credits": 20}]
    assert wallet("fir").available == -20
    assert project("P3").wait_reason == "wallet_overdrawn"
    assert verify().clean


def test_a_pay_as_you_go_project_may_hold_more_than_its_lots(tmp_path: Path) -> None:
    report = bring(tmp_path, projects=PROJECTS.replace("soap,Original Creative,4", "soap,,7"))
    assert report.overdrawn == [{"account": "pine", "credits": 10}]
    assert project("P6").hold.credits == 70  # type: ignore[union-attr]
    assert verify().clean


def test_one_bad_row_stops_everything(tmp_path: Path) -> None:
    report = bring(tmp_path, projects=PROJECTS.replace("6 static", "6 sculptures"))
    assert not report.written
    assert {problem.row for problem in report.problems} == {4, 5}  # P4 comes after P3
    counted = (Account, Project, User, Organization, Command, Event, DeliverableType)
    assert [model.objects.count() for model in counted] == [0] * len(counted)


def test_bad_rows_can_be_skipped_but_not_bad_sheets(tmp_path: Path) -> None:
    sheet = PROJECTS.replace("6 static", "6 sculptures")
    report = bring(tmp_path, projects=sheet, skip_bad_rows=True)  # type: ignore[arg-type]
    assert report.written
    assert set(Project.objects.values_list("key", flat=True)) == {"P1", "P2", "P5", "P6"}
    # The mended sheet brings the rest, and only that.
    again = bring(tmp_path)
    assert again.counts["projects"] == {"unchanged": 4, "new": 2}
    assert verify().clean
    bad = bring(tmp_path, projects="Key,Title\nX,Y\n", skip_bad_rows=True)  # type: ignore[arg-type]
    assert not bad.written


def test_a_dry_run_says_what_would_happen_and_writes_nothing(tmp_path: Path) -> None:
    report = bring(tmp_path, dry_run=True)  # type: ignore[arg-type]
    assert not report.written
    assert report.counts["projects"] == {"new": 6}
    assert (report.held, report.queued) == (2, 2)
    counted = (Account, Project, User, Command, Event, DeliverableType, Wallet)
    assert [model.objects.count() for model in counted] == [0] * len(counted)


def test_a_corrected_file_updates_what_it_corrects(tmp_path: Path) -> None:
    bring(tmp_path)
    projects = (
        PROJECTS.replace("Rain jackets", "Rain jackets in autumn")
        .replace("2026-02-03", "2026-02-10")
        .replace(
            "P5,OAK,Chairs,Original Creative,1 video", "P5,OAK,Chairs,Original Creative,3 static"
        )
        .replace("2026-12-20", "2026-12-22")
    )
    customers = CUSTOMERS.replace("Pine Soap", "Pine & Soap").replace(",2400,", ",2500,")
    people = PEOPLE.replace("Tom Fir,FIR,,admin", "Tom Firth,FIR,,viewer")
    report = bring(tmp_path, projects=projects, customers=customers, people=people)
    assert report.differences == []
    assert report.counts["projects"] == {"changed": 3, "unchanged": 3}
    assert report.counts["customers"] == {"changed": 2, "unchanged": 3}
    assert report.counts["people"] == {"changed": 1, "unchanged": 3}
    assert project("P1").title == "Rain jackets in autumn"
    interval = Occupancy.objects.get(project=project("P1"))
    assert interval.until is not None
    assert interval.until.date() == date(2026, 2, 10)
    assert project("P2").wanted_by == date(2026, 12, 22)
    assert project("P5").credits == 15
    assert Concept.objects.filter(project=project("P5")).count() == 1
    assert Account.objects.get(key="pine").name == "Pine & Soap"
    agreed = PricePeriod.objects.filter(monthly_price__isnull=False).order_by("starts_on")
    prices = agreed.values_list("monthly_price", "ends_on")
    assert list(prices) == [(2400, NOW.date()), (2500, None)]
    assert Membership.objects.get(user__email="tom@fir.example").role == "viewer"
    assert User.objects.get(email="tom@fir.example").name == "Tom Firth"
    assert bring(tmp_path, projects=projects, customers=customers, people=people).counts[
        "projects"
    ] == {"unchanged": 6}
    assert verify().clean


def test_corrected_capacities_move_the_difference(tmp_path: Path) -> None:
    bring(tmp_path)
    customers = (
        CUSTOMERS.replace("Growth,,", "Scale,,")
        .replace("OAK,Oak Living,integrated,HOUSE,,,,80", "OAK,Oak Living,integrated,HOUSE,,,,50")
        .replace("ELM,Elm Living,integrated,HOUSE,,,,60", "ELM,Elm Living,integrated,HOUSE,,,,70")
    )
    report = bring(tmp_path, customers=customers)
    assert report.counts["customers"] == {"changed": 3, "unchanged": 2}
    # 60 credits more: both briefs start, P4 waits for P3 all the same.
    assert report.started == ["P3"]
    assert (wallet("fir").capacity, wallet("fir").held) == (120, 70)
    # Oak gives 30 back to the pool, Elm gets 10; the loan of 20 between them stays.
    assert (wallet("oak").capacity, wallet("elm").capacity) == (70, 50)
    assert Wallet.objects.get(organization__key="house").available == 80
    assert verify().clean


def test_credits_can_be_given_from_one_team_to_another_by_a_correction(tmp_path: Path) -> None:
    full = CUSTOMERS.replace(",,,200,", ",,,140,")  # nothing is left in the pool
    bring(tmp_path, customers=full)
    swapped = full.replace("HOUSE,,,,80", "HOUSE,,,,50").replace("HOUSE,,,,60", "HOUSE,,,,90")
    report = bring(tmp_path, customers=swapped)
    assert report.differences == []
    assert (wallet("oak").capacity, wallet("elm").capacity) == (70, 70)  # the loan of 20 stays
    assert Wallet.objects.get(organization__key="house").available == 0
    assert verify().clean


def test_what_is_held_follows_when_it_comes_free(tmp_path: Path) -> None:
    busy = PROJECTS + "P8,OAK,Benches,,10 video,in production,2026-11-02,2026-11-03,,,,,,,\n"
    full = CUSTOMERS.replace(",,,200,", ",,,140,")
    bring(tmp_path, customers=full, projects=busy)
    swapped = full.replace("HOUSE,,,,80", "HOUSE,,,,50").replace("HOUSE,,,,60", "HOUSE,,,,90")
    bring(tmp_path, customers=swapped, projects=busy)
    assert (wallet("oak").capacity, wallet("elm").capacity) == (100, 40)  # all of it is held
    with clock.at(NOW):
        production.deliver(IMPORT, project("P8").pk)
        production.finalize(IMPORT, project("P8").pk)
    assert (wallet("oak").capacity, wallet("elm").capacity) == (70, 70)
    assert verify().clean


def test_names_of_an_earlier_price_list_are_still_understood(tmp_path: Path) -> None:
    prices = "Item,Credits,Also called\nTalking head interview,20,talker\n"
    bring(tmp_path, price_list=prices)
    (tmp_path / "price_list.csv").unlink()
    report = bring(tmp_path, projects=PROJECTS + "P9,OAK,Faces,,1 talker,draft,,,,,,,,,\n")
    assert report.problems == ()
    assert project("P9").credits == 20


def test_what_people_did_since_is_not_undone(tmp_path: Path) -> None:
    bring(tmp_path)
    with clock.at(NOW):
        production.deliver(IMPORT, project("P2").pk)  # its masters
        reviewing.approve(IMPORT, project("P2").pk)
        production.deliver(IMPORT, project("P2").pk)  # their variations
        production.finalize(IMPORT, project("P2").pk)
    assert project("P3").status == "pending_review"  # its credits came free
    same = bring(tmp_path)
    assert same.counts["projects"] == {"unchanged": 6}
    assert project("P2").status == "finalized"

    later = PROJECTS.replace("4 video, 2 format", "5 video, 2 format").replace(
        "in production,2026-11-02,2026-11-03", "in production,2026-11-02,2026-11-04"
    )
    report = bring(tmp_path, projects=later)
    assert {(d["key"], d["field"]) for d in report.differences} == {
        ("fir P2", "concepts"),
        ("fir P2", "credits"),
        ("fir P2", "started"),
    }
    assert report.counts["projects"] == {"unchanged": 6}
    assert project("P2").credits == 40


def test_a_project_cannot_move_to_another_account(tmp_path: Path) -> None:
    bring(tmp_path)
    report = bring(tmp_path, projects=PROJECTS.replace("P5,OAK", "P5,ELM"))
    assert [(p.code, p.row) for p in report.problems] == [("other_account", 6)]
    assert not report.written


def test_only_the_projects_sheet_can_come_again(tmp_path: Path) -> None:
    bring(tmp_path)
    for name in ("customers", "people", "credits"):
        (tmp_path / f"{name}.csv").unlink()
    (tmp_path / "projects.csv").write_text(PROJECTS + "P7,oak,Tables,,2 video,queued,2026-11-20\n")
    with clock.at(NOW):
        report = import_studio(IMPORT, tmp_path)
    assert [str(problem) for problem in report.problems] == []
    assert report.counts == {"projects": {"unchanged": 6, "new": 1}}
    assert report.started == ["P7"]
    assert wallet("oak").held == 20


def test_only_studio_admins_import(tmp_path: Path) -> None:
    bring(tmp_path)
    manager = User.objects.get(email="ines@studio.example")
    customer = User.objects.get(email="tom@fir.example")
    with pytest.raises(Forbidden):
        import_studio(person(manager.pk, manager.name), tmp_path)
    with pytest.raises(NotFound):
        import_studio(person(customer.pk, customer.name), tmp_path)
    admin = User.objects.create_user("chief@studio.example", staff_role=StaffRole.STUDIO_ADMIN)
    with clock.at(NOW):
        assert import_studio(person(admin.pk, "Chief"), tmp_path).written


def test_a_customers_login_is_never_turned_into_a_staff_login(tmp_path: Path) -> None:
    bring(tmp_path)
    people = PEOPLE.replace(
        "tom@fir.example,Tom Fir,FIR,,admin", "tom@fir.example,Tom Fir,,,studio admin"
    )
    report = bring(tmp_path, people=people)
    assert report.written
    assert [(d["key"], d["field"]) for d in report.differences] == [("tom@fir.example ", "role")]
    assert not User.objects.get(email="tom@fir.example").staff_role


def test_what_was_imported_can_be_worked_with(tmp_path: Path) -> None:
    bring(tmp_path)
    with clock.at(NOW):
        items = briefing.readiness(IMPORT, project("P5").pk)
    missing = {item.field for item in items if not item.ok}
    assert missing == {"fields.objective", "fields.creative_style", "fields.central_idea"}


def test_what_is_partly_delivered_can_be_delivered_to_its_end(tmp_path: Path) -> None:
    columns = "Key,Account,Title,Brief type,Deliverables,Status,Submitted,Started"
    rows = [
        f'{key},FIR,{key},Original Creative,"{scope}",{status},2026-11-02,2026-11-03'
        for key, scope, status in (
            ("A1", "2 video", "initial delivery"),
            ("A2", "1 video, 2 static", "initial delivery"),
            ("A3", "A: 1 video | B: 2 static", "initial delivery"),
            ("A4", "1 video", "under revision"),
        )
    ]
    bring(tmp_path, projects="\n".join([columns, *rows, ""]))
    states = {
        project.key: sorted(
            Deliverable.objects.filter(concept__project=project).values_list("state", flat=True)
        )
        for project in Project.objects.all()
    }
    assert states["A1"] == ["waiting"]
    assert states["A2"] == states["A3"] == ["delivered", "waiting"]
    for project in Project.objects.all():
        assert production.deliver(IMPORT, project.pk)["status"] == "delivered"


def test_what_an_import_asks_is_planned_for_the_rows_that_it_brings(tmp_path: Path) -> None:
    bring(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")  # until the transaction ends, here the test's
        assert cursor.fetchone() == ("force_custom_plan",)
