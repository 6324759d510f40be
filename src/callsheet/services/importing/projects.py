"""Projects: new ones with their holds, places in the queue and intervals; known ones mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Max

from callsheet.catalogue.lead_times import Duration, durations
from callsheet.credits import lots
from callsheet.credits.kinds import Kind
from callsheet.credits.models import Billing, Lot, Wallet
from callsheet.credits.post import Move, post
from callsheet.insight.calendars import Calendars
from callsheet.projects.lifecycle import ENDED, HOLDING, Status
from callsheet.projects.models import (
    Brand,
    Concept,
    Deliverable,
    Occupancy,
    Priority,
    Project,
)
from callsheet.projects.waiting import RANK_STEP
from callsheet.services.entry_links import keep_links, restore_links
from callsheet.services.importing.memory import Comparison
from callsheet.services.importing.midway import take_over
from callsheet.services.importing.scopes import write_scopes
from callsheet.services.importing.work import Work
from callsheet.sheets.records import ProjectRow
from callsheet.tenants.models import Account

PRIORITIES = {p.name.lower(): p for p in Priority}
AFTER_REVIEW = frozenset(HOLDING) - {Status.PENDING_REVIEW, Status.CLARIFICATION_REQUESTED}
DESCRIBED = {
    # column of the sheet: field of the project
    "title": "title",
    "campaign": "campaign",
    "cost_centre": "cost_centre",
    "purchase_order": "purchase_order",
    "wanted_by": "wanted_by",
    "publish": "publish_on",
    "not_before": "not_before",
    "promised": "promised_on",
}
PROGRESS = ("status", "submitted", "started", "delivered", "finished")
UNSUBMITTED = frozenset({Status.DRAFT, Status.PENDING_APPROVAL})


def known_projects() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The accounts of all projects, and which wait for which, by key."""
    accounts = dict(Project.objects.values_list("key", "account__key"))
    links = Project.predecessors.through.objects.values_list("from_project__key", "to_project__key")
    before: dict[str, tuple[str, ...]] = {}
    for key, other in links:
        before[key] = (*before.get(key, ()), other)
    return accounts, before


def known_lines(account_id: int | None = None) -> dict[str, int]:
    """How many deliverables each project has, by the project's key."""
    projects, concepts, lines = (
        Project.objects.all(),
        Concept.objects.all(),
        Deliverable.objects.all(),
    )
    if account_id is not None:
        projects = projects.filter(account_id=account_id)
    keys = dict(projects.order_by().values_list("pk", "key"))
    if account_id is not None:
        concepts = concepts.filter(project_id__in=list(keys))
    projects_of = dict(concepts.order_by().values_list("pk", "project_id"))
    if account_id is not None:
        lines = lines.filter(concept_id__in=list(projects_of))
    counts: Counter[int | None] = Counter()
    for concept_id in lines.order_by().values_list("concept_id", flat=True):
        counts[projects_of.get(concept_id)] += 1
    return {key: counts[pk] for pk, key in keys.items()}


class ProjectImport:
    """Brings the projects of the sheets into the database, in few statements."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.calendars = Calendars()
        self.durations: Mapping[str, Duration] = durations()
        self.brands = {(b.account_id, b.name): b for b in Brand.objects.all()}
        self.known = {
            (p.account.key, p.key): p for p in Project.objects.select_related("account", "wallet")
        }
        self.fresh: list[tuple[ProjectRow, Project, Comparison]] = []

    def run(self, rows: Sequence[ProjectRow]) -> None:
        """Create what is new and mend what was imported before; holds are posted in one batch."""
        comparisons = [
            self.work.memory.compare("projects", f"{row.account} {row.key}", row) for row in rows
        ]
        for row, comparison in zip(rows, comparisons, strict=True):
            if (row.account, row.key) not in self.known:
                self.fresh.append((row, self._build(row), comparison))
        self._give_ranks()
        self._hold()
        Project.objects.bulk_create([p for _, p, _ in self.fresh], batch_size=500)
        self.known |= {(row.account, row.key): project for row, project, _ in self.fresh}
        write_scopes(self.work, [(row, project) for row, project, _ in self.fresh])
        self._occupy()
        take_over([project for _, project, _ in self.fresh])
        self._mend(rows, comparisons)
        self._link(rows, comparisons)
        created = {id(comparison) for _, _, comparison in self.fresh}
        for row, comparison in zip(rows, comparisons, strict=True):
            project = self.known[row.account, row.key]
            self.work.memory.remember(
                self.work.command, comparison, "project", project.pk,
                exists=id(comparison) not in created, account_id=project.account_id,
            )  # fmt: skip

    # --- new projects --------------------------------------------------------------------------

    def _build(self, row: ProjectRow) -> Project:
        account, wallet = self.work.accounts[row.account], self.work.wallets[row.account]
        now = self.work.moment(self.work.today, account)

        def at(day: date | None) -> Any:
            return self.work.moment(day, account) if day else None

        project = Project(
            account=account,
            wallet=wallet,
            key=row.key,
            brief_type=row.brief_type,
            status=row.status,
            credits=row.credits,
            resumes_to=Status.IN_PROGRESS if row.status == Status.PARKED else "",
            created_at=at(row.submitted) or now,
            changed_at=now,
            submitted_at=at(row.submitted),
            started_at=at(row.started),
            accepted_at=at(row.started) if self._was_accepted(row) else None,
            delivered_at=at(row.delivered),
            ended_at=at(row.finished),
        )
        self._describe(project, row, set(DESCRIBED) | set(_OTHERS))
        if row.status in HOLDING and row.started:
            calendar = self.calendars.of(account)
            usual = self.durations[row.brief_type]
            project.returns_p50 = calendar.add(row.started, usual.p50)
            project.returns_p80 = calendar.add(row.started, usual.p80)
        return project

    def _was_accepted(self, row: ProjectRow) -> bool:
        return row.started is not None and (
            row.status in AFTER_REVIEW or row.status in (Status.PARKED, Status.FINALIZED)
        )

    def _describe(self, project: Project, row: ProjectRow, changed: set[str]) -> None:
        """Set what a brief says about itself, where the sheet has changed it."""
        for column, name in DESCRIBED.items():
            if column in changed:
                setattr(project, name, getattr(row, column))
        if "priority" in changed:
            project.priority = PRIORITIES[row.priority]
        if "brand" in changed:
            project.brand = self._brand(project.account, row.brand)
        if "owner" in changed:
            project.owner = self.work.people.get(row.owner or "")
        if "dos" in changed:
            project.dos = [line[:300] for line in row.dos]
        if "donts" in changed:
            project.donts = [line[:300] for line in row.donts]
        if not changed.isdisjoint({"texts", "references", "note"}):
            fields = dict(project.fields) | dict(row.texts)
            fields |= {"references": "\n".join(row.references)} if row.references else {}
            fields |= {"note": row.note} if row.note else {}
            project.fields = fields

    def _brand(self, account: Account, name: str) -> Brand | None:
        if not name:
            return None
        if (account.pk, name) not in self.brands:
            self.brands[account.pk, name] = Brand.objects.create(account=account, name=name)
        return self.brands[account.pk, name]

    def _give_ranks(self) -> None:
        """Queued briefs go behind those that wait already: by rank, then by day, then by row."""
        queued = [(row, project) for row, project, _ in self.fresh if row.status == Status.QUEUED]
        last = dict(
            Project.objects.filter(rank__isnull=False)
            .values("wallet_id")
            .annotate(last=Max("rank"))
            .values_list("wallet_id", "last")
        )
        queued.sort(
            key=lambda pair: (
                pair[0].rank is None,
                pair[0].rank or 0,
                pair[0].submitted or self.work.today,
                pair[0].row,
            )
        )
        for _, project in queued:
            last[project.wallet_id] = (last.get(project.wallet_id) or 0) + RANK_STEP
            project.rank = last[project.wallet_id]
            self.work.touched.add(project.wallet_id)

    def _hold(self) -> None:
        """Hold the credits of what is in production, in one ledger call. It may overdraw."""
        moves: list[Move] = []
        places: list[tuple[Project, int]] = []
        taken: dict[int, int] = {}
        known_lots: dict[int, list[Lot]] = {}
        for number, (row, project, _) in enumerate(self.fresh):
            wallet = project.wallet
            pays = wallet.billing == Billing.PAY_AS_YOU_GO
            if row.status not in HOLDING and not (pays and row.status == Status.PARKED):
                continue
            places.append((project, len(moves)))
            if not pays:
                moves.append(Move(Kind.HOLD, row.credits, wallet.pk, opening=True))
                continue
            if wallet.pk not in known_lots:
                known_lots[wallet.pk] = lots.usable(wallet, self.work.today)
            moves += _from_lots(wallet, row.credits, known_lots[wallet.pk], taken, f"p{number}")
        posting = post(self.work.command, moves)
        for project, place in places:
            project.hold_id = posting.holds[place]
            self.work.touched.add(project.wallet_id)

    def _occupy(self) -> None:
        """Intervals of occupancy: closed ones for the past, open ones for what is in production."""
        intervals = []
        for row, project, _ in self.fresh:
            if project.started_at is None or row.status in (Status.PARKED, Status.QUEUED):
                continue
            intervals.append(
                Occupancy(
                    account=project.account,
                    wallet=project.wallet,
                    project=project,
                    credits=row.credits,
                    since=project.started_at,
                    until=project.ended_at,
                    imported=project.ended_at is not None,
                )
            )
        Occupancy.objects.bulk_create(intervals, batch_size=1000)

    # --- projects that are there already ---------------------------------------------------------

    def _mend(self, rows: Sequence[ProjectRow], comparisons: Sequence[Comparison]) -> None:
        created = {id(project) for _, project, _ in self.fresh}
        rewritten: list[tuple[ProjectRow, Project]] = []
        for row, comparison in zip(rows, comparisons, strict=True):
            project = self.known[row.account, row.key]
            if id(project) in created or not comparison.changed:
                continue
            # A draft may be written while the wallets are locked, so it is locked by itself.
            project = (
                Project.objects.select_for_update(of=("self",))
                .select_related("account", "wallet")
                .get(pk=project.pk)
            )
            self.known[row.account, row.key] = project
            self._mend_progress(row, project, comparison)
            if comparison.takes("concepts", "brief_type", "credits"):
                if project.status in UNSUBMITTED | {Status.QUEUED} and row.status == project.status:
                    project.brief_type, project.credits = row.brief_type, row.credits
                    rewritten.append((row, project))
                    self.work.touched.add(project.wallet_id)
                else:
                    self.work.memory.refuse(
                        comparison, "The scope of what was submitted is changed in Callsheet.",
                        "concepts", "brief_type", "credits",
                    )  # fmt: skip
            self.work.memory.refuse(comparison, "The queue is ordered in Callsheet.", "rank")
            self._describe(project, row, comparison.changed - comparison.refused)
            if comparison.changed - comparison.refused:
                project.version += 1
                project.changed_at = self.work.moment(self.work.today, project.account)
                project.save()
        links = keep_links([project.pk for _, project in rewritten])
        for _, project in rewritten:
            project.concepts.all().delete()
        write_scopes(self.work, rewritten)
        restore_links(links)

    def _mend_progress(self, row: ProjectRow, project: Project, comparison: Comparison) -> None:
        """Days of the past may be corrected; what goes on goes on in Callsheet."""
        if not comparison.takes(*PROGRESS, "credits"):
            return
        imported = Occupancy.objects.filter(project=project, imported=True).first()
        past = project.status in ENDED and row.status == project.status
        if past and (imported is not None or row.started is None):
            for name, day in (
                ("submitted_at", row.submitted),
                ("started_at", row.started),
                ("delivered_at", row.delivered),
                ("ended_at", row.finished),
            ):
                setattr(project, name, self.work.moment(day, project.account) if day else None)
            project.credits = row.credits
            if imported is not None and project.started_at is not None:
                imported.credits = row.credits
                imported.since, imported.until = project.started_at, project.ended_at
                imported.save()
            comparison.refused -= {"credits"}
            return
        self.work.memory.refuse(
            comparison,
            f"It is {Status(project.status).label.lower()} in Callsheet and goes on there.",
            *PROGRESS,
        )

    def _link(self, rows: Sequence[ProjectRow], comparisons: Sequence[Comparison]) -> None:
        """Which project waits for which."""
        through = Project.predecessors.through
        links = []
        for row, comparison in zip(rows, comparisons, strict=True):
            if "after" not in comparison.changed:
                continue
            project = self.known[row.account, row.key]
            through.objects.filter(from_project=project).delete()
            links += [
                through(from_project=project, to_project=self.known[row.account, key])
                for key in row.after
            ]
            self.work.touched.add(project.wallet_id)
        through.objects.bulk_create(links)


_OTHERS = ("priority", "brand", "owner", "dos", "donts", "texts", "references", "note")


def _from_lots(
    wallet: Wallet, credits: int, usable: Iterable[Lot], taken: dict[int, int], ref: str
) -> list[Move]:
    """The moves of one opening hold over lots; what no lot covers overdraws the wallet."""
    moves: list[Move] = []
    left = credits
    for lot in usable:
        part = min(left, lot.available - taken.get(lot.pk, 0))
        if part > 0:
            moves.append(Move(Kind.HOLD, part, wallet.pk, ref=ref, lot=lot.pk, opening=True))
            taken[lot.pk] = taken.get(lot.pk, 0) + part
            left -= part
    if left:
        moves.append(Move(Kind.HOLD, left, wallet.pk, ref=ref, opening=True))
    return moves
