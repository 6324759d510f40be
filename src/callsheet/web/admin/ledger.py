"""The ledger and what hangs on it: transfers, holds, lots, grants, orders. Only to be read."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from callsheet.credits.models import (
    Borrowing,
    Domain,
    Grant,
    Hold,
    HoldLot,
    Lot,
    StandingOrder,
    Transfer,
)
from callsheet.services import transferring
from callsheet.web.admin.base import ReadOnlyAdmin, actor_of, each
from callsheet.web.roles import Group

OWNER = ("wallet__account", "wallet__organization")


class CreditsAdmin(ReadOnlyAdmin):
    """A page of the ledger."""

    group = Group.CREDITS
    ordering: tuple[str, ...] = ("-id",)
    list_select_related: tuple[str, ...] = OWNER


@admin.register(Transfer)
class TransferAdmin(CreditsAdmin):
    """Every movement of credits, newest first."""

    list_display = ("at", "kind", "amount", "from_side", "to_side", "by", "reason")
    list_filter = ("kind",)
    search_fields = (
        "from_wallet__account__name", "to_wallet__account__name", "from_wallet__account__key",
    )  # fmt: skip
    list_select_related = (
        "from_wallet__account", "from_wallet__organization",
        "to_wallet__account", "to_wallet__organization", "command__note",
    )  # fmt: skip
    fields = (
        "at", "kind", "amount", "from_side", "to_side", "by", "reason", "n",
        "hold", "lot", "grant", "order", "chain",
    )  # fmt: skip
    readonly_fields = fields

    @admin.display(description="from", ordering="from_wallet")
    def from_side(self, transfer: Transfer) -> str:
        """The wallet and bucket that gave."""
        return f"{transfer.from_wallet}: {transfer.get_from_bucket_display().lower()}"

    @admin.display(description="to", ordering="to_wallet")
    def to_side(self, transfer: Transfer) -> str:
        """The wallet and bucket that received."""
        return f"{transfer.to_wallet}: {transfer.get_to_bucket_display().lower()}"

    @admin.display(description="by")
    def by(self, transfer: Transfer) -> str:
        """The command and its actor."""
        return str(transfer.command)

    @admin.display(description="reason")
    def reason(self, transfer: Transfer) -> str:
        """What was given as the reason."""
        return str(transfer.command.note or "")

    @admin.display(description="place in the chain")
    def chain(self, transfer: Transfer) -> SafeString:
        """Sequence number and hash."""
        return format_html("{} <code>{}</code>", transfer.from_seq, bytes(transfer.from_hash).hex())


@admin.register(Hold)
class HoldAdmin(CreditsAdmin):
    """What projects occupy."""

    list_display = ("id", "wallet", "project", "credits", "opened_at", "closed_at")
    list_filter = (("closed_at", admin.EmptyFieldListFilter),)
    list_select_related = (*OWNER, "project")
    search_fields = ("wallet__account__name", "project__title")
    fields = ("wallet", "project", "credits", "opened_at", "closed_at")
    readonly_fields = fields

    @admin.display(description="project")
    def project(self, hold: Hold) -> str:
        """The project that holds them."""
        return str(getattr(hold, "project", "") or "")


@admin.register(Grant)
class GrantAdmin(CreditsAdmin):
    """Credits given from a day to a day."""

    list_display = ("wallet", "category", "credits", "starts_on", "ends_on", "posted")
    list_filter = ("category", "posted")
    search_fields = ("wallet__account__name", "wallet__organization__name")


@admin.register(Lot)
class LotAdmin(CreditsAdmin):
    """Pay-as-you-go credits by purchase."""

    list_display = (
        "wallet", "bought_on", "expires_on", "credits", "available", "held", "consumed", "expired",
    )  # fmt: skip
    search_fields = ("wallet__account__name",)


@admin.register(StandingOrder)
class StandingOrderAdmin(CreditsAdmin):
    """Credits that are to be taken on a day."""

    list_display = ("due_on", "kind", "source", "target", "amount", "taken", "state")
    list_filter = ("kind", ("canceled_at", admin.EmptyFieldListFilter))
    list_select_related = (
        "source__account", "source__organization", "target__account", "target__organization",
    )  # fmt: skip
    search_fields = ("source__account__name", "target__account__name")
    ordering = ("-due_on", "-id")
    actions = ("cancel_orders",)

    @admin.display(description="state")
    def state(self, order: StandingOrder) -> str:
        """Whether anything is still to be taken."""
        if order.canceled_at:
            return "canceled"
        return "done" if not order.due_back else f"{order.due_back} to come"

    @admin.action(description="Cancel what they have not taken yet", permissions=["act"])
    def cancel_orders(self, request: HttpRequest, rows: object) -> None:
        """Cancel transfers that are still to come."""
        actor = actor_of(request)
        each(
            request,
            rows,  # type: ignore[arg-type]
            lambda order: transferring.cancel_order(actor, order.pk),
            done="{n} canceled.",
        )


@admin.register(Domain)
class DomainAdmin(CreditsAdmin):
    """What is admitted together."""

    list_display = ("id", "organization", "borrowing")
    list_filter = ("borrowing",)
    list_select_related = ("organization",)


@admin.register(Borrowing)
class BorrowingAdmin(CreditsAdmin):
    """What holds still owe to lenders."""

    list_display = ("hold", "borrower", "lender", "credits")
    list_select_related = (
        "hold__wallet__account", "hold__wallet__organization",
        "lender__account", "lender__organization",
    )  # fmt: skip

    @admin.display(description="borrower")
    def borrower(self, borrowing: Borrowing) -> str:
        """The wallet that borrowed."""
        return str(borrowing.hold.wallet)


@admin.register(HoldLot)
class HoldLotAdmin(CreditsAdmin):
    """Which lots a hold occupies."""

    list_display = ("hold", "lot", "credits")
    list_select_related = ("hold", "lot")
