"""Django's registration of the catalogue."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Deliverable types, subscription plans, lead times and studio rules."""

    name = "callsheet.catalogue"
    label = "catalogue"
    verbose_name = "Catalogue"
    default_auto_field = "django.db.models.BigAutoField"
