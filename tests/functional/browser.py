"""A real browser for the tests: started once, every page watched for what must not happen."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIServer

from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page

if TYPE_CHECKING:
    from callsheet.tenants.models import User

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def find_chromium() -> str:
    """The browser's path, or an empty string where there is none and none can be brought."""
    done = subprocess.run([ROOT / "tools" / "browser"], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what matters is seen by the browser."""


@contextmanager
def serving() -> Iterator[str]:
    """The application on a port of its own, in threads of this process; yields its address."""
    from callsheet.config.wsgi import application

    def closing(environ: dict[str, object], start: object) -> Iterator[bytes]:
        try:
            answer = application(environ, start)
            try:
                yield from answer
            finally:
                if hasattr(answer, "close"):
                    answer.close()
        finally:
            connections.close_all()  # the thread ends with its connection

    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(closing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    host = settings.ALLOWED_HOSTS
    settings.ALLOWED_HOSTS = [*host, "127.0.0.1", "localhost"]
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        settings.ALLOWED_HOSTS = host


@dataclass
class Watched:
    """What a browser complained about: errors of scripts, of the console, of the policy."""

    complaints: list[str] = field(default_factory=list)
    allowed: tuple[str, ...] = ()

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(f"console: {said.text}")
                if said.type == "error" and not any(part in said.text for part in self.allowed)
                else None
            ),
        )
        page.on(
            "response",
            lambda answer: (
                self.complaints.append(f"{answer.status}: {answer.url}")
                if answer.status >= 500
                else None
            ),
        )


@dataclass
class People:
    """Opens pages for signed-in people, each in a browser context of their own."""

    browser: Browser
    address: str
    watched: Watched
    contexts: list[BrowserContext] = field(default_factory=list)

    def page(
        self,
        user: User | None = None,
        *,
        phone: bool = False,
        dark: bool = False,
        scripts: bool = True,
    ) -> Page:
        """A new page, signed in as ``user`` by a session of the database."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport=PHONE if phone else DESKTOP,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        if user is not None:
            context.add_cookies(
                [
                    {
                        "name": settings.SESSION_COOKIE_NAME,
                        "value": session_of(user),
                        "url": self.address,
                    }
                ]
            )
        self.contexts.append(context)
        page = context.new_page()
        self.watched.watch(page)
        return page


def session_of(user: User) -> str:
    """The key of a fresh session in which ``user`` is signed in."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def axe(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is: rule, impact and where."""
    if not page.evaluate("() => 'axe' in window"):
        # Past the policy, as an extension would: the page itself may not load it.
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map("
        "v => `${v.id} (${v.impact}): ` + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))"
        ".join(' | '))"
    )
    return [str(one) for one in found]


def must_have_a_browser() -> bool:
    """Whether tests without a browser fail instead of being skipped."""
    return os.environ.get("CI") == "true"
