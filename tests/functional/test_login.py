"""Coming in: password, second factor, passkey, sessions; in a real browser."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page, expect

from callsheet.tenants.models import User
from tests.builders import somebody, wallet_with
from tests.functional.browser import People, axe

PASSWORD = "a-long-enough-one-7"


def confirm_access(page: Page) -> None:
    """Changing how one comes in asks for the password once more."""
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


@pytest.fixture
def member(people: People) -> User:
    """A member of an account with a password and a verified address."""
    user = User.objects.get(pk=somebody(wallet_with(60, name="Nordlicht").account).user_id)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(page: Page, user: User) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_the_ways_in_are_shown_and_the_password_is_one(people: People, member: User) -> None:
    page = people.page()
    page.goto("/")
    assert axe(page) == []
    sign_in(page, member)
    expect(page).to_have_url(re.compile(r"/a/account-\d+/$"))


def test_a_wrong_password_is_said_at_the_form_and_the_address_stays(
    people: People, member: User
) -> None:
    page = people.page(dark=True, scripts=False)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(member.email)
    page.get_by_label("Password", exact=True).fill("not-the-right-one")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator(".errorlist")).to_contain_text("not correct")
    expect(page.get_by_label("Email")).to_have_value(member.email)


def test_an_authenticator_app_is_set_up_and_asked_for(people: People, member: User) -> None:
    page = people.page()
    sign_in(page, member)
    page.goto("/security/")
    assert axe(page) == []
    page.get_by_role("link", name="Set up").click()
    confirm_access(page)
    secret = page.locator("#authenticator_secret").input_value()
    assert axe(page) == []
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    page.get_by_label("Authenticator code").fill(code)
    page.locator("main button[type=submit]").click()
    page.goto("/security/")
    expect(page.locator("main")).to_contain_text("asked for at every login")
    expect(page.locator("main")).to_contain_text("10 left")
    other = people.page(dark=True)
    sign_in(other, member)
    expect(other.get_by_label("Code")).to_be_visible()
    assert axe(other) == []


def test_a_passkey_opens_the_door(people: People, member: User) -> None:
    page = people.page()
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    page.goto(people.address.replace("127.0.0.1", "localhost"))
    sign_in_here = page.url
    page.get_by_label("Email").fill(member.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", level=1).wait_for()
    page.goto(sign_in_here.split("/accounts/")[0] + "/security/")
    page.get_by_role("link", name="Add one").click()
    confirm_access(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    expect(page.locator("main")).to_contain_text("recovery", ignore_case=True)
    page.context.clear_cookies()
    page.goto(sign_in_here)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile(r"/a/account-\d+/$"))


def test_other_sessions_are_seen_and_ended(people: People, member: User) -> None:
    laptop, elsewhere = people.page(), people.page(phone=True)
    sign_in(laptop, member)
    sign_in(elsewhere, member)
    expect(elsewhere).to_have_url(re.compile("/a/"))
    laptop.goto("/accounts/sessions/")
    expect(laptop.locator("main li")).to_have_count(2)
    assert axe(laptop) == []
    laptop.get_by_role("button", name="End all other sessions").click()
    expect(laptop.locator("main li")).to_have_count(1)
    elsewhere.reload()
    expect(elsewhere).to_have_url(re.compile("/accounts/login/"))
