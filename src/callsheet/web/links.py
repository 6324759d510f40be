"""Links that people are given outside of a page."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from callsheet.tenants.models import User


def password_link(user: User) -> str:
    """A link with which the person sets a password: works once, for Django's
    ``PASSWORD_RESET_TIMEOUT`` (three days).
    """
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    uid, _, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return str(settings.BASE_URL + path)
