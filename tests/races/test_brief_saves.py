"""Many people save one draft at the same moment: what each of them typed is in it."""

from __future__ import annotations

import pytest
from django.test import Client

from callsheet.projects.models import Project
from callsheet.services import draft_writing
from callsheet.services.loading import lock_project
from callsheet.tenants.models import User
from tests.builders import draft, somebody, wallet_with
from tests.integration.test_brief_page import form_of, url
from tests.races.crowd import errors, together

FIELDS = ("setting", "presentation", "participants", "action", "references", "note")


def all_save_at_once() -> tuple[Project, list[int]]:
    """Six people change six fields of the same draft, each from the version that all were shown;
    answers the draft afterwards and the statuses of their answers.
    """
    project = draft(wallet_with(60), 20)
    clients = []
    for _ in FIELDS:
        client = Client()
        client.force_login(User.objects.get(pk=somebody(project.account).user_id))
        clients.append(client)
    base = clients[0].get(url(project)).context["taken"].base
    forms = [
        form_of(project, base=base) | {f"fields.{name}": f"{name} by {n}"}
        for n, name in enumerate(FIELDS)
    ]
    outcomes = together(len(FIELDS), lambda n: clients[n].post(url(project), forms[n]).status_code)
    assert errors(outcomes) == []  # type: ignore[arg-type]
    project.refresh_from_db()
    return project, [one.answer or 0 for one in outcomes]


def lost(project: Project) -> list[str]:
    return [name for n, name in enumerate(FIELDS) if project.fields.get(name) != f"{name} by {n}"]


def test_everybodys_words_are_in_it(live_db: str) -> None:
    project, statuses = all_save_at_once()
    assert statuses == [302] * len(FIELDS)
    assert lost(project) == []
    assert project.version == 1 + len(FIELDS)


def test_control_without_versions_words_are_lost(
    live_db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft_writing, "lock_project", lambda pk, version: lock_project(pk))
    project, _ = all_save_at_once()
    assert lost(project) != []
