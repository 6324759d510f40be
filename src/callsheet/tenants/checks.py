"""What a name, an address, a country may be. Each check returns the tidy value or refuses it.

Every refusal is a ``Refused`` that names the field and the rule, so that an edge can show it where
it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from callsheet.kit.errors import Refused

LONGEST_NAME = 200
LONGEST_KEY = 80
LONGEST_EMAIL = 254
_KEY = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")


def name(value: str, *, field: str = "name", longest: int = LONGEST_NAME) -> str:
    """A name of 1 to ``longest`` characters, spaces collapsed, without control characters.

    Raises ``Refused("name_missing")``, ``("name_too_long")`` or ``("name_unreadable")``.
    """
    tidy = " ".join(value.split())
    if not tidy:
        raise Refused("name_missing", "Please give a name.", field=field)
    if len(tidy) > longest:
        raise Refused(
            "name_too_long",
            f"The name has {len(tidy)} characters; {longest} is the most.",
            field=field,
        )
    if any(unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"} for character in tidy):
        raise Refused(
            "name_unreadable", "The name has characters that cannot be shown.", field=field
        )
    return tidy


def key(value: str, *, otherwise_from: str = "", field: str = "key") -> str:
    """A key of lower-case letters, digits, hyphens and underscores; empty: made from a name.

    Raises ``Refused("key_missing")``, ``("key_too_long")`` or ``("key_malformed")``.
    """
    tidy = value.strip().lower() or slugify(otherwise_from)[:LONGEST_KEY].strip("-")
    if not tidy:
        raise Refused("key_missing", "Please give a key, such as acme-uk.", field=field)
    if len(tidy) > LONGEST_KEY:
        raise Refused("key_too_long", f"A key has {LONGEST_KEY} characters at most.", field=field)
    if not _KEY.match(tidy):
        raise Refused(
            "key_malformed",
            "A key has letters a to z, digits and single hyphens, such as acme-uk.",
            field=field,
        )
    return tidy


def time_zone(value: str, *, field: str = "time_zone") -> str:
    """An IANA time zone, as Europe/Berlin. Raises ``Refused("unknown_time_zone")``."""
    tidy = value.strip()
    try:
        ZoneInfo(tidy)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused(
            "unknown_time_zone",
            f"“{value}” is no time zone. It looks like Europe/Berlin.",
            field=field,
        ) from None
    return tidy


def country(value: str, *, field: str = "country") -> str:
    """Empty, or a country whose holidays are known, with a region if wished: DE or DE-BY.

    Raises ``Refused("unknown_country")``.
    """
    tidy = value.strip().upper()
    if not tidy:
        return ""
    nation, _, region = tidy.partition("-")
    try:
        holidays.country_holidays(nation, subdiv=region or None, years=2026)
    except (NotImplementedError, AttributeError, KeyError):
        raise Refused(
            "unknown_country",
            f"“{value}” is no country whose holidays we know. It looks like DE or DE-BY.",
            field=field,
        ) from None
    return tidy


def currency(value: str, *, field: str = "currency") -> str:
    """A currency's three letters, as EUR. Raises ``Refused("unknown_currency")``."""
    tidy = value.strip().upper()
    if not _CURRENCY.match(tidy):
        raise Refused(
            "unknown_currency",
            f"“{value}” is no currency. It has three letters, such as EUR.",
            field=field,
        )
    return tidy


def email(value: str, *, field: str = "email") -> str:
    """An e-mail address in lower case. Raises ``Refused("email_malformed")``."""
    tidy = value.strip().lower()
    try:
        validate_email(tidy)
    except ValidationError:
        tidy = ""
    if not tidy or len(tidy) > LONGEST_EMAIL:
        raise Refused("email_malformed", f"“{value[:80]}” is no e-mail address.", field=field)
    return tidy
