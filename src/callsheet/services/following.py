"""What follows when a project's status has changed: stage, clocks, entries, expected return.

Every change of status goes through :func:`callsheet.services.moving.move` or admission, and both
end here, so that no project stands anywhere without a next event or somebody who is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db import connection

from callsheet.journal.commands import OpenCommand
from callsheet.kit import clock
from callsheet.kit.rows import insert_all
from callsheet.projects.clocks import OF_A_STATUS, RUNS_IN
from callsheet.projects.lifecycle import ENDED
from callsheet.projects.models import (
    Clock,
    ClockKind,
    Project,
    Stirred,
)
from callsheet.projects.samples import Awaited
from callsheet.services.causes import Cause, cause_of, of_queue, of_status
from callsheet.services.entering import end_spells, enter_stages
from callsheet.services.entry_following import follow_projects
from callsheet.services.surroundings import Surroundings

__all__ = [
    "Cause",
    "Surroundings",
    "build_clock",
    "cause_of",
    "end_spells",
    "enter_stages",
    "follow",
    "set_clocks",
    "start_clock",
    "stir",
    "stir_all",
    "stir_queues",
    "stop_clock",
]


def follow(
    command: OpenCommand, projects: Sequence[Project], around: Surroundings | None = None
) -> None:
    """Bring stages, clocks and expected returns of these projects in line with their statuses.

    Their rows are locked and saved by the caller; ``stage`` and the return days are saved here.
    """
    if not projects:
        return
    around = around or Surroundings()
    awaited = enter_stages(projects, around)
    set_clocks(projects, around)
    _ask_for_samples([p for p in projects if p.pk in awaited], awaited, around)
    follow_projects(command, projects)
    stir_all([(project.wallet_id, of_status(project)) for project in projects])


def _ask_for_samples(
    projects: Sequence[Project], awaited: Mapping[int, Awaited], around: Surroundings
) -> None:
    """Start the clocks for samples of projects that began to be waited for while they were drafts;
    a clock that runs goes on.
    """
    Clock.objects.bulk_create(
        [
            build_clock(project, ClockKind.SAMPLE, around, awaited[project.pk].expected_on)
            for project in projects
        ],
        ignore_conflicts=True,
    )


_STOP_CLOCKS = """
DELETE FROM projects_clock
 WHERE project_id = ANY(%s::bigint[]) OR (project_id = ANY(%s::bigint[]) AND kind = ANY(%s))
"""


def set_clocks(projects: Iterable[Project], around: Surroundings) -> None:
    """Stop the clocks of the statuses that these projects have left, start those of the new ones.

    A project that has ended has no clock of any kind.
    """
    projects = list(projects)
    ended = [project.pk for project in projects if project.status in ENDED]
    going = [project.pk for project in projects if project.status not in ENDED]
    with connection.cursor() as cursor:
        cursor.execute(_STOP_CLOCKS, [ended, going, [kind.value for kind in OF_A_STATUS]])
    insert_all(
        [
            build_clock(project, kind, around)
            for project in projects
            for kind in RUNS_IN.get(project.status, ())
        ]
    )


def build_clock(
    project: Project, kind: ClockKind, around: Surroundings, expected: date | None = None
) -> Clock:
    """A clock of that kind that begins now, not yet saved. ``expected`` is the day of the account
    on which what a sample's clock waits for should come: it is first asked on the working day
    after it.
    """
    now = clock.now()
    zone = project.account.time_zone
    if kind is ClockKind.SAMPLE and expected is not None:
        after = around.calendar(project).add(expected, 1)
        due = max(now, clock.start_of(after, zone))
    else:
        due = around.dial(project).due_at(kind, 0, now)
    if kind is ClockKind.PRODUCTION and project.returns_p80 is not None:
        # Nobody is reminded of a delivery that is not overdue.
        due = max(due, clock.start_of(project.returns_p80, zone))
    return Clock(project=project, kind=kind, since=now, due_at=due)


def start_clock(
    project: Project,
    kind: ClockKind,
    around: Surroundings | None = None,
    expected: date | None = None,
) -> None:
    """Start a clock for its own sake: a request, an amendment, a sample; anew if it runs."""
    stop_clock(project, kind)
    build_clock(project, kind, around or Surroundings(), expected).save(force_insert=True)


def stop_clock(project: Project, kind: ClockKind) -> None:
    """Stop a clock: what it waited for has come."""
    with connection.cursor() as cursor:
        cursor.execute(_STOP_CLOCKS, [[], [project.pk], [kind.value]])


def stir(wallet_ids: Iterable[int], cause: Cause) -> None:
    """Note that the expected dates of these wallets have to be looked at again by a job."""
    stir_all([(wallet_id, cause) for wallet_id in sorted(set(wallet_ids))])


def stir_queues(command: OpenCommand, wallet_ids: Iterable[int]) -> None:
    """Note that a command has changed the credits of these wallets or the order of their queues."""
    stir(wallet_ids, of_queue(command.name))


def stir_all(stirred: Iterable[tuple[int, Cause]]) -> None:
    """:func:`stir` of several wallets, each for a cause of its own, in one statement."""
    now = clock.now()
    insert_all(
        [
            Stirred(
                wallet_id=wallet_id, at=now, cause=cause.own[:300],
                elsewhere=cause.elsewhere[:300], about=cause.about,
            )
            for wallet_id, cause in stirred
        ]
    )  # fmt: skip
