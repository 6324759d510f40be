"""Django's registration of the journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    """Commands, events and erasable notes."""

    name = "callsheet.journal"
    label = "journal"
    verbose_name = "Journal"
    default_auto_field = "django.db.models.BigAutoField"
