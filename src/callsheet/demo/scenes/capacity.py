"""Scenes about credits: help among teams, plans, notice, prices, loans, lots."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from callsheet.catalogue.models import SubscriptionPlan
from callsheet.credits.models import Subscription, Wallet
from callsheet.credits.prices import price_on
from callsheet.demo.moments import Kind
from callsheet.demo.scenes.scene import Act, Scene, Told, project_in
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_credits, say_day
from callsheet.kit import clock
from callsheet.projects.brief import BriefInput, ConceptInput, DeliverableInput
from callsheet.projects.lifecycle import Status
from callsheet.services import (
    briefing,
    cataloguing,
    crediting,
    noticing,
    pricing,
    subscribing,
    transferring,
)
from callsheet.tenants.models import Account


def _upgrade(plan: str) -> Act:
    def act(setting: Setting, account: Account) -> Told | None:
        actor = setting.cast.manager(account.pk)
        subscribing.change_plan(actor, account.wallet.pk, plan)
        account.wallet.refresh_from_db()
        return Told(
            Kind.CREDITS,
            f"{actor.name} upgrades the plan to {plan.title()}: {account.wallet.capacity} credits"
            " from today.",
            f"the upgrade to {plan.title()}",
        )

    return act


def _downgrade(plan: str) -> Act:
    def act(setting: Setting, account: Account) -> Told | None:
        actor = setting.cast.manager(account.pk)
        subscribing.change_plan(actor, account.wallet.pk, plan, note="A sixth is used.")
        renews = Subscription.objects.get(wallet=account.wallet).renews_on
        today = clock.today(account.time_zone)
        return Told(
            Kind.CREDITS,
            f"{actor.name} agrees with {account.name} on the plan {plan.title()} from the renewal"
            f" on {say_day(renews, today)}; until then everything stays.",
        )

    return act


def _pool_shrinks(credits: int, price: int) -> Act:
    """An organization needs fewer credits from its renewal on: the studio makes it a plan."""

    def act(setting: Setting, account: Account) -> Told | None:
        organization = account.organization
        pool = Wallet.objects.filter(organization=organization).first() if organization else None
        subscription = Subscription.objects.filter(wallet=pool).first() if pool else None
        if organization is None or pool is None or subscription is None:
            return None
        if subscription.credits <= credits:
            return None
        actor = setting.cast.studio_admin()
        plan = SubscriptionPlan(
            key=f"{organization.key}-{credits}", name=f"{organization.name} {credits}",
            credits=credits, monthly_price=Decimal(price),
        )  # fmt: skip
        cataloguing.save_entry(actor, plan)
        answer = subscribing.change_plan(
            actor, pool.pk, plan.key, note="Fewer campaigns in the coming year."
        )
        renews, today = date.fromisoformat(answer["on"]), clock.today(account.time_zone)
        return Told(
            Kind.CREDITS,
            f"{actor.name} agrees with {organization.name} that its year ends with"
            f" {say_credits(credits)} instead of {subscription.credits}, from the renewal on"
            f" {say_day(renews, today)}: then the pool takes back what is idle in its teams, and"
            " what is in production stays there.",
        )

    return act


def _helped_by(neighbour: str, credits: int) -> Act:
    def act(setting: Setting, account: Account) -> Told | None:
        source = _lender(neighbour, credits)
        if source is None or account.organization is None:
            return None
        actor = setting.cast.overseer(account.organization)
        transferring.transfer(
            actor, source.pk, account.wallet.pk, credits,
            note="One team is short, the other has time.",
        )  # fmt: skip
        return Told(
            Kind.CREDITS,
            f"{actor.name} transfers {credits} idle credits from {source.owner.name} to"
            f" {account.name}.",
            f"{credits} credits from {source.owner.name}",
        )

    return act


def _lent_by(neighbour: str, credits: int, days: int) -> Act:
    def act(setting: Setting, account: Account) -> Told | None:
        source = _lender(neighbour, credits)
        if source is None or account.organization is None:
            return None
        actor = setting.cast.overseer(account.organization)
        today = clock.today(account.time_zone)
        back = today + timedelta(days=days)
        transferring.lend(
            actor, source.pk, account.wallet.pk, credits, starts_on=today, ends_on=back,
            note="Until the catalogue is done.",
        )  # fmt: skip
        return Told(
            Kind.CREDITS,
            f"{actor.name} lends {account.name} {say_credits(credits)} of {source.owner.name} until"
            f" {say_day(back, today)}.",
            f"{credits} credits lent by {source.owner.name}",
        )

    return act


def _lender(key: str, credits: int) -> Wallet | None:
    return (
        Wallet.objects.select_related("account")
        .filter(account__key=key, available__gte=credits)
        .first()
    )


def _notice(setting: Setting, account: Account) -> Told | None:
    actor = setting.cast.manager(account.pk)
    answer = noticing.give_notice(actor, account.wallet.pk, reason="in_house")
    today = clock.today(account.time_zone)
    ends = date.fromisoformat(answer["ends_on"])
    return Told(
        Kind.CREDITS,
        f"{account.name} gives notice, because it does the work in-house now; its last day is the"
        f" one before {say_day(ends, today)}.",
    )


def _dearer(setting: Setting, account: Account) -> Told | None:
    subscription = Subscription.objects.filter(wallet=account.wallet).first()
    today = clock.today(account.time_zone)
    price = price_on(subscription, today) if subscription else None
    if subscription is None or price is None or price.monthly_price is None:
        return None
    actor = setting.cast.manager(account.pk)
    day = today + timedelta(days=45)
    new = (price.monthly_price * Decimal("1.04")).quantize(Decimal(1))
    pricing.announce_price(actor, account.wallet.pk, new, day)
    return Told(
        Kind.CREDITS,
        f"{actor.name} announces a price of {new:,.0f} {subscription.currency} a month from"
        f" {say_day(day, today)}, instead of {price.monthly_price:,.0f}.",
        theme=None,
    )


def _buy(credits: int) -> Act:
    def act(setting: Setting, account: Account) -> Told | None:
        actor = setting.cast.manager(account.pk)
        until = clock.today(account.time_zone) + timedelta(days=365)
        crediting.buy_lot(actor, account.wallet.pk, credits, expires_on=until)
        return Told(
            Kind.CREDITS, f"{account.name} buys {say_credits(credits)}, good for a year.",
            f"the purchase of {say_credits(credits)}", None,
        )  # fmt: skip

    return act


def _pays_as_it_goes(title: str, videos: int, stills: int) -> Act:
    """An account without a plan writes a brief of what it has bought."""

    def act(setting: Setting, account: Account) -> Told | None:
        actor = setting.cast.admin(account.pk)
        wanted = setting.later(account, 35)
        brief = BriefInput(
            title=title, brief_type="original_creative", wanted_by=wanted,
            fields={
                "objective": "A good end of the year.", "creative_style": "lifestyle",
                "central_idea": "The product at home, in the evening.",
            },
            concepts=(
                ConceptInput(
                    "Evening",
                    (DeliverableInput("video", videos), DeliverableInput("static", stills)),
                ),
            ),
        )  # fmt: skip
        answer = briefing.write(actor, account.pk, brief)
        answer = briefing.submit(actor, answer["project"])
        waits = answer["status"] == Status.QUEUED
        return Told(
            Kind.QUEUED if waits else Kind.SUBMITTED,
            f"{actor.name} submits “{title}” ({say_credits(answer['credits'])})"
            f"{', which waits for a purchase' if waits else ' from what was bought'}.",
            "the new brief", theme=None,
        )  # fmt: skip

    return act


def _grow_draft(setting: Setting, account: Account) -> Told | None:
    """A draft below the minimum of a pay-as-you-go project gets what is missing."""
    project = project_in(account, Status.DRAFT, order="pk")
    if project is None:
        return None
    actor = setting.cast.admin(account.pk)
    brief = BriefInput(
        title=project.title, brief_type=project.brief_type, campaign=project.campaign,
        wanted_by=setting.later(account, 30), fields=project.fields,
        dos=tuple(project.dos), donts=tuple(project.donts),
        concepts=(ConceptInput("Still life", (DeliverableInput("photo-set", 3),)),),
    )  # fmt: skip
    briefing.write(actor, account.pk, brief, project_id=project.pk)
    answer = briefing.submit(actor, project.pk)
    return Told(
        Kind.SUBMITTED,
        f"{actor.name} adds a third photo set to “{project.title}”, which makes the 30 credits that"
        f" a project without a plan has at least, and submits it ({answer['credits']} credits).",
        "the new brief",
    )


SCENES: tuple[Scene, ...] = (
    Scene(2, 10.2, "halden-run", _helped_by("halden-golf", 20)),
    Scene(5, 11.1, "kestrel", _upgrade("scale")),
    Scene(9, 9.3, "ember", _buy(60)),
    Scene(11, 10.9, "solstice", _grow_draft),
    Scene(15, 10.4, "halden-trail", _lent_by("halden-golf", 20, 24)),
    Scene(22, 11.5, "paperworks", _downgrade("growth")),
    Scene(26, 14.2, "poppy", _pays_as_it_goes("Poppy at home", 2, 2)),
    Scene(28, 10.0, "aurora", _dearer),
    Scene(4, 9.4, "cobalt", _notice),
    Scene(34, 15.6, "quill", _pays_as_it_goes("The long letter", 3, 2)),
    Scene(43, 11.3, "nordlicht-garden", _pool_shrinks(210, 7900)),
    Scene(46, 13.0, "thistle", _pays_as_it_goes("Thistle in winter", 4, 2)),
    Scene(57, 10.7, "ember", _pays_as_it_goes("Grills for the balcony", 3, 2)),
)
