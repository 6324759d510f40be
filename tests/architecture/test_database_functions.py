"""The functions in a migrated database are those of the files, and nobody can misuse them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from callsheet import catalogue, credits
from callsheet.credits import post

SQL = Path(credits.__file__).parent / "sql"
ALL = (SQL, Path(catalogue.__file__).parent / "sql")
"""Every folder of functions."""
HEAD = re.compile(r"^CREATE FUNCTION (\w+)\(", re.MULTILINE)
BODY = re.compile(
    r"^CREATE FUNCTION (\w+)\(.*?\bAS \$body\$(.*?)\$body\$;", re.MULTILINE | re.DOTALL
)

pytestmark = pytest.mark.django_db


def in_files() -> dict[str, str]:
    """Each function's body by name, from the files."""
    found = {}
    for file in sorted(file for folder in ALL for file in folder.glob("*.sql")):
        text = file.read_text()
        bodies = dict(BODY.findall(text))
        assert set(bodies) == set(HEAD.findall(text)), f"{file.name} is not understood"
        found |= bodies
    return found


def in_database(columns: str) -> dict[str, tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT proname, {columns} FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'callsheet\\_%%'"
        )
        return {name: tuple(rest) for name, *rest in cursor.fetchall()}


def test_the_database_runs_what_the_files_say() -> None:
    stored = {name: body for name, (body,) in in_database("prosrc").items()}
    assert stored == in_files()


def test_every_function_carries_its_version() -> None:
    assert all(re.search(r"_v\d+$", name) for name in in_files())
    for file in (file for folder in ALL for file in folder.glob("*.sql")):
        version = re.search(r"_v\d+$", file.stem)
        assert version is not None, file.name
        assert all(name.endswith(version[0]) for name in HEAD.findall(file.read_text())), file.name


def test_functions_with_their_owners_rights_are_closed() -> None:
    """A fixed search path, so that no table or operator of a caller's stands in front; and only
    those may call them who must."""
    for name, (definer, settings, rights) in in_database(
        "prosecdef, coalesce(array_to_string(proconfig, ';'), ''), coalesce(proacl::text, '{=X/}')"
    ).items():
        if definer:
            assert "search_path=public, pg_temp" in str(settings).replace('"', ""), name
        assert "{=X/" not in str(rights), f"everybody may call {name}"
        assert ",=X/" not in str(rights), f"everybody may call {name}"


def test_the_application_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relowner = 'callsheet_app'::regrole"
            " UNION ALL SELECT proname FROM pg_proc WHERE proowner = 'callsheet_app'::regrole"
        )
        assert cursor.fetchall() == []


LEDGER = {
    # what the application may do besides reading
    "credits_transfer": set(),
    "credits_hold": set(),
    "credits_borrowing": set(),
    "credits_holdlot": set(),
    "credits_lot": {"INSERT"},
    "credits_wallet": set(),  # INSERT and UPDATE by column, see the next test
    "journal_event": {"INSERT"},
}


@pytest.mark.parametrize("table", LEDGER)
def test_the_application_writes_the_books_through_the_function_alone(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) r"
            " WHERE has_table_privilege('callsheet_app', %s, r)",
            [table],
        )
        assert {right for (right,) in cursor.fetchall()} == LEDGER[table]


def test_no_balance_can_be_updated_by_the_application() -> None:
    kept = {
        "credits_wallet": (
            "issued available held consumed expired net_in overdraft lent borrowed seq head last_at"
        ),
        "credits_standingorder": "taken source_id target_id after_id",
        "credits_grant": "posted credits wallet_id",
        "credits_priceperiod": "subscription_id starts_on monthly_price credits",
    }
    with connection.cursor() as cursor:
        for table, columns in kept.items():
            for column in columns.split():
                cursor.execute(
                    "SELECT has_column_privilege('callsheet_app', %s, %s, 'UPDATE')",
                    [table, column],
                )
                assert cursor.fetchone() == (False,), f"{table}.{column}"


GUARDED = {
    "transfer_append_only", "transfer_no_truncate", "event_append_only", "event_no_truncate",
    "command_kept", "command_no_truncate", "command_answered_once", "command_closed",
    "wallet_born_empty", "lot_born_empty", "order_born_untaken", "hold_kept", "borrowing_kept",
    "hold_lot_kept", "wallet_kept", "lot_kept", "grant_kept", "order_kept", "hold_no_truncate",
    "wallet_no_truncate", "wallet_born_unchained", "grant_born_unposted", "prices_adjoin",
    "price_kept", "deliverabletype_new_edition", "leadtime_new_edition", "stagetime_new_edition",
    "studiorules_new_edition", "studioclosure_new_edition",
}  # fmt: skip


def test_every_guard_is_on() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
            " AND tgfoid::regproc::text LIKE 'callsheet\\_%%'"
        )
        assert {name for (name,) in cursor.fetchall()} == GUARDED


def test_no_plan_of_the_ledger_reads_a_whole_table() -> None:
    found = in_database("array_to_string(proconfig, ';')")
    posting = {name: settings for name, settings in found.items() if "_post_" in name}
    assert set(posting) == {"callsheet_post_v1", "callsheet_post_v2"}
    for name, settings in posting.items():
        assert "enable_seqscan=off" in str(settings), name


def test_the_ledger_calls_the_newest_version() -> None:
    newest = max(SQL.glob("post_v*.sql"), key=lambda file: int(file.stem.removeprefix("post_v")))
    assert f"SELECT callsheet_{newest.stem}(" in post._CALL


LONGEST = {"credits_transfer": 6000, "credits_wallet": 7000, "credits_hold": 1500}
"""Characters of all CHECKs of a table as PostgreSQL stores and re-reads them."""


@pytest.mark.parametrize("table", LONGEST)
def test_rules_of_the_hot_tables_stay_short(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(length(conbin)), 0) FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = %s::regclass",
            [table],
        )
        (length,) = cursor.fetchone()
    assert 0 < length <= LONGEST[table]
