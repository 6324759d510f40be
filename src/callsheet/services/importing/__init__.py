"""A studio's spreadsheets become customers, people, catalogue, projects and credits.

All or nothing (unless bad rows are to be skipped), by key, in one transaction: a second import of
the same sheets changes nothing, a corrected one changes what was corrected.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from callsheet.catalogue import defaults
from callsheet.catalogue.models import DeliverableType, studio_rules
from callsheet.credits.book import Book
from callsheet.credits.collect import collect
from callsheet.credits.kinds import Kind
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import StandingOrder, Wallet
from callsheet.credits.post import Move, post
from callsheet.insight.snapshots import today_of
from callsheet.journal.commands import Answer, OpenCommand, run
from callsheet.kit import clock
from callsheet.kit.actor import Actor
from callsheet.kit.plans import plan_each_call
from callsheet.projects.lifecycle import HOLDING, Status
from callsheet.projects.models import Project
from callsheet.services.calendar_loading import lock_calendar
from callsheet.services.following import stir_queues
from callsheet.services.importing.calendars import calendar_accounts, import_calendars
from callsheet.services.importing.catalogue import import_catalogue, known_items
from callsheet.services.importing.customers import import_customers, known_customers
from callsheet.services.importing.entries import import_entries
from callsheet.services.importing.memory import Memory
from callsheet.services.importing.people import assign_managers, import_people, known_people
from callsheet.services.importing.projects import (
    ProjectImport,
    known_lines,
    known_projects,
)
from callsheet.services.importing.report import ImportReport, report_of
from callsheet.services.importing.work import Work, studio_zone
from callsheet.services.settling import settle
from callsheet.services.staffing import check_is_studio_admin
from callsheet.sheets import DateOrder, Known, Problem, Rules, Studio, read_studio

__all__ = ["ImportReport", "import_studio"]


def import_studio(
    actor: Actor,
    place: Path,
    *,
    order: DateOrder | None = None,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    key: str | None = None,
) -> ImportReport:
    """Read a folder (or workbook) of sheets and bring them in. Studio admins and the system.

    With problems nothing is written, unless ``skip_bad_rows`` leaves the bad rows out (problems
    with a whole sheet cannot be skipped). ``dry_run`` does everything and takes it all back, so
    what it reports is what would happen. Projects in production hold their credits (and may
    overdraw, which is reported), queued ones queue, finished ones become intervals of occupancy;
    then admission runs once for each domain. Raises ``NotFound`` to customers, ``Forbidden`` to
    other staff, because sheets name staff and their roles.
    """
    check_is_studio_admin(actor)
    with transaction.atomic():
        _one_at_a_time()
        plan_each_call()
        if not DeliverableType.objects.exists():
            defaults.install()
        reading = read_studio(
            place,
            today=clock.today(studio_zone()),
            order=order,
            known=_known(),
            rules=_rules(),
        )
        if reading.unusable or (reading.problems and not skip_bad_rows):
            transaction.set_rollback(True)
            return report_of(reading, None, dry_run=dry_run)
        answer = run(
            actor, "import_studio", key, {"place": str(place), "rows": dict(reading.rows)},
            lambda command: _import(command, reading.studio),
        )  # fmt: skip
        problems = tuple(Problem(**problem) for problem in answer.pop("calendar_problems", ()))
        if problems:
            # Only the calendar knows of them: days that contradict the campaign's anchor.
            transaction.set_rollback(True)
            reading = replace(reading, problems=(*reading.problems, *problems))
            return report_of(reading, None, dry_run=dry_run)
        if dry_run:
            transaction.set_rollback(True)
        return report_of(reading, answer, dry_run=dry_run)


def _one_at_a_time() -> None:
    """Let a second import wait until the first has ended: it compares with what that one wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('callsheet import'))")


def _known() -> Known:
    accounts, predecessors = known_projects()
    return Known(
        customers=known_customers(),
        people=known_people(),
        items=known_items(),
        projects=accounts,
        predecessors=predecessors,
        lines=known_lines(),
    )


def _rules() -> Rules:
    rules = studio_rules()
    return Rules(
        concept_minimum=rules.concept_minimum,
        pay_as_you_go_minimum=rules.pay_as_you_go_minimum,
        adapt_flat_price=rules.adaptation_price,
        most_quantity=rules.most_quantity,
    )


def _import(command: OpenCommand, studio: Studio) -> Answer:
    """Everything in its order: who, what they have, what they hold, what may start."""
    # Everything is locked, in the order in which everybody locks, before anything is read: imports
    # are rare, and nothing that they compare may change under them.
    for account_id in calendar_accounts(studio.calendar):
        lock_calendar(account_id)
    lock_wallets(Wallet.objects.values_list("pk", flat=True))
    work = Work(command, clock.today(studio_zone()), Memory())
    work.load()
    import_catalogue(work, studio.price_list)
    import_customers(work, studio.customers)
    import_people(work, studio.people)
    assign_managers(work, studio.customers)
    import_entries(work, studio.credits)
    _post_openings(work)
    ProjectImport(work).run(studio.projects)
    calendar_problems = import_calendars(work, studio.calendar)
    work.memory.flush()
    started = _settle(work)
    return {
        "counts": {sheet: dict(counts) for sheet, counts in work.memory.counts.items()},
        "differences": [
            {"sheet": d.sheet, "key": d.key, "field": d.field, "said": d.said}
            for d in work.memory.differences
        ],
        "overdrawn": _overdrawn(),
        "held": Project.objects.filter(status__in=HOLDING).count(),
        "queued": Project.objects.filter(status=Status.QUEUED).count(),
        "started": started,
        "calendar_problems": [problem.as_dict() for problem in calendar_problems],
    }


def _post_openings(work: Work) -> None:
    """Plans and lots, what corrected sheets take back, the allocations, and the loans that have
    begun: all before anything is held.
    """
    if not work.touched:
        return
    locked = lock_wallets(work.touched)
    today = today_of(list(locked.wallets.values()))
    book = Book(locked)
    for move in work.grants:
        book.add(move)
    book.touched.extend(pk for pk in sorted(work.touched) if pk not in book.touched)
    collect(book, today)
    for pool, wallet, credits in work.allocations:
        _allocate(book, pool, wallet, credits, work.today)
    collect(book, today)
    post(work.command, book.moves)


def _allocate(book: Book, pool: int, wallet: int, credits: int, today: date) -> None:
    """Give an account its credits; what the pool cannot spare today follows as it comes free."""
    now = min(credits, book.free(pool))
    if now:
        book.add(Move(Kind.ALLOCATE, now, pool, wallet))
    if now < credits:
        StandingOrder.objects.create(
            kind=StandingOrder.Kind.REALLOCATION, source_id=pool, target_id=wallet,
            amount=credits - now, due_on=today, reason="The imported sheet says so.",
        )  # fmt: skip


def _settle(work: Work) -> list[str]:
    """Debts, then one admission for each domain. Returns the keys of what started."""
    if not work.touched:
        return []
    book = Book(lock_wallets(work.touched))
    book.touched.extend(sorted(work.touched))
    started = settle(work.command, book)
    stir_queues(work.command, work.touched)
    keys = dict(Project.objects.filter(pk__in=started).values_list("pk", "key"))
    return [keys[pk] for pk in started]


def _overdrawn() -> list[dict[str, object]]:
    return [
        {"account": wallet.owner.key, "credits": -wallet.available}
        for wallet in Wallet.objects.filter(available__lt=0)
        .select_related("account", "organization")
        .order_by("pk")
    ]
