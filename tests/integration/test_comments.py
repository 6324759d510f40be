"""Talking about a project and its files: who may, where one can point, and what waits for it."""

from datetime import timedelta
from pathlib import Path

import pytest

from callsheet.catalogue.models import studio_rules
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import Conflict, Forbidden, NotFound, Refusals, Refused
from callsheet.projects.models import Clock, ClockKind, Comment, Part, Project, ProjectPerson
from callsheet.services import commenting, production, uploading
from callsheet.services.clock_running import run_clocks
from callsheet.services.commenting import Pin, Said
from callsheet.tenants.models import Role, StaffRole
from tests.builders import draft, somebody, status_of, wallet_with
from tests.delivery_builders import accepted, concept, parts_of
from tests.files import film, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return accepted(wallet_with(60), concept("A", ("video", 1)))


@pytest.fixture
def version(project: Project, assets_folder: Path) -> int:
    """A film that was delivered."""
    answer = uploading.add_asset(CONSOLE, parts_of(project)[0].pk, film())
    production.deliver(CONSOLE, project.pk)
    return int(answer["version"])


def say(project: Project, text: str = "Warmer light, please", actor=CONSOLE, **more) -> int:
    return int(commenting.comment(actor, project.pk, Said(text, **more))["comment"])


def test_members_staff_and_reviewers_talk_and_viewers_read(project: Project) -> None:
    viewer = somebody(project.account, Role.VIEWER)
    member, producer = somebody(project.account), somebody(staff=StaffRole.PRODUCER)
    for actor in (member, producer):
        say(project, actor=actor)
    with pytest.raises(Forbidden) as raised:
        say(project, actor=viewer)
    assert raised.value.code == "reviewers_only"
    ProjectPerson.objects.create(project=project, user_id=viewer.user_id, part=Part.REVIEWER)
    say(project, actor=viewer)
    names = list(Comment.objects.order_by("pk").values_list("author_name", flat=True))
    assert names == [member.name, producer.name, viewer.name]
    with pytest.raises(NotFound):
        say(project, actor=somebody())


def test_a_comment_points_to_a_place_a_second_or_both(project: Project, version: int) -> None:
    pins = [Pin(0.25, 0.5), Pin(second=3.5), Pin(0, 1, 0)]
    for pin in pins:
        say(project, version=version, pin=pin)
    assert [
        Pin(c.pin_x, c.pin_y, c.pin_second) for c in Comment.objects.order_by("pk")
    ] == pins  # fmt: skip


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        (Pin(1.01, 0.5), "pin_outside"),
        (Pin(-0.1, 0.5), "pin_outside"),
        (Pin(0.5), "pin_outside"),
        (Pin(second=-1), "pin_outside"),
        (Pin(), "pin_outside"),
        (Pin(float("nan"), 0.5), "not_a_number"),
    ],
)
def test_places_that_are_none(project: Project, version: int, pin: Pin, code: str) -> None:
    with pytest.raises(Refused) as raised:
        say(project, version=version, pin=pin)
    assert raised.value.code == code


def test_what_is_not_said_of_this_project(project: Project, version: int) -> None:
    other = accepted(wallet_with(60), concept("A", ("video", 1)))
    elsewhere = say(other)
    for more, code in (
        ({"text": "  "}, "comment_missing"),
        ({"pin": Pin(0.5, 0.5)}, "pin_needs_file"),
        ({"version": 2**40}, "unknown_file"),
        ({"answers": elsewhere}, "unknown_comment"),
    ):
        with pytest.raises(Refused) as raised:
            say(project, **more)
        assert raised.value.code == code
    with pytest.raises(Refused) as raised:
        say(other, version=version)
    assert raised.value.code == "unknown_file"
    with pytest.raises(Refusals):
        say(project, text="x" * 20_001)


def test_customers_do_not_speak_of_what_they_have_not_been_shown(
    project: Project, assets_folder: Path
) -> None:
    version = int(uploading.add_asset(CONSOLE, parts_of(project)[0].pk, film())["version"])
    say(project, actor=somebody(staff=StaffRole.PRODUCER), version=version)
    with pytest.raises(Refused) as raised:
        say(project, actor=somebody(project.account), version=version)
    assert raised.value.code == "unknown_file"


def test_answers_stay_in_their_thread(project: Project) -> None:
    first = say(project)
    answer = say(project, answers=first)
    deeper = say(project, answers=answer)
    assert list(Comment.objects.filter(answers=first).values_list("pk", flat=True)) == [
        answer, deeper,
    ]  # fmt: skip
    with pytest.raises(Refused) as raised:
        commenting.resolve_comment(CONSOLE, answer)
    assert raised.value.code == "only_threads"


def test_ones_own_words_can_be_put_right_for_a_quarter_of_an_hour(project: Project) -> None:
    author, colleague = somebody(project.account), somebody(project.account)
    pk = say(project, "Wramer light", actor=author)
    commenting.edit_comment(author, pk, "Warmer light")
    assert Comment.objects.get(pk=pk).text == "Warmer light"
    said = Event.objects.filter(data__comment=pk).order_by("pk").select_related("note")
    assert [(e.kind, str(e.note)) for e in said] == [
        ("comment_added", "(erased)"), ("comment_edited", "Warmer light"),
    ]  # fmt: skip
    with pytest.raises(Forbidden) as raised:
        commenting.edit_comment(colleague, pk, "Colder light")
    assert raised.value.code == "not_your_comment"
    with pytest.raises(Forbidden):
        commenting.edit_comment(CONSOLE, pk, "Colder light")
    with clock.at(clock.now() + timedelta(minutes=16)), pytest.raises(Conflict) as late:
        commenting.edit_comment(author, pk, "Colder light")
    assert late.value.code == "too_late_to_edit"


def test_comments_are_resolved_and_opened_again(project: Project) -> None:
    pk, member = say(project), somebody(project.account)
    commenting.resolve_comment(member, pk)
    found = Comment.objects.get(pk=pk)
    assert (found.resolved_at is not None, found.resolved_by_id) == (True, member.user_id)
    with pytest.raises(Conflict) as raised:
        commenting.resolve_comment(CONSOLE, pk)
    assert raised.value.code == "already_resolved"
    commenting.reopen_comment(CONSOLE, pk)
    assert Comment.objects.get(pk=pk).resolved_by_id is None
    with pytest.raises(Conflict) as raised:
        commenting.reopen_comment(CONSOLE, pk)
    assert raised.value.code == "not_resolved"
    kinds = list(Event.objects.filter(data__comment=pk).order_by("pk").values_list("kind"))
    assert kinds == [("comment_added",), ("comment_resolved",), ("comment_reopened",)]
    for number in (pk, 2**40):  # a stranger learns nothing
        with pytest.raises(NotFound) as hidden:
            commenting.resolve_comment(somebody(), number)
        assert hidden.value.message == "There is no such comment."


def test_an_open_comment_stops_the_end_and_resolving_it_leaves_time_to_look(
    project: Project,
) -> None:
    production.deliver(CONSOLE, project.pk)
    pk = say(project)
    begun = clock.now()
    for days in (8, 13, 20):
        with clock.at(begun + timedelta(days=days)):
            run_clocks()
    assert status_of(project) == "delivered"
    later = begun + timedelta(days=21)
    with clock.at(later):
        commenting.resolve_comment(somebody(project.account), pk)
    due = Clock.objects.get(project=project, kind=ClockKind.FINALIZE).due_at
    assert due >= later + timedelta(hours=studio_rules().last_warning_hours)
    with clock.at(due - timedelta(minutes=1)):
        run_clocks()
    assert status_of(project) == "delivered"


def test_drafts_that_were_not_shared_are_not_talked_about_by_the_studio() -> None:
    unshared = draft(wallet_with(10), 10)
    with pytest.raises(NotFound):
        say(unshared, actor=somebody(staff=StaffRole.PRODUCER))
    say(unshared, actor=somebody(unshared.account))


def test_one_key_says_it_once(project: Project) -> None:
    for _ in range(2):
        commenting.comment(CONSOLE, project.pk, Said("Once"), key="click")
    assert Comment.objects.count() == 1
    with pytest.raises(Conflict):
        commenting.comment(CONSOLE, project.pk, Said("Twice"), key="click")


def test_a_picture_of_nobody(project: Project, assets_folder: Path) -> None:
    """A comment keeps its author's name when the person is gone."""
    author = somebody(project.account)
    pk = say(project, actor=author, text="Keep this")
    uploading.add_asset(CONSOLE, parts_of(project)[0].pk, picture())
    Comment.objects.filter(pk=pk).update(author=None)
    assert Comment.objects.get(pk=pk).author_name == author.name
