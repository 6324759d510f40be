"""Addresses: the staff's administration, login, invitations, and what monitoring asks."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from callsheet.web import health
from callsheet.web.home import home
from callsheet.web.invitations import invitation

handler429 = "callsheet.web.errors.too_many"

urlpatterns = [
    path("", home, name="home"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("invitations/<str:token>/", invitation, name="invitation"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("healthz", health.ready),
    path("metrics", health.metrics, name="metrics"),
    path(
        "favicon.ico",
        RedirectView.as_view(url="/static/callsheet/favicon.svg", permanent=True),
    ),
]
