"""The first page, the switcher of accounts, the theme, and the pulse."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from callsheet.insight.places import MOST, places_of
from callsheet.web.frame import THEMES, Frame, me, overseen_page
from callsheet.web.site import is_staff

LAST_ACCOUNT = "account"
_YEAR = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody where their work is: staff to the administration, customers to the account
    that they looked at last.
    """
    if not request.user.is_authenticated:
        return redirect("account_login")
    if is_staff(request):
        return redirect("admin:index")
    mine = [place for place in places_of(me(request)) if not place.ended]
    last = request.COOKIES.get(LAST_ACCOUNT, "")
    here = mine[0] if len(mine) == 1 else next((one for one in mine if one.key == last), None)
    if here is None:
        return redirect("places")
    return redirect("queue" if here.overseen else "dashboard", here.key)


@never_cache
@login_required
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The accounts to go to, as a page or for the switcher."""
    search = request.GET.get("q", "").replace("\0", "")[:100]
    found = places_of(me(request), search)
    facts = {
        "places": found,
        "many": len(found) == MOST,
        "search": search,
        "here": request.GET.get("here", ""),
    }
    htmx = getattr(request, "htmx", None)
    template = "web/places.html#places" if htmx else "web/places.html"
    response = render(request, template, facts)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep light, dark or the system's colours in the browser, and go back."""
    wanted = request.POST.get("theme", "")
    back = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(
        back, {request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(back if ours else "/")
    value = wanted if wanted in THEMES else "system"
    response.set_cookie("theme", value, _YEAR, samesite="Lax", secure=request.is_secure())
    return response


@overseen_page
@require_safe
def pulse(request: HttpRequest, frame: Frame) -> HttpResponse:
    """204 while nothing of the account has changed since the version ``v``, else the new one."""
    if request.GET.get("v") == frame.pulse.version:
        return HttpResponse(status=204)
    return JsonResponse({"version": frame.pulse.version, "unread": frame.pulse.unread})
