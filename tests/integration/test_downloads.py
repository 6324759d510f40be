"""Fetching files: who may, in which parts, under which names, and never as pages of ours."""

import io
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from callsheet.config.csp import pages_policy
from callsheet.config.env import Env
from callsheet.config.files import django_storages
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.projects.models import AssetVersion, Project
from callsheet.services import production, reviewing, storing, uploading
from callsheet.tenants.models import Role, StaffRole, User
from tests.builders import somebody, wallet_with
from tests.delivery_builders import accepted, concept, parts_of
from tests.files import FILM, PNG, film, picture, sha256
from tests.s3_server import s3_server

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assets_folder")]


@pytest.fixture
def project() -> Project:
    """Two concepts in production."""
    return accepted(
        wallet_with(60), concept("Kitchen: day", ("static", 2)), concept("Garden", ("video", 1))
    )


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def hand_in(project: Project, place: int = 0, file: Any = None, **more: Any) -> int:
    part = parts_of(project)[place].pk
    return int(uploading.add_asset(CONSOLE, part, file or picture(), **more)["version"])


def link(version: int) -> str:
    return reverse("asset_file", args=[version])


def fetch(client: Client, url: str, **headers: str) -> HttpResponse:
    """The response, read to its end into ``body``."""
    response = client.get(url, headers={name.replace("_", "-"): v for name, v in headers.items()})
    response.body = b"".join(response.streaming_content) if response.streaming else response.content
    return response


def test_a_customer_fetches_what_was_delivered_and_the_studio_everything(project) -> None:
    customer = client_of(somebody(project.account, Role.VIEWER))
    producer = client_of(somebody(staff=StaffRole.PRODUCER))
    first = hand_in(project)
    assert fetch(customer, link(first)).status_code == 404
    assert fetch(producer, link(first)).body == PNG
    production.deliver(CONSOLE, project.pk)
    assert fetch(customer, link(first)).body == PNG
    reviewing.ask_for_changes(CONSOLE, project.pk, {parts_of(project)[0].pk: "Brighter"})
    second = hand_in(project, file=picture(salt="brighter"))
    # What the studio makes of it is its own until it delivers; what was delivered stays.
    assert fetch(customer, link(second)).status_code == 404
    assert fetch(customer, link(first)).status_code == 200
    production.deliver(CONSOLE, project.pk)
    assert fetch(customer, link(second)).body == PNG + b"brighter"


def test_strangers_are_told_what_nobody_is_told(project) -> None:
    version = hand_in(project)
    production.deliver(CONSOLE, project.pk)
    strangers = [somebody(), somebody(wallet_with(10).account, Role.ADMIN)]
    for client in map(client_of, strangers):
        for kind, number in (("asset_file", version), ("project_files", project.pk)):
            hidden = fetch(client, reverse(kind, args=[number]))
            unknown = fetch(client, reverse(kind, args=[2**40]))
            assert hidden.status_code == unknown.status_code == 404
            assert hidden.content == unknown.content
    anonymous = fetch(Client(), link(version))
    assert (anonymous.status_code, anonymous.url.split("?")[0]) == (302, reverse("account_login"))


def test_a_file_is_offered_for_saving_and_can_do_no_harm(project) -> None:
    version = hand_in(project, file=picture('Frühling "hell".png'))
    response = fetch(client_of(somebody(staff=StaffRole.PRODUCER)), link(version))
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''Fr%C3%BChling%20_hell_.png"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Content-Length"] == str(len(PNG))


def test_an_svg_is_taken_where_the_operator_wants_it_and_never_shown(project, settings) -> None:
    settings.FILE_TYPES = frozenset({"svg"})
    drawing = picture("logo.svg")
    drawing.file.seek(0)
    drawing.file.truncate()
    drawing.file.write(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    response = fetch(
        client_of(somebody(staff=StaffRole.PRODUCER)), link(hand_in(project, file=drawing))
    )
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]


def test_what_one_has_already_is_not_sent_again(project) -> None:
    client, version = client_of(somebody(staff=StaffRole.PRODUCER)), hand_in(project)
    etag = fetch(client, link(version))["ETag"]
    assert etag == f'"{sha256(PNG)}"'
    again = fetch(client, link(version), If_None_Match=etag)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=0-999999999", 0, None),
        ("bytes=-999999999", 0, None),
        ("bytes= 5 - 9", 5, 9),
    ],
)
def test_a_film_can_be_wound_on(project, asked: str, first: int, last: int | None) -> None:
    version = hand_in(project, 1, film())
    client = client_of(somebody(staff=StaffRole.PRODUCER))
    response = fetch(client, link(version), Range=asked)
    part = FILM[first:] if last is None else FILM[first : last + 1]
    start = first if first >= 0 else len(FILM) + first
    assert response.status_code == 206
    assert response.body == part
    assert response["Content-Range"] == f"bytes {start}-{start + len(part) - 1}/{len(FILM)}"
    assert response["Content-Length"] == str(len(part))


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("bytes=999999999-", 416), ("bytes=-0", 416), ("bytes=9-5", 200), ("bytes=0-1,5-9", 200),
        ("lines=0-1", 200), ("bytes=x-y", 200), ("bytes=-", 200), ("", 200),
        ("bytes=" + "9" * 5000 + "-", 200),
    ],
)  # fmt: skip
def test_ranges_that_cannot_be_or_are_not_understood(project, asked: str, status: int) -> None:
    client = client_of(somebody(staff=StaffRole.PRODUCER))
    response = fetch(client, link(hand_in(project, 1, film())), Range=asked)
    assert response.status_code == status
    if status == 416:
        assert response["Content-Range"] == f"bytes */{len(FILM)}"
    else:
        assert response.body == FILM


def test_a_part_of_another_version_is_not_mixed_in(project) -> None:
    client = client_of(somebody(staff=StaffRole.PRODUCER))
    version = hand_in(project, 1, film())
    response = fetch(client, link(version), Range="bytes=5-9", If_Range='"another"')
    assert (response.status_code, response.body) == (200, FILM)


def archive(client: Client, project: Project) -> dict[str, bytes]:
    response = fetch(client, reverse("project_files", args=[project.pk]))
    assert response.status_code == 200
    data = response.body
    assert response["Content-Length"] == str(len(data))
    assert response["Content-Disposition"] == f'attachment; filename="{project.key}.zip"'
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_latest_of_everything_comes_in_one_archive(project) -> None:
    customer = client_of(somebody(project.account))
    producer = client_of(somebody(staff=StaffRole.PRODUCER))
    assert fetch(customer, reverse("project_files", args=[project.pk])).status_code == 404
    hand_in(project)
    hand_in(project, file=picture(salt="2"))
    hand_in(project, file=picture("HERO.png", "x"), name="other")  # the same where case is nothing
    hand_in(project, 1, film())
    static, _ = (part.pk for part in parts_of(project))
    production.deliver(CONSOLE, project.pk, [static])
    delivered = {"Kitchen_ day/hero.png": PNG + b"2", "Kitchen_ day/HERO (2).png": PNG + b"x"}
    assert archive(customer, project) == delivered
    assert archive(producer, project) == delivered | {"Garden/spot.mp4": FILM}


def test_questions_do_not_grow_with_files(project, django_assert_num_queries) -> None:
    client = client_of(somebody(project.account))
    hand_in(project)
    production.deliver(CONSOLE, project.pk)
    url = reverse("project_files", args=[project.pk])
    with django_assert_num_queries(5) as asked:
        fetch(client, url)
    for n in range(6):
        hand_in(project, file=picture(f"{n}.png", str(n)))
    with django_assert_num_queries(len(asked)):
        fetch(client, url)


# -- in a bucket -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "origins"),
    [
        ("file:", []),
        (
            "s3://assets?endpoint=https://files.example.com:9000/x",
            ["https://files.example.com:9000"],
        ),
        ("s3://assets", ["https://assets.s3.amazonaws.com"]),
        (
            "s3://assets/studio?region=eu-central-1",
            ["https://assets.s3.amazonaws.com", "https://assets.s3.eu-central-1.amazonaws.com"],
        ),
    ],
)
def test_pages_may_show_what_is_in_the_bucket_and_nothing_else(
    url: str, origins: list[str]
) -> None:
    policy = pages_policy(Env(files_url=url))
    assert policy["img-src"] == ["'self'", "data:", *origins]
    assert policy.get("media-src", ["'self'"]) == ["'self'", *origins]


def test_files_live_in_a_bucket_as_well(project, settings) -> None:
    """Over real HTTP, with a service that speaks S3: store, fetch by a signed link, pack, sweep."""
    with s3_server() as bucket:
        env = Env(
            files_url=f"s3://assets/studio?endpoint={bucket.url}&region=eu-central-1",
            files_key_id="key", files_secret_key="secret", files_link_seconds=30,
        )  # fmt: skip
        settings.STORAGES = django_storages(env)
        version = hand_in(project, file=picture("Frühling.png"))
        kept = AssetVersion.objects.get(pk=version).file
        assert bucket.objects == {f"studio/{kept}": PNG}
        client = client_of(somebody(staff=StaffRole.PRODUCER))
        response = fetch(client, link(version))
        assert response.status_code == 302
        assert response["Cache-Control"] == "private, no-store"
        asked = parse_qs(urlsplit(response.url).query)
        assert asked["X-Amz-Expires"] == ["30"]
        assert "X-Amz-Signature" in asked
        with urlopen(response.url) as fetched:
            assert fetched.read() == PNG
            assert fetched.headers["Content-Type"] == "image/png"
            assert fetched.headers["Content-Disposition"].startswith("attachment; filename*=utf-8")
        assert list(archive(client, project).values()) == [PNG]
        # Links are for those who may.
        assert fetch(client_of(somebody()), link(version)).status_code == 404
        lost = storing.store(picture(), 77)
        assert default_storage.exists(lost)
        assert storing.sweep() == {"files": 2, "removed": 1}
        assert list(bucket.objects) == [f"studio/{kept}"]


def test_a_bucket_that_is_away_refuses_the_upload_and_records_nothing(project, settings) -> None:
    with s3_server() as bucket:
        url = f"s3://assets?endpoint={bucket.url}&region=eu-central-1"
    env = Env(files_url=url, files_key_id="key", files_secret_key="secret")
    settings.STORAGES = django_storages(env)
    settings.STORAGES["default"]["OPTIONS"]["client_config"] = None
    with pytest.raises(Exception, match=r"(?i)connect"):
        hand_in(project)
    assert not AssetVersion.objects.exists()


def test_the_folder_is_the_one_of_the_setting(tmp_path: Path) -> None:
    default = django_storages(Env(data_dir=tmp_path))["default"]["OPTIONS"]["location"]
    assert default == str(tmp_path / "files")
    other = django_storages(Env(files_url="file:/srv/our%20files"))["default"]["OPTIONS"]
    assert other["location"] == "/srv/our files"
