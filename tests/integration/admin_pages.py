"""Helpers of the administration's tests: a client per role, and the addresses of its pages."""

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from callsheet.tenants.models import StaffRole, User
from tests.builders import somebody

ROLES = (StaffRole.STUDIO_ADMIN, StaffRole.ACCOUNT_MANAGER, StaffRole.PRODUCER)


def signed_in(role: StaffRole) -> Client:
    """A client as somebody of the studio."""
    client = Client()
    client.force_login(User.objects.get(pk=somebody(staff=role).user_id))
    return client


def pages() -> list:
    """Every page's admin."""
    return [admin.site._registry[model] for model in admin.site._registry]


def path(row_or_model, page: str = "changelist", *args) -> str:
    """The address of a model's page."""
    opts = row_or_model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=args)


def change(row) -> str:
    """The address of a row."""
    return path(row, "change", row.pk)


def step(row, name: str) -> str:
    """The address of a step on a row."""
    return path(row, name, row.pk)


def take(client: Client, row, name: str, /, **typed):
    """Open a step's form, fill it in and send it."""
    shown = client.get(step(row, name))
    assert shown.status_code == 200, shown.status_code
    key = shown.context["form"]["command_key"].value()
    return client.post(step(row, name), {"command_key": key, **typed})
