"""One customer with a hundred projects, built through the services over the hundred days before.

    python -m benchmarks.pages_account TRANSFERS     speaks to the database of the environment

A team on the Growth plan (60 credits): 76 projects finalized, the others in every other status,
with their stages, clocks, comments, files, notifications and published dates, because the clock and
the jobs ran all the while. Its ledger is filled up to the number of transfers that is asked for by
scope that shrinks and grows in the finished projects, five credits at a time.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.studio_acts import Act, People
    from benchmarks.studio_worker import Worker
    from callsheet.projects.models import Project

ACCOUNT = "bench"
READER = "reader@bench.example.com"
"""The account's admin, who looks at the pages."""

FINALIZED = 76
TOGETHER = 5
"""Projects that are made at the same time, until the last week."""

ROUND = 6
"""Days from one finalized project to the next."""

AFTER = 6
"""Transfers that projects make at the very end, when the last of the finished ones is at work."""

SEED = 20261124
MASTERS = 2
"""Static creatives of a brief: ten credits."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to one project, so many days before today, at an hour.

    ``act`` None: the project is written then.
    """

    days: int
    hour: float
    place: int
    act: Act | type[Filling] | None


def _finished(place: int) -> Iterator[Step]:
    from benchmarks import studio_acts as acts

    begun = 8 + ROUND * (1 + (FINALIZED - 1 - place) // TOGETHER)
    later = 0.1 * (place % TOGETHER)
    yield Step(begun, 12 + later, place, None)
    yield Step(begun, 12.01 + later, place, acts.submit)
    yield Step(begun, 13 + later, place, acts.accept)
    yield Step(begun, 14 + later, place, Filling)
    yield Step(begun - 1, 9 + later, place, acts.next_stage)
    yield Step(begun - 3, 9 + later, place, hand_in)
    yield Step(begun - 3, 10 + later, place, acts.deliver)
    yield Step(begun - 4, 9 + later, place, talk)
    yield Step(begun - 4, 10 + later, place, acts.approve)
    yield Step(begun - 4, 11 + later, place, acts.deliver)
    yield Step(begun - 6, 9 + later, place, acts.finalize)


def lives() -> list[list[tuple[float, Act]]]:
    """What became of the projects that are not finalized, by days before today."""
    from benchmarks import studio_acts as acts

    begin: list[tuple[float, Act]] = [(7, acts.submit), (6.9, acts.accept), (6.8, acts.next_stage)]
    delivered: list[tuple[float, Act]] = [
        *begin, (4, hand_in), (3.9, acts.deliver), (3, talk),
    ]  # fmt: skip
    second = [*delivered, (2.5, acts.approve), (2, acts.deliver)]
    changed: list[tuple[float, Act]] = [*second, (1.5, acts.ask_for_changes)]
    return [
        *([(45.0 - n, acts.submit), (44.9 - n, acts.accept), (44.5 - n, acts.cancel)]
          for n in (0, 2, 4, 6, 8)),
        *([(30.0 - n, acts.submit), (29.9 - n, acts.accept), (29.5 - n, acts.park)]
          for n in (0, 2)),
        delivered, second, changed, [*begin, (5, acts.next_stage), (1, talk)],
        [(6, acts.submit), (5.5, acts.ask)], [(2, acts.submit)],
        *([(1.5 - n / 10, acts.submit)] for n in range(5)),
        *([] for _ in range(6)),
    ]  # fmt: skip


def steps() -> list[Step]:
    """All that happens, in its order."""
    found = [step for place in range(FINALIZED) for step in _finished(place)]
    for number, life in enumerate(lives()):
        place = FINALIZED + number
        begun = life[0][0] if life else 1.2
        found.append(_at(begun + 0.02, place, None))
        found += [_at(days, place, act) for days, act in life]
    return sorted(found, key=lambda step: (-step.days, step.hour, step.place))


def _at(days: float, place: int, act: Act | None) -> Step:
    """Around 15 o'clock of that many days before, a little later for each project."""
    hours = 15 - 24 * (days - int(days)) + 0.05 * (place - FINALIZED) / 2
    return Step(int(days) + (hours < 0), hours % 24, place, act)


def talk(people: People, project: Project, rng: Random) -> object:
    """A question and an answer, both settled before the end."""
    from callsheet.services import commenting
    from callsheet.services.commenting import Said

    member = people.member(project)
    said = Said(rng.choice(("Is the mug blue?", "Could it be closer?")))
    asked = commenting.comment(member, project.pk, said)
    commenting.comment(people.manager, project.pk, Said("It is.", answers=asked["comment"]))
    return commenting.resolve_comment(member, asked["comment"])


def hand_in(people: People, project: Project, rng: Random) -> object:
    """A picture for each deliverable."""
    from django.core.files.base import ContentFile

    from callsheet.projects.models import Deliverable
    from callsheet.services import uploading

    for deliverable in Deliverable.objects.filter(concept__project=project).order_by("pk"):
        uploading.add_asset(
            people.producer, deliverable.pk, ContentFile(_picture(rng.randbytes(3))),
            file_name=f"picture-{deliverable.pk}.png",
        )  # fmt: skip
    return None


def _picture(colour: bytes) -> bytes:
    """A PNG of 80 by 60 pixels in one colour."""
    lines = (b"\0" + colour * 80) * 60
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 80, 60, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


class Filling:
    """Posts pairs of a release and a hold of five credits, spread over the finished projects."""

    def __init__(self, transfers: int) -> None:
        # Besides them: the plan's grant, and what the other projects move.
        self._wanted = transfers
        self._left = FINALIZED

    def post(self, project: Project) -> None:
        """Post so many into this project that all together come to what is wanted."""
        from callsheet.credits.kinds import Kind
        from callsheet.credits.models import Transfer
        from callsheet.credits.post import Move, post_once
        from callsheet.kit.actor import CONSOLE

        missing = self._wanted - Transfer.objects.count() - 2 * self._left - AFTER
        for n in range(max(0, missing // self._left // 2)):
            moves = [
                Move(kind, 5, project.wallet_id, hold=project.hold_id)
                for kind in (Kind.RELEASE, Kind.HOLD)
            ]
            post_once(CONSOLE, "amend", f"{project.pk} {n}", moves)
        self._left -= 1


def build(transfers: int) -> None:
    """Build the account and live with it until now."""
    from benchmarks.studio_measure import Measures
    from benchmarks.studio_worker import Worker
    from callsheet.catalogue import defaults
    from callsheet.kit import clock
    from callsheet.projects.models import Project

    rng, worker, filling = Random(SEED), Worker(Measures()), Filling(transfers)
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    todo = steps()
    with clock.at(today - timedelta(days=todo[0].days + 1)):
        defaults.install()
        people = _account()
    projects: dict[int, int] = {}
    day = todo[0].days + 1
    for step in todo:
        while day > step.days:
            day -= 1
            _night(worker, today - timedelta(days=day))
        with clock.at(today - timedelta(days=step.days) + timedelta(hours=step.hour)):
            if step.act is None:
                projects[step.place] = _write(people, step.place, rng)
                continue
            project = Project.objects.select_related("account").get(pk=projects[step.place])
            if step.act is Filling:
                filling.post(project)
            else:
                step.act(people, project, rng)
    while day > 0:
        day -= 1
        _night(worker, today - timedelta(days=day))


def _night(worker: Worker, midnight: datetime) -> None:
    from callsheet.kit import clock

    for minute in (0, 5):
        with clock.at(midnight + timedelta(hours=6, minutes=minute)):
            worker.begin(clock.now())
            worker.work()


def _write(people: People, place: int, rng: Random) -> int:
    from dataclasses import replace

    from benchmarks import studio_acts as acts
    from callsheet.services import briefing

    brief = acts.new_brief(rng, MASTERS)
    if place % 9 == 0:
        brief = replace(brief, wanted_by=None)
    answer = briefing.write(people.members[place % 2], people.account, brief)
    return int(answer["project"])


def _account() -> People:
    from benchmarks.studio_acts import People
    from callsheet.kit.actor import CONSOLE, Actor, person
    from callsheet.services import accounts, staffing, subscribing
    from callsheet.tenants.models import Membership, Role, StaffRole, User

    staff = []
    for role in (StaffRole.ACCOUNT_MANAGER, StaffRole.PRODUCER):
        email = f"{role}@studio.example.com"
        staffing.create_staff(CONSOLE, email, role=role, name=role.label)
        staff.append(User.objects.get(email=email))
    manager, producer = (person(user.pk, user.name) for user in staff)
    made = accounts.create_account(
        CONSOLE, "Bench", slug=ACCOUNT, time_zone="Europe/Berlin", country="DE"
    )
    account = made["account"]
    subscribing.subscribe(CONSOLE, made["wallet"], "growth")
    staffing.assign_account_manager(CONSOLE, account, manager_id=staff[0].pk)
    members: list[Actor] = []
    roles: Sequence[str] = (Role.ADMIN, Role.MEMBER, Role.MEMBER, Role.VIEWER)
    for number, role in enumerate(roles):
        email = READER if number == 0 else f"person-{number}@bench.example.com"
        user = User.objects.create_user(email, name=f"Person {number}")
        Membership.objects.create(user=user, account_id=account, role=role)
        members.append(person(user.pk, user.name))
    return People(account, members[0], members[1:3], manager, producer)


if __name__ == "__main__":
    import django

    django.setup()
    build(int(sys.argv[1]))
