"""Who comes in, by which door, and what the doors look like from outside."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from callsheet.kit.actor import CONSOLE
from callsheet.services import inviting, staffing
from callsheet.tenants.models import Invitation, Role, StaffRole, User
from callsheet.web.links import password_link
from tests.builders import somebody, wallet_with

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick
    cache.clear()


def staff(role: str = "studio_admin", password: str = PASSWORD) -> User:
    made = staffing.create_staff(CONSOLE, f"{role}@studio.example", role=role)
    user = User.objects.get(pk=made["user"])
    user.set_password(password)
    user.save()
    return user


def sign_in(client: Client, user: User, password: str = PASSWORD, **more):
    return client.post(LOGIN, {"login": user.email, "password": password, **more})


def code_of(user: User) -> str:
    """The code that the person's authenticator app shows now."""
    secret = Authenticator.objects.get(user=user, type="totp").data["secret"]
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def test_the_administration_sends_to_the_one_login(client, settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    page = client.get("/admin/credits/wallet/")
    assert page.status_code == 302
    assert page.url.startswith("/admin/login/?next=")
    page = client.get(page.url)
    assert page.url == f"{LOGIN}?next=/admin/credits/wallet/"
    user = staff()
    page = sign_in(client, user, next="/admin/credits/wallet/")
    assert page.url == "/admin/credits/wallet/"
    assert client.get(page.url).status_code == 200
    assert client.get("/").url == "/admin/"


def test_no_link_leads_away_from_here(client, settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    for away in ("https://evil.example/", "//evil.example/", "/admin/login/?next=/admin/login/"):
        assert client.get("/admin/login/", {"next": away}).url == f"{LOGIN}?next=/admin/"
    client.force_login(staff())
    assert client.get("/admin/login/", {"next": "https://evil.example/"}).url == "/admin/"


def test_the_administrations_own_login_form_lets_nobody_in(client) -> None:
    user = staff()
    page = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})
    assert page.status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("who", ["customer", "closed"])
def test_others_stay_out(client, settings, who) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    if who == "customer":
        client.force_login(User.objects.get(pk=somebody(wallet_with(5).account).user_id))
        assert client.get("/admin/", follow=True).status_code == 403
        assert client.get("/admin/credits/wallet/", follow=True).status_code == 403
    else:
        user = staff()
        client.force_login(user)
        assert client.get("/admin/").status_code == 200
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert client.get("/admin/").status_code == 302
        assert sign_in(client, user).status_code in (200, 302)
        assert client.get("/admin/").status_code == 302


def test_a_role_taken_away_closes_the_door_at_once(client, settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    user = staff()
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    user.staff_role = StaffRole.NONE
    user.save()
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_second_factor_opens_the_administration_and_is_asked_at_the_next_login(
    client, settings
) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True
    user = staff()
    sign_in(client, user)
    page = client.get("/admin/", follow=True)
    again = page.redirect_chain[-1][0]
    assert again.startswith("/accounts/reauthenticate/")  # first the password once more
    assert "needs a second factor" in page.text
    assert client.get("/admin/credits/wallet/1/change/").status_code == 302
    page = client.post(again, {"password": PASSWORD}, follow=True)
    assert page.redirect_chain[-1][0].startswith("/accounts/2fa/totp/activate/")
    secret = re.search(r'value="([A-Z2-7]{32})"', page.text).group(1)
    right = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    wrong = str((int(right) + 1) % 10**6).zfill(6)
    assert client.post("/accounts/2fa/totp/activate/", {"code": wrong}).status_code == 200
    assert client.get("/admin/").status_code == 302
    client.post("/accounts/2fa/totp/activate/", {"code": right})
    assert client.get("/admin/").status_code == 200
    assert Authenticator.objects.filter(user=user, type="recovery_codes").exists()

    other = Client()
    page = sign_in(other, user)
    assert page.url.startswith("/accounts/2fa/authenticate/")
    assert other.get("/admin/").status_code == 302  # the password alone is not enough
    cache.clear()  # a code counts once in its half minute
    other.post("/accounts/2fa/authenticate/", {"code": code_of(user)})
    assert other.get("/admin/").status_code == 200


def test_without_debug_the_second_factor_is_required_by_default() -> None:
    from callsheet.config.env import Env

    common = {"secret_key": "x" * 60}
    assert Env(**common).staff_need_second_factor
    assert not Env(debug=True, **common).staff_need_second_factor
    assert not Env(require_mfa=False, **common).staff_need_second_factor
    assert Env(debug=True, require_mfa=True, **common).staff_need_second_factor


def test_guessing_one_persons_password_is_slowed_down(client) -> None:
    user = staff()
    pages = [sign_in(client, user, "wrong password") for _ in range(6)]
    assert "Too many failed login attempts" in pages[-1].text
    assert "Too many failed login attempts" not in pages[-2].text
    # Not even the right one, for a while; but somebody else's, yes.
    sign_in(client, user)
    assert "_auth_user_id" not in client.session
    other = staff("producer")
    sign_in(client, other)
    assert client.session["_auth_user_id"] == str(other.pk)


def test_trying_many_logins_is_answered_429(client) -> None:
    pages = [
        client.post(LOGIN, {"login": f"somebody-{n}@example.com", "password": "x"})
        for n in range(31)
    ]
    assert [page.status_code for page in pages[:30]] == [200] * 30
    page = pages[-1]
    assert page.status_code == 429
    assert page["Retry-After"] == "300"
    assert "tried too often" in page.text


def test_nobody_signs_up(client) -> None:
    page = client.get("/accounts/signup/")
    assert "People join by an invitation" in page.text
    given = {"email": "eve@example.com", "password1": PASSWORD, "password2": PASSWORD}
    client.post("/accounts/signup/", given)
    assert not User.objects.filter(email="eve@example.com").exists()


def test_the_link_to_set_a_password_works_once(client) -> None:
    made = staffing.create_staff(CONSOLE, "pia@studio.example", role="producer")
    user = User.objects.get(pk=made["user"])
    link = password_link(user).removeprefix("http://127.0.0.1:8000")
    assert link.startswith("/accounts/password/reset/key/")
    page = client.get(link, follow=True)
    assert page.status_code == 200
    path = page.redirect_chain[-1][0]
    given = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(path, given).status_code == 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert "invalid" in Client().get(link, follow=True).text


def test_an_invitation_lets_somebody_new_in_by_its_page(client) -> None:
    account = wallet_with(5, name="Brixen").account
    answer = inviting.invite(CONSOLE, "ben@example.com", "viewer", account_id=account.pk)
    token = inviting.token_of(Invitation.objects.get(pk=answer["invitation"]))
    path = reverse("invitation", args=[token])
    assert "Brixen" in client.get(path).text
    page = client.post(path, {"name": "Ben", "password": "short"})
    assert page.status_code == 422
    assert "too short" in page.text
    page = client.post(path, {"name": "Ben", "password": PASSWORD}, follow=True)
    assert "Welcome to Brixen" in page.text
    assert client.get(path).status_code == 404
    assert client.get(reverse("invitation", args=["nonsense"])).status_code == 404


def test_an_invitation_to_somebody_known_asks_for_their_login(client) -> None:
    account = wallet_with(5, name="Brixen").account
    ben = User.objects.get(pk=somebody().user_id)
    answer = inviting.invite(CONSOLE, ben.email, "viewer", account_id=account.pk)
    token = inviting.token_of(Invitation.objects.get(pk=answer["invitation"]))
    path = reverse("invitation", args=[token])
    assert client.get(path).url == f"{LOGIN}?next={path}"
    eve = User.objects.get(pk=somebody().user_id)
    client.force_login(eve)
    page = client.post(path)
    assert page.status_code == 409
    assert "for somebody else" in page.text
    client.force_login(ben)
    assert "Welcome to Brixen" in client.post(path, follow=True).text
    assert ben.memberships.get().role == Role.VIEWER


def test_pages_are_strict_and_only_the_administration_is_looser(client, settings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    page = client.get(LOGIN)
    strict = page["Content-Security-Policy"]
    assert "unsafe" not in strict
    assert "style=" not in page.text
    assert re.search(r"<script(?![^>]*(src=|application/json))", page.text) is None
    client.force_login(staff())
    loose = client.get("/admin/")["Content-Security-Policy"]
    assert "'unsafe-eval'" in loose
    assert "default-src 'self'" in loose
    assert "frame-ancestors 'none'" in loose
    # A path that only looks like the administration's keeps the strict one.
    assert "unsafe" not in client.get("/administration")["Content-Security-Policy"]


def test_the_session_cookie_is_not_for_scripts(client) -> None:
    sign_in(client, staff())
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_alive_and_ready(client, monkeypatch) -> None:
    from django.db import OperationalError, connection

    from callsheet.web import health

    assert client.get("/health/live").text == "ok\n"
    assert client.get("/health/ready").text == "ok\n"
    monkeypatch.setattr(health, "_known_migrations", lambda: {("credits", "9999_tomorrow")})
    page = client.get("/health/ready")
    assert (page.status_code, page.text) == (503, "migrations missing\n")

    def away():
        raise OperationalError("away")

    monkeypatch.setattr(connection, "cursor", away)
    page = client.get("/health/ready")
    assert (page.status_code, page.text) == (503, "no database\n")
    assert client.get("/health/live").status_code == 200
    assert client.post("/health/live").status_code == 405


def test_figures_need_their_token(client, settings) -> None:
    wallet_with(40)
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer ä"}).status_code == 404
    page = client.get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert 'callsheet_credits{bucket="available"} 40.0' in page.text


def test_error_pages_are_ours_and_say_the_way_out(client, settings) -> None:
    page = client.get("/nothing/here")
    assert page.status_code == 404
    assert "There is no such page" in page.text
    from django.template.loader import render_to_string

    for name in ("403.html", "404.html", "429.html", "500.html", "403_csrf.html"):
        assert "Back to the first page" in render_to_string(name)
    strict = Client(enforce_csrf_checks=True)
    assert "open for too long" in strict.post(LOGIN, {"login": "a"}).text


def test_the_user_model_is_ours() -> None:
    assert get_user_model() is User
