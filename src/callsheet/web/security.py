"""Login and security: how somebody comes in, at one look, with the way to change each of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callsheet.tenants.models import User


@dataclass(frozen=True, slots=True)
class SecurityLine:
    """One way in, or one look at it: what it is called, how it stands, and what can be done."""

    name: str
    tone: str
    words: str
    act: str
    url: str


@never_cache
@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Password, second factor, passkeys, recovery codes, sessions of the person signed in."""
    user = cast(User, request.user)  # the login is required
    has_password = user.has_usable_password()
    have = list(Authenticator.objects.filter(user=user.pk))
    kinds = [one.type for one in have]
    keys = kinds.count(Authenticator.Type.WEBAUTHN)
    app = Authenticator.Type.TOTP in kinds
    sessions = UserSession.objects.filter(user=user.pk).count()
    codes = next((one for one in have if one.type == Authenticator.Type.RECOVERY_CODES), None)
    left = len(codes.wrap().get_unused_codes()) if codes else 0
    lines = [
        SecurityLine(
            "Password",
            "done" if has_password else "none",
            "set" if has_password else "none yet",
            "Change" if has_password else "Set one",
            reverse("account_change_password"),
        ),
        SecurityLine(
            "Authenticator app",
            "done" if app else "none",
            "asked for at every login" if app else "not set up",
            "Remove" if app else "Set up",
            reverse("mfa_deactivate_totp" if app else "mfa_activate_totp"),
        ),
        SecurityLine(
            "Passkeys",
            "done" if keys else "none",
            f"{keys} registered" if keys else "none: sign in with a fingerprint instead",
            "Manage" if keys else "Add one",
            reverse("mfa_list_webauthn" if keys else "mfa_add_webauthn"),
        ),
    ]
    if app or keys:
        lines.append(
            SecurityLine(
                "Recovery codes",
                "done" if left > 2 else "needs",
                f"{left} left" if left else "none left: without your device you stay outside",
                "Look" if left else "Make new ones",
                reverse("mfa_view_recovery_codes" if left else "mfa_generate_recovery_codes"),
            )
        )
    lines.append(
        SecurityLine(
            "Signed in",
            "done",
            f"in {sessions} places" if sessions > 1 else "only here",
            "Look",
            reverse("usersessions_list"),
        )
    )
    return render(request, "web/security.html", {"lines": lines})
