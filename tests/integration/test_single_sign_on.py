"""Signing in by OpenID Connect: a provider of our own on this machine, and who comes in by it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from callsheet.config.csp import pages_policy
from callsheet.config.env import Env
from callsheet.config.single_sign_on import openid_connect
from callsheet.tenants.models import User
from tests.builders import somebody, wallet_with

pytestmark = pytest.mark.django_db


class Provider:
    """An OpenID Connect provider at which one person is signed in."""

    def __init__(self) -> None:
        self.person: dict[str, object] = {}
        self.asked: list[dict[str, list[str]]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/userinfo":
                    return self.answer(provider.person)
                return self.answer(
                    {
                        "issuer": provider.url,
                        "authorization_endpoint": f"{provider.url}/authorize",
                        "token_endpoint": f"{provider.url}/token",
                        "userinfo_endpoint": f"{provider.url}/userinfo",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    }
                )

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                provider.asked.append(parse_qs(self.rfile.read(length).decode()))
                self.answer({"access_token": "let-me-in", "token_type": "Bearer"})

            def answer(self, facts: object) -> None:
                said = json.dumps(facts).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def provider(settings: object) -> Iterator[Provider]:
    provider = Provider()
    env = Env(
        oidc_url=provider.url, oidc_name="Halden", oidc_client_id="callsheet",
        oidc_client_secret="the-secret",
    )  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = openid_connect(env)
    threading.Thread(target=provider.server.serve_forever, daemon=True).start()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def come_back(client: Client, provider: Provider) -> object:
    """Sign in at the provider and come back with its answer."""
    there = client.post("/accounts/oidc/sso/login/?process=login")
    assert there.status_code == 302, there.content[:500]
    assert there["Location"].startswith(f"{provider.url}/authorize?")
    asked = parse_qs(urlsplit(there["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    state = asked["state"][0]
    return client.get(f"/accounts/oidc/sso/login/callback/?code=abc&state={state}")


def known(email_verified: bool = True) -> User:
    user = User.objects.get(pk=somebody(wallet_with(60).account).user_id)
    EmailAddress.objects.create(user=user, email=user.email, verified=email_verified, primary=True)
    return user


def test_the_login_offers_it(provider: Provider) -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert "Sign in with Halden" in page


def test_who_is_known_by_a_verified_address_comes_in(provider: Provider) -> None:
    user, client = known(), Client()
    provider.person = {"sub": "1", "email": user.email, "email_verified": True}
    answer = come_back(client, provider)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert provider.asked[0]["client_secret"] == ["the-secret"]


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "2", "email": "stranger@example.com", "email_verified": True},
        {"sub": "3", "email_verified": False},
        {"sub": "4"},
    ],
    ids=["unknown", "unverified", "without an address"],
)
def test_nobody_else_does_and_no_login_is_made(provider: Provider, person: dict) -> None:
    user, client = known(), Client()
    people = User.objects.count()
    provider.person = {"email": user.email, **person} if person["sub"] == "3" else person
    come_back(client, provider)
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == people


def test_the_policy_lets_the_form_go_there() -> None:
    env = Env(
        oidc_url="https://id.example.com/realms/x", oidc_client_id="a", oidc_client_secret="b"
    )
    assert "https://id.example.com" in pages_policy(env)["form-action"]
    assert pages_policy(Env())["form-action"] == ["'self'"]
