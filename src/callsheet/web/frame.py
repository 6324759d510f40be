"""The frame around an account's pages: who looks at what, and what they may do there.

A page of an account is a view decorated with :func:`account_page`. It gets the :class:`Frame` in
place of the account's key, so that no view looks permissions up by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache

from callsheet.insight.pulse import Pulse, read_pulse
from callsheet.kit import clock
from callsheet.kit.actor import Actor, person
from callsheet.kit.once import reading_lately
from callsheet.tenants.access import Rights, rights_in_account
from callsheet.tenants.models import Account, Role

THEMES = ("light", "dark")
SETTINGS_MAY_BE_OLD = 5.0
"""Seconds that a page may show the studio's settings as they were; commands never do."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where somebody is: the account (with its wallet), their rights in it, and its pulse.

    ``today`` is the account's own day.
    """

    account: Account
    actor: Actor
    rights: Rights
    pulse: Pulse
    today: date


def looks(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the theme and whether the rail is folded, as the browser keeps them."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in THEMES else "",
        "rail_folded": request.COOKIES.get("rail") == "folded",
    }


def me(request: HttpRequest) -> Actor:
    """The person who is signed in."""
    return person(int(request.user.pk or 0), str(request.user))


def account_page[**P](
    view: Callable[Concatenate[HttpRequest, Frame, P], HttpResponseBase],
    *,
    overseers: bool = False,
) -> Callable[..., HttpResponseBase]:
    """A view of an account, by its key in the address; shown in the account's time zone.

    404 to strangers, the same as for an account that does not exist. ``overseers`` lets in admins
    of the organization, too, where the account does not share its briefs.
    """

    @never_cache
    @login_required
    @wraps(view)
    def page(request: HttpRequest, account: str, *args: P.args, **kwargs: P.kwargs) -> Any:
        frame = _enter(request, account, overseers=overseers)
        # The template's context processors and the error pages find it here.
        request.frame = frame  # type: ignore[attr-defined]
        with (
            timezone.override(clock.zone(frame.account.time_zone)),
            reading_lately(SETTINGS_MAY_BE_OLD),
        ):
            return view(request, frame, *args, **kwargs)

    return page


def overseen_page[**P](
    view: Callable[Concatenate[HttpRequest, Frame, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """:func:`account_page` that lets in admins of the account's organization, too."""
    return account_page(view, overseers=True)


def _enter(request: HttpRequest, key: str, *, overseers: bool) -> Frame:
    account = (
        Account.objects.select_related("organization", "wallet__domain", "wallet__subscription")
        .filter(key=key)
        .first()
    )
    if account is None:
        raise Http404("There is no such account.")
    actor = me(request)
    rights = rights_in_account(actor, account)
    if not (rights.may_read or (overseers and rights.organization_role == Role.ADMIN)):
        raise Http404("There is no such account.")
    return Frame(
        account=account,
        actor=actor,
        rights=rights,
        pulse=read_pulse(account.pk, actor.user_id or 0),
        today=clock.today(account.time_zone),
    )


def show(
    request: HttpRequest,
    frame: Frame,
    template: str,
    facts: dict[str, Any],
    *,
    status: int = 200,
    parts: tuple[str, ...] = (),
) -> HttpResponse:
    """Render a page of the account; the one view answers HTMX with a part of the same template.

    ``parts`` are the template partials that may be asked for on their own: the target of the
    request names one by its id.
    """
    htmx = getattr(request, "htmx", None)
    wanted = htmx.target if htmx and not htmx.history_restore_request else None
    name = f"{template}#{wanted}" if wanted in parts else template
    response = render(request, name, {"frame": frame, **facts}, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response
