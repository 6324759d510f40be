"""Settings that do not fit are named, with what is expected; secrets are never printed."""

import stat
from pathlib import Path

import pytest

from callsheet.config.databases import django_database, owner_url
from callsheet.config.email import django_mailers
from callsheet.config.env import Env, SettingsError, read_env, variables

KEY = "k" * 50
URL = "postgresql://callsheet_app:hunter2@db.example.com/callsheet"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for field in Env.model_fields:
        for name in variables(field):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def test_nothing_set_is_a_studio_on_this_machine() -> None:
    env = read_env()
    assert env.embedded
    assert env.site.geturl() == "http://127.0.0.1:8000"
    assert not env.secure


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("PORT", "99999", "PORT is '99999'; expected: input should be less than"),
        ("PORT", "eighty", "PORT is 'eighty'; expected: input should be a valid integer"),
        ("CALLSHEET_STUDIO_TIME_ZONE", "Mars/One", "a time zone such as Europe/London"),
        ("CALLSHEET_BASE_URL", "callsheet.example.com", "an address such as https://"),
        ("CALLSHEET_BASE_URL", "http://example.com", "expected: https://"),
        ("CALLSHEET_EMAIL_URL", "pigeon://", "smtp+starttls://"),
        ("CALLSHEET_EMAIL_URL", "smtp://", "a host in it"),
        ("CALLSHEET_FILES_URL", "ftp://files", "s3://bucket"),
        ("CALLSHEET_FILES_URL", "s3://", "a bucket alone"),
        ("CALLSHEET_FILES_URL", "s3://key:secret@bucket", "keys have settings"),
        ("CALLSHEET_FILES_URL", "s3://bucket?acl=public", "and no acl"),
        ("CALLSHEET_FILES_URL", "file://host/folder", "a folder as in"),
        ("CALLSHEET_FILE_TYPES", "png,exe", "types out of"),
        ("CALLSHEET_FILES_LINK_SECONDS", "1", "5"),
        ("CALLSHEET_LOG_LEVEL", "LOUD", "CALLSHEET_LOG_LEVEL is 'LOUD'"),
        ("CALLSHEET_WEB_WORKERS", "0", "greater than or equal to 1"),
        ("CALLSHEET_MIGRATION_DATABASE_URL", URL, "DATABASE_URL beside it"),
        ("SECRET_KEY", "short", "SECRET_KEY has 5 characters; expected: at least 50"),
    ],
)
def test_a_mistake_is_named_with_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as mistake:
        read_env()
    assert variable in str(mistake.value)
    assert expected in str(mistake.value)


def test_all_mistakes_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")
    monkeypatch.setenv("CALLSHEET_STUDIO_NAME", "x" * 81)
    with pytest.raises(SettingsError) as mistake:
        read_env()
    assert "PORT is '0'" in str(mistake.value)
    assert "CALLSHEET_STUDIO_NAME is 'xxx" in str(mistake.value)


def test_a_password_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://callsheet:hunter2@db.example.com/callsheet")
    with pytest.raises(SettingsError) as mistake:
        read_env()
    assert "DATABASE_URL is (hidden)" in str(mistake.value)
    assert "hunter2" not in str(mistake.value)


def test_a_database_of_ones_own_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", URL)
    with pytest.raises(SettingsError, match="SECRET_KEY is not set"):
        read_env()
    monkeypatch.setenv("SECRET_KEY", KEY)
    assert read_env().secret() == KEY


def test_an_empty_variable_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("PORT", "")
    assert read_env().embedded
    assert read_env().port == 8000


def test_the_prefixed_name_is_the_stronger_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "1234")
    assert read_env().port == 1234
    monkeypatch.setenv("CALLSHEET_PORT", "4321")
    assert read_env().port == 4321


def test_hosts_are_a_list_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_ALLOWED_HOSTS", "a.example.com, b.example.com,")
    assert read_env().allowed_hosts == ["a.example.com", "b.example.com"]


def test_the_embedded_studio_keeps_its_key(tmp_path: Path) -> None:
    made = read_env().secret()
    assert len(made) >= 50
    assert read_env().secret() == made
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_owner_of_the_tables_is_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    assert owner_url(read_env()).startswith("postgresql://callsheet_owner@/callsheet?host=")
    monkeypatch.setenv("DATABASE_URL", URL)
    monkeypatch.setenv("SECRET_KEY", KEY)
    migrations = URL.replace("callsheet_app", "callsheet_owner")
    monkeypatch.setenv("CALLSHEET_MIGRATION_DATABASE_URL", migrations)
    assert owner_url(read_env()) == migrations


def test_a_database_address_in_djangos_words() -> None:
    database = django_database("postgresql://me:p%40ss@db:6432/callsheet?sslmode=require", pool=8)
    assert (database["NAME"], database["USER"], database["PASSWORD"]) == ("callsheet", "me", "p@ss")
    assert (database["HOST"], database["PORT"]) == ("db", "6432")
    assert database["OPTIONS"]["sslmode"] == "require"
    assert database["OPTIONS"]["pool"]["max_size"] == 8
    assert database["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_a_mail_address_in_djangos_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_EMAIL_URL", "smtp+starttls://me:p%40ss@mail.example.com")
    options = django_mailers(read_env())["default"]["OPTIONS"]
    assert (options["host"], options["port"]) == ("mail.example.com", 587)
    assert (options["username"], options["password"]) == ("me", "p@ss")
    assert (options["use_tls"], options["use_ssl"]) == (True, False)
