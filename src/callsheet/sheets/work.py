"""Projects made from rows: dates that fit the status, deliverables that the price list has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from callsheet.sheets.columns_projects import BRIEF_TEXTS
from callsheet.sheets.definitions import PROJECTS
from callsheet.sheets.deliverables import NotDeliverable, PriceBook, read_concepts
from callsheet.sheets.limits import CREDITS_MAX
from callsheet.sheets.records import ConceptLine, Customer, PriceItem, ProjectRow, Rules
from callsheet.sheets.rows import Context, Register, Row, read_rows
from callsheet.sheets.statuses import (
    CLOSED,
    DATE_ORDER,
    FORBIDDEN_DATES,
    NEEDED_DATES,
    OPEN,
    UNSUBMITTED,
    status_from_dates,
)
from callsheet.sheets.understanding import Sheet

ADAPT = "adapt_optimize"
LINE_MAX = 300


class ProjectReader:
    """Reads the projects sheet; customers, people and price list must be known by now."""

    def __init__(
        self,
        context: Context,
        rules: Rules,
        customers: Register[Customer],
        emails: set[str],
        items: Register[PriceItem],
        known: Mapping[str, str],
    ) -> None:
        self.context = context
        self.rules = rules
        self.customers = customers
        self.emails = emails
        self.items = items
        self.known = known
        self.book = PriceBook(items.records.values())
        self._read: dict[tuple[str, bool], tuple[ConceptLine, ...] | NotDeliverable] = {}

    def read(self, sheet: Sheet) -> Register[ProjectRow]:
        """The projects of a sheet by key, before their predecessors are checked."""
        projects: Register[ProjectRow] = Register(PROJECTS)
        for row in read_rows(sheet, self.context):
            key = row.get("key")
            if key is None:
                continue
            if key in projects:
                other = projects.rows[projects.resolve(key) or key].number
                row.error("duplicate_key", f"Row {other} has the same key.", "key")
                continue
            project = self._project(row, key)
            projects.add(key, None if row.is_bad else project, row)
        return projects

    def _project(self, row: Row, key: str) -> ProjectRow:
        status = row.get("status") or status_from_dates(row.get)
        brief_type = row.get("brief_type", "original_creative")
        account = self.customers.refer(
            row, "account", "account", lambda customer: not customer.is_organization
        )
        if account and self.known.get(key, account) != account:
            row.error(
                "other_account",
                f"This project is {self.known[key]}'s already and cannot move to another account.",
                "account",
            )
        concepts = self._concepts(row, brief_type, status)
        computed = self._price(concepts, brief_type)
        stated = row.get("credits")
        project = ProjectRow(
            row=row.number,
            key=key,
            account=account or "",
            title=row.get("title", ""),
            brief_type=brief_type,
            status=status,
            credits=computed if stated is None or status in UNSUBMITTED else stated,
            concepts=concepts,
            submitted=row.get("submitted") or (row.get("started") if status != "queued" else None),
            texts={name: row.values[name] for name in BRIEF_TEXTS if name in row.values},
            **{
                name: row.values[name]
                for name in (
                    "started",
                    "delivered",
                    "finished",
                    "wanted_by",
                    "publish",
                    "not_before",
                    "promised",
                    "rank",
                    "priority",
                    "after",
                    "campaign",
                    "brand",
                    "cost_centre",
                    "purchase_order",
                    "owner",
                    "references",
                    "dos",
                    "donts",
                    "note",
                )
                if name in row.values
            },
        )
        self._check_dates(row, project)
        self._check_order(row, project, computed, stated)
        self._check_account(row, project)
        for column in ("dos", "donts"):
            if len(row.get(column, ())) > self.rules.most_dos:
                row.error(
                    "too_many_dos",
                    f"There are {len(row.get(column))}; at most {self.rules.most_dos} are read "
                    "by anybody.",
                    column,
                )
            if any(len(line) > LINE_MAX for line in row.get(column, ())):
                row.error("too_long", f"Each line has at most {LINE_MAX} characters.", column)
        if project.credits > CREDITS_MAX:
            row.error(
                "too_large", f"A project has at most {CREDITS_MAX:,} credits.", "deliverables"
            )
        if project.owner and project.owner not in self.emails:
            row.error("unknown_person", "Nobody in people has this e-mail address.", "owner")
        return project

    # --- deliverables --------------------------------------------------------------------------

    def _concepts(self, row: Row, brief_type: str, status: str) -> tuple[ConceptLine, ...]:
        read: dict[str, tuple[ConceptLine, ...]] = {}
        for column in ("concepts", "deliverables"):
            text = row.get(column)
            if text is None:
                continue
            found = self._text_read(text, brief_type == ADAPT)
            if isinstance(found, NotDeliverable):
                row.error(found.code, found.sentence, column)
            else:
                read[column] = found
        if len(read) == 2 and _counts(read["concepts"]) != _counts(read["deliverables"]):
            row.error("contradiction", "The concepts hold other deliverables.", "deliverables")
        blank = "concepts" not in row.cells and "deliverables" not in row.cells
        if blank and status not in UNSUBMITTED:
            row.error("missing_value", "A submitted project has deliverables.", "deliverables")
        return read.get("concepts") or read.get("deliverables") or ()

    def _text_read(self, text: str, adapt: bool) -> tuple[ConceptLine, ...] | NotDeliverable:
        # Studios order the same again and again, so each wording is read once.
        known = self._read.get((text, adapt))
        if known is None:
            try:
                known = read_concepts(
                    text, self.book, supplied_masters=adapt, most_quantity=self.rules.most_quantity
                )
            except NotDeliverable as refusal:
                known = refusal
            self._read[text, adapt] = known
        return known

    def _price(self, concepts: tuple[ConceptLine, ...], brief_type: str) -> int:
        credits = sum(concept.credits for concept in concepts)
        if credits == 0 and concepts and brief_type == ADAPT:
            return self.rules.adapt_flat_price
        return credits

    def _check_order(
        self, row: Row, project: ProjectRow, computed: int, stated: int | None
    ) -> None:
        """Catalogue and minimums: rules for what waits, warnings for drafts, none for the past."""
        if row.is_bad or project.status in CLOSED:
            return
        say = row.error if project.status == "queued" else row.warn
        if stated is not None and stated != computed and project.concepts:
            row.warn(
                "other_price",
                f"By the price list it is {computed:,} credits; "
                + ("that counts." if project.status in UNSUBMITTED else f"{stated:,} are kept."),
                "credits",
            )
        column = "concepts" if row.get("concepts") is not None else "deliverables"
        for line in (line for concept in project.concepts for line in concept.lines):
            item = self.items.records[line.item]
            if not item.active:
                say("inactive_item", f"{item.name} is not offered any more.", column)
            elif item.brief_types and project.brief_type not in item.brief_types:
                words = project.brief_type.replace("_", " ")
                say(
                    "not_for_brief_type",
                    f"{item.name} is not for {words} briefs.",
                    column,
                )
        if project.status not in UNSUBMITTED and project.credits == 0:
            row.error("no_credits", "A project costs at least 1 credit.", column)
        elif project.status in UNSUBMITTED | {"queued"} and not _varies_only(project):
            self._check_minimums(row, project, column)

    def _check_minimums(self, row: Row, project: ProjectRow, column: str) -> None:
        say = row.error if project.status == "queued" else row.warn
        least = self.rules.concept_minimum
        for concept in project.concepts:
            if concept.credits < least:
                say(
                    "concept_below_minimum",
                    f"{concept.name} has {concept.credits:,} credits; a concept has at least "
                    f"{least:,}.",
                    column,
                )
        customer = self.customers.get(project.account)
        least = self.rules.pay_as_you_go_minimum
        if customer and customer.pays_as_it_goes and 0 < project.credits < least:
            say(
                "project_below_minimum",
                f"It has {project.credits:,} credits; a pay-as-you-go project has at least "
                f"{least:,}.",
                column,
            )

    # --- dates ---------------------------------------------------------------------------------

    def _check_dates(self, row: Row, project: ProjectRow) -> None:
        words = project.status.replace("_", " ")
        for name in NEEDED_DATES.get(project.status, ()):
            if row.get(name) is None and not row.unreadable(name):
                row.error(
                    "missing_date",
                    f"A project that is {words} has a day under “{name}”.",
                    name,
                )
        for name in FORBIDDEN_DATES.get(project.status, ()):
            if row.get(name) is not None:
                row.error(
                    "date_and_status",
                    f"A project that is {words} has no day under “{name}”.",
                    name,
                )
        before: tuple[str, date] | None = None
        for name in DATE_ORDER:
            day = row.get(name)
            if day is None:
                continue
            if day > self.context.today:
                row.error(
                    "future_date",
                    f"“{name}” has happened, so it is not in the future.",
                    name,
                )
            if before and day < before[1]:
                row.error(
                    "dates_reversed",
                    f"This is before “{before[0]}” ({before[1]:%Y-%m-%d}).",
                    name,
                )
            before = (name, day)
        if project.status in UNSUBMITTED | {"queued"}:
            for name in ("wanted_by", "publish"):
                day = row.get(name)
                if day and day < self.context.today:
                    row.warn("date_passed", "This day has passed, and it is not begun.", name)
        if project.not_before and project.wanted_by and project.not_before > project.wanted_by:
            row.warn("dates_reversed", "It may not start before it is wanted.", "not_before")

    def _check_account(self, row: Row, project: ProjectRow) -> None:
        customer = self.customers.get(project.account)
        if customer is None:
            return
        if customer.is_over(self.context.today) and project.status in OPEN:
            row.error(
                "account_ended",
                f"{customer.name} ended on {customer.ended:%Y-%m-%d}; a project of it is finished "
                "or canceled.",
                "status",
            )
        alone = not customer.pays_as_it_goes and not customer.organization
        if project.status == "queued" and alone and project.credits > customer.capacity:
            row.warn(
                "exceeds_capacity",
                f"It costs {project.credits:,} credits and the capacity is "
                f"{customer.capacity:,}: it can never start as it is.",
            )


def _varies_only(project: ProjectRow) -> bool:
    """Whether it adapts supplied masters and nothing else, which has a flat price."""
    lines = [line for concept in project.concepts for line in concept.lines]
    return project.brief_type == ADAPT and all(line.is_variation for line in lines)


def _counts(concepts: tuple[ConceptLine, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for concept in concepts:
        for line in concept.lines:
            counts[line.item] = counts.get(line.item, 0) + line.quantity
    return counts
