"""The price list and the credits sheet made from rows."""

from __future__ import annotations

from callsheet.sheets.cells import NotReadable, read_cell
from callsheet.sheets.definitions import CREDITS, PRICE_LIST, PROJECTS, fold
from callsheet.sheets.deliverables import splits
from callsheet.sheets.records import CreditEntry, Customer, Known, PriceItem
from callsheet.sheets.rows import Context, Register, Row, read_rows
from callsheet.sheets.understanding import Sheet

NEEDS_SUBSCRIPTION = frozenset({"booster", "goodwill", "trial", "downgrade"})


def known_items(known: Known) -> Register[PriceItem]:
    """The items that the installation has already."""
    items: Register[PriceItem] = Register(PRICE_LIST)
    for item in known.items:
        items.add(item.name, item, None)
    return items


def read_price_list(sheet: Sheet, context: Context, items: Register[PriceItem]) -> None:
    """Add the items of a price list to those known."""
    seen: dict[str, int] = {}
    for row in read_rows(sheet, context):
        name = row.get("item")
        if name is None:
            continue
        if fold(name) in seen:
            row.error("duplicate_key", f"Row {seen[fold(name)]} has the same item.", "item")
            continue
        seen[fold(name)] = row.number
        item = _item(row, name, context)
        items.add(name, None if row.is_bad else item, row)


def _item(row: Row, name: str, context: Context) -> PriceItem:
    kind = row.get("kind", "deliverable")
    credits = row.get("credits", 0)
    if kind == "variation" and credits:
        row.error(
            "variation_with_cost",
            "Variations are complimentary: they cost 0.",
            "credits",
        )
    elif kind != "variation" and "credits" in row.values and not credits:
        row.error("no_credits", f"A {kind} has at least 1 credit.", "credits")
    if kind in ("deliverable", "variation"):
        for column in ("item", "also_called"):
            names = (name,) if column == "item" else row.get("also_called", ())
            if any(splits(n) for n in names):
                row.error(
                    "name_with_separator",
                    "Commas, semicolons, bars and + separate deliverables, so a name has none "
                    "(but within parentheses).",
                    column,
                )
    if kind == "lot":
        row.warn("not_kept", "Lots are not in the catalogue; each purchase names its size.", "kind")
    brief_types: list[str] = []
    for word in row.get("brief_types", ()):
        try:
            brief_types.append(
                read_cell(word, PROJECTS.column("brief_type"), context.today, context.order)
            )
        except NotReadable as refusal:
            row.error(refusal.code, f"“{word}”: {refusal.sentence}", "brief_types")
    return PriceItem(
        row=row.number,
        name=name,
        kind=kind,
        credits=credits,
        medium=row.get("medium", ""),
        price=row.get("price"),
        currency=row.get("currency"),
        brief_types=tuple(dict.fromkeys(brief_types)),
        also_called=row.get("also_called", ()),
        active=row.get("active", True),
    )


def read_credits(
    sheet: Sheet, context: Context, customers: Register[Customer]
) -> Register[CreditEntry]:
    """The entries of the credits sheet; customers must be known by now."""
    entries: Register[CreditEntry] = Register(CREDITS)
    for row in read_rows(sheet, context):
        key = row.get("key")
        if key is None:
            continue
        if key in entries:
            row.error("duplicate_key", "Another row has the same key.", "key")
            continue
        account = customers.refer(row, "account", "account or organization")
        lender = customers.refer(row, "lender", "account or organization")
        entry = CreditEntry(
            row=row.number,
            key=key,
            kind=row.get("kind", ""),
            account=account or "",
            credits=row.get("credits", 0),
            start=row.get("start", context.today),
            end=row.get("end"),
            lender=lender,
            price=row.get("price"),
            currency=row.get("currency"),
            note=row.get("note", ""),
        )
        if not row.is_bad:
            _check_entry(row, entry, customers, context)
        if entry.end is None or entry.end > context.today:
            entries.add(key, None if row.is_bad else entry, row)
    return entries


def _check_entry(
    row: Row, entry: CreditEntry, customers: Register[Customer], context: Context
) -> None:
    customer = customers.records[entry.account]
    if not entry.credits and entry.kind != "downgrade":
        row.error("no_credits", "This has to be at least 1 credit.", "credits")
    if entry.end and entry.end <= entry.start:
        row.error("dates_reversed", "The end is not after the start.", "end")
    if entry.kind == "loan":
        _check_loan(row, entry, customers)
    elif entry.lender:
        row.error("contradiction", "Only a loan has a lender.", "lender")
    if entry.kind == "lot" and not customer.pays_as_it_goes:
        row.error("contradiction", "Lots are bought by pay-as-you-go customers.", "kind")
    if entry.kind in NEEDS_SUBSCRIPTION and customer.pays_as_it_goes:
        row.error("contradiction", f"A {entry.kind} needs a subscription.", "kind")
    if entry.kind in NEEDS_SUBSCRIPTION and customer.type == "integrated":
        row.error(
            "contradiction",
            f"An integrated account has no subscription; put the {entry.kind} on the pool.",
            "account",
        )
    if entry.end and entry.start < entry.end <= context.today:
        row.warn("already_over", "This is over already and is left out.", "end")
    if entry.kind == "downgrade":
        if entry.start <= context.today:
            row.error("date_passed", "A downgrade is scheduled for a day to come.", "start")
        if entry.credits >= customer.capacity:
            row.error(
                "not_a_downgrade",
                f"The capacity is {customer.capacity:,} already.",
                "credits",
            )


def _check_loan(row: Row, entry: CreditEntry, customers: Register[Customer]) -> None:
    if entry.end is None:
        row.error("missing_value", "A loan has a day on which it is due back.", "end")
    if entry.lender is None:
        row.error("missing_value", "A loan has a lender.", "lender")
        return
    groups = {
        key: key if customers.records[key].is_organization else customers.records[key].organization
        for key in (entry.lender, entry.account)
    }
    if entry.lender == entry.account:
        row.error("contradiction", "Nobody lends to themselves.", "lender")
    elif None in groups.values() or len(set(groups.values())) > 1:
        row.error(
            "across_organizations",
            "Credits move within one organization only.",
            "lender",
        )
    for column, key in (("lender", entry.lender), ("account", entry.account)):
        if customers.records[key].pays_as_it_goes:
            row.error("contradiction", "Pay-as-you-go credits are not lent.", column)
