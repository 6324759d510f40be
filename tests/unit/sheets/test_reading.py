"""A studio's folder becomes records; each wrong cell becomes a problem that says where it is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from callsheet.sheets import DateOrder, Known, PriceItem, read_studio
from callsheet.sheets.records import Customer
from tests.unit.sheets.studio_files import (
    CUSTOMERS,
    PEOPLE,
    PRICES,
    PROJECTS,
    TODAY,
    codes,
    projects,
    read,
    write,
)


def test_a_sound_studio_has_no_problems(tmp_path: Path) -> None:
    reading = read(tmp_path)
    assert reading.problems == ()
    assert reading.rows == {"price_list": 7, "customers": 5, "people": 3, "projects": 4}
    fir = next(c for c in reading.studio.customers if c.key == "fir")
    assert (fir.plan, fir.credits, fir.price, fir.currency) == (
        "Growth",
        60,
        Decimal("2400.00"),
        "EUR",
    )
    first, second, third, fourth = reading.studio.projects
    assert (first.status, first.credits, first.finished) == (
        "finalized",
        25,
        date(2026, 2, 3),
    )
    assert second.concepts[0].lines[1].master == 0
    assert (third.account, third.after) == ("fir", ("P2",))
    assert (fourth.status, fourth.credits) == ("draft", 10)


def test_headings_are_found_by_their_synonyms_below_a_title(tmp_path: Path) -> None:
    sheet = (
        "Our list of jobs;;;;\n;;;;\n"
        "JOB NO.;Client;Project name;ASSETS;Due-date\n"
        "7;fir;Boots;2 static;24.12.2026\n"
    )
    reading = read(tmp_path, {"projects.csv": sheet})
    (project,) = reading.studio.projects
    assert (project.key, project.account, project.wanted_by) == (
        "7",
        "fir",
        date(2026, 12, 24),
    )
    assert (project.row, reading.problems) == (4, ())


def test_a_problem_names_sheet_row_column_value_and_rule(tmp_path: Path) -> None:
    sheet = PROJECTS.replace("2026-11-02,2026-11-03", "2026-11-02,03/04/2026")
    (problem,) = [p for p in read(tmp_path, {"projects.csv": sheet}).problems if p.row == 3]
    assert (problem.sheet, problem.column, problem.value, problem.code) == (
        "projects",
        "Started",
        "03/04/2026",
        "ambiguous_date",
    )
    assert str(problem).startswith("projects.csv, row 3, column Started, “03/04/2026”: This may be")
    assert "3 April" in problem.rule
    assert "4 March" in problem.rule


def test_the_date_order_option_settles_ambiguous_dates(tmp_path: Path) -> None:
    sheet = projects("P,FIR,Tents,,2 video,in production,01/02/2026,01/03/2026,,,")
    days = {
        order: read(tmp_path, sheet, order=order).studio.projects[0].started for order in DateOrder
    }
    assert days == {
        DateOrder.DAY_FIRST: date(2026, 3, 1),
        DateOrder.MONTH_FIRST: date(2026, 1, 3),
    }


def test_unknown_columns_are_warned_of_and_missing_ones_refused(tmp_path: Path) -> None:
    reading = read(tmp_path, {"projects.csv": "Key,Account,Favourite colour\nP,FIR,blue\n"})
    assert [(w.code, w.column) for w in reading.warnings] == [
        ("unknown_column", "Favourite colour")
    ]
    assert [(p.code, p.column) for p in reading.problems] == [("missing_column", "Title")]
    assert reading.unusable


def test_two_headings_for_one_column_are_refused(tmp_path: Path) -> None:
    sheet = "Key,Account,Client,Title\nP,FIR,FIR,Boots\n"
    assert codes(read(tmp_path, {"projects.csv": sheet})) == ["duplicate_column"]


PROJECT_ROWS = [
    ("P,NOBODY,T,,2 static,queued,2026-11-10,,,,", "unknown_reference", "Account"),
    ("P,HOUSE,T,,2 static,queued,2026-11-10,,,,", "wrong_reference", "Account"),
    ("P,FIR,T,Poetry,2 static,queued,2026-11-10,,,,", "unknown_word", "Brief type"),
    (
        "P,FIR,T,,2 hologram,queued,2026-11-10,,,,",
        "unknown_deliverable",
        "Deliverables",
    ),
    ("P,FIR,T,,-2 static,queued,2026-11-10,,,,", "negative", "Deliverables"),
    ("P,FIR,T,,0 static,queued,2026-11-10,,,,", "quantity", "Deliverables"),
    ("P,FIR,T,,99999 static,queued,2026-11-10,,,,", "quantity", "Deliverables"),
    (
        "P,FIR,T,,3 text variation,queued,2026-11-10,,,,",
        "variation_without_master",
        "Deliverables",
    ),
    (
        "P,FIR,T,,1 static,queued,2026-11-10,,,,",
        "concept_below_minimum",
        "Deliverables",
    ),
    (
        "P,PINE,T,,2 static,queued,2026-11-10,,,,",
        "project_below_minimum",
        "Deliverables",
    ),
    ("P,FIR,T,,2 old banner,queued,2026-11-10,,,,", "inactive_item", "Deliverables"),
    (
        "P,FIR,T,,1 photo set,queued,2026-11-10,,,,",
        "not_for_brief_type",
        "Deliverables",
    ),
    ("P,FIR,T,,,queued,2026-11-10,,,,", "missing_value", "Deliverables"),
    ("P,FIR,T,,201 static,queued,2026-11-10,,,,", "quantity", "Deliverables"),
    ("P,FIR,T,,2 static,queued,,,,,", "missing_date", "Submitted"),
    ("P,FIR,T,,2 static,in production,2026-11-10,,,,", "missing_date", "Started"),
    (
        "P,FIR,T,,2 static,delivered,2026-11-10,2026-11-11,,,",
        "missing_date",
        "Delivered",
    ),
    ("P,FIR,T,,2 static,finalized,,2026-11-11,,,", "missing_date", "Finished"),
    (
        "P,FIR,T,,2 static,in production,,2026-11-11,,2026-11-12,",
        "date_and_status",
        "Finished",
    ),
    (
        "P,FIR,T,,2 static,finalized,,2026-11-11,,2026-11-10,",
        "dates_reversed",
        "Finished",
    ),
    ("P,FIR,T,,2 static,in production,,2026-11-24,,,", "future_date", "Started"),
    ("P,FIR,T,,2 static,in production,,31.02.2026,,,", "impossible_date", "Started"),
    ("P,FIR,T,,2 static,in production,,soon,,,", "not_a_date", "Started"),
    ("P,FIR,T,,2 static,in production,,46000,,,", "not_a_date", "Started"),
    ("P,FIR,T,,2 static,sleeping,2026-11-10,,,,", "unknown_word", "Status"),
    ("P,FIR,,,2 static,queued,2026-11-10,,,,", "missing_value", "Title"),
    ("P,FIR,=1+2,,2 static,queued,2026-11-10,,,,", "formula", "Title"),
    ("P,FIR,+cmd|' /C calc'!A0,,2 static,queued,2026-11-10,,,,", "formula", "Title"),
    ("P,FIR," + "x" * 201 + ",,2 static,queued,2026-11-10,,,,", "too_long", "Title"),
    ("P,FIR,T,,2 static,queued,2026-11-10,,,,P", "cycle", "After"),
    ("P,FIR,T,,2 static,queued,2026-11-10,,,,GHOST", "unknown_reference", "After"),
]


@pytest.mark.parametrize(("row", "code", "column"), PROJECT_ROWS)
def test_each_broken_project_is_named_and_left_out(
    tmp_path: Path, row: str, code: str, column: str
) -> None:
    reading = read(tmp_path, projects("GOOD,FIR,Boots,,2 static,draft,,,,,", row))
    assert [(p.code, p.column, p.row) for p in reading.problems] == [(code, column, 3)]
    assert [p.key for p in reading.studio.projects] == ["GOOD"]
    assert not reading.unusable


def test_drafts_may_be_unready_and_say_so(tmp_path: Path) -> None:
    reading = read(tmp_path, projects("P,PINE,Soap,,1 static,draft,,,,,", "Q,FIR,,,,draft,,,,,"))
    assert codes(reading) == ["missing_value"]  # only the missing title of Q
    assert {w.code for w in reading.warnings} == {
        "concept_below_minimum",
        "project_below_minimum",
    }


def test_the_past_is_taken_as_it_was(tmp_path: Path) -> None:
    row = "P,FIR,Banner of old,,1 old banner,finalized,2025-03-01,2025-03-02,,2025-04-01,"
    reading = read(tmp_path, projects(row))
    assert (reading.problems, reading.warnings) == ((), ())


def test_duplicate_keys_are_refused_whatever_their_case(tmp_path: Path) -> None:
    row = "FIR,Boots,,2 static,draft,,,,,"
    reading = read(tmp_path, projects(f"P1,{row}", f"p1,{row}"))
    assert [(p.code, p.row) for p in reading.problems] == [("duplicate_key", 3)]


def test_status_is_told_by_the_dates_where_it_is_blank(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        projects(
            "A,FIR,T,,2 static,,2026-01-02,2026-01-03,2026-01-04,2026-01-05,",
            "B,FIR,T,,2 static,,2026-01-02,2026-01-03,2026-01-04,,",
            "C,FIR,T,,2 static,,2026-01-02,2026-01-03,,,",
            "D,FIR,T,,2 static,,2026-01-02,,,,",
            "E,FIR,T,,2 static,,,,,,",
        ),
    )
    assert [p.status for p in reading.studio.projects] == [
        "finalized",
        "delivered",
        "in_progress",
        "queued",
        "draft",
    ]


def test_cycles_name_their_members_and_followers_of_bad_rows_are_left_out(
    tmp_path: Path,
) -> None:
    row = "FIR,T,,2 static,queued,2026-11-10,,,"
    reading = read(
        tmp_path,
        projects(f"A,{row},B", f"B,{row},A", f"C,{row},B", f"D,{row},C", f"E,{row},"),
    )
    assert [(p.code, p.row) for p in reading.problems] == [
        ("cycle", 2),
        ("cycle", 3),
        ("refers_to_bad_row", 4),
        ("refers_to_bad_row", 5),
    ]
    assert [p.key for p in reading.studio.projects] == ["E"]


def test_predecessors_are_of_the_same_account(tmp_path: Path) -> None:
    reading = read(
        tmp_path,
        projects("A,FIR,T,,2 static,draft,,,,,", "B,OAK,T,,2 static,queued,2026-11-10,,,,A"),
    )
    assert codes(reading) == ["other_account"]


CUSTOMER_ROWS = [
    ("X,X,integrated,,,,,10,,", "missing_value", "Organization"),
    ("X,X,integrated,HOUSE,Growth,,,10,,", "contradiction", "Plan"),
    ("X,X,integrated,HOUSE,,,payg,10,,", "contradiction", "Billing"),
    ("X,X,connected,OAK,,60,,,,", "wrong_reference", "Organization"),
    ("X,X,connected,FOREST,,60,,,,", "unknown_reference", "Organization"),
    ("X,X,standalone,HOUSE,,60,,,,", "contradiction", "Type"),
    ("X,X,standalone,,,60,,10,,", "contradiction", "Allocation"),
    ("X,X,standalone,,,60,payg,,,", "contradiction", "Credits"),
    ("X,X,standalone,,,,,,,", "no_capacity", "Credits"),
    ("X,X,standalone,,Huge,,,,,", "unknown_plan", "Plan"),
    ("X,X,standalone,,,-60,,,,", "negative", "Credits"),
    ("X,X,standalone,,,60.5,,,,", "not_whole", "Credits"),
    ("X,X,standalone,,,9999999,,,,", "too_large", "Credits"),
    ("X,X,standalone,,,lots,,,,", "not_a_number", "Credits"),
    ("X,X,standalone,,,60,,,,tom@fir.example", "unknown_person", "Account manager"),
    ("X,X,standalone,,,60,,,,ines at studio", "not_an_email", "Account manager"),
    ("FIR,X,standalone,,,60,,,,", "duplicate_key", "Key"),
    ("X,,standalone,,,60,,,,", "missing_value", "Name"),
]


@pytest.mark.parametrize(("row", "code", "column"), CUSTOMER_ROWS)
def test_each_broken_customer_is_named(tmp_path: Path, row: str, code: str, column: str) -> None:
    reading = read(tmp_path, {"customers.csv": CUSTOMERS + row + "\n"})
    assert [(p.code, p.column, p.row) for p in reading.problems] == [(code, column, 7)]
    assert len(reading.studio.customers) == 5


def test_allocations_must_fit_into_the_pool(tmp_path: Path) -> None:
    reading = read(tmp_path, {"customers.csv": CUSTOMERS.replace(",80,", ",180,")})
    assert codes(reading)[0] == "allocations_above_pool"
    # Nothing of that organization can be trusted, so its accounts and their projects stay out.
    assert {c.key for c in reading.studio.customers} == {"fir", "pine"}
    assert {p.account for p in reading.studio.projects} == {"fir"}
    assert {p.code for p in reading.problems[1:]} == {"refers_to_bad_row"}


def test_an_ended_account_has_nothing_in_production(tmp_path: Path) -> None:
    customers = CUSTOMERS.replace("Started,", "Ended,", 1).replace("2025-02-01", "2026-10-01")
    reading = read(tmp_path, {"customers.csv": customers})
    assert [(p.code, p.row) for p in reading.problems if p.row != 5] == [
        ("account_ended", 3),
        ("account_ended", 4),
        ("account_ended", 5),
    ] or codes(reading).count("account_ended") == 2


PERSON_ROWS = [
    ("no-address,Name,FIR,,", "not_an_email", "E-mail"),
    ("a@b.example,,FIR,,", "missing_value", "Name"),
    ("a@b.example,A,FIR,HOUSE,", "contradiction", "Organization"),
    ("a@b.example,A,,,", "missing_value", "Role"),
    ("a@b.example,A,,,viewer", "contradiction", "Role"),
    ("a@b.example,A,FIR,,producer", "contradiction", "Role"),
    ("a@b.example,A,NIX,,", "unknown_reference", "Account"),
    ("ines@studio.example,Ines Keller,FIR,,", "contradiction", "E-mail"),
    ("tom@FIR.example,Tom Fir,FIR,,admin", "duplicate_person", None),
]


@pytest.mark.parametrize(("row", "code", "column"), PERSON_ROWS)
def test_each_broken_person_is_named(
    tmp_path: Path, row: str, code: str, column: str | None
) -> None:
    reading = read(tmp_path, {"people.csv": PEOPLE + row + "\n"})
    assert [(p.code, p.column, p.row) for p in reading.problems] == [(code, column, 5)]


CREDIT_ROWS = [
    ("C,booster,FIR,,20,2026-11-01,2026-10-01", "dates_reversed"),
    ("C,booster,OAK,,20,2026-11-01,2027-10-01", "contradiction"),
    ("C,booster,PINE,,20,2026-11-01,2027-10-01", "contradiction"),
    ("C,booster,FIR,,0,2026-11-01,2027-10-01", "no_credits"),
    ("C,lot,FIR,,20,2026-11-01,2027-10-01", "contradiction"),
    ("C,loan,OAK,FIR,20,2026-11-01,2027-10-01", "across_organizations"),
    ("C,loan,OAK,OAK,20,2026-11-01,2027-10-01", "contradiction"),
    ("C,loan,OAK,ELM,20,2026-11-01,", "missing_value"),
    ("C,loan,OAK,,20,2026-11-01,2027-10-01", "missing_value"),
    ("C,downgrade,FIR,,60,2027-01-01,", "not_a_downgrade"),
    ("C,downgrade,FIR,,30,2026-01-01,", "date_passed"),
    ("C,gift,FIR,,30,2026-01-01,", "unknown_word"),
    ("C,lot,NIX,,30,2026-01-01,", "unknown_reference"),
]
CREDIT_HEADINGS = "Key,Kind,Account,Lender,Credits,Start,End\n"


@pytest.mark.parametrize(("row", "code"), CREDIT_ROWS)
def test_each_broken_credit_entry_is_named(tmp_path: Path, row: str, code: str) -> None:
    reading = read(tmp_path, {"credits.csv": CREDIT_HEADINGS + row + "\n"})
    assert [(p.sheet, p.code, p.row) for p in reading.problems] == [("credits", code, 2)]


def test_sound_credit_entries_are_read(tmp_path: Path) -> None:
    rows = [
        "B,booster,FIR,,20,today-10d,today+80d",
        "L,lot,PINE,,100,today-10d,today+200d",
        "D,loan,OAK,ELM,20,today-10d,today+5wd",
        "S,downgrade,FIR,,30,today+30d,",
    ]
    reading = read(tmp_path, {"credits.csv": CREDIT_HEADINGS + "\n".join(rows) + "\n"})
    assert reading.problems == ()
    loan = reading.studio.credits[2]
    assert (loan.lender, loan.account, loan.end) == ("elm", "oak", date(2026, 11, 30))


def test_more_in_production_than_there_is_is_a_warning(tmp_path: Path) -> None:
    row = "P,FIR,Launch,,7 video,in production,2026-11-10,2026-11-11,,,"
    reading = read(tmp_path, projects(row))
    assert reading.problems == ()
    (warning,) = reading.warnings
    assert (warning.code, warning.sheet, warning.row) == ("overdrawn", "customers", 5)
    assert "70 credits in production and 60 in all" in warning.rule


def test_a_brief_that_can_never_start_is_a_warning(tmp_path: Path) -> None:
    reading = read(tmp_path, projects("P,FIR,Launch,,7 video,queued,2026-11-10,,,,"))
    assert [w.code for w in reading.warnings] == ["exceeds_capacity"]


def test_old_prices_are_kept_and_said(tmp_path: Path) -> None:
    sheet = (
        "Key,Account,Title,Deliverables,Status,Credits,Started,Submitted\n"
        "P,FIR,Tents,2 video,in production,16,2026-11-02,2026-11-01\n"
    )
    reading = read(tmp_path, {"projects.csv": sheet})
    assert reading.studio.projects[0].credits == 16
    assert [w.code for w in reading.warnings] == ["other_price"]


def test_adaptations_of_supplied_masters_have_a_flat_price(tmp_path: Path) -> None:
    row = "P,FIR,Languages,Adapt & Optimise,8 text variation,queued,2026-11-10,,,,"
    reading = read(tmp_path, projects(row))
    assert (reading.problems, reading.studio.projects[0].credits) == ((), 10)


def test_one_sheet_alone_rests_on_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "projects.csv").write_text(
        projects("P,FIR,Boots,,2 static,queued,2026-11-10,,,,OLD")["projects.csv"]
    )
    known = Known(
        customers=(Customer(row=0, key="fir", name="Fir Outdoor", credits=60),),
        items=(PriceItem(row=0, name="Static creative", kind="deliverable", credits=5),),
        projects={"OLD": "fir"},
    )
    reading = read_studio(tmp_path, today=TODAY, known=known)
    assert reading.problems == ()
    assert reading.studio.customers == ()
    assert reading.studio.projects[0].after == ("OLD",)
    alone = read_studio(tmp_path, today=TODAY)
    assert set(codes(alone)) == {"unknown_reference", "unknown_deliverable"}


def test_nobody_stands_in_for_themselves(tmp_path: Path) -> None:
    people = PEOPLE.replace("Role\n", "Role,Deputy\n") + "a@b.example,A,FIR,,,a@b.example\n"
    reading = read(tmp_path, {"people.csv": people})
    assert [(p.code, p.column, p.row) for p in reading.problems] == [("contradiction", "Deputy", 5)]


def test_projects_of_absurd_size_are_refused(tmp_path: Path) -> None:
    prices = PRICES + "Feature film,,video,90000,,,,,\n"
    sheet = projects("P,FIR,Epic,,2 feature film,in production,2026-11-02,2026-11-03,,,")
    reading = read(tmp_path, sheet | {"price_list.csv": prices})
    assert codes(reading) == ["too_large"]


def test_more_than_ten_dos_are_refused(tmp_path: Path) -> None:
    dos = ";".join(f"do {n}" for n in range(11))
    sheet = f"Key,Account,Title,Do's\nP,FIR,Boots,{dos}\n"
    assert codes(read(tmp_path, {"projects.csv": sheet})) == ["too_many_dos"]


def test_price_lists_are_checked(tmp_path: Path) -> None:
    rows = [
        "Text variation,variation,,3,,,,,",
        "Static creative,deliverable,,5,,,,,",
        '"Poster, large",deliverable,,5,,,,,',
        "Reel,deliverable,,5,,,Poetry,,",
    ]
    text = PRICES.splitlines()[0] + "\nStatic creative,,,5,,,,,\n" + "\n".join(rows) + "\n"
    (tmp_path / "price_list.csv").write_text(text)
    reading = read_studio(tmp_path, today=TODAY)
    assert [(p.code, p.row) for p in reading.problems] == [
        ("variation_with_cost", 3),
        ("duplicate_key", 4),
        ("name_with_separator", 5),
        ("unknown_word", 6),
    ]


def test_nothing_and_nowhere_are_said(tmp_path: Path) -> None:
    assert codes(read_studio(tmp_path, today=TODAY)) == ["nothing_to_read"]
    assert codes(read_studio(tmp_path / "nowhere", today=TODAY)) == ["no_such_place"]
    assert read_studio(write(tmp_path), today=TODAY).ok
