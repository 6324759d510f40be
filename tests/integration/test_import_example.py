"""The example studio through the import: everything in it arrives, twice changes nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from callsheet.credits.audit import verify
from callsheet.credits.models import Subscription, Transfer, Wallet
from callsheet.journal.models import Command, Event
from callsheet.kit.actor import IMPORT
from callsheet.projects.models import Deliverable, Occupancy, Project
from callsheet.services.importing import import_studio
from callsheet.tenants.models import Account, AccountStatus, Organization

EXAMPLE = Path(__file__).parents[2] / "examples" / "studio"
pytestmark = pytest.mark.django_db


def wallet(key: str) -> Wallet:
    return Wallet.objects.get(account__key=key)


def test_the_example_studio_arrives_whole_and_only_once() -> None:
    begun = time.process_time()
    report = import_studio(IMPORT, EXAMPLE)
    seconds = time.process_time() - begun  # of this process: other work on the machine is not ours
    assert seconds < 15, f"took {seconds:.1f} s"
    assert report.problems == ()
    assert report.written
    assert (Organization.objects.count(), Account.objects.count()) == (3, 60)
    assert Project.objects.count() == report.rows["projects"] == report.counts["projects"]["new"]
    audit = verify()
    assert [str(difference) for difference in audit.differences] == []

    # The past: intervals without transfers, each with what it held.
    past = Project.objects.filter(status="finalized")
    assert Occupancy.objects.filter(imported=True, project__in=past).count() == past.count()
    assert not past.filter(hold__isnull=False).exists()

    # In production: every credit that is held is held by a project.
    for each in Wallet.objects.all():
        running = Project.objects.filter(
            wallet=each, hold__isnull=False, hold__closed_at__isnull=True
        )
        assert each.held == sum(running.values_list("credits", flat=True)), each

    # The situations.
    assert [w["account"] for w in report.overdrawn] == ["meridian"]
    assert wallet("meridian").available == -15
    run = wallet("halden-run")
    assert (run.held, run.available) == (80, 0)
    assert wallet("halden-golf").capacity == 60
    assert set(reasons("kestrel")) == {"exceeds_capacity"}
    assert set(reasons("fjord")) == {"subscription_paused"}
    assert reasons("brixen")[0] == "waiting_for_credits"
    assert reasons("ember") == ["waiting_for_purchase"]
    assert set(reasons("meridian")) == {"wallet_overdrawn"}
    assert "waiting_for_predecessor" in reasons("bellwether")
    assert wallet("maison-parfum").policy == "planned"
    assert Wallet.objects.get(organization__key="nordlicht").domain.borrowing
    assert Subscription.objects.get(wallet=wallet("fjord")).status == "paused"
    assert Account.objects.get(key="verbena").status == AccountStatus.ENDED
    assert wallet("verbena").capacity == 0
    assert wallet("candela").held == 30

    # Once more: nothing is written but the command itself.
    before = [m.objects.count() for m in (Project, Event, Transfer, Deliverable, Occupancy)]
    commands = Command.objects.count()
    again = import_studio(IMPORT, EXAMPLE)
    assert {outcome for counts in again.counts.values() for outcome in counts} == {"unchanged"}
    assert again.differences == []
    assert again.started == []
    after = [m.objects.count() for m in (Project, Event, Transfer, Deliverable, Occupancy)]
    assert after == before
    assert Command.objects.count() == commands + 1


def reasons(key: str) -> list[str]:
    """Why the queue of an account waits, in its order."""
    return list(
        Project.objects.filter(account__key=key, status="queued")
        .order_by("rank")
        .values_list("wait_reason", flat=True)
    )
