"""Addresses: the staff's administration, login, invitations, and what monitoring asks."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from callsheet.web import (
    dashboard,
    health,
    home,
    new_brief,
    news,
    notifications,
    queue,
    queue_steps,
)
from callsheet.web.brief import brief, submit_brief
from callsheet.web.files import asset_file, project_files
from callsheet.web.guests import guest, guest_file
from callsheet.web.invitations import invitation
from callsheet.web.offline import offline, service_worker
from callsheet.web.project import (
    project,
    project_brief,
    project_credits,
    project_timeline,
    settle_comment,
)
from callsheet.web.project_file import project_file
from callsheet.web.project_step import project_step
from callsheet.web.projects import projects, projects_csv
from callsheet.web.security import security

handler400 = "callsheet.web.errors.bad_request"
handler429 = "callsheet.web.errors.too_many"

admin.autodiscover()

urlpatterns = [
    path("", home.home, name="home"),
    path("places/", home.places, name="places"),
    path("theme", home.theme, name="theme"),
    path("a/<slug:account>/", dashboard.dashboard, name="dashboard"),
    path("a/<slug:account>/projects/", projects, name="projects"),
    path("a/<slug:account>/projects.csv", projects_csv, name="projects_csv"),
    path("a/<slug:account>/projects/<str:key>/", project, name="project"),
    path("a/<slug:account>/news/", news.news, name="news"),
    path("a/<slug:account>/news/looked", news.looked, name="looked"),
    path("a/<slug:account>/ways/", news.ways, name="ways"),
    path("a/<slug:account>/queue/", queue.queue, name="queue"),
    path("a/<slug:account>/queue/order", queue_steps.queue_order, name="queue_order"),
    path("a/<slug:account>/queue/receipts/", queue.queue_receipts, name="queue_receipts"),
    path(
        "a/<slug:account>/queue/<str:key>/not-before",
        queue_steps.queue_not_before,
        name="queue_not_before",
    ),
    path(
        "a/<slug:account>/queue/<str:key>/withdraw",
        queue_steps.queue_withdraw,
        name="queue_withdraw",
    ),
    path(
        "a/<slug:account>/queue/<str:key>/put-back",
        queue_steps.queue_put_back,
        name="queue_put_back",
    ),
    path("a/<slug:account>/briefs/new", new_brief.new_brief, name="new_brief"),
    path("a/<slug:account>/briefs/restore/<str:token>", new_brief.restore, name="restore"),
    path("a/<slug:account>/briefs/<str:key>/", brief, name="brief"),
    path("a/<slug:account>/briefs/<str:key>/submit", submit_brief, name="submit_brief"),
    path(
        "a/<slug:account>/briefs/<str:key>/duplicate",
        new_brief.duplicate_brief,
        name="duplicate_brief",
    ),
    path("a/<slug:account>/briefs/<str:key>/share", new_brief.share_brief, name="share_brief"),
    path("a/<slug:account>/briefs/<str:key>/delete", new_brief.delete_brief, name="delete_brief"),
    path("a/<slug:account>/projects/<str:key>/brief/", project_brief, name="project_brief"),
    path(
        "a/<slug:account>/projects/<str:key>/timeline/", project_timeline, name="project_timeline"
    ),
    path("a/<slug:account>/projects/<str:key>/credits/", project_credits, name="project_credits"),
    path("a/<slug:account>/projects/<str:key>/do/<slug:act>/", project_step, name="project_step"),
    path(
        "a/<slug:account>/projects/<str:key>/files/<int:version>/",
        project_file,
        name="project_file",
    ),
    path(
        "a/<slug:account>/projects/<str:key>/comments/<int:comment>/settle",
        settle_comment,
        name="settle_comment",
    ),
    path("a/<slug:account>/pulse", home.pulse, name="pulse"),
    path("offline", offline, name="offline"),
    path("sw.js", service_worker, name="service_worker"),
    path("security/", security, name="security"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("invitations/<str:token>/", invitation, name="invitation"),
    path("review/<str:token>/", guest, name="guest"),
    path("review/<str:token>/files/<int:version>/", guest_file, name="guest_file"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read", notifications.read_all, name="read_notifications"),
    path("notifications/choose", notifications.notification_choices, name="notification_choices"),
    path("notifications/<int:number>", notifications.open_notification, name="open_notification"),
    path("unsubscribe/<str:token>", notifications.unsubscribe, name="unsubscribe"),
    path("files/<int:version>/", asset_file, name="asset_file"),
    path("projects/<int:project>/files.zip", project_files, name="project_files"),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("healthz", health.ready),
    path("metrics", health.metrics, name="metrics"),
    path(
        "favicon.ico",
        RedirectView.as_view(url="/static/callsheet/favicon.svg", permanent=True),
    ),
]
