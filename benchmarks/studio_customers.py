"""Ten customers as a studio has them, built through the services over the weeks before the day.

Five teams of their own, one that pays as it goes, and an organization of four teams that lend each
other credits. Each has projects in every status, with the stages, clocks, samples, notifications
and published dates that come of it, because the clock and the jobs ran all the while. Capacity is
used up, so that briefs wait in every queue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from benchmarks import studio_acts as acts
from benchmarks.studio_acts import Act, People
from benchmarks.studio_worker import Worker
from callsheet.catalogue import defaults
from callsheet.credits.models import Billing
from callsheet.kit import clock
from callsheet.kit.actor import CONSOLE, Actor, person
from callsheet.projects.models import Project
from callsheet.services import accounts, briefing, crediting, staffing, subscribing, transferring
from callsheet.tenants.models import AccountType, Membership, Role, StaffRole, User

CUSTOMERS = 10
STAFF = 40
"""Account managers and producers, half and half; every size of studio has the same."""

ZONES = ("Europe/Berlin", "America/New_York", "UTC", "Europe/London", "Asia/Tokyo")
BEGIN = 35
"""Days before the day on which the first thing happens."""

LIFE: tuple[tuple[tuple[int, Act], ...], ...] = (
    ((30, acts.submit), (29, acts.accept), (28, acts.next_stage), (15, acts.deliver),
     (14, acts.approve), (13, acts.deliver), (10, acts.finalize)),
    ((25, acts.submit), (24, acts.accept), (20, acts.cancel)),
    ((26, acts.submit), (25, acts.accept), (6, acts.deliver), (5, acts.approve), (3, acts.deliver)),
    ((24, acts.submit), (23, acts.accept), (22, acts.next_stage), (8, acts.deliver)),
    ((22, acts.submit), (21, acts.accept), (5, acts.deliver), (2, acts.ask_for_changes)),
    ((30, acts.submit), (29, acts.accept), (28, acts.next_stage), (20, acts.next_stage)),
    ((27, acts.submit), (26, acts.accept), (12, acts.park)),
    ((16, acts.submit), (7, acts.ask)),
    ((9, acts.submit), (8, acts.accept), (6, acts.next_stage), (5, acts.wait_for_sample)),
    ((2, acts.submit),),
    ((1, acts.submit),),
    ((1, acts.submit),),
    (),
    (),
)  # fmt: skip
"""What became of each project of a customer, by days before the day; the last ones are drafts."""

DELIVERED = (7, 12, 14)
"""So many days ago one more project was delivered: its reminders, or its end, are due today."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens to one project at a moment."""

    at: datetime
    place: int
    act: Act | None
    project: int


def build_customers(day: datetime, worker: Worker, rng: Random) -> None:
    """Build the ten customers and live with them until ``day`` begins."""
    with clock.at(day - timedelta(days=BEGIN)):
        defaults.install()
        staff = _staff()
        people = list(_customers(staff))
    steps = [
        step
        for number, who in enumerate(people)
        for step in _steps(day, number, who)
    ]  # fmt: skip
    projects: dict[tuple[int, int], int] = {}
    hour = day - timedelta(days=BEGIN)
    for step in sorted(steps, key=lambda step: (step.at, step.place, step.project)):
        while hour + timedelta(hours=6) <= step.at:
            hour += timedelta(hours=6)
            _jobs(worker, hour)
        with clock.at(step.at):
            _take(people[step.place], step, projects, rng)
    while hour < day:
        hour += timedelta(hours=6)
        _jobs(worker, hour)


def _jobs(worker: Worker, hour: datetime) -> None:
    for minute in (0, 5):
        with clock.at(hour + timedelta(minutes=minute)):
            worker.begin(clock.now())
            worker.work()


def _take(
    who: People, step: Step, projects: dict[tuple[int, int], int], rng: Random
) -> None:  # fmt: skip
    key = (step.place, step.project)
    if step.act is None:
        masters = 6 if _pays_as_it_goes(step.place) else 3
        brief = acts.new_brief(rng, masters)
        answer = briefing.write(who.members[step.project % 2], who.account, brief)
        projects[key] = answer["project"]
        return
    project = Project.objects.select_related("account").get(pk=projects[key])
    step.act(who, project, rng)


def _steps(day: datetime, number: int, who: People) -> Iterator[Step]:
    """All that happens in a customer's projects, at a time of day of its own."""
    delivered = DELIVERED[number % len(DELIVERED)]
    more = (
        (28, acts.submit), (27, acts.accept), (delivered + 2, acts.deliver),
        (delivered + 1, acts.approve), (delivered, acts.deliver),
    )  # fmt: skip
    at = timedelta(hours=8, minutes=37 * number % 600)
    for place, life in enumerate((more, *LIFE)):
        first = life[0][0] if life else 3
        written = day - timedelta(days=first) + at - timedelta(minutes=30)
        yield Step(written, number, None, place)
        for days, act in life:
            yield Step(day - timedelta(days=days) + at, number, act, place)


def _staff() -> list[Actor]:
    staff = []
    for number in range(STAFF):
        role = StaffRole.ACCOUNT_MANAGER if number % 2 == 0 else StaffRole.PRODUCER
        email = f"staff-{number}@studio.example.com"
        staffing.create_staff(CONSOLE, email, role=role, name=f"Staff {number}")
        user = User.objects.get(email=email)
        staff.append(person(user.pk, user.name))
    return staff


def _customers(staff: list[Actor]) -> Iterator[People]:
    group = accounts.create_organization(CONSOLE, "Group", slug="group")
    organization, pool = group["organization"], group["pool"]
    subscribing.subscribe(CONSOLE, pool, "enterprise")
    crediting.grant(CONSOLE, pool, 180)
    for number in range(CUSTOMERS):
        team = number >= CUSTOMERS - 4
        paying = _pays_as_it_goes(number)
        made = accounts.create_account(
            CONSOLE, f"Customer {number}", slug=f"customer-{number}",
            account_type=AccountType.INTEGRATED if team else AccountType.STANDALONE,
            organization_id=organization if team else None,
            billing=Billing.PAY_AS_YOU_GO if paying else Billing.SUBSCRIPTION,
            time_zone=ZONES[number % len(ZONES)], country="DE",
        )  # fmt: skip
        account, wallet = made["account"], made["wallet"]
        if paying:
            crediting.buy_lot(CONSOLE, wallet, 300)
        elif team:
            transferring.transfer(CONSOLE, pool, wallet, 120)
            transferring.set_lending_limits(CONSOLE, wallet, may_borrow=30, may_lend=30)
        else:
            subscribing.subscribe(CONSOLE, wallet, "scale")
        manager, producer = staff[2 * number % STAFF], staff[(2 * number + 1) % STAFF]
        deputy = staff[(2 * number + 2) % STAFF]
        staffing.assign_account_manager(
            CONSOLE, account, manager_id=manager.user_id or 0, deputy_id=deputy.user_id
        )
        admin, *members = _members(account, number)
        yield People(account, admin, members, manager, producer, paying)
    transferring.set_borrowing(CONSOLE, organization, True)


def _members(account: int, number: int) -> Iterator[Actor]:
    roles = (Role.ADMIN, Role.MEMBER, Role.MEMBER, Role.VIEWER)
    for place, role in enumerate(roles):
        email = f"customer-{number}-{place}@example.com"
        user = User.objects.create_user(email, name=f"Person {number}-{place}")
        Membership.objects.create(user=user, account_id=account, role=role)
        if role != Role.VIEWER:
            yield person(user.pk, user.name)


def _pays_as_it_goes(number: int) -> bool:
    return number == CUSTOMERS - 5
