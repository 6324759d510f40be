"""What is shown when there is no way to Callsheet: a page that the browser keeps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page itself, which needs nothing but one small style sheet."""
    return render(request, "web/offline.html")


@require_safe
@cache_control(max_age=0)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps that page; it never keeps, or answers with, anything else."""
    return render(request, "web/service_worker.js", content_type="text/javascript")
