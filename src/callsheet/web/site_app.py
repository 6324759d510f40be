"""Django's registration of the staff administration, with the studio's own door."""

from django.contrib.admin.apps import SimpleAdminConfig


class StudioAdminConfig(SimpleAdminConfig):
    """The administration; `callsheet.web.site.StudioSite` decides who comes in.

    Its pages are loaded with the addresses (`callsheet.config.urls`), not with Django, so that the
    command line does not wait for them.
    """

    default_site = "callsheet.web.site.StudioSite"
