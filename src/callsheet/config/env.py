"""Every setting of an installation, read from the environment and checked when it starts.

A variable is called ``CALLSHEET_<FIELD>``; those which hosting platforms set by themselves
(``DATABASE_URL``, ``PORT``, ``DATA_DIR``, ``SECRET_KEY``) count without the prefix too. An
empty variable is one that is not given. What does not fit is said with the variable's name, its
value and what is expected.
"""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, parse_qs, urlsplit
from zoneinfo import ZoneInfo

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    AfterValidator,
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from callsheet.kit.file_types import KNOWN, USUAL
from callsheet.postgres.os_user import ServerUser

PREFIX: Final = "CALLSHEET_"
_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_EMAIL_SCHEMES: Final = frozenset({"console", "file", "smtp", "smtps", "smtp+starttls", "dummy"})


class SettingsError(Exception):
    """The environment does not make a working installation; the text has a line per mistake."""


def _both_names(name: str) -> AliasChoices:
    return AliasChoices(PREFIX + name, name)


def _database_url(value: str) -> str:
    try:
        named = conninfo_to_dict(value).get("dbname")
    except ProgrammingError:  # whose text would show the password
        named = None
    if not value.startswith(("postgresql://", "postgres://")) or not named:
        raise ValueError("a PostgreSQL address such as postgresql://user:password@host/callsheet")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("a time zone such as Europe/London") from error
    return value


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("an address such as https://callsheet.example.com")
    return value.rstrip("/")


def _email_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in _EMAIL_SCHEMES:
        raise ValueError("console:, file:, dummy:, or smtp+starttls://user:password@host:587")
    if parts.scheme.startswith("smtp") and not parts.hostname:
        raise ValueError("a host in it, as in smtp+starttls://user:password@host:587")
    return value


def _files_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"file", "s3"}:
        raise ValueError("file: with or without a folder, or s3://bucket?region=eu-central-1")
    if parts.scheme == "s3":
        if not parts.hostname or "@" in parts.netloc:
            raise ValueError("a bucket alone after s3://; keys have settings of their own")
        unknown = set(parse_qs(parts.query, keep_blank_values=True)) - {"endpoint", "region"}
        if unknown:
            raise ValueError(f"?endpoint=…&region=…, and no {', '.join(sorted(unknown))}")
    elif parts.netloc or parts.query:
        raise ValueError("a folder as in file:/srv/callsheet/files")
    return value


def _file_types(value: list[str]) -> list[str]:
    unknown = sorted(set(value) - set(KNOWN))
    if unknown:
        raise ValueError(f"types out of {', '.join(sorted(set(KNOWN)))}")
    return value


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]


class Env(BaseSettings):
    """The settings of one installation, valid once constructed."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    data_dir: Path = Field(
        default_factory=lambda: ServerUser.current().default_home(),
        validation_alias=_both_names("DATA_DIR"),
        description=(
            "Folder of the embedded database and of what belongs to it. Not given: "
            "/var/lib/callsheet for root, else ~/.local/share/callsheet."
        ),
    )
    database_url: DatabaseUrl | None = Field(
        default=None,
        validation_alias=_both_names("DATABASE_URL"),
        description=(
            "PostgreSQL (15 or newer) for the application's role, which owns no tables. "
            "Not given: the embedded PostgreSQL in the data folder."
        ),
    )
    migration_database_url: DatabaseUrl | None = Field(
        default=None,
        description=(
            "The same database for the role that owns the tables; used by `callsheet db "
            "migrate`, `backup` and `restore` only. Needed where DATABASE_URL is given."
        ),
    )
    direct_database_url: DatabaseUrl | None = Field(
        default=None,
        description=(
            "The same database past a PgBouncer, for workers, because LISTEN does not pass it. "
            "Not given: DATABASE_URL."
        ),
    )
    database_pool: int = Field(
        default=0,
        ge=0,
        le=200,
        description=(
            "Most connections that one web process keeps in a pool of its own; 0: no pool, "
            "each thread keeps one connection."
        ),
    )
    secret_key: SecretStr | None = Field(
        default=None,
        validation_alias=_both_names("SECRET_KEY"),
        description=(
            "Signs sessions and links: at least 50 random characters, the same on every machine. "
            "Not given: with the embedded database one is made and kept in the data folder; with "
            "DATABASE_URL it is required unless DEBUG is on."
        ),
    )
    debug: bool = Field(
        default=False, description="Show errors with their inside. Never where strangers come."
    )
    base_url: Annotated[str, AfterValidator(_base_url)] = Field(
        default="",
        validate_default=False,
        description=(
            "Address under which people reach the studio, for links and cookies. Anything but "
            "this machine itself needs https. Not given: http://127.0.0.1 with the port."
        ),
    )
    allowed_hosts: Annotated[list[str], NoDecode, BeforeValidator(_comma_separated)] = Field(
        default_factory=list,
        description="Host names that are answered, separated by commas. Not given: BASE_URL's.",
    )
    behind_proxy: bool = Field(
        default=False,
        description=(
            "Trust the X-Forwarded-Proto and X-Forwarded-For headers. Only behind a proxy that "
            "always sets them itself."
        ),
    )
    host: str = Field(default="127.0.0.1", description="Address that `callsheet serve` listens on.")
    port: int = Field(
        default=8000,
        ge=1,
        le=65535,
        validation_alias=_both_names("PORT"),
        description="Port that `callsheet serve` listens on.",
    )
    web_workers: int = Field(default=1, ge=1, le=64, description="Processes of `callsheet serve`.")
    web_threads: int = Field(
        default=4, ge=1, le=64, description="Threads of each process of `callsheet serve`."
    )
    studio_name: str = Field(
        default="The studio",
        min_length=1,
        max_length=80,
        description="The studio's name, as customers read it.",
    )
    studio_time_zone: Annotated[str, AfterValidator(_time_zone)] = Field(
        default="UTC",
        description="Time zone of the studio's own days, and of accounts that name none.",
    )
    language: Literal["en-gb", "de"] = Field(
        default="en-gb",
        description=(
            "Language of mails and notifications for people who chose none: `en-gb` (English) or "
            "`de` (German)."
        ),
    )
    email_url: Annotated[str, AfterValidator(_email_url)] = Field(
        default="console:",
        description=(
            "How mail is sent: `console:` prints it, `file:` keeps it in the folder `mail` of the "
            "data folder (`callsheet mail` reads it), `dummy:` drops it, "
            "`smtp://`, `smtps://` or `smtp+starttls://user:password@host:port` sends it."
        ),
    )
    email_from: str = Field(
        default="callsheet@localhost", description="Sender of the mail that Callsheet writes."
    )
    files_url: Annotated[str, AfterValidator(_files_url)] = Field(
        default="file:",
        description=(
            "Where assets are kept: `file:` is the folder `files` of the data folder, "
            "`file:/some/folder` another one, `s3://bucket/folder?endpoint=https://…&region=…` "
            "a bucket at Amazon or, with `endpoint`, at anybody who speaks S3."
        ),
    )
    files_key_id: str | None = Field(
        default=None,
        description=(
            "Access key for the bucket of FILES_URL. Not given: as Amazon's tools find one "
            "(environment, the machine's role)."
        ),
    )
    files_secret_key: SecretStr | None = Field(
        default=None, description="The secret that belongs to FILES_KEY_ID."
    )
    files_link_seconds: int = Field(
        default=60,
        ge=5,
        le=3600,
        description="How long a signed link into the bucket is good, in seconds.",
    )
    file_types: Annotated[
        list[str], NoDecode, BeforeValidator(_comma_separated), AfterValidator(_file_types)
    ] = Field(
        default_factory=lambda: sorted(USUAL),
        description=(
            "Endings of the files that are taken as assets, separated by commas. Whatever is "
            "listed, a file's contents have to be what its ending says."
        ),
    )
    require_mfa: bool | None = Field(
        default=None,
        description=(
            "Whether staff need a second factor (an authenticator app) before the administration "
            "opens. Not given: yes, unless DEBUG is on."
        ),
    )
    oidc_url: Annotated[str, AfterValidator(_base_url)] | None = Field(
        default=None,
        description=(
            "Address of an OpenID Connect provider (Entra ID, Google, Keycloak, …) by which people "
            "may sign in, the one above its `/.well-known/openid-configuration`. Nobody comes in "
            "by it who was not invited: the verified e-mail address has to be known."
        ),
    )
    oidc_name: str = Field(
        default="your company's login", description="What the button for OIDC_URL calls it."
    )
    oidc_client_id: str | None = Field(
        default=None, description="The client's identifier at the provider of OIDC_URL."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="The secret that belongs to OIDC_CLIENT_ID."
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description=(
            "Who sends it as `Authorization: Bearer` reads /metrics. Not given: there is no such "
            "page."
        ),
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="The least serious line that is logged."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Log lines for people or for machines."
    )

    @property
    def embedded(self) -> bool:
        """Whether the database is the embedded one."""
        return self.database_url is None

    @property
    def mail_dir(self) -> Path:
        """Where ``email_url`` ``file:`` keeps mail."""
        return self.data_dir / "mail"

    @property
    def site(self) -> SplitResult:
        """The address under which people reach the studio, in its parts."""
        return urlsplit(self.base_url or f"http://127.0.0.1:{self.port}")

    @property
    def secure(self) -> bool:
        """Whether people come by https, so that cookies and redirects may insist on it."""
        return self.site.scheme == "https"

    @property
    def staff_need_second_factor(self) -> bool:
        """Whether the administration stays closed to staff without a second factor."""
        return not self.debug if self.require_mfa is None else self.require_mfa

    def secret(self) -> str:
        """Return the signing key; with the embedded database it is made at the first call."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        if not self.embedded:  # only with DEBUG, see `_hints`
            return "not-secret-because-debug-is-on"
        kept = self.data_dir / "secret_key"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            unfinished = kept.with_name(f"secret_key.{secrets.token_hex(4)}")
            unfinished.touch(mode=0o600)
            unfinished.write_text(secrets.token_urlsafe(64))
            with suppress(FileExistsError):  # the first of several wins
                kept.hardlink_to(unfinished)
            unfinished.unlink()
        return kept.read_text()


def read_env() -> Env:
    """Read and check the environment. Raises `SettingsError`, naming every mistake."""
    try:
        env = Env()
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(error))) from None
    if mistakes := _together(env):
        raise SettingsError("\n".join(mistakes))
    return env


@cache
def get_env() -> Env:
    """Return this process's settings, read once."""
    return read_env()


def variable(field: str) -> str:
    """Return the name under which ``field`` of `Env` is documented."""
    return variables(field)[-1]


def variables(field: str) -> list[str]:
    """Return the names that count for ``field`` of `Env`, the strongest first."""
    alias = Env.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [PREFIX + field.upper()]


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        place = str(problem["loc"][0]).removeprefix(PREFIX).lower()
        name = next((name for name in variables(place) if name in os.environ), variable(place))
        secret = "SECRET" in name or "URL" in name
        value = "(hidden)" if secret else repr(problem["input"])
        expected = problem["msg"].removeprefix("Value error, ")
        expected = expected[0].lower() + expected[1:] if expected[1:2].islower() else expected
        lines.append(f"{name} is {value}; expected: {expected}.")
    return lines


def _together(env: Env) -> list[str]:
    """Return what is wrong with settings that are valid one by one."""
    mistakes = []
    key = env.secret_key.get_secret_value() if env.secret_key else None
    if not env.debug:
        if key is None and not env.embedded:
            mistakes.append(
                "SECRET_KEY is not set; expected: at least 50 random characters, because "
                "DATABASE_URL is set and CALLSHEET_DEBUG is off."
            )
        if key is not None and len(key) < 50:
            mistakes.append(
                f"SECRET_KEY has {len(key)} characters; expected: at least 50 random ones."
            )
        if not env.secure and env.site.hostname not in _LOCAL_HOSTS:
            mistakes.append(
                f"CALLSHEET_BASE_URL is {env.base_url!r}; expected: https://, because passwords "
                "and cookies would travel readable otherwise."
            )
    if (env.files_key_id is None) != (env.files_secret_key is None):
        mistakes.append(
            "Only one of CALLSHEET_FILES_KEY_ID and CALLSHEET_FILES_SECRET_KEY is set; expected: "
            "both or none."
        )
    oidc = (env.oidc_url, env.oidc_client_id, env.oidc_client_secret)
    if any(oidc) and not all(oidc):
        mistakes.append(
            "Only some of CALLSHEET_OIDC_URL, CALLSHEET_OIDC_CLIENT_ID and "
            "CALLSHEET_OIDC_CLIENT_SECRET are set; expected: all three or none."
        )
    if env.embedded and env.migration_database_url:
        mistakes.append(
            "CALLSHEET_MIGRATION_DATABASE_URL is set; expected: DATABASE_URL beside it."
        )
    return mistakes
