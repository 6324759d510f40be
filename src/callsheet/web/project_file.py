"""One delivered file, large: its versions, what was said of it and where, and what can be said."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from callsheet.insight.project_facts import read_facts
from callsheet.insight.review_view import read_review
from callsheet.journal.commands import new_key
from callsheet.kit.errors import NotFound
from callsheet.web.frame import Frame, account_page, show
from callsheet.web.gallery import view
from callsheet.web.project import head


@account_page
@require_safe
def project_file(request: HttpRequest, frame: Frame, key: str, version: int) -> HttpResponse:
    """A picture, a film or another file, in that version."""
    facts = read_facts(frame.account, frame.rights, key)
    review = read_review(facts.project, everything=frame.rights.is_staff)
    viewed = view(review, version)
    if viewed is None:
        raise NotFound("file")
    page = {
        **head(frame, facts, "project"),
        "review": review,
        "viewed": viewed,
        "command_key": new_key(),
    }
    return show(request, frame, "web/project_file.html", page, parts=("live",))
