"""Wallets: the strip, the queue with its reasons, what is to come, and the steps on credits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action

from callsheet.credits.capacity import schedule
from callsheet.credits.models import Billing, Subscription, Transfer, Wallet
from callsheet.insight.queue_view import show_queue
from callsheet.kit import clock
from callsheet.projects.lifecycle import Status
from callsheet.services import crediting, subscribing, transferring
from callsheet.tenants.models import AccountType
from callsheet.web.admin import wallet_steps as forms
from callsheet.web.admin.base import StaffAdmin, actor_of
from callsheet.web.admin.pictures import row_strip, wide_strip, with_production, words_for
from callsheet.web.admin.steps import StepForm, take_step
from callsheet.web.roles import Group
from callsheet.web.strip import TONES

STEPS = (
    "grant", "buy", "adjust", "subscribe", "change_plan", "pause", "resume", "move", "limits",
)  # fmt: skip


def running_rows(wallet: Wallet) -> list[dict[str, Any]]:
    """What is in production, each with its colour and words."""
    return [
        {"project": p, "tone": TONES[Status(p.status)][0], "words": TONES[Status(p.status)][1]}
        for p in getattr(wallet, "in_production", [])
    ]


@admin.register(Wallet)
class WalletAdmin(StaffAdmin):
    """What accounts and pools hold. Balances move by steps, each through the ledger."""

    group = Group.CREDITS
    list_display = ("owner_name", "billing", "capacity_strip", "free", "borrowed_lent", "waiting")
    list_filter = ("billing", "policy", ("organization", admin.EmptyFieldListFilter))
    search_fields = ("account__name", "account__key", "organization__name")
    ordering = ("account__name", "organization__name", "id")
    change_form_outer_before_template = "web/wallet_state.html"
    fieldsets = (
        (
            "Settings",
            {"fields": ("billing", "policy", "floor", "may_borrow", "may_lend", "weight")},
        ),
        (
            "Books",
            {
                "classes": ("collapse",),
                "fields": (
                    "available", "held", "issued", "consumed", "expired", "net_in", "lent",
                    "borrowed", "overdraft", "seq",
                )
            },
        ),
    )  # fmt: skip
    actions_detail = STEPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Wallet]:
        """With owner, plan, what is in production, and how many briefs wait."""
        return (
            super()
            .get_queryset(request)
            .select_related("account__organization", "organization", "domain", "subscription__plan")
            .prefetch_related(with_production())
            .annotate(_waiting=Count("projects", filter=Q(projects__status=Status.QUEUED)))
        )

    @admin.display(description="wallet", ordering=F("account__name"))
    def owner_name(self, wallet: Wallet) -> str:
        """Whose it is."""
        return str(wallet)

    @admin.display(description="credits in production")
    def capacity_strip(self, wallet: Wallet) -> SafeString:
        """The strip."""
        return row_strip(wallet)

    @admin.display(description="free", ordering="available")
    def free(self, wallet: Wallet) -> int:
        """Credits that can be held now; negative: overdrawn."""
        return wallet.available

    @admin.display(description="borrowed / lent")
    def borrowed_lent(self, wallet: Wallet) -> str:
        """What helps out elsewhere, and what helps here."""
        return f"{wallet.borrowed} / {wallet.lent}" if wallet.borrowed or wallet.lent else ""

    @admin.display(description="waiting", ordering="_waiting")
    def waiting(self, wallet: Wallet) -> int:
        """Briefs in its queue."""
        return int(getattr(wallet, "_waiting", 0))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The wallet's page: answer and picture first."""
        wallet = self.get_object(request, object_id)
        more = dict(extra_context or {})
        if wallet is not None:
            view = show_queue(actor_of(request), wallet.account_id) if wallet.account_id else None
            queue = view.waiting if view else ()
            steps = schedule(wallet, clock.today(wallet.owner.time_zone))
            latest = Transfer.objects.filter(Q(from_wallet=wallet) | Q(to_wallet=wallet))
            more |= {
                "wallet": wallet,
                "strip": wide_strip(wallet, view.reserved if view else 0),
                "sentence": words_for(wallet),
                "reserved": view.reserved if view else 0,
                "running": running_rows(wallet),
                "queue": queue,
                "asked": sum(brief.credits for brief in queue),
                "changes": steps[1:],
                "latest": latest.select_related(
                    "command", "from_wallet__account", "from_wallet__organization",
                    "to_wallet__account", "to_wallet__organization",
                ).order_by("-pk")[:12],
            }  # fmt: skip
        return super().change_view(request, object_id, form_url, more)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only the steps that this wallet knows."""
        steps = super().get_actions_detail(request, object_id)
        wallet = (
            Wallet.objects.select_related("account", "subscription").filter(pk=object_id).first()
        )
        if wallet is None:
            return []
        known = set(fitting_steps(wallet))
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        return [step for step in steps if step.action_name.removeprefix(prefix) in known]

    def _step(
        self,
        request: HttpRequest,
        object_id: str,
        title: str,
        form_class: type[StepForm],
        do: Callable[[Any, dict[str, Any], str], Any],
        intro: str = "",
        button: str = "",
    ) -> HttpResponse:
        return take_step(
            self, request, object_id, title=title, form_class=form_class, do=do, intro=intro,
            button=button, said=self._said,
        )  # fmt: skip

    def _said(self, wallet: Wallet, answer: Any) -> str:
        """What came of a step: how the wallet stands now, and what started by it."""
        wallet.refresh_from_db()
        started = len(answer.get("started", ()))
        more = f" {started} brief{'s' if started != 1 else ''} started by it." if started else ""
        return f"Done. {words_for(wallet)}{more}"

    @action(description="Grant credits", icon="add_card", permissions=["act"])
    def grant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Boosters, goodwill, trial credits."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Grant credits", forms.GrantForm,
            lambda row, typed, key: crediting.grant(
                actor, row.pk, typed["credits"], typed["category"], starts_on=typed["starts_on"],
                ends_on=typed["ends_on"], price=typed["price"], note=typed["note"], key=key,
            ),
        )  # fmt: skip

    @action(description="Add bought credits", icon="shopping_cart", permissions=["act"])
    def buy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A lot of pay-as-you-go credits."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Add bought credits", forms.LotForm,
            lambda row, typed, key: crediting.buy_lot(
                actor, row.pk, typed["credits"], expires_on=typed["expires_on"],
                price=typed["price"], note=typed["note"], key=key,
            ),
        )  # fmt: skip

    @action(description="Adjust", icon="tune", permissions=["act"])
    def adjust(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """By hand, with a reason."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Adjust credits", forms.AdjustForm,
            lambda row, typed, key: crediting.adjust(
                actor, row.pk, typed["change"], until=typed["until"],
                permanent=typed["permanent"], note=typed["note"], key=key,
            ),
            "Your reason is kept with the transfer.",
        )  # fmt: skip

    @action(description="Start a subscription", icon="autorenew", permissions=["act"])
    def subscribe(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Its first plan."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Start a subscription", forms.SubscribeForm,
            lambda row, typed, key: subscribing.subscribe(
                actor, row.pk, typed["plan"].key, renews_on=typed["renews_on"],
                price=typed["price"], key=key,
            ),
        )  # fmt: skip

    @action(description="Change plan", icon="layers", permissions=["act"])
    def change_plan(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Up at once, down at renewal."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Change the plan", forms.PlanForm,
            lambda row, typed, key: subscribing.change_plan(
                actor, row.pk, typed["plan"].key, note=typed["note"], key=key
            ),
            "More credits are there at once. Fewer take effect at renewal; what is in production"
            " then goes on, and gives its credits back as it is finalized.",
        )  # fmt: skip

    @action(description="Pause", icon="pause", permissions=["act"])
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Until a day."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Pause the subscription", forms.PauseForm,
            lambda row, typed, key: subscribing.pause(
                actor, row.pk, typed["until"], note=typed["note"], key=key
            ),
            "What is in production goes on; nothing new starts and nothing is lent until that day."
            " Renewal moves by the pause.",
        )  # fmt: skip

    @action(description="Resume", icon="play_arrow", permissions=["act"])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End the pause today."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "End the pause today", StepForm,
            lambda row, typed, key: subscribing.resume(actor, row.pk, key=key),
            "The queue goes on at once.",
        )  # fmt: skip

    @action(description="Move credits", icon="swap_horiz", permissions=["act"])
    def move(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Inside the organization."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Move credits", forms.MoveForm,
            lambda row, typed, key: transferring.transfer(
                actor, row.pk, typed["target"].pk, typed["amount"], note=typed["note"], key=key
            ),
            "Only free credits can be moved; what is in production stays where it is.",
        )  # fmt: skip

    @action(description="Borrowing limits", icon="speed", permissions=["act"])
    def limits(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """How far a team helps, and is helped."""
        actor = actor_of(request)
        return self._step(
            request, object_id, "Borrowing limits", forms.LimitsForm,
            lambda row, typed, key: transferring.set_lending_limits(
                actor, row.pk, may_borrow=typed["may_borrow"], may_lend=typed["may_lend"],
                floor=typed["floor"], weight=typed["weight"], key=key,
            ),
            button="Save",
        )  # fmt: skip


def fitting_steps(wallet: Wallet) -> list[str]:
    """The steps that make sense for a wallet, in the order in which they are offered."""
    integrated = wallet.account is not None and wallet.account.type == AccountType.INTEGRATED
    if wallet.billing == Billing.PAY_AS_YOU_GO:
        return ["buy", "adjust"]
    steps = ["adjust"] if integrated else ["grant", "adjust"]
    plan: Subscription | None = getattr(wallet, "subscription", None)
    if not integrated:
        if plan is None or plan.status == Subscription.Status.ENDED:
            steps.append("subscribe")
        else:
            paused = plan.status == Subscription.Status.PAUSED
            steps += ["change_plan", "resume" if paused else "pause"]
    if integrated or wallet.organization_id is not None:
        steps.append("move")
    return [*steps, "limits"] if integrated else steps
