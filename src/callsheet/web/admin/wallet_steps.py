"""The forms by which credits are given, adjusted and moved."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from callsheet.catalogue.models import SubscriptionPlan
from callsheet.credits.models import Grant, Wallet
from callsheet.web.admin.steps import (
    StepForm,
    choice_field,
    credits_field,
    date_field,
    money_field,
    reason_field,
    row_field,
    switch_field,
)


class GrantForm(StepForm):
    """Credits from a day to a day."""

    credits = credits_field(min_value=1)
    category = choice_field(
        "What they are", [c for c in Grant.Category.choices if c[0] != Grant.Category.PLAN]
    )
    starts_on = date_field("From", required=False, help_text="Empty: from today.")
    ends_on = date_field("Until", required=False, help_text="First day without. Empty: for good.")
    price = money_field("Price", required=False)
    note = reason_field("Note", required=False)


class LotForm(StepForm):
    """Credits that were bought."""

    credits = credits_field(min_value=1)
    expires_on = date_field(
        "Void from", required=False, help_text="Unless held on that day. Empty: never."
    )
    price = money_field("Price", required=False)
    note = reason_field("Note", required=False)


class AdjustForm(StepForm):
    """Credits by hand."""

    change = credits_field("Credits", help_text="Negative takes credits; that may overdraw.")
    until = date_field("Until", required=False, help_text="First day without. Or say permanent.")
    permanent = switch_field("Permanent")
    note = reason_field()


class PlanForm(StepForm):
    """One of the plans."""

    plan = row_field("Plan", SubscriptionPlan.objects.none())
    note = reason_field("Note", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plans = SubscriptionPlan.objects.filter(active=True)
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]


class SubscribeForm(PlanForm):
    """A first plan."""

    renews_on = date_field("Renews on", required=False, help_text="Empty: in a year.")
    price = money_field("Monthly price", required=False, help_text="Empty: the list price.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["note"]


class PauseForm(StepForm):
    """Until when, and why."""

    until = date_field("Until", help_text="First day on which briefs start again.")
    note = reason_field("Note", required=False)


class MoveForm(StepForm):
    """Credits to another wallet of the organization."""

    target = row_field("To", Wallet.objects.none())
    amount = credits_field(min_value=1)
    note = reason_field("Note", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = siblings(self.row)  # type: ignore[attr-defined]


class LimitsForm(StepForm):
    """How far a team helps, and is helped."""

    may_borrow = credits_field(
        "May borrow", min_value=0, required=False, help_text="Credits. Empty: without limit."
    )
    may_lend = credits_field(
        "May lend", min_value=0, required=False, help_text="Credits. Empty: without limit."
    )
    floor = credits_field("Floor", min_value=0, help_text="Idle credits that are never lent.")
    weight = credits_field(
        "Weight", min_value=0, required=False, help_text="When several want to borrow. Empty: its"
        " allocation.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("may_borrow", "may_lend", "floor", "weight"):
            self.fields[name].initial = getattr(self.row, name)


def siblings(wallet: Wallet) -> Any:
    """The other wallets of its organization, the pool first."""
    home = wallet.organization_id or (wallet.account.organization_id if wallet.account else None)
    if home is None:
        return Wallet.objects.none()
    return (
        Wallet.objects.filter(
            Q(organization_id=home) | Q(account__organization_id=home, account__type="integrated")
        )
        .exclude(pk=wallet.pk)
        .select_related("account", "organization")
        .order_by("organization_id", "account__name")
    )
