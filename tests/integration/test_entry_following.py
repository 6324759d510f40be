"""Entries follow the work that is linked to them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callsheet.journal.commands import run
from callsheet.journal.models import Event
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Deliverable, Project
from callsheet.schedule.models import Entry
from callsheet.services import briefing, calendaring, entry_briefing, production, reviewing
from callsheet.services.entry_following import follow_projects
from callsheet.services.entry_links import link_deliverables
from tests.builders import brief_of, delivered, draft, submitted, wallet_with
from tests.calendar_builders import an_entry, now, serves

pytestmark = pytest.mark.django_db


def test_a_whole_life() -> None:
    wallet = wallet_with(30)
    entry = an_entry(wallet, ("photo-set", 1), channel="feed")
    brief = entry_briefing.brief_entries(CONSOLE, [entry.pk])
    project = Project.objects.get(pk=brief["project"])
    assert now(entry).status == "planned"  # a draft is a plan
    content = brief_of(("photo-set", 1), brief_type=project.brief_type)
    briefing.write(CONSOLE, wallet.account_id, content, project_id=project.pk)
    briefing.submit(CONSOLE, project.pk)
    assert now(entry).status == "briefed"
    briefing.withdraw(CONSOLE, project.pk)
    assert now(entry).status == "planned"
    briefing.submit(CONSOLE, project.pk)
    production.accept(CONSOLE, project.pk)
    assert now(entry).status == "in_production"
    production.deliver(CONSOLE, project.pk)
    assert now(entry).status == "in_production"
    production.finalize(CONSOLE, project.pk)
    assert now(entry).status == "ready"
    told = Event.objects.filter(kind="entry_followed", subject_id=entry.pk).order_by("pk")
    assert [event.data["to"] for event in told] == [
        "briefed", "planned", "briefed", "in_production", "ready",
    ]  # fmt: skip
    assert now(entry).version == 1  # nobody has changed what it says


def test_an_approval_counts_though_the_project_stays_where_it_is() -> None:
    wallet = wallet_with(30)
    entry = an_entry(wallet)
    project = submitted(wallet, 10)
    serves(project, entry)
    delivered(project)
    assert now(entry).status == "in_production"
    reviewing.approve(CONSOLE, project.pk)
    assert (now(project).status, now(entry).status) == ("delivered", "ready")


def test_one_photo_set_serves_ten_posts() -> None:
    wallet = wallet_with(30)
    posts = [an_entry(wallet, title=f"Post {n}") for n in range(10)]
    project = submitted(wallet, 10)
    serves(project, *posts)
    assert {now(post).status for post in posts} == {"briefed"}
    production.cancel(CONSOLE, project.pk, note="Called off")
    assert {now(post).status for post in posts} == {"planned"}


def test_published_and_dropped_stay() -> None:
    wallet = wallet_with(30)
    published, dropped = an_entry(wallet), an_entry(wallet)
    project = submitted(wallet, 10)
    serves(project, published, dropped)
    calendaring.mark_published(CONSOLE, published.pk, note="Without pictures.")
    calendaring.drop_entry(CONSOLE, dropped.pk)
    production.accept(CONSOLE, project.pk)
    assert (now(published).status, now(dropped).status) == ("published", "dropped")


def test_rewriting_a_draft_keeps_what_it_serves() -> None:
    wallet = wallet_with(30)
    first, second = an_entry(wallet), an_entry(wallet)
    project = draft(wallet, 10)
    briefing.write(
        CONSOLE, wallet.account_id, brief_of(("static", 2), ("video", 1)), project_id=project.pk
    )
    static, video = Deliverable.objects.filter(concept__project=project).order_by("position")
    for entry, line in ((first, static), (second, video)):
        link_deliverables(CONSOLE, entry.pk, [line.pk])
    again = brief_of(("photo", 3), ("video", 2), ("static", 1))
    briefing.write(CONSOLE, wallet.account_id, again, project_id=project.pk)

    def types(entry: Entry) -> list[str]:
        return [link.deliverable.type.key for link in entry.links.all()]

    assert (types(first), types(second)) == (["static"], ["video"])
    briefing.write(CONSOLE, wallet.account_id, brief_of(("photo", 5)), project_id=project.pk)
    assert (types(first), types(second)) == ([], [])


def queries_of(project: Project) -> int:
    counted: list[int] = []

    def work(command):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            follow_projects(command, [project])
        counted.append(len(queries))
        return {}

    run(CONSOLE, "test_follow", None, {}, work)
    return counted[0]


def test_it_costs_one_question_where_nothing_is_linked_and_few_where_much_is() -> None:
    wallet = wallet_with(60)
    alone, one, many = (submitted(wallet, 10) for _ in range(3))
    serves(one, an_entry(wallet))
    serves(many, *(an_entry(wallet) for _ in range(12)))
    counts = []
    for project in (one, many):
        Project.objects.filter(pk=project.pk).update(status="in_progress")
        counts.append(queries_of(project))
    assert queries_of(alone) == 1
    assert counts[0] == counts[1] <= 7
