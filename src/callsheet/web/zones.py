"""In whose time zone a page shows its times."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from callsheet.config.csp import ADMINISTRATION_PATH
from callsheet.kit import clock

GetResponse = Callable[[HttpRequest], HttpResponse]


def studio_time(get_response: GetResponse) -> GetResponse:
    """Middleware: the administration shows the studio's time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(ADMINISTRATION_PATH):
            return get_response(request)
        with timezone.override(clock.zone(settings.STUDIO_TIME_ZONE)):
            return get_response(request)

    return middleware
