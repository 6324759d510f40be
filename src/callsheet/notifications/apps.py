"""Django's registration of the notifications."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Notifications, the mails that carry them, and what each person wants to hear of."""

    name = "callsheet.notifications"
    label = "notifications"
    verbose_name = "Notifications"
    default_auto_field = "django.db.models.BigAutoField"
