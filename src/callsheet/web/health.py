"""What load balancers and monitoring ask: alive, ready, and figures."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

PLAIN = "text/plain; charset=utf-8"


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all; asks nobody else."""
    return HttpResponse("ok\n", content_type=PLAIN)


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and has all of this version's migrations, else 503."""
    try:
        missing = missing_migrations()
    except DatabaseError:
        return HttpResponse("no database\n", content_type=PLAIN, status=503)
    if missing:
        return HttpResponse("migrations missing\n", content_type=PLAIN, status=503)
    return HttpResponse("ok\n", content_type=PLAIN)


def missing_migrations() -> set[tuple[str, str]]:
    """Return the migrations of this version that the database does not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = {(app, name) for app, name in cursor.fetchall()}
    return set(_known_migrations()) - applied


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset((app, name) for app, name in loader.disk_migrations)


class StudioFigures(Collector):
    """How the studio stands, read from the database when asked, so that every process that is
    asked says the same.
    """

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Credits by bucket, projects by status, and jobs by state."""
        credits = GaugeMetricFamily("callsheet_credits", "Credits by bucket", labels=["bucket"])
        projects = GaugeMetricFamily("callsheet_projects", "Projects by status", labels=["status"])
        overdrawn = GaugeMetricFamily("callsheet_wallets_overdrawn", "Wallets below zero")
        jobs = GaugeMetricFamily("callsheet_jobs", "Jobs by state", labels=["state"])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(sum(available), 0), coalesce(sum(held), 0),"
                " count(*) FILTER (WHERE available < 0) FROM credits_wallet"
            )
            available, held, below = cursor.fetchone()
            credits.add_metric(["available"], available)
            credits.add_metric(["held"], held)
            overdrawn.add_metric([], below)
            cursor.execute("SELECT status, count(*) FROM projects_project GROUP BY status")
            for status, count in cursor.fetchall():
                projects.add_metric([status], count)
            cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
            for state, count in cursor.fetchall():
                jobs.add_metric([state], count)
        return credits, projects, overdrawn, jobs


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for Prometheus, to whoever brings the token; without a token, no such page."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), expected.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(StudioFigures())
    return HttpResponse(
        generate_latest(registry), content_type="text/plain; version=1.0.0; charset=utf-8"
    )
