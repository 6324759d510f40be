"""Django's registration of the staff administration, with the studio's own door."""

from django.contrib.admin.apps import AdminConfig


class StudioAdminConfig(AdminConfig):
    """The administration; `callsheet.web.site.StudioSite` decides who comes in."""

    default_site = "callsheet.web.site.StudioSite"
