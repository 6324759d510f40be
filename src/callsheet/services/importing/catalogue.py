"""The price list becomes the catalogue: deliverable types and subscription plans."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.text import slugify

from callsheet.catalogue.models import (
    BriefType,
    DeliverableKind,
    DeliverableType,
    Medium,
    SubscriptionPlan,
)
from callsheet.journal.models import Event
from callsheet.kit.once import read_anew
from callsheet.services.importing.memory import IMPORTED, Comparison
from callsheet.services.importing.work import Work
from callsheet.sheets.definitions import fold
from callsheet.sheets.records import PriceItem

_MEDIA = {fold(name): medium for medium in Medium for name in (medium.value, medium.label)}


def known_items() -> tuple[PriceItem, ...]:
    """The catalogue as the sheets would write it, with what earlier sheets also called things."""
    also_called = {
        data["key"]: data["row"].get("also_called", [])
        for data in Event.objects.filter(kind=IMPORTED, subject_type="deliverable_type")
        .order_by("id")
        .values_list("data", flat=True)
    }
    types = [
        PriceItem(
            row=0,
            name=kind.name,
            kind="deliverable" if kind.kind == DeliverableKind.MASTER else "variation",
            credits=kind.credits,
            medium=kind.medium,
            brief_types=tuple(kind.brief_types),
            also_called=(kind.key, *also_called.get(fold(kind.name), ())),
            active=kind.active,
        )
        for kind in DeliverableType.objects.all()
    ]
    plans = [
        PriceItem(
            row=0,
            name=plan.name,
            kind="plan",
            credits=plan.credits,
            price=plan.monthly_price,
            currency=plan.currency,
            active=plan.active,
        )
        for plan in SubscriptionPlan.objects.all()
    ]
    return (*types, *plans)


def import_catalogue(work: Work, items: Iterable[PriceItem]) -> None:
    """Create or update deliverable types and plans by name. Lots are prices for reference only:
    each purchase names its own.
    """
    work.load_catalogue()
    for item in items:
        comparison = work.memory.compare("price_list", fold(item.name), item)
        if item.can_be_ordered:
            _deliverable(work, item, comparison)
        elif item.kind == "plan":
            _plan(work, item, comparison)
        else:
            work.memory.counts["price_list"]["unchanged"] += 1
    read_anew()


def _deliverable(work: Work, item: PriceItem, comparison: Comparison) -> None:
    kind = work.types.get(fold(item.name))
    exists = kind is not None
    if kind is None:
        kind = DeliverableType(key=_free_key(item.name, {t.key for t in work.types.values()}))
    if not exists or comparison.changed:
        kind.name = item.name
        kind.kind = (
            DeliverableKind.VARIATION if item.kind == "variation" else DeliverableKind.MASTER
        )
        kind.credits = item.credits
        if item.medium or not exists:
            kind.medium = _MEDIA.get(fold(item.medium), Medium.OTHER)
        kind.brief_types = list(item.brief_types or BriefType.values)
        kind.active = item.active
        kind.save()
        work.types[fold(item.name)] = kind
    work.memory.remember(work.command, comparison, "deliverable_type", kind.pk, exists=exists)


def _plan(work: Work, item: PriceItem, comparison: Comparison) -> None:
    plan = work.plans.get(fold(item.name))
    exists = plan is not None
    if plan is None:
        plan = SubscriptionPlan(key=_free_key(item.name, {p.key for p in work.plans.values()}))
    if not exists or comparison.changed:
        plan.name = item.name
        plan.credits = item.credits
        plan.monthly_price = item.price if item.price is not None else plan.monthly_price
        plan.currency = item.currency or plan.currency
        plan.active = item.active
        plan.save()
        work.plans[fold(item.name)] = plan
    work.memory.remember(work.command, comparison, "plan", plan.pk, exists=exists)


def plan_of(work: Work, name: str | None, credits: int) -> SubscriptionPlan:
    """The plan of this name, or one with exactly these credits, or an individual one."""
    if name is not None and fold(name) in work.plans:
        return work.plans[fold(name)]
    for plan in work.plans.values():
        if plan.credits == credits:
            return plan
    plan = SubscriptionPlan.objects.create(
        key=f"individual-{credits}", name=f"Individual {credits}", credits=credits, active=False
    )
    work.plans[fold(plan.name)] = plan
    return plan


def _free_key(name: str, taken: set[str]) -> str:
    key = slugify(name)[:50] or "item"
    number = 1
    while key in taken:
        number += 1
        key = f"{slugify(name)[:50] or 'item'}-{number}"
    return key
