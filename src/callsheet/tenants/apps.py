"""Django's registration of the tenants."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Organizations, accounts and people."""

    name = "callsheet.tenants"
    label = "tenants"
    verbose_name = "Customers and people"
    default_auto_field = "django.db.models.BigAutoField"
