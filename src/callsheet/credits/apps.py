"""Django's registration of the credits."""

from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """Wallets, holds, lots, standing orders, transfers."""

    name = "callsheet.credits"
    label = "credits"
    verbose_name = "Credits"
    default_auto_field = "django.db.models.BigAutoField"
