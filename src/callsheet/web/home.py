"""The first page: staff go on to the administration; customers read what there is for them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from callsheet.tenants.models import Membership
from callsheet.web.site import is_staff


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send everybody where their work is."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if is_staff(request):
        return redirect("admin:index")
    memberships = Membership.objects.filter(user=request.user.pk).select_related(
        "account", "organization"
    )
    return render(request, "web/home.html", {"memberships": memberships})
