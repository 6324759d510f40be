"""The bare view that every page is compared with: one query, one template, Django and nothing else.

What ``django-admin startproject`` gives, without sessions, people and messages, because nobody is
signed in here: its other middleware stays. The page lists 25 rows of one table. It is served by
the same server, with as many processes and threads as ``callsheet serve`` takes, and its
connection to the database is described by the same function.
"""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import path

from callsheet.config.databases import django_database

ROWS = 25

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rows</title></head><body><h1>Rows</h1>
<table><thead><tr><th>Title</th><th>Status</th><th>Credits</th><th>Changed</th></tr></thead><tbody>
{% for row in rows %}<tr><td><a href="/{{ row.pk }}">{{ row.title }}</a></td><td>{{ row.status }}\
</td><td>{{ row.credits }}</td><td>{{ row.changed_at|date:"j M Y, H:i" }}</td></tr>
{% endfor %}</tbody></table></body></html>
"""


if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": django_database(os.environ["DATABASE_URL"])},
        INSTALLED_APPS=[],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        ROOT_URLCONF=__name__,
        SECRET_KEY=os.environ["SECRET_KEY"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [
                        ("django.template.loaders.cached.Loader",
                         [("django.template.loaders.locmem.Loader", {"rows.html": _PAGE})]),
                    ]
                },
            }
        ],
        USE_TZ=True,
    )  # fmt: skip
application = get_wsgi_application()


class Row(models.Model):
    """A row of the one table."""

    title = models.CharField(max_length=200)
    status = models.CharField(max_length=20)
    credits = models.IntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        app_label = "bare"
        db_table = "bare_row"


def rows(request: HttpRequest) -> HttpResponse:
    """The page."""
    newest = Row.objects.order_by("-id")[:ROWS]
    return HttpResponse(get_template("rows.html").render({"rows": newest}, request))


urlpatterns = [path("", rows)]


def serve(port: int) -> None:
    """Serve until SIGTERM, as ``callsheet serve`` does."""
    from callsheet.cli.serve import serve_application
    from callsheet.config.env import get_env

    serve_application("benchmarks.pages_bare:application", "127.0.0.1", port, get_env())
