"""The brief editor's pages: who may, what a form does, and whatever may come in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from callsheet.catalogue.models import DeliverableType
from callsheet.journal.commands import new_key
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.once import forget
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.services import briefing, internal_approval, sharing
from callsheet.tenants.models import Account, AccountStatus, Role, StaffRole, User
from tests.builders import assert_books_balance, draft, somebody, submitted, wallet_with

pytestmark = pytest.mark.django_db

SCRIPT = {"HX-Request": "true", "HX-Target": "summary"}


def client_of(user_id: int | None, **more: bool) -> Client:
    client = Client(**more)  # type: ignore[arg-type]
    client.force_login(User.objects.get(pk=user_id))
    return client


@pytest.fixture
def project() -> Project:
    """A ready draft of 20 credits in an account of 60."""
    return draft(wallet_with(60), 20, "Summer launch")


@pytest.fixture
def writer(project: Project) -> Client:
    return client_of(somebody(project.account).user_id)


def url(project: Project, step: str = "") -> str:
    return f"/a/{project.account.key}/briefs/{project.key}/{step}"


def form_of(project: Project, **more: object) -> dict[str, object]:
    """What the form of that draft sends as it is, with changes."""
    project.refresh_from_db()
    data: dict[str, object] = {
        "title": project.title,
        "brief_type": project.brief_type,
        "priority": project.priority,
        "version": project.version,
        "command_key": new_key(),
        "concepts.0.title": "Concept",
        "concepts.0.deliverables.0.type": "static",
        "concepts.0.deliverables.0.quantity": "4",
    }
    data |= {f"fields.{name}": text for name, text in project.fields.items()}
    return data | {name.replace("__", "."): value for name, value in more.items()}


# --- saving


def test_a_save_is_kept(project: Project, writer: Client) -> None:
    answer = writer.post(url(project), form_of(project, title="Autumn launch"))
    assert answer.status_code == 302
    project.refresh_from_db()
    assert project.title == "Autumn launch"


def test_a_save_that_changes_nothing_writes_nothing(project: Project, writer: Client) -> None:
    events = Event.objects.count()
    assert writer.post(url(project), form_of(project)).status_code == 302
    before = project.version
    project.refresh_from_db()
    assert (project.version, Event.objects.count()) == (before, events)


def test_a_save_sent_twice_is_one(project: Project, writer: Client) -> None:
    """The answer of the first was lost: the second gets it, with the version that it made."""
    form = form_of(project, title="Autumn launch")
    first = writer.post(url(project), form, headers=SCRIPT)
    second = writer.post(url(project), form, headers=SCRIPT)
    project.refresh_from_db()
    assert project.version == int(str(form["version"])) + 1
    for answer in (first, second):
        assert answer.status_code == 200
        assert f'data-version="{project.version}"' in answer.content.decode()


def test_scripts_get_the_summary_alone_unless_the_form_changed(
    project: Project, writer: Client
) -> None:
    saved = writer.post(url(project), form_of(project, title="B"), headers=SCRIPT).content.decode()
    assert 'id="summary"' in saved
    assert 'id="editor"' not in saved
    step = form_of(project, step="add_concept")
    stepped = writer.post(url(project), step, headers=SCRIPT).content.decode()
    assert 'id="summary"' in stepped
    assert 'id="f-concepts-1-title"' in stepped


def test_who_has_the_saved_version_is_not_sent_it_again(project: Project, writer: Client) -> None:
    assert writer.get(f"{url(project)}?v={project.version}", headers=SCRIPT).status_code == 204
    assert writer.get(f"{url(project)}?v=0", headers=SCRIPT).status_code == 200


def test_a_day_that_has_passed_may_stay_but_not_come(project: Project, writer: Client) -> None:
    yesterday = clock.today("UTC") - timedelta(days=1)
    refused = writer.post(url(project), form_of(project, wanted_by=yesterday.isoformat()))
    assert refused.status_code == 422
    Project.objects.filter(pk=project.pk).update(wanted_by=yesterday)
    kept = form_of(project, wanted_by=yesterday.isoformat(), title="Written on")
    assert writer.post(url(project), kept).status_code == 302
    page = writer.get(url(project)).content.decode()
    assert "The wanted-by date" in page
    assert writer.post(url(project, "submit"), form_of(project) | {
        "wanted_by": yesterday.isoformat()}).status_code == 422  # fmt: skip


def test_a_new_price_is_said(project: Project, writer: Client) -> None:
    DeliverableType.objects.filter(key="static").update(credits=6)
    forget()
    page = writer.get(url(project)).content.decode()
    assert "prices have changed: it was 20 credits" in page
    assert "24 credits" in page


# --- two people


def test_two_peoples_changes_go_together(project: Project, writer: Client) -> None:
    page = writer.get(url(project))
    base = page.context["taken"].base
    old = form_of(project)
    other = client_of(somebody(project.account).user_id)
    other.post(url(project), form_of(project, campaign="Theirs"))
    answer = writer.post(url(project), old | {"base": base, "cost_centre": "Mine"})
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.campaign, project.cost_centre) == ("Theirs", "Mine")


def test_of_one_part_both_versions_are_shown_and_nothing_is_written(
    project: Project, writer: Client
) -> None:
    base = writer.get(url(project)).context["taken"].base
    old = form_of(project, title="Mine <b>", base=base, cost_centre="4711")
    other = client_of(somebody(project.account).user_id)
    other.post(url(project), form_of(project, title="Theirs"))
    answer = writer.post(url(project), old)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Mine &lt;b&gt;" in page
    assert "Theirs" in page
    assert 'value="4711"' in page
    project.refresh_from_db()
    assert (project.title, project.cost_centre) == ("Theirs", "")
    (clash,) = answer.context["taken"].clashes
    chosen = old | {"choose.title": f"mine:{clash.seen}", "step": "resolve"}
    assert writer.post(url(project), chosen | {"command_key": new_key()}).status_code == 302
    project.refresh_from_db()
    assert (project.title, project.cost_centre) == ("Mine <b>", "4711")


def test_handing_in_sees_what_somebody_else_wrote(project: Project, writer: Client) -> None:
    base = writer.get(url(project)).context["taken"].base
    old = form_of(project, title="Mine", base=base)
    client_of(somebody(project.account).user_id).post(
        url(project), form_of(project, title="Theirs")
    )
    assert writer.post(url(project, "submit"), old).status_code == 409
    project.refresh_from_db()
    assert (project.title, project.status) == ("Theirs", "draft")


@pytest.mark.parametrize("how", ["handed in", "deleted"])
def test_what_was_typed_into_a_draft_that_is_gone_becomes_a_new_one(
    project: Project, writer: Client, how: str
) -> None:
    form = form_of(project, title="Typed meanwhile")
    if how == "deleted":
        briefing.delete_draft(somebody(project.account), project.pk)
    else:
        briefing.submit(somebody(project.account), project.pk)
    answer = writer.post(url(project), form)
    assert answer.status_code == 409
    assert "Typed meanwhile" in answer.content.decode()
    saved = writer.post(url(project), form | {"step": "save_as_new", "command_key": new_key()})
    assert saved.status_code == 302
    assert Project.objects.get(title="Typed meanwhile").status == "draft"


# --- handing in


def test_handing_in_takes_what_is_typed(project: Project, writer: Client) -> None:
    form = form_of(project, concepts__0__deliverables__0__quantity="6")
    assert writer.post(url(project, "submit"), form).status_code == 302
    project.refresh_from_db()
    assert (project.status, project.credits) == ("pending_review", 30)
    assert_books_balance()


def test_two_clicks_hand_in_once(project: Project, writer: Client) -> None:
    form = form_of(project, title="Twice")
    for _ in range(2):
        answer = writer.post(url(project, "submit"), form)
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"/projects/{project.key}/")
    assert Event.objects.filter(subject_id=project.pk, kind="submit").count() == 1
    assert_books_balance()


def test_what_a_colleague_handed_in_meanwhile_is_left_alone(
    project: Project, writer: Client
) -> None:
    """Ben has it open while Anna asks for an approval: his click is not one, and loses no word."""
    Account.objects.filter(pk=project.account_id).update(needs_approval=True)
    form = form_of(project, title="Typed by Ben")
    internal_approval.ask_approval(somebody(project.account), project.pk)
    answer = writer.post(url(project, "submit"), form)
    assert answer.status_code == 409
    assert "Typed by Ben" in answer.content.decode()
    project.refresh_from_db()
    assert project.status == Status.PENDING_APPROVAL


def test_what_is_not_ready_stays_a_draft_and_says_why(project: Project, writer: Client) -> None:
    answer = writer.post(url(project, "submit"), form_of(project, fields__setting=""))
    assert answer.status_code == 422
    assert "Say something about setting." in answer.content.decode()
    project.refresh_from_db()
    assert project.status == "draft"


def test_a_colleague_is_asked_where_the_account_wants_it(project: Project, writer: Client) -> None:
    Account.objects.filter(pk=project.account_id).update(needs_approval=True)
    somebody(project.account)
    page = writer.get(url(project)).content.decode()
    assert "Ask a colleague to approve" in page
    assert "A colleague approves it first" in page
    refused = writer.post(url(project, "submit"), form_of(project, step="submit"))
    assert refused.status_code == 409
    asked = writer.post(url(project, "submit"), form_of(project, step="ask_approval"))
    assert asked.status_code == 302
    project.refresh_from_db()
    assert project.status == Status.PENDING_APPROVAL
    assert writer.get(url(project)).status_code == 302


def test_an_ended_account_takes_nothing(project: Project, writer: Client) -> None:
    Account.objects.filter(pk=project.account_id).update(
        status=AccountStatus.ENDED, ended_on=clock.today("UTC")
    )
    assert "This account has ended" in writer.get(url(project)).content.decode()
    answer = writer.post(url(project), form_of(project, title="More"))
    assert answer.status_code == 409
    assert "takes no new briefs" in answer.content.decode()


# --- around


def test_a_deleted_draft_comes_back(project: Project, writer: Client) -> None:
    key = new_key()
    for _ in range(2):
        gone = writer.post(url(project, "delete"), {"command_key": key})
        assert gone.status_code == 302
    assert not Project.objects.filter(pk=project.pk).exists()
    back = f"/a/{project.account.key}/briefs/restore/{key}"
    places = {writer.post(back)["Location"] for _ in range(2)}
    assert len(places) == 1
    again = Project.objects.get(account=project.account)
    assert (again.title, again.credits, again.status) == ("Summer launch", 20, "draft")
    assert client_of(somebody(project.account).user_id).post(back).status_code == 404


def test_a_copy_of_what_is_in_production(project: Project, writer: Client) -> None:
    briefing.submit(somebody(project.account), project.pk)
    key = new_key()
    places = {
        writer.post(url(project, "duplicate"), {"command_key": key})["Location"] for _ in range(2)
    }
    assert len(places) == 1
    copy = Project.objects.get(title="Copy of Summer launch")
    assert (copy.status, copy.credits) == ("draft", 20)


def test_the_studio_sees_a_draft_once_it_is_shown(project: Project, writer: Client) -> None:
    manager = client_of(somebody(staff=StaffRole.ACCOUNT_MANAGER).user_id)
    producer = client_of(somebody(staff=StaffRole.PRODUCER).user_id)
    for client in (manager, producer):
        assert client.get(url(project)).status_code == 404
        assert client.post(url(project), form_of(project)).status_code in (403, 404)
    assert writer.post(url(project, "share"), {"shared": "yes"}).status_code == 302
    assert 'id="editor"' in manager.get(url(project)).content.decode()
    reading = producer.get(url(project)).content.decode()
    assert "You can read this draft" in reading
    assert "<form id" not in reading
    writer.post(url(project, "share"), {"shared": "no"})
    assert manager.get(url(project)).status_code == 404


def test_sharing_changes_no_version(project: Project) -> None:
    """Otherwise whoever writes at this moment would be told of a change that is none to them."""
    before = project.version
    sharing.share_draft(somebody(project.account), project.pk)
    project.refresh_from_db()
    assert (project.version, project.shared_with_studio) == (before, True)


def test_viewers_read_and_others_find_nothing(project: Project) -> None:
    viewer = client_of(somebody(project.account, Role.VIEWER).user_id)
    assert "You can read this draft" in viewer.get(url(project)).content.decode()
    for step in ("", "submit", "duplicate", "share", "delete"):
        assert viewer.post(url(project, step), form_of(project)).status_code == 403
    assert viewer.get(f"/a/{project.account.key}/briefs/new").status_code == 403
    other = client_of(somebody(wallet_with(60).account, Role.ADMIN).user_id)
    for step in ("", "submit", "duplicate", "share", "delete"):
        assert other.post(url(project, step), form_of(project)).status_code == 404


def test_a_new_brief_of_each_type(project: Project, writer: Client) -> None:
    page = f"/a/{project.account.key}/briefs/new"
    for brief_type in ("original_creative", "content_creation", "adapt_optimize"):
        key = new_key()
        places = {
            writer.post(page, {"brief_type": brief_type, "command_key": key})["Location"]
            for _ in range(2)
        }
        (place,) = places
        assert "Untitled brief" in writer.get(place).content.decode()
    forged = writer.post(page, {"brief_type": "<b>", "title": "Kept"})
    assert forged.status_code == 422
    assert 'value="Kept"' in forged.content.decode()
    long = writer.post(page, {"brief_type": "adapt_optimize", "title": "x" * 10_000})
    assert long.status_code == 422
    assert "At most 300 characters" in long.content.decode().replace("A title has at", "At")


def test_former_projects_are_found(project: Project, writer: Client) -> None:
    page = f"/a/{project.account.key}/briefs/new"
    assert "Summer launch" in writer.get(page, {"q": "summer"}).content.decode()
    nothing = writer.get(page, {"q": "<script>\0" + "x" * 10_000}).content.decode()
    assert "No project is called so." in nothing


# --- whatever may come in

ROW = "concepts.0.deliverables.0."
TEXTS = [
    "title", "brand", "campaign", "cost_centre", "purchase_order", "dos", "donts",
    "concepts.0.title", f"{ROW}placement", f"{ROW}notes", f"{ROW}supplied_master",
    "fields.setting", "fields.anything",
]  # fmt: skip
HTML = "<script>alert(1)</script>"


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_takes_whatever_is_typed(project: Project, writer: Client, name: str) -> None:
    """HTML and four-byte characters are texts; ten thousand characters are told the limit of where
    they do not fit; what cannot be stored is refused in words. What was typed is still there.
    """
    typed = f"{HTML} 🎬"
    assert writer.post(url(project), form_of(project) | {name: typed}).status_code == 302
    page = writer.get(url(project)).content.decode()
    assert HTML not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 🎬" in page
    for bad in ("x" * 10_000, "a\0b"):
        answer = writer.post(url(project), form_of(project) | {name: bad})
        assert answer.status_code in (302, 400, 422), bad[:10]
        if answer.status_code == 422:
            page = answer.content.decode()
            assert "Not saved" in page
            assert bad[:200].replace("\0", "") in page.replace("\0", "").replace("�", "")
            said = answer.context["taken"].problems
            assert said
            assert all(name.startswith(where.rsplit(".", 1)[0]) or where == name
                       for where in said if where)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("wanted_by", "soon"), ("wanted_by", "2020-01-01"), ("publish_on", "2020-01-01"),
        ("wanted_by", "9999-12-31"), ("not_before", "99999-01-01"), ("priority", "7"),
        ("priority", "x" * 5000), ("brief_type", "nope"), (f"{ROW}quantity", "0"),
        (f"{ROW}quantity", "999999999"), (f"{ROW}quantity", "9" * 5000),
        (f"{ROW}quantity", "-3"), (f"{ROW}quantity", "viele"), (f"{ROW}type", "nope"),
        (f"{ROW}type", "text-variation"), ("title", ""), ("title", "   "),
        ("dos", "\n".join("x" for _ in range(11))), ("donts", "y" * 301),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(
    project: Project, writer: Client, name: str, bad: str
) -> None:
    answer = writer.post(url(project), form_of(project, campaign="Also typed") | {name: bad})
    assert answer.status_code == 422, answer.context["taken"].problems
    page = answer.content.decode()
    assert 'class="problem"' in page
    assert 'value="Also typed"' in page
    if name != "brief_type":
        assert 'aria-invalid="true"' in page
    assert Project.objects.get(pk=project.pk).campaign == ""


@pytest.mark.parametrize(
    "forged",
    [
        {"version": "-1"}, {"version": "99999999999999999999"}, {"version": "x"}, {"version": ""},
        {"base": "[" * 2000}, {"base": '{"title": []}'}, {"step": "up:0.0.0.0:x:y"},
        {"step": "remove:" + "9" * 5000}, {f"{ROW}master": "0"}, {f"{ROW}master": "99"},
        {"concepts.9999.title": "Far"}, {"command_key": "k" * 500}, {"command_key": "a\0b"},
        {"fields.": "x"}, {"fields." + "n" * 5000: "x"}, {"choose.title": "theirs"},
    ],
)  # fmt: skip
def test_forged_forms_are_answered_in_words(
    project: Project, writer: Client, forged: dict[str, str]
) -> None:
    form = form_of(project, title="Typed") | forged
    for step in ("", "submit"):
        answer = writer.post(url(project, step), form)
        assert answer.status_code in (302, 400, 403, 409, 422)
        if answer.status_code in (409, 422):
            assert "Typed" in answer.content.decode()


def test_a_hundred_concepts_are_told_the_limit(project: Project, writer: Client) -> None:
    many = {f"concepts.{n}.title": str(n) for n in range(120)}
    answer = writer.post(url(project), form_of(project) | many)
    assert answer.status_code == 422
    assert "At most 100 concepts" in answer.content.decode()


def test_wrong_methods_and_missing_tokens(project: Project) -> None:
    user = somebody(project.account).user_id
    client = client_of(user)
    for step in ("submit", "duplicate", "share", "delete"):
        assert client.get(url(project, step)).status_code == 405
    assert client.put(url(project)).status_code == 405
    assert client.get(f"/a/{project.account.key}/briefs/restore/x").status_code == 405
    careful = client_of(user, enforce_csrf_checks=True)
    for step in ("", "submit", "duplicate", "share", "delete"):
        assert careful.post(url(project, step), form_of(project)).status_code == 403


# --- how much it asks of the database


def test_a_save_asks_as_often_however_much_there_is() -> None:
    """The write command itself takes 25 statements; the answer around it 11, five of the frame."""
    counted = []
    for projects in (1, 12):
        wallet = wallet_with(20 * projects)
        for n in range(projects):
            submitted(wallet, 10, f"At work {n}")
            submitted(wallet, 20, f"Next {n}")
        project = draft(wallet, 20)
        client = client_of(somebody(wallet.account).user_id)
        client.get(url(project))
        with CaptureQueriesContext(connection) as nothing:
            client.post(url(project), form_of(project), headers=SCRIPT)
        with CaptureQueriesContext(connection) as saved:
            client.post(url(project), form_of(project, title="Other"), headers=SCRIPT)
        # One statement of each is `form_of` reading the project again.
        counted.append((len(nothing) - 1, len(saved) - len(nothing)))
    assert counted[0] == counted[1]
    around, command = counted[0]
    assert around <= 11
    assert command <= 25
