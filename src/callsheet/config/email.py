"""How mail leaves: `Env.email_url` as Django's settings."""

from typing import Any, Final
from urllib.parse import unquote, urlsplit

from callsheet.config.env import Env

_BACKEND: Final = "django.core.mail.backends.{}.EmailBackend"
_PORTS: Final = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


def django_mailers(env: Env) -> dict[str, dict[str, Any]]:
    """Return Django's ``MAILERS``."""
    parts = urlsplit(env.email_url)
    if parts.scheme == "console":
        return {"default": {"BACKEND": "callsheet.config.printed_mail.EmailBackend"}}
    if parts.scheme == "file":
        return {
            "default": {
                "BACKEND": "callsheet.config.kept_mail.EmailBackend",
                "OPTIONS": {"folder": str(env.mail_dir)},
            }
        }
    if parts.scheme not in _PORTS:
        return {"default": {"BACKEND": _BACKEND.format(parts.scheme)}}
    return {
        "default": {
            "BACKEND": _BACKEND.format("smtp"),
            "OPTIONS": {
                "host": parts.hostname,
                "port": parts.port or _PORTS[parts.scheme],
                "username": unquote(parts.username or ""),
                "password": unquote(parts.password or ""),
                "use_ssl": parts.scheme == "smtps",
                "use_tls": parts.scheme == "smtp+starttls",
                "timeout": 20,
            },
        }
    }
