"""Mail on the terminal can be read, and its links can be used."""

from __future__ import annotations

import io

import pytest
from django.core.mail import EmailMessage

from callsheet.config.email import django_mailers
from callsheet.config.env import Env
from callsheet.config.printed_mail import EmailBackend


def test_a_long_link_stays_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLSHEET_EMAIL_URL", "console:")
    chosen = django_mailers(Env())["default"]["BACKEND"]
    assert chosen == f"{EmailBackend.__module__}.{EmailBackend.__qualname__}"

    link = "https://studio.example.com/accounts/password/reset/key/" + "0123456789" * 8
    printed = io.StringIO()
    message = EmailMessage("Come in", f"Grüße!\n\n{link}\n", "studio@a.example", ["b@b.example"])
    assert EmailBackend(stream=printed).send_messages([message]) == 1
    lines = printed.getvalue().splitlines()
    assert link in lines
    assert {"To: b@b.example", "Subject: Come in", "Grüße!"} <= set(lines)
