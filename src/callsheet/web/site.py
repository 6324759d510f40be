"""The administration's door: active staff with, where it is required, a second factor."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from unfold.sites import UnfoldAdminSite


class StudioSite(UnfoldAdminSite):
    """The staff administration. People sign in by the one login that everybody uses."""

    index_title = "Today"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # Rows are removed by services, one by one, or not at all.
        self.disable_action("delete_selected")

    def register(
        self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any
    ) -> None:
        """Take up our own pages only.

        Those that libraries bring along know nothing of staff roles, and would let somebody write
        past the services.
        """
        from callsheet.web.admin.base import StaffAdmin

        if admin_class is not None and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may come in: active, of the studio, with a second factor."""
        return is_staff(request) and has_second_factor(request)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send people where they get what they lack: to the login, or to their second factor.

        Raises ``PermissionDenied`` for somebody who is signed in and not of the studio.
        """
        wanted = _wanted(request)
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, reverse("account_login"))
        if not is_staff(request):
            raise PermissionDenied
        if not has_second_factor(request):
            messages.info(
                request,
                "The studio's administration needs a second factor. Set one up here; it takes a"
                " minute and an authenticator app.",
            )
            return redirect(f"{reverse('mfa_activate_totp')}?{urlencode({'next': wanted})}")
        return redirect(wanted)

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign out, and back to the one login."""
        if request.method != "POST":
            return redirect("account_logout")
        logout(request)
        return redirect("account_login")


def is_staff(request: HttpRequest) -> bool:
    """Whether the person is signed in, active, and of the studio."""
    user = request.user
    return bool(user.is_authenticated and user.is_active and user.staff_role)


def has_second_factor(request: HttpRequest) -> bool:
    """Whether the person has a second factor, or none is required.

    Who has one has shown it at this login, or has set it up since.
    """
    return not settings.STAFF_NEED_SECOND_FACTOR or is_mfa_enabled(request.user)


def _wanted(request: HttpRequest) -> str:
    """The page that was asked for, if it is one of ours; else the administration's first."""
    wanted = request.GET.get("next") or request.POST.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    if ours and not wanted.startswith(reverse("admin:login")):
        return wanted
    return reverse("admin:index")
