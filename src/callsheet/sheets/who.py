"""Customers and people made from rows, with the rules that join them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

from callsheet.sheets.definitions import CUSTOMERS, PEOPLE, fold, slug
from callsheet.sheets.records import Customer, Known, Person, PriceItem
from callsheet.sheets.rows import Context, Register, Row, read_rows
from callsheet.sheets.understanding import Sheet

STAFF_ROLES = frozenset({"account_manager", "producer", "studio_admin"})
type PersonKey = str
"""E-mail and place, joined by a space: one person may be in several places."""


class Who:
    """The customers and people of a studio while it is read."""

    def __init__(self, context: Context, known: Known) -> None:
        self.context = context
        self.customers: Register[Customer] = Register(CUSTOMERS)
        self.people: Register[Person] = Register(PEOPLE)
        for customer in known.customers:
            self.customers.add(customer.key, customer, None, customer.name)
        for person in known.people:
            self.people.add(_person_key(person), person, None)
        self._names: dict[str, Row] = {}
        self._person_rows: list[tuple[Row, Person]] = []

    # --- customers ---------------------------------------------------------------------------

    def read_customers(self, sheet: Sheet, plans: dict[str, PriceItem]) -> None:
        """Customers from their sheet; ``plans`` are the price list's plans by folded name."""
        by_name = "key" not in sheet.headings
        seen: dict[str, int] = {}
        rows: list[tuple[Row, Customer]] = []
        for row in read_rows(sheet, self.context):
            key = row.get("key") or (row.get("name") if not row.unreadable("key") else None)
            if key is None:
                continue
            column = "name" if by_name else "key"
            key = slug(str(key))[:80].strip("-_")
            if not key:
                row.error("not_a_key", "A customer's key has letters a to z or digits.", column)
                continue
            if key in seen:
                row.error("duplicate_key", f"Row {seen[key]} has the same key.", column)
                continue
            seen[key] = row.number
            customer = _customer(row, key, plans, self.context.today)
            rows.append((row, customer))
            self.customers.add(key, None if row.is_bad else customer, row, customer.name)
        for row, customer in rows:
            if "organization" in row.values:
                self._join(row, customer)
        self._drop_bad_organizations()

    def _join(self, row: Row, customer: Customer) -> None:
        organization = self.customers.refer(
            row, "organization", "organization", lambda c: c.is_organization
        )
        if customer.is_organization:
            row.error(
                "contradiction",
                "An organization is in no organization.",
                "organization",
            )
        elif organization is None or row.is_bad:
            self.customers.drop(customer.key)
        else:
            joined = replace(
                customer,
                organization=organization,
                currency=customer.currency or self.customers.records[organization].currency,
            )
            self.customers.add(customer.key, joined, row)

    def _drop_bad_organizations(self) -> None:
        """Allocations must fit into the pool; then accounts of a bad organization are bad too."""
        given: dict[str, int] = defaultdict(int)
        for customer in self.customers.records.values():
            if customer.organization and not customer.is_over(self.context.today):
                given[customer.organization] += customer.allocation or 0
        for key, allocated in given.items():
            pool = self.customers.records[key]
            if allocated > pool.capacity:
                rule = (
                    f"The accounts of {pool.name} have allocations of {allocated:,} credits "
                    f"together, and the pool has {pool.capacity:,}."
                )
                rows = [
                    self.customers.rows[c.key]
                    for c in self.customers.records.values()
                    if c.organization == key and c.allocation and c.key in self.customers.rows
                ]
                if key in self.customers.rows:
                    self.customers.rows[key].error("allocations_above_pool", rule, "credits")
                elif rows:
                    rows[-1].error("allocations_above_pool", rule, "allocation")
        self.customers.drop_bad()
        for customer in list(self.customers.records.values()):
            row = self.customers.rows.get(customer.key)
            if customer.organization and self.customers.is_bad(customer.organization) and row:
                row.error(
                    "refers_to_bad_row",
                    "The organization has a problem.",
                    "organization",
                )
                self.customers.drop(customer.key)

    # --- people ------------------------------------------------------------------------------

    def read_people(self, sheet: Sheet) -> None:
        """People from their sheet; accounts and organizations must be known by now."""
        seen: dict[PersonKey, int] = {}
        for row in read_rows(sheet, self.context):
            email = row.get("email")
            account = self.customers.refer(
                row, "account", "account", lambda c: not c.is_organization
            )
            organization = self.customers.refer(
                row, "organization", "organization", lambda c: c.is_organization
            )
            if account and organization:
                row.error(
                    "contradiction",
                    "A row is for an account or for an organization. Use two rows.",
                    "organization",
                )
            person = _person(row, email or "", account, organization)
            if email is None:
                continue
            key = _person_key(person)
            if key in seen:
                row.error("duplicate_person", f"Row {seen[key]} is the same person and place.")
                continue
            seen[key] = row.number
            first = self._names.setdefault(email, row)
            if fold(first.get("name") or "") != fold(person.name) and person.name:
                row.warn(
                    "two_names",
                    f"Row {first.number} has another name for this address.",
                    "name",
                )
            self.people.add(key, None if row.is_bad else person, row)
            self._person_rows.append((row, person))
        staff = {p.email for _, p in self._person_rows if p.is_staff}
        for row, person in self._person_rows:
            if person.email in staff and not person.is_staff:
                row.error(
                    "contradiction",
                    "This address is one of the studio's people, who are in no account.",
                    "email",
                )
        emails = self.emails()
        for row, person in self._person_rows:
            if person.deputy and person.deputy not in emails and not row.is_bad:
                row.error("unknown_person", "Nobody has this e-mail address.", "deputy")
        self.people.drop_bad()

    def emails(self) -> set[str]:
        """Addresses of everybody, of good rows."""
        return {person.email for person in self.people.records.values()}

    def check_managers(self) -> None:
        """Account managers and deputies must be the studio's people."""
        staff = {p.email for p in self.people.records.values() if p.is_staff}
        for customer in list(self.customers.records.values()):
            row = self.customers.rows.get(customer.key)
            if row is None:
                continue
            for column in ("account_manager", "deputy"):
                email = row.get(column)
                if email and email not in staff:
                    row.error(
                        "unknown_person",
                        "None of the studio's people in the sheet people has this address.",
                        column,
                    )
        self.customers.drop_bad()


def _customer(row: Row, key: str, plans: dict[str, PriceItem], today: date) -> Customer:
    plan = plans.get(fold(row.get("plan", "")))
    kind = row.get("type") or ("connected" if row.get("organization") else "standalone")
    values = {
        name: row.get(name)
        for name in Customer.__dataclass_fields__
        if name in row.values and name not in ("key", "organization", "plan", "type")
    }
    if plan is not None:
        values.setdefault("credits", plan.credits)
        values.setdefault("price", plan.price)
        values.setdefault("currency", plan.currency)
    customer = Customer(
        row=row.number,
        key=key,
        type=kind,
        plan=plan.name if plan else None,
        **{"name": row.get("name", key), **values},
    )
    if row.get("plan") and plan is None:
        row.error("unknown_plan", "The price list has no plan of this name.", "plan")
    _check_kind(row, customer)
    _check_credits(row, customer)
    _check_days(row, customer, today)
    return customer


def _check_kind(row: Row, customer: Customer) -> None:
    kind = customer.type
    belongs = kind in ("connected", "integrated")
    if belongs and not row.get("organization") and not row.unreadable("organization"):
        row.error(
            "missing_value",
            f"An account of type {kind} names its organization.",
            "organization",
        )
    if kind == "standalone" and row.get("organization"):
        row.error(
            "contradiction",
            "A standalone account is in no organization; connected and integrated ones are.",
            "type",
        )
    if kind != "organization" and customer.borrowing is not None:
        row.error("contradiction", "Borrowing is switched on for organizations.", "borrowing")


def _check_credits(row: Row, customer: Customer) -> None:
    if customer.type == "integrated":
        for column in ("plan", "credits"):
            if row.get(column) is not None:
                row.error(
                    "contradiction",
                    "An integrated account works with its allocation from the pool and has no "
                    "subscription of its own.",
                    column,
                )
        if customer.pays_as_it_goes:
            row.error(
                "contradiction",
                "An integrated account is never pay-as-you-go.",
                "billing",
            )
    elif customer.allocation is not None:
        row.error(
            "contradiction",
            "Only integrated accounts have an allocation.",
            "allocation",
        )
    elif customer.pays_as_it_goes:
        for column in ("plan", "credits"):
            if row.get(column) is not None:
                row.error(
                    "contradiction",
                    "Pay-as-you-go customers have no plan; put their lots into the sheet credits.",
                    column,
                )
    elif (
        not customer.is_organization
        and customer.credits is None
        and not (row.unreadable("credits") or row.get("plan"))
    ):
        row.error("no_capacity", "A subscription names its plan or its credits.", "credits")
    floor, allocation = customer.floor, customer.allocation
    if floor is not None and allocation is not None and floor > allocation:
        row.error("contradiction", "The floor is above the allocation.", "floor")


def _check_days(row: Row, customer: Customer, today: date) -> None:
    started, ended = customer.started, customer.ended
    if started and ended and ended < started:
        row.error("dates_reversed", "The account ended before it started.", "ended")
    if started and customer.notice and customer.notice < started:
        row.error("dates_reversed", "Notice was given before the start.", "notice")
    if started and customer.renews and customer.renews <= started:
        row.error("dates_reversed", "The renewal is not after the start.", "renews")
    if ended and customer.notice and ended < customer.notice:
        row.error("dates_reversed", "The account ended before notice was given.", "ended")
    if customer.notice and customer.notice > today:
        row.error("future_date", "Notice cannot have been given in the future.", "notice")
    if customer.renews and customer.renews < today and not customer.is_over(today):
        row.warn("date_passed", "This renewal has passed already.", "renews")
    if customer.paused_until and customer.paused_until <= today:
        row.warn("date_passed", "This pause is over already.", "paused_until")


def _person(row: Row, email: str, account: str | None, organization: str | None) -> Person:
    is_staff = row.get("account") is None and row.get("organization") is None
    is_staff = is_staff and not row.unreadable("account") and not row.unreadable("organization")
    role = row.get("role")
    if role is None and is_staff and not row.unreadable("role"):
        row.error(
            "missing_value",
            "Say the role of the studio's people, or the account that this person is in.",
            "role",
        )
    elif role is not None and (role in STAFF_ROLES) != is_staff:
        row.error(
            "contradiction",
            "The studio's people are account manager, producer or studio admin."
            if is_staff
            else "People of customers are admin, member or viewer.",
            "role",
        )
    if email and row.get("deputy") == email:
        row.error("contradiction", "The deputy is somebody else.", "deputy")
    first, last = row.get("absent_from"), row.get("absent_until")
    if first and last and last < first:
        row.error("dates_reversed", "The absence ends before it begins.", "absent_until")
    if (first is None) != (last is None) and not (
        row.unreadable("absent_from") or row.unreadable("absent_until")
    ):
        row.error(
            "missing_value",
            "An absence has a first and a last day.",
            "absent_from" if first is None else "absent_until",
        )
    return Person(
        row=row.number,
        email=email,
        name=row.get("name", ""),
        role=role or "member",
        account=account,
        organization=organization,
        absent_from=first,
        absent_until=last,
        deputy=row.get("deputy"),
    )


def _person_key(person: Person) -> PersonKey:
    return f"{person.email} {person.account or person.organization or ''}"
