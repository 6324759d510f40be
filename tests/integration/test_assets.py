"""Handing files in: what is taken, what is refused, and that nothing is left behind."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from callsheet.catalogue.models import StudioRules
from callsheet.journal.models import Event
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError, Conflict, Refused
from callsheet.projects.models import Asset, AssetVersion, Deliverable, Project
from callsheet.services import production, reviewing, storing, uploading
from callsheet.tenants.models import StaffRole
from tests.builders import somebody, submitted, wallet_with
from tests.delivery_builders import accepted, concept, parts_of
from tests.files import PNG, film, picture, sha256, stored_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    """Two masters in production."""
    return accepted(wallet_with(60), concept("A", ("static", 2), ("video", 1)))


@pytest.fixture
def part(project: Project, assets_folder: Path) -> Deliverable:
    """The first of them."""
    return parts_of(project)[0]


def refusal(*arguments: Any, **more: Any) -> CallsheetError:
    with pytest.raises(CallsheetError) as raised:
        uploading.add_asset(CONSOLE, *arguments, **more)
    return raised.value


def test_a_file_is_kept_under_a_name_that_says_nothing(
    part: Deliverable, assets_folder: Path
) -> None:
    producer = somebody(staff=StaffRole.PRODUCER)
    answer = uploading.add_asset(producer, part.pk, picture("Hero shot.PNG"), sha256=sha256(PNG))
    version = AssetVersion.objects.get(pk=answer["version"])
    assert (version.file_name, version.content_type) == ("Hero shot.PNG", "image/png")
    assert (version.size, bytes(version.sha256).hex()) == (len(PNG), sha256(PNG))
    assert (version.asset.name, version.number) == ("Hero shot", 1)
    assert version.uploaded_by_id == producer.user_id
    (kept,) = stored_in(assets_folder)
    assert kept.read_bytes() == PNG
    assert "hero" not in str(kept.relative_to(assets_folder)).lower()
    assert kept.suffix == ""
    assert kept.stat().st_mode & 0o007 == 0  # not for everybody on the machine
    event = Event.objects.get(kind="asset_added")
    assert event.data["sha256"] == sha256(PNG)


def test_a_file_of_the_same_name_is_the_next_version(part: Deliverable) -> None:
    first = uploading.add_asset(CONSOLE, part.pk, picture())
    second = uploading.add_asset(CONSOLE, part.pk, picture(salt="brighter"))
    other = uploading.add_asset(CONSOLE, part.pk, picture("detail.png"))
    renamed = uploading.add_asset(CONSOLE, part.pk, picture("final.png", "x"), name="hero")
    assert first["asset"] == second["asset"] == renamed["asset"] != other["asset"]
    assert [first["number"], second["number"], renamed["number"]] == [1, 2, 3]
    assert list(Asset.objects.order_by("position").values_list("name", flat=True)) == [
        "hero", "detail",
    ]  # fmt: skip


def test_once_with_one_key_and_no_second_copy(part: Deliverable, assets_folder: Path) -> None:
    first = uploading.add_asset(CONSOLE, part.pk, picture(), key="upload")
    assert uploading.add_asset(CONSOLE, part.pk, picture(), key="upload") == first
    assert len(stored_in(assets_folder)) == 1
    assert refusal(part.pk, picture("other.png"), key="upload").code == "command_reused"
    assert len(stored_in(assets_folder)) == 1


@pytest.mark.parametrize(
    ("file", "more", "code"),
    [
        (ContentFile(b"<html></html>", name="page.html"), {}, "file_type_not_allowed"),
        (ContentFile(b"<svg xmlns='x'/>", name="logo.svg"), {}, "file_type_not_allowed"),
        (ContentFile(b"MZ", name="setup.exe"), {}, "file_type_not_allowed"),
        (ContentFile(PNG, name="README"), {}, "file_type_not_allowed"),
        (ContentFile(b"<html></html>", name="hero.png"), {}, "file_type_mismatch"),
        (ContentFile(PNG, name="spot.mp4"), {}, "file_type_mismatch"),
        (ContentFile(b"", name="hero.png"), {}, "file_empty"),
        (ContentFile(PNG, name="../.."), {}, "file_name_missing"),
        (picture(), {"sha256": "0" * 64}, "checksum_mismatch"),
        (picture(), {"sha256": "nonsense"}, "checksum_mismatch"),
        (picture(), {"name": "/"}, "file_name_missing"),
    ],
)
def test_what_is_refused_leaves_nothing(
    part: Deliverable, assets_folder: Path, file: Any, more: dict[str, str], code: str
) -> None:
    raised = refusal(part.pk, file, **more)
    assert (type(raised), raised.code) == (Refused, code)
    assert not stored_in(assets_folder)
    assert not AssetVersion.objects.exists()


def test_a_file_is_no_larger_than_the_studios_rule(part: Deliverable, assets_folder: Path) -> None:
    StudioRules.objects.update(largest_file_megabytes=1)
    big = ContentFile(PNG + b"\0" * 1_000_000, name="hero.png")
    raised = refusal(part.pk, big)
    assert (raised.code, raised.details["most_megabytes"]) == ("file_too_large", 1)
    assert not stored_in(assets_folder)


def test_the_same_file_again_is_no_version(part: Deliverable, assets_folder: Path) -> None:
    uploading.add_asset(CONSOLE, part.pk, picture())
    assert refusal(part.pk, picture()).code == "same_file"
    assert len(stored_in(assets_folder)) == 1


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x.png", "..\\..\\x.png", "/etc/x.png", "a/../../x.png", "x\0.png"]
)
def test_no_name_leads_out_of_the_folder(part: Deliverable, assets_folder: Path, name: str) -> None:
    file = picture()
    answer = uploading.add_asset(CONSOLE, part.pk, file, file_name=name)
    version = AssetVersion.objects.get(pk=answer["version"])
    assert "/" not in version.file_name
    assert ".." not in version.file
    assert [path.is_relative_to(assets_folder) for path in stored_in(assets_folder)] == [True]


def test_what_is_approved_or_not_in_production_gets_no_file(
    project: Project, part: Deliverable, assets_folder: Path
) -> None:
    production.deliver(CONSOLE, project.pk)
    # While it is with the customer, a better version may come.
    uploading.add_asset(CONSOLE, part.pk, picture())
    reviewing.approve(CONSOLE, project.pk, [part.pk])
    raised = refusal(part.pk, picture(salt="x"))
    assert (type(raised), raised.code) == (Conflict, "approved_for_good")
    production.cancel(CONSOLE, project.pk, note="Stop")
    assert refusal(parts_of(project)[1].pk, film()).code == "not_in_production"
    queued = submitted(wallet_with(5), 10)
    assert refusal(parts_of(queued)[0].pk, picture()).code == "not_in_production"
    assert len(stored_in(assets_folder)) == 1


def test_a_failure_of_the_database_leaves_no_file(
    part: Deliverable, assets_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        assert len(stored_in(assets_folder)) == 1  # it was there
        raise RuntimeError("the database went away")

    monkeypatch.setattr(uploading, "note_step", fails)
    with pytest.raises(RuntimeError):
        uploading.add_asset(CONSOLE, part.pk, picture())
    assert not stored_in(assets_folder)


def test_control_without_discarding_the_copy_stays(
    part: Deliverable, assets_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploading, "discard", lambda name: None)
    uploading.add_asset(CONSOLE, part.pk, picture())
    assert refusal(part.pk, picture()).code == "same_file"
    assert len(stored_in(assets_folder)) == 2


def test_what_a_killed_upload_left_is_swept_after_a_day(
    part: Deliverable, assets_folder: Path
) -> None:
    assert storing.sweep() == {"files": 0, "removed": 0}
    uploading.add_asset(CONSOLE, part.pk, picture())
    recorded = stored_in(assets_folder)[0]
    old, fresh = (default_storage.path(storing.store(picture(), 77)) for _ in range(2))
    long_ago = time.time() - 25 * 3600
    os.utime(old, (long_ago, long_ago))
    os.utime(recorded, (long_ago, long_ago))
    assert storing.sweep() == {"files": 3, "removed": 1}
    assert stored_in(assets_folder) == sorted([recorded, Path(fresh)])
    assert storing.sweep() == {"files": 2, "removed": 0}


def test_what_is_handed_in_while_somebody_looks_makes_their_reading_old(
    project: Project, part: Deliverable
) -> None:
    """Nobody approves by mistake what they have not seen."""
    production.deliver(CONSOLE, project.pk)
    project.refresh_from_db()
    seen = project.version
    uploading.add_asset(CONSOLE, part.pk, picture())
    with pytest.raises(Conflict) as raised:
        reviewing.approve(CONSOLE, project.pk, version=seen)
    assert raised.value.code == "stale"
