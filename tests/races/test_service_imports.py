"""A corrected sheet comes in while people work on the same projects."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from callsheet.credits.audit import verify
from callsheet.kit.actor import CONSOLE
from callsheet.kit.errors import CallsheetError
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import Project
from callsheet.services import briefing, production, queueing
from callsheet.services.importing import import_studio
from tests.races.crowd import together
from tests.races.support import counted, starts_of_another_look
from tests.small_studio import small_studio


def correct(folder: Path) -> int:
    """Give every project another title, as somebody would in the sheet; answers how many."""
    file = folder / "projects.csv"
    with file.open(newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        row["Title"] = f"{row['Title']} (corrected)"
    with file.open("w", newline="") as target:
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def test_a_correction_loses_nothing_that_people_do_meanwhile(live_db: str, tmp_path: Path) -> None:
    import_studio(CONSOLE, small_studio(tmp_path), key="first")
    corrected = correct(tmp_path)
    done: list[tuple[int, str]] = []

    def work(n: int) -> None:
        if n == 0:
            import_studio(CONSOLE, tmp_path, key="second")
            return
        chance = random.Random(n)
        for _ in range(10):
            at_work = Project.objects.filter(status__in=[*HOLDING, Status.QUEUED, Status.DRAFT])
            known = at_work.order_by("pk").values_list("pk", "status")
            # Each has projects of their own, so that it is known what was done to one last.
            pk, status = chance.choice([one for one in known if one[0] % 3 == n - 1])
            try:
                if status == Status.DRAFT:
                    answer = briefing.submit(CONSOLE, pk)
                elif status == Status.DELIVERED:
                    answer = production.finalize(CONSOLE, pk)
                elif status == Status.PENDING_REVIEW:
                    answer = production.accept(CONSOLE, pk)
                elif status == Status.QUEUED:
                    account = Project.objects.get(pk=pk).account_id
                    queue = Project.objects.filter(account=account, status=Status.QUEUED)
                    queueing.reorder(CONSOLE, account, list(queue.values_list("pk", flat=True)))
                    continue
                else:
                    answer = production.cancel(CONSOLE, pk, note="Called off")
            except CallsheetError:
                continue
            done.append((pk, answer["status"]))

    counted(one.error for one in together(4, work))
    assert len(done) > 5
    # What people did last is what the project is: no correction wrote an older reading over it.
    last = dict(done)
    now = dict(Project.objects.filter(pk__in=last).values_list("pk", "status"))
    moved_on = {Status.QUEUED: {Status.QUEUED, Status.PENDING_REVIEW}}
    for pk, status in last.items():
        assert now[pk] in moved_on.get(Status(status), {status}), pk
    assert Project.objects.filter(title__endswith="(corrected)").count() == corrected
    assert verify().clean
    assert not starts_of_another_look()
