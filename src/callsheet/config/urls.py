"""Addresses: the staff's administration, login, and the answer to "are you there?"."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from callsheet.config.health import healthz

# Staff come in by the same door as everybody, with its second factor and its rate limits
# (allauth documents this assignment).
admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("healthz", healthz),
]
