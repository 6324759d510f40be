"""The review of a project as it is read, and on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callsheet.cli.main import build
from callsheet.insight.review_view import show_review
from callsheet.kit.actor import CONSOLE
from callsheet.projects.models import Part, Project, ProjectPerson
from callsheet.services import commenting, production, reviewing, uploading
from callsheet.services.commenting import Pin, Said
from callsheet.tenants.models import StaffRole
from tests.builders import somebody, status_of, wallet_with
from tests.delivery_builders import accepted, concept, parts_of, per_concept
from tests.files import FILM, film, picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assets_folder")]


@pytest.fixture
def project() -> Project:
    return accepted(
        per_concept(wallet_with(60)),
        concept("Kitchen", ("static", 2), variations=3),
        concept("Garden", ("video", 1)),
    )


def test_the_review_says_what_can_be_approved_and_what_waits_for_what(project: Project) -> None:
    static, variation, video = parts_of(project)
    film_version = uploading.add_asset(CONSOLE, video.pk, film())["version"]
    production.deliver(CONSOLE, project.pk)
    reviewing.ask_for_changes(CONSOLE, project.pk, {static.pk: "Warmer"})
    reviewing.approve(CONSOLE, project.pk, [video.pk])
    uploading.add_asset(CONSOLE, static.pk, picture())
    first = commenting.comment(
        CONSOLE, project.pk, Said("Here", version=film_version, pin=Pin(0.5, 0.25, 2))
    )["comment"]
    commenting.comment(CONSOLE, project.pk, Said("Why?", answers=first))
    approver = somebody(project.account)
    ProjectPerson.objects.create(project=project, user_id=approver.user_id, part=Part.APPROVER)

    seen = show_review(somebody(project.account), project.pk)
    assert (seen.status, seen.may_answer, seen.released) == ("under_revision", True, 10)
    kitchen, garden = seen.concepts
    assert (kitchen.title, kitchen.credits, kitchen.approved_at) == ("Kitchen", 10, None)
    assert garden.approved_at is not None
    changed, waits = kitchen.deliverables
    assert (changed.state, changed.rounds, changed.may_approve) == ("changes_requested", 1, False)
    assert [(c.round, c.text) for c in changed.changes] == [(1, "Warmer")]
    assert changed.assets == ()  # what the studio makes of it is not delivered yet
    assert (waits.deliverable, waits.waits_for) == (variation.pk, static.pk)
    (asset,) = garden.deliverables[0].assets
    assert (asset.latest.file_name, asset.latest.size) == ("spot.mp4", len(FILM))
    (thread,) = seen.comments
    assert (thread.asset, thread.number, thread.pin, thread.second) == ("spot", 1, (0.5, 0.25), 2)
    assert [answer.text for answer in thread.answers] == ["Why?"]
    assert (seen.unresolved, [one.name for one in seen.approvers]) == (1, [approver.name])

    studio = show_review(somebody(staff=StaffRole.PRODUCER), project.pk)
    assert [a.name for a in studio.concepts[0].deliverables[0].assets] == ["hero"]
    production.deliver(CONSOLE, project.pk)
    again = show_review(CONSOLE, project.pk).concepts[0].deliverables[0]
    assert again.may_approve


def test_questions_do_not_grow_with_the_project(
    project: Project, django_assert_num_queries: Any
) -> None:
    member = somebody(project.account)
    production.deliver(CONSOLE, project.pk)

    def talk(n: int) -> None:
        for part in parts_of(project)[::2]:
            version = uploading.add_asset(CONSOLE, part.pk, picture(f"{n}.png", str(n)))["version"]
            one = commenting.comment(CONSOLE, project.pk, Said("x", version=version))["comment"]
            commenting.comment(CONSOLE, project.pk, Said("y", answers=one))

    talk(0)
    with django_assert_num_queries(8) as asked:
        show_review(member, project.pk)
    for n in range(1, 5):
        talk(n)
    with django_assert_num_queries(len(asked)):
        show_review(member, project.pk)


def run(*arguments: Any, code: int = 0) -> Any:
    words = [str(argument) for argument in arguments]
    done = CliRunner().invoke(build(), words, env={"COLUMNS": "200"})
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if "--json" in arguments and not code else done.output


def test_a_whole_review_on_the_command_line(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{project.account.key}/{project.key}"
    static, _, video = (part.pk for part in parts_of(project))
    spot = tmp_path / "spot.mp4"
    spot.write_bytes(FILM)
    said = run("project", "asset", "add", video, spot)
    assert "is version 1, 10.3 kB" in said
    run("project", "deliver", name)
    shown = run("project", "review", name)
    assert f"waits for the approval of 2 Static creative ({static})" in shown
    run("project", "changes", name, f"{static}=Warmer light")
    assert "round 1, Studio (command line): Warmer light" in run("project", "review", name)
    assert "not a change" in run("project", "changes", name, "warmer", code=5)
    run("project", "deliver", name)
    file = run("project", "asset", "list", name, "--json")["files"][0]["version"]
    pinned = run(
        "project", "comment", name, "Shorter", "--file", file, "--at", "0.5,0.25", "--second", "2"
    )
    assert "was added" in pinned
    shown = run("project", "review", name)
    assert "on spot, version 1 at 0.50,0.25 at second 2: Shorter" in shown
    comment = run("project", "review", name, "--json")["comments"][0]["comment"]
    run("project", "comment", name, "--resolve", comment)
    assert "(resolved)" in run("project", "review", name)
    done = run("project", "approve", name)
    assert "“Garden” is approved." in done
    assert "10 credits came home." in done
    run("project", "deliver", name)
    run("project", "approve", name)
    assert status_of(project) == "delivered"
    run("project", "vary", name, static, "text-variation", "--quantity", 2)
    assert status_of(project) == "under_revision"
    monkeypatch.chdir(tmp_path)
    fetched = tmp_path / "fetched.mp4"
    run("project", "asset", "get", file, "--to", fetched)
    assert fetched.read_bytes() == FILM
    assert "is there already" in run("project", "asset", "get", file, code=5)
    assert "There is no such file" in run("project", "asset", "get", 2**40, code=3)
