"""Django's registration of the projects."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Briefs, concepts, deliverables, the queue's records."""

    name = "callsheet.projects"
    label = "projects"
    verbose_name = "Projects"
    default_auto_field = "django.db.models.BigAutoField"
