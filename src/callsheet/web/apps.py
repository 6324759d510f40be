"""Django's registration of the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The staff's administration, login, and what load balancers ask."""

    name = "callsheet.web"
    label = "web"
    verbose_name = "Pages"
