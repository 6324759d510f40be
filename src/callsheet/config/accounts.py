"""How people come in: by invitation only, whichever way they sign in."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Nobody makes a login for themselves; an invitation or the studio does."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False, always."""
        return False


class KnownOnly(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """By OpenID Connect come those whose verified e-mail address is known here, and no others."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return False, always: an unknown address needs an invitation first."""
        return False
