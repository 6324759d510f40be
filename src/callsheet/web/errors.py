"""Error pages of ours: what happened, why, and the way out; never a half-done write.

Django finds 403, 404 and 500 by their templates' names. What a service refuses, and no form has
taken up, becomes a page with the refusal's own words and status.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from callsheet.kit.errors import CallsheetError, NotFound

GetResponse = Callable[[HttpRequest], HttpResponse]

_HEADLINES = {
    403: "That is not yours to do",
    404: "There is nothing here",
    409: "Things have changed meanwhile",
    422: "That did not go in",
}


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody tried too often in a short time."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "300"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What came in could not be read at all."""
    return render(request, "400.html", status=400)


def refused(request: HttpRequest, error: CallsheetError) -> HttpResponse:
    """A refusal as a page, with its status and its words."""
    if isinstance(error, NotFound):
        return render(request, "404.html", status=404)
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        before, {request.get_host()}, require_https=request.is_secure()
    )
    facts = {
        "headline": _HEADLINES.get(error.status, _HEADLINES[422]),
        "words": error.message,
        "back": before if ours else "/",
    }
    return render(request, "web/refused.html", facts, status=error.status)


class said_in_words:  # noqa: N801  a middleware, named in the settings like the functions beside it
    """Middleware: a refusal that no view has answered becomes its page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer refusals; everything else is an error of ours and goes on its way."""
        if isinstance(exception, CallsheetError):
            return refused(request, exception)
        return None
