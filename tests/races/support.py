"""What must hold after any storm of services, and how a storm is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from callsheet.credits.audit import verify
from callsheet.credits.locking import lock_wallets
from callsheet.credits.models import Hold, Wallet
from callsheet.journal.commands import OpenCommand, run
from callsheet.kit.actor import CLOCK
from callsheet.kit.asked import Asked
from callsheet.kit.errors import CallsheetError
from callsheet.projects.lifecycle import ENDED, HOLDING, Status
from callsheet.projects.models import Amendment, Occupancy, Project
from callsheet.services.admitting import admit


def assert_all_is_well() -> None:
    """Books, holds, projects and intervals agree, and nothing waits that might start."""
    report = verify()
    assert report.clean, [str(difference) for difference in report.differences]
    assert_projects_hold_what_they_cost()
    assert not starts_of_another_look(), "a brief waited that the policy lets start"


def assert_projects_hold_what_they_cost() -> None:
    """Each project in production has its one open hold, and no other project has any."""
    projects = {p.pk: p for p in Project.objects.select_related("hold")}
    running = {pk for pk, project in projects.items() if project.status in HOLDING}
    for pk in running:
        project = projects[pk]
        assert project.hold is not None, project.pk
        # Concept by concept, everything may have been given back before the end.
        assert (project.hold.closed_at is None) == (project.asks > 0), project.pk
        assert (project.hold.credits, project.hold.wallet_id) == (
            project.asks,
            project.wallet_id,
        )
    holding = {pk for pk in running if projects[pk].asks}
    open_holds = set(Hold.objects.filter(closed_at__isnull=True).values_list("pk", flat=True))
    assert open_holds == {projects[pk].hold_id for pk in holding}
    intervals = list(
        Occupancy.objects.filter(until__isnull=True).values_list("project_id", "credits")
    )
    assert sorted(intervals) == sorted((pk, projects[pk].asks) for pk in holding)
    ended = Occupancy.objects.filter(until__isnull=False).count()
    released = Hold.objects.filter(closed_at__isnull=False).count()
    in_parts = any(project.settled for project in projects.values())
    amended = Amendment.objects.filter(status=Amendment.Status.APPLIED).exists()
    if not (in_parts or amended):
        assert ended == released, "as many intervals ended as holds were closed"
    for amendment in Amendment.objects.filter(status__in=("proposed", "waiting")):
        assert projects[amendment.project_id].status not in (*ENDED, Status.DRAFT)
    for wallet in Wallet.objects.all():
        held = sum(p.asks for p in projects.values() if p.pk in running
                   and p.wallet_id == wallet.pk)  # fmt: skip
        assert wallet.held == held
        assert wallet.available >= 0, f"{wallet} is oversold: {wallet.available}"
    for project in projects.values():
        waits = project.status == Status.QUEUED or project.resuming_since is not None
        assert waits == bool(project.wait_reason), project.pk
        if waits:
            assert project.rank is not None


def starts_of_another_look() -> list[int]:
    """What one more admission over every wallet would start; it is taken back again."""
    found: list[int] = []

    def look(command: OpenCommand) -> dict[str, object]:
        wallets = list(Wallet.objects.values_list("pk", flat=True))
        found.extend(admit(command, lock_wallets(wallets), wallets))
        return {}

    with transaction.atomic():
        run(CLOCK, "look_again", None, {}, look)
        transaction.set_rollback(True)
    return found


def counted(errors: Iterable[BaseException | None]) -> Counter[str]:
    """How often each refusal came. Anything that is no refusal is raised again: a deadlock, a
    serialization failure, a broken constraint."""
    codes: Counter[str] = Counter()
    for error in errors:
        if error is None:
            continue
        if not isinstance(error, CallsheetError):
            raise error
        codes[error.code] += 1
    return codes


def contents() -> dict[str, tuple[int, str]]:
    """How many rows every table has, and a digest of what is in them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relkind = 'r'"
            " AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
        )
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT count(*), coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')"
                f" FROM {table} t"
            )
            found[table] = cursor.fetchone()
    return found


def plain_reads_instead_of_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """For negative controls: whatever would lock rows reads them. Queries whose text is kept are
    compiled anew each time meanwhile, so that no text without its lock stays behind.
    """
    rows = Asked.rows
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self.all())
    monkeypatch.setattr(Asked, "rows", lambda self, *values: rows(Asked(self._ask), *values))
