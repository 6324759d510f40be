"""Django's registration of the schedule."""

from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    """Campaigns and calendar entries."""

    name = "callsheet.schedule"
    label = "schedule"
    verbose_name = "Content calendar"
    default_auto_field = "django.db.models.BigAutoField"
