"""The administration's first page: how the studio stands today, and what asks for somebody."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F, Q, Sum
from django.http import HttpRequest

from callsheet.credits.models import Wallet
from callsheet.projects.lifecycle import Status
from callsheet.projects.models import Project
from callsheet.web.admin.pictures import row_strip, with_production
from callsheet.web.roles import Group, sees


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add today's figures: four queries and one strip for each wallet that is shown."""
    counts = dict(
        Project.objects.filter(
            status__in=[Status.QUEUED.value, Status.PENDING_REVIEW.value, Status.DELIVERED.value]
        )
        .values_list("status")
        .annotate(n=Count("pk"))
    )
    totals = Wallet.objects.aggregate(held=Sum("held"), available=Sum("available"))
    held = totals["held"] or 0
    reviews = (
        Project.objects.filter(status=Status.PENDING_REVIEW)
        .select_related("account")
        .order_by("started_at", "pk")[:8]
    )
    return context | {
        "held": f"{held:,}",
        "capacity": f"{held + (totals['available'] or 0):,}",
        "queued": counts.get(Status.QUEUED, 0),
        "to_review": counts.get(Status.PENDING_REVIEW, 0),
        "unread": counts.get(Status.DELIVERED, 0),
        "reviews": reviews,
        "tight": tight_wallets() if sees(request.user, Group.CREDITS) else [],
    }


def tight_wallets(most: int = 12) -> list[dict[str, Any]]:
    """Wallets in which briefs wait or which are overdrawn, the longest queue first."""
    wallets = (
        Wallet.objects.annotate(
            waiting=Count("projects", filter=Q(projects__status=Status.QUEUED)),
            asked=Sum("projects__credits", filter=Q(projects__status=Status.QUEUED), default=0),
        )
        .filter(Q(waiting__gt=0) | Q(available__lt=0))
        .select_related("account", "organization")
        .prefetch_related(with_production())
        .order_by(F("asked").desc(), "pk")[:most]
    )
    return [
        {"wallet": w, "strip": row_strip(w), "waiting": w.waiting, "asked": w.asked}
        for w in wallets
    ]
