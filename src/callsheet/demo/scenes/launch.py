"""Brixen's launch: it waits for a hundred credits, slips, and its sample is late."""

from __future__ import annotations

from datetime import timedelta

from callsheet.demo.moments import Kind
from callsheet.demo.scenes.everyones import (
    approving,
    delivering,
    finalizing,
    staging_in,
    submitting,
)
from callsheet.demo.scenes.scene import Scene, Told, project_in
from callsheet.demo.setting import Setting
from callsheet.insight.wording import say_day, say_number
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Sample
from callsheet.schedule.models import Campaign
from callsheet.services import anchoring, sampling, staging
from callsheet.tenants.models import Account

BRIXEN = "brixen"
LAUNCH = "Launch of the pocket projector"
SECOND = "Second wave of the pocket projector"
KITCHEN = "Desk speaker in the kitchen"
WINTER = "Bike lights in winter"
SLIPS_BY = 21
_SAMPLE = "Pocket projector, first of the series"


def _slip(setting: Setting, account: Account) -> Told | None:
    campaign = (
        Campaign.objects.filter(account=account, anchor_on__isnull=False).order_by("pk").first()
    )
    if campaign is None or campaign.anchor_on is None:
        return None
    actor = setting.cast.admin(account.pk)
    today = clock.today(account.time_zone)
    anchor = max(campaign.anchor_on, today) + timedelta(days=SLIPS_BY)
    answer = anchoring.move_campaign(
        actor, campaign.pk, anchor, note="The factory delivers three weeks later."
    )
    return Told(
        Kind.DATES,
        f"The launch slips: {actor.name} moves “{campaign.name}” to {say_day(anchor, today)}."
        f" {say_number(len(answer['moved']), 'entry moves', 'entries move')} with it,"
        f" {say_number(len(answer['stayed']), 'stays', 'stay')} and"
        f" {'is' if len(answer['stayed']) == 1 else 'are'} listed with the reason.",
    )


def _announce(setting: Setting, account: Account) -> Told | None:
    project = project_in(
        account, Status.IN_PROGRESS, Status.PENDING_REVIEW, Status.QUEUED, title=LAUNCH
    )
    if project is None:
        return None
    expected = setting.later(account, 4)
    actor = setting.cast.member(account.pk, 1)
    sampling.create_sample(actor, account.pk, _SAMPLE, [project.pk], expected_on=expected)
    if project.status == Status.IN_PROGRESS:
        staging.enter_stage(setting.cast.producer(setting.rng), project.pk, "awaiting_sample")
    today = clock.today(account.time_zone)
    return Told(
        Kind.SAMPLE,
        f"{actor.name} announces “{_SAMPLE}” for {say_day(expected, today)}; creation waits for"
        " it.",
        theme=None,
    )


def _sample(account: Account) -> Sample | None:
    return Sample.objects.filter(account=account, name=_SAMPLE, received_on=None).first()


def _ship(setting: Setting, account: Account) -> Told | None:
    sample = _sample(account)
    if sample is None:
        return None
    today = clock.today(account.time_zone)
    actor = setting.cast.member(account.pk, 1)
    sampling.ship_sample(actor, sample.pk, today, tracking="PX00412077")
    return Told(Kind.SAMPLE, f"{actor.name} sends “{sample.name}”.", theme=None)


def _lose(setting: Setting, account: Account) -> Told | None:
    sample = _sample(account)
    if sample is None:
        return None
    today = clock.today(account.time_zone)
    before, expected = sample.expected_on or today, setting.later(account, 7)
    actor = setting.cast.manager(account.pk)
    sampling.expect_sample(actor, sample.pk, expected, note="The parcel went to another depot.")
    return Told(
        Kind.SAMPLE,
        f"The sample is late: the carrier has sent it to another depot. {actor.name} expects it on"
        f" {say_day(expected, today)} instead of {say_day(before, today)}, and the launch's"
        " expected finish moves.",
    )


def _arrive(setting: Setting, account: Account) -> Told | None:
    sample = _sample(account)
    if sample is None:
        return None
    actor = setting.cast.producer(setting.rng)
    answer = sampling.receive_sample(actor, sample.pk, clock.today(account.time_zone))
    goes_on = " Creation starts in the same moment." if answer["went_on"] else ""
    return Told(Kind.SAMPLE, f"{actor.name} takes in “{sample.name}”.{goes_on}")


SCENES: tuple[Scene, ...] = (
    Scene(1, 11.7, BRIXEN, delivering(title="Reviews retold")),
    Scene(3, 9.8, BRIXEN, finalizing(title="Reviews retold", notable=False)),
    Scene(1, 14.2, BRIXEN, delivering(title="Travel kit")),
    Scene(4, 9.5, BRIXEN, finalizing(title="Travel kit", notable=False)),
    Scene(8, 10.0, BRIXEN, _announce),
    Scene(9, 15.0, BRIXEN, _ship),
    Scene(11, 14.0, BRIXEN, _lose),
    Scene(13, 11.2, BRIXEN, _slip),
    Scene(18, 9.6, BRIXEN, _arrive),
    Scene(33, 10.0, BRIXEN, staging_in("post_production", LAUNCH)),
    Scene(38, 11.0, BRIXEN, staging_in("quality_check", LAUNCH)),
    Scene(40, 15.2, BRIXEN, delivering(title=LAUNCH, some=True)),
    Scene(42, 10.1, BRIXEN, approving(title=LAUNCH)),
    Scene(46, 14.0, BRIXEN, delivering(title=LAUNCH)),
    *(Scene(day, 11.0, BRIXEN, delivering(but=LAUNCH)) for day in range(6, 46, 4)),
    *(Scene(day, 10.0, BRIXEN, finalizing(but=LAUNCH, notable=False)) for day in range(8, 50, 4)),
    # The second wave: at the end it is one finalizing away from its start.
    Scene(50, 9.0, BRIXEN, submitting(KITCHEN)),
    Scene(51, 9.0, BRIXEN, submitting(WINTER)),
    Scene(53, 10.4, BRIXEN, finalizing(title=LAUNCH)),
    Scene(54, 9.9, BRIXEN, submitting(SECOND, notable=True)),
    Scene(62, 16.1, BRIXEN, submitting("Bike lights in eight languages")),
    Scene(59, 11.0, BRIXEN, staging_in("post_production", KITCHEN)),
    Scene(61, 10.6, BRIXEN, delivering(title=KITCHEN)),
)
