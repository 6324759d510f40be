"""Build a studio; live one day of it as its people and its only worker, and say what it took.

    python -m benchmarks.studio_replay build
    python -m benchmarks.studio_replay copy CUSTOMERS
    python -m benchmarks.studio_replay live EVENTS

All speak to the database of the environment; the last prints one JSON object. Within a minute of
the day people do what they do, then the worker does all jobs that wait, and the next minute begins;
the simulated clock never waits for anybody.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import pi, sin
from random import Random
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.studio_acts import People
    from benchmarks.studio_measure import Measures
    from callsheet.projects.models import Project

DAY = datetime(2026, 9, 15, tzinfo=UTC)
"""A Tuesday: a working day in all time zones."""

MINUTES = 24 * 60
SEED = 20260915


class Day:
    """The people of a studio and what they do."""

    def __init__(self, measures: Measures, rng: Random) -> None:
        from benchmarks.studio_acts import LIKELY
        from callsheet.kit.asked import Asked
        from callsheet.projects.models import Project

        # As little as the choice needs: it is not the studio's work.
        self._open = Asked(
            lambda account: (
                Project.objects.filter(
                    account_id=account, status__in=list(LIKELY), resuming_since__isnull=True
                )
                .order_by("pk")
                .values_list("pk", "status")
            )
        )
        self._chosen = Asked(lambda pk: Project.objects.filter(pk=pk).select_related("account"))
        self.measures = measures
        self.rng = rng
        self.people = _people()
        self.driver = 0.0
        """Seconds in which the benchmark itself chose what is done next."""

    def act(self, moment: datetime) -> None:
        """Let somebody do something that is likely in some account."""
        from benchmarks import studio_acts as acts
        from callsheet.kit import clock
        from callsheet.kit.errors import CallsheetError
        from callsheet.services import briefing

        begin = perf_counter()
        who = self.rng.choice(self.people)
        chosen = self._choose(who)
        self.driver += perf_counter() - begin
        with clock.at(moment):
            if chosen is None:
                brief = acts.new_brief(self.rng, 6 if who.pays_as_it_goes else 3)
                with self.measures.noted("write", "commands"):
                    briefing.write(self.rng.choice(who.members), who.account, brief)
                return
            project, act = chosen
            try:
                with self.measures.noted(act.__name__, "commands"):
                    act(who, project, self.rng)
            except CallsheetError as no:
                self.measures.refused[f"{act.__name__}: {no.code}"] += 1

    def _choose(self, who: People) -> tuple[Project, Any] | None:
        """A project and what is done with it; None for a new brief."""
        from benchmarks.studio_acts import LIKELY
        from callsheet.projects.lifecycle import Status

        open_ones = self._open.rows(who.account)
        drafts = sum(status == Status.DRAFT for _, status in open_ones)
        if not open_ones or self.rng.random() < (0.1 if drafts < 4 else 0.02):
            return None
        chosen, _ = self.rng.choice(open_ones)
        (project,) = self._chosen.rows(chosen)
        weights, likely = zip(*LIKELY[project.status], strict=True)
        return project, self.rng.choices(likely, weights)[0]


def _people() -> list[People]:
    """The people of every account, read in a few queries."""
    from benchmarks.studio_acts import People
    from callsheet.credits.models import Billing
    from callsheet.kit.actor import Actor, person
    from callsheet.tenants.models import (
        Account,
        AccountManagerAssignment,
        Membership,
        Role,
        StaffRole,
        User,
    )

    by_role: dict[tuple[int, str], list[Actor]] = defaultdict(list)
    for row in Membership.objects.filter(account__isnull=False).select_related("user"):
        by_role[row.account_id or 0, row.role].append(person(row.user_id, row.user.name))
    managers = {
        row.account_id: person(row.manager_id, row.manager.name)
        for row in AccountManagerAssignment.objects.select_related("manager")
    }
    producers = [
        person(user.pk, user.name) for user in User.objects.filter(staff_role=StaffRole.PRODUCER)
    ]
    return [
        People(
            account.pk, by_role[account.pk, Role.ADMIN][0], by_role[account.pk, Role.MEMBER],
            managers[account.pk], producers[place % len(producers)],
            account.wallet.billing == Billing.PAY_AS_YOU_GO,
        )
        for place, account in enumerate(Account.objects.select_related("wallet").order_by("pk"))
    ]  # fmt: skip


def share_until(minute: int) -> float:
    """Which part of the day's events has happened by that minute: few at night, most at noon."""
    part = minute / MINUTES
    return part - 0.75 * sin(2 * pi * part) / (2 * pi)


def newest_event() -> int:
    """The number of the newest event; one cheap question, so that it can be asked often."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM journal_event")
        return int(cursor.fetchone()[0])


def build() -> None:
    """Build the ten customers."""
    from benchmarks.studio_customers import build_customers
    from benchmarks.studio_measure import Measures
    from benchmarks.studio_worker import Worker

    build_customers(DAY, Worker(Measures()), Random(SEED))


def copy(customers: int) -> None:
    """Copy the ten until there are so many; raises where their books are not right."""
    from benchmarks.studio_copies import copy_customers
    from benchmarks.studio_customers import CUSTOMERS
    from callsheet.credits.audit import verify

    copy_customers(os.environ["CALLSHEET_MIGRATION_DATABASE_URL"], customers // CUSTOMERS - 1)
    if differences := verify().differences:
        raise SystemExit(f"The books of the copies are wrong: {differences[:3]}")


def live(events: int) -> dict[str, Any]:
    """Live the day, and answer what it took."""
    from benchmarks.studio_measure import Measures, memory_megabytes
    from benchmarks.studio_worker import Worker
    from callsheet.cli.serve import collect_seldom
    from callsheet.credits.audit import verify
    from callsheet.journal.models import Event
    from callsheet.kit import clock

    measures = Measures()
    worker = Worker(measures)
    rng = Random(SEED)
    day = Day(measures, rng)
    before = Event.objects.count()
    start = newest_event()
    collect_seldom()
    memory = [memory_megabytes()]
    begin, began = perf_counter(), process_time()
    with measures.counting():
        for minute in range(MINUTES):
            now = DAY + timedelta(minutes=minute)
            with clock.at(now):
                worker.begin(now)
                worker.work()
            target = start + events * share_until(minute + 1)
            while newest_event() < target:
                day.act(now + timedelta(seconds=rng.randrange(60)))
            with clock.at(now + timedelta(seconds=59)):
                worker.work()
            if minute % 60 == 59:
                memory.append(memory_megabytes())
                lived = newest_event() - start
                took = f"{perf_counter() - begin:.0f} s, processor {process_time() - began:.0f} s"
                print(f"{now:%H:%M} {lived} events, {took}", file=sys.stderr)
    seconds, worker_seconds = perf_counter() - begin, process_time() - began
    return {
        "seconds": seconds,
        "worker_seconds": worker_seconds,
        "driver": day.driver,
        "customers": len(day.people),
        "events": Event.objects.count() - before,
        "memory": memory,
        "differences": len(verify().differences),
        "refused": dict(measures.refused),
        "kinds": {name: kind.as_json() for name, kind in measures.kinds.items()},
    }


def main(arguments: Sequence[str]) -> None:
    """Build a studio, or live its day and print what it took."""
    import django

    django.setup()
    what, *number = arguments
    if what == "build":
        build()
    elif what == "copy":
        copy(int(number[0]))
    else:
        print(json.dumps(live(int(number[0]))))


if __name__ == "__main__":
    main(sys.argv[1:])
