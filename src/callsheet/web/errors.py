"""Error pages of ours. Django finds 403, 404 and 500 by their templates' names."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Somebody tried too often in a short time."""
    response = render(request, "429.html", status=429)
    response["Retry-After"] = "300"
    return response
