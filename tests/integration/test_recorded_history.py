"""What the product recorded, played again: the same starts, and with more credits no later ones."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from callsheet.admission.snapshot import Policy
from callsheet.cli.exits import ExitCode
from callsheet.cli.main import build
from callsheet.credits.models import Wallet
from callsheet.insight.calendars import Calendars
from callsheet.insight.expected_times import expected_times
from callsheet.insight.finished_projects import finished_projects
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import NotFound
from callsheet.planner.replay import Recorded, replay
from callsheet.projects.models import FairnessReceipt, Project
from callsheet.services import production, queueing
from callsheet.services.publishing import publish_stirred
from tests.builders import delivered, draft, finalized, somebody, status_of, submitted, wallet_with

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)

# Credits, the working day of the submission, working days in production.
STRICT = [
    (30, 0, 6), (20, 0, 9), (40, 0, 4), (10, 1, 12), (25, 3, 5), (60, 4, 3), (10, 4, 8),
    (15, 7, 2), (35, 11, 7), (30, 11, 1), (20, 12, 10),
]  # fmt: skip
# 50 and 40 cannot run together: the first 10 fit beside the 40 and go before it. Nobody fits beside
# the 60, and the last 10 would not be back by its day. All take as long as expected, for by that
# the queue has judged.
BACKFILL = [(50, 0, 0), (40, 1, 0), (10, 2, 0), (20, 3, 0), (15, 3, 0), (60, 5, 0), (10, 6, 0)]
# The 10 waits behind the 55, for it is expected to take weeks; who had known would have let it go.
UNFORESEEN = [(50, 0, 12), (55, 1, 9), (10, 2, 3), (15, 4, 2), (30, 6, 40)]


def a_day(number: int) -> datetime:
    """Ten o'clock on that working day, counted from 0."""
    weeks, rest = divmod(number, 5)
    return datetime.combine(MONDAY + timedelta(7 * weeks + rest), datetime.min.time(), UTC).replace(
        hour=10
    )


def lived(wallet: Wallet, works: list[tuple[int, int, int]], policy: Policy) -> None:
    """Let the services record this: what comes back in the morning, what is submitted at ten."""
    queueing.set_policy(CONSOLE, wallet.account_id, policy)
    days: dict[int, int] = {}
    ends: dict[int, int] = {}
    for number in range(400):
        morning = a_day(number)
        for pk in [pk for pk, end in ends.items() if end == number]:
            with clock.at(morning - timedelta(hours=1)):
                finalized(Project.objects.get(pk=pk))
        with clock.at(morning):
            for n, (credits, day, took) in enumerate(works):
                if day == number:
                    project = submitted(wallet, credits, f"Work {n}")
                    usual = expected_times().duration(project.brief_type, credits).p50
                    days[project.pk] = took or usual
            publish_stirred()
        for pk in days.keys() - ends.keys():
            if Project.objects.get(pk=pk).started_at is not None:
                ends[pk] = number + days[pk]
        if len(ends) == len(works) and number > max(ends.values()):
            return
    raise AssertionError("not all were finished")


def exported(wallet: Wallet, folder: Path, *more: str) -> Path:
    """The file that ``callsheet account history --csv`` prints."""
    done = CliRunner().invoke(build(), ["account", "history", wallet.account.key, "--csv", *more])
    assert done.exit_code == 0, (done.output, done.exception)
    file = folder / "finished.csv"
    file.write_text(done.stdout)
    return file


def replayed(file: Path, policy: Policy, *credits: int) -> dict[int, dict[str, Any]]:
    """What ``callsheet replay`` answers for each capacity."""
    asked = [word for number in credits for word in ("--capacity", str(number))]
    done = CliRunner().invoke(build(), ["replay", str(file), "--policy", policy, "--json", *asked])
    assert done.exit_code == 0, (done.output, done.exception)
    return {found["credits"]: found for found in json.loads(done.stdout)["capacities"]}


def test_a_strict_queue_played_again_starts_what_the_services_started(tmp_path: Path) -> None:
    wallet, other = wallet_with(60), wallet_with(20)
    lived(wallet, STRICT, Policy.STRICT)
    lived(other, [(20, 0, 3), (20, 0, 3)], Policy.STRICT)
    found = replayed(exported(wallet, tmp_path), Policy.STRICT, 60, 80, 200)
    projects = Project.objects.filter(wallet=wallet)
    truth = {
        title: started.date().isoformat()
        for title, started in projects.values_list("title", "started_at")
    }
    by_credits = {
        credits: {work["title"]: work["start"] for work in answer["projects"]}
        for credits, answer in found.items()
    }
    assert len(truth) == len(STRICT)
    assert by_credits[60] == truth
    assert found[60]["longest_wait"] >= 5  # they did wait
    for less, more in ((60, 80), (80, 200)):
        assert all(by_credits[more][title] <= by_credits[less][title] for title in truth)
    assert by_credits[80] != by_credits[60]
    assert {work["waited"] for work in found[200]["projects"]} == {0}


def test_a_queue_with_overtaking_is_played_again_by_what_was_expected() -> None:
    wallet = wallet_with(60)
    lived(wallet, BACKFILL, Policy.BACKFILL)
    assert FairnessReceipt.objects.filter(wallet=wallet).exists()
    calendar = Calendars().of(wallet.account)
    projects = finished_projects(CONSOLE, wallet.account_id)
    works = []
    for n, one in enumerate(projects):
        assert one.submitted is not None
        usual = expected_times().duration(one.brief_type, one.credits)
        days = calendar.between(one.started, one.finished)
        works.append(Recorded(n, one.credits, one.submitted, days, n, usual.p50, usual.p80))
    again = replay(works, 60, Policy.BACKFILL, calendar)
    assert [(work.start, work.finish) for work in again.works] == [
        (one.started, one.finished) for one in projects
    ]
    # By the rule of another policy it would have been another history.
    assert again.works != replay(works, 60, Policy.STRICT, calendar).works
    roomy = replay(works, 200, Policy.BACKFILL, calendar)
    starts = [work.start for work in roomy.works if work.start is not None]
    assert len(starts) == len(works)
    assert all(start <= one.started for start, one in zip(starts, projects, strict=True))


def test_the_command_replays_overtaking_by_what_was_expected(tmp_path: Path) -> None:
    """Some take half as long as expected, others longer: nobody knew that as the queue decided."""
    wallet = wallet_with(60)
    lived(wallet, UNFORESEEN, Policy.BACKFILL)
    file = exported(wallet, tmp_path)
    found = replayed(file, Policy.BACKFILL, 60)[60]["projects"]
    assert len(found) == len(UNFORESEEN)
    assert [work["start"] for work in found] == [work["recorded_start"] for work in found]
    # With what nobody knew, it would have been another history.
    known = [line.split(",") for line in file.read_text().splitlines()]
    file.write_text("\n".join(",".join([*row[:6], row[5], row[5]]) for row in known[1:]))
    file.write_text(f"{','.join(known[0])}\n{file.read_text()}\n")
    foreseen = replayed(file, Policy.BACKFILL, 60)[60]["projects"]
    assert [work["start"] for work in foreseen] != [work["recorded_start"] for work in found]


def test_a_canceled_project_held_its_credits_too(tmp_path: Path) -> None:
    wallet = wallet_with(20)
    queueing.set_policy(CONSOLE, wallet.account_id, Policy.STRICT)
    with clock.at(a_day(0)):
        canceled = submitted(wallet, 20, "Canceled")
        waits = submitted(wallet, 20, "Waits")
        never = submitted(wallet, 20, "Never started")
        draft(wallet, 20, "Draft")
    with clock.at(a_day(3)):
        production.cancel(CONSOLE, never.pk, note="The launch is off")
        production.cancel(CONSOLE, canceled.pk, note="The launch is off")
    assert status_of(waits) == "pending_review"
    with clock.at(a_day(5)):
        delivered(waits)
        assert [one.title for one in finished_projects(CONSOLE, wallet.account_id)] == []
        production.finalize(CONSOLE, waits.pk)
    finalized_only = replayed(exported(wallet, tmp_path), Policy.STRICT, 20)[20]["projects"]
    assert [(work["title"], work["start"]) for work in finalized_only] == [("Waits", "2026-03-02")]
    both = replayed(exported(wallet, tmp_path, "--canceled"), Policy.STRICT, 20)[20]["projects"]
    assert [(work["title"], work["start"]) for work in both] == [
        ("Canceled", "2026-03-02"), ("Waits", "2026-03-05"),
    ]  # fmt: skip


def test_days_are_days_of_the_account() -> None:
    wallet = wallet_with(20)
    wallet.account.time_zone = "Asia/Singapore"
    wallet.account.save()
    with clock.at(datetime(2026, 3, 2, 20, tzinfo=UTC)):  # the 3rd, 4 o'clock, in Singapore
        finalized(submitted(wallet, 20))
    (one,) = finished_projects(CONSOLE, wallet.account_id)
    assert (one.submitted, one.started, one.finished) == (date(2026, 3, 3),) * 3


def test_it_is_shown_to_who_reads_the_account() -> None:
    wallet = wallet_with(20)
    finalized(submitted(wallet, 20, "Autumn film"))
    runner = CliRunner()
    command = ["account", "history", wallet.account.key]
    shown = runner.invoke(build(), command)
    assert "Autumn film" in shown.stdout
    assert "content creation" in shown.stdout
    (one,) = json.loads(runner.invoke(build(), [*command, "--json"]).stdout)["projects"]
    assert (one["title"], one["credits"]) == ("Autumn film", 20)
    assert runner.invoke(build(), ["account", "history", "nobody"]).exit_code == ExitCode.NOT_FOUND
    for account in (wallet.account_id, 0):
        with pytest.raises(NotFound):
            finished_projects(somebody(), account)
