"""Each mail leaves once: with many workers at the same moment, and when one of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import time, timedelta
from email import message_from_binary_file, policy
from pathlib import Path

import pytest

from callsheet.insight.notification_view import unread_count
from callsheet.journal.models import Event
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor
from callsheet.notifications.models import Mail, Notification
from callsheet.services import bundling, choosing, mailing, notifying, production
from tests.builders import somebody, submitted, wallet_with
from tests.races.crowd import answers, errors, together

pytestmark = pytest.mark.usefixtures("live_db")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    kept = tmp_path / "mail"
    settings.MAILERS = {
        "default": {
            "BACKEND": "callsheet.config.kept_mail.EmailBackend",
            "OPTIONS": {"folder": str(kept)},
        }
    }
    monkeypatch.setenv("MAIL_FOLDER", str(kept))
    return kept


def kept(folder: Path) -> Counter[str]:
    """How often each mail left, by Message-ID."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.eml"):
        with path.open("rb") as file:
            found[message_from_binary_file(file, policy=policy.default)["Message-ID"]] += 1
    return found


def an_owner(projects: int) -> tuple[Actor, list[int]]:
    """Somebody who is never quiet, of whose projects the studio asks something, not told yet."""
    wallet = wallet_with(20 * projects)
    owner = somebody(wallet.account)
    choosing.choose_times(owner, quiet_from=time(0), quiet_until=time(0), digest_at=time(8))
    for _ in range(projects):
        project = submitted(wallet, 20, actor=owner)
        production.request_clarification(CONSOLE, project.pk, "Which?")
    asked = Event.objects.filter(kind="request_clarification").order_by("-pk")[:projects]
    return owner, [event.pk for event in asked]


def test_one_event_and_many_workers_make_one_notification_and_one_mail(folder: Path) -> None:
    owner, numbers = an_owner(3)
    outcomes = together(6, lambda n: notifying.notify(numbers))
    assert not errors(outcomes)
    assert unread_count(owner) == 3
    assert Mail.objects.count() == 1
    assert Notification.objects.filter(mail__isnull=True).count() == 0


def test_many_workers_send_each_mail_once(folder: Path) -> None:
    _, numbers = an_owner(12)
    for number in numbers:
        notifying.notify([number])
    outcomes = together(6, lambda n: mailing.send_due())
    assert not errors(outcomes)
    assert len(kept(folder)) == 12
    assert set(kept(folder).values()) == {1}
    assert sum(count.get("sent", 0) for count in answers(outcomes)) == 12


def test_without_the_claim_mails_would_leave_twice(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    _, numbers = an_owner(12)
    for number in numbers:
        notifying.notify([number])
    monkeypatch.setattr(mailing, "claim", lambda mail, before: True)
    together(6, lambda n: mailing.send_due())
    assert max(kept(folder).values()) > 1


def test_two_workers_make_one_digest(folder: Path) -> None:
    owner, numbers = an_owner(1)
    choosing.choose(owner, "review", "mail", timing="digest")
    notifying.notify(numbers)
    Notification.objects.update(mail_due_at=clock.now() - timedelta(minutes=1))
    outcomes = together(4, lambda n: bundling.make_digests())
    assert not errors(outcomes)
    assert sum(answers(outcomes)) == 1
    assert Mail.objects.filter(digest=True).count() == 1


def killed_while_sending(where: str) -> None:
    """Let a worker process die ``before`` or ``after`` its mail has left, both claimed."""
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.races.dying_postman", where],
        cwd=ROOT, env=os.environ.copy(), check=False,
    )  # fmt: skip
    assert child.returncode == -signal.SIGKILL


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_killed_worker_leaves_no_second_mail_and_loses_nothing(where: str, folder: Path) -> None:
    owner, numbers = an_owner(1)
    notifying.notify(numbers)
    killed_while_sending(where)
    assert len(kept(folder)) == (1 if where == "after" else 0)
    mail = Mail.objects.get()
    assert mail.state == Mail.State.HANDING_OVER
    assert mailing.send_due() == {}  # whose lease it is may still be at work
    now = clock.now()
    with clock.at(now + mailing.LEASE + timedelta(seconds=1)):
        assert mailing.send_due() == {"unknown": 1}
    assert unread_count(owner) == 1
    # Nobody knows whether it left: not sent again by itself, but said in the next digest.
    with clock.at(now + timedelta(days=1, hours=1)):
        assert bundling.make_digests() == 1
        assert mailing.send_due() == {"sent": 1}
        assert bundling.make_digests() == 0
    assert set(kept(folder).values()) == {1}
    newest = max(folder.glob("*.eml"))
    with newest.open("rb") as file:
        letter = message_from_binary_file(file, policy=policy.default)
    assert "↻" in letter.get_body(("plain",)).get_content()


def test_without_claiming_first_a_killed_worker_leaves_a_second_mail(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: send, then mark, as one would do it first."""
    _, numbers = an_owner(1)
    notifying.notify(numbers)
    monkeypatch.setenv("CLAIM", "off")
    killed_while_sending("after")
    assert mailing.send_due() == {"sent": 1}
    assert set(kept(folder).values()) == {2}
