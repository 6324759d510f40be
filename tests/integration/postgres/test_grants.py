"""What the application's role may do, on a real database."""

import psycopg
import pytest

from callsheet.postgres import Cluster
from callsheet.postgres.grants import apply_grants
from callsheet.postgres.roles import APPLICATION, OWNER


@pytest.fixture
def urls(live_db: str, owner_url: str) -> tuple[str, str]:
    with psycopg.connect(owner_url) as owner:
        owner.execute("CREATE TABLE diary (id serial PRIMARY KEY, text text, answer text)")
    return live_db, owner_url


def may(url: str, statement: str) -> bool:
    with psycopg.connect(url) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


@pytest.mark.parametrize(
    ("rights", "allowed"),
    [
        (None, {"SELECT", "INSERT", "UPDATE text", "UPDATE answer", "DELETE"}),
        ("SELECT", {"SELECT"}),
        ("SELECT, INSERT, UPDATE (answer)", {"SELECT", "INSERT", "UPDATE answer"}),
        ("", set()),
    ],
)
def test_a_table_is_open_as_far_as_its_rights_say(
    urls: tuple[str, str], rights: str | None, allowed: set[str]
) -> None:
    application, owner = urls
    with psycopg.connect(owner) as connection:
        apply_grants(connection, {} if rights is None else {"diary": rights})
    statements = {
        "SELECT": "SELECT id FROM diary",
        "INSERT": "INSERT INTO diary (text) VALUES ('x')",
        "UPDATE text": "UPDATE diary SET text = 'y'",
        "UPDATE answer": "UPDATE diary SET answer = 'y'",
        "DELETE": "DELETE FROM diary",
        "TRUNCATE": "TRUNCATE diary",
    }
    assert {name for name, statement in statements.items() if may(application, statement)} == (
        allowed
    )
    assert all(may(owner, statement) for statement in statements.values())


def test_a_right_that_was_given_before_is_taken_away(urls: tuple[str, str]) -> None:
    application, owner = urls
    with psycopg.connect(owner) as connection:
        connection.execute(f"GRANT ALL ON diary TO {APPLICATION}")
        apply_grants(connection, {"diary": "SELECT"})
    assert not may(application, "DELETE FROM diary")


@pytest.mark.parametrize(
    "overrides", [{"nowhere": "SELECT"}, {"diary": "ALL"}, {"diary": "SELECT; DROP TABLE diary"}]
)
def test_rights_that_make_no_sense_change_nothing(
    urls: tuple[str, str], overrides: dict[str, str]
) -> None:
    application, owner = urls
    with psycopg.connect(owner) as connection:
        apply_grants(connection, {"diary": "SELECT"})
        with pytest.raises(ValueError, match="rights"):
            apply_grants(connection, overrides)
    assert may(application, "SELECT id FROM diary")
    assert not may(application, "DELETE FROM diary")


def test_the_application_cannot_switch_off_a_trigger(urls: tuple[str, str]) -> None:
    application, owner = urls
    with psycopg.connect(owner) as connection:
        apply_grants(connection, {})
    for statement in (
        "ALTER TABLE diary DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        f"SET ROLE {OWNER}",
        "CREATE FUNCTION sneaky() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ):
        assert not may(application, statement), statement


def test_a_migrated_database_keeps_the_application_from_its_history(
    cluster: Cluster, live_db: str
) -> None:
    assert may(live_db, "SELECT app FROM django_migrations")
    assert not may(live_db, "DELETE FROM django_migrations")
