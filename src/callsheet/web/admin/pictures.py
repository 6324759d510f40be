"""A wallet as a picture: its strip, the sentence about it, and what is needed to draw them."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from callsheet.credits.models import Wallet
from callsheet.projects.models import Project
from callsheet.web.strip import Part, part, sentence, strip


def in_production() -> QuerySet[Project]:
    """Projects that hold credits now, the longest first."""
    return (
        Project.objects.filter(hold__closed_at__isnull=True, hold__isnull=False)
        .select_related("hold")
        .order_by("started_at", "id")
    )


def with_production(path: str = "") -> Prefetch[Any, Any, Any]:
    """Reads what is in production for many wallets at once; ``path`` leads to the wallet."""
    lookup = f"{path}__projects" if path else "projects"
    return Prefetch(lookup, queryset=in_production(), to_attr="in_production")


def parts_of(wallet: Wallet) -> list[Part]:
    """The strip's parts, from what `with_production` read or, without it, by one query."""
    projects = getattr(wallet, "in_production", None)
    if projects is None:
        projects = list(in_production().filter(wallet=wallet))
    return [part(p.title, p.status, p.hold.credits) for p in projects]


def row_strip(wallet: Wallet | None) -> SafeString:
    """The strip one line high, with its figure: for a row of a table."""
    if wallet is None:
        return format_html("")
    figure = f"{wallet.held} of {wallet.capacity}"
    return format_html(
        '<span class="cs-cell">{}<span class="cs-figure{}">{}</span></span>',
        strip(parts_of(wallet), wallet.capacity, width=200, height=10),
        " cs-red" if wallet.is_overdrawn else "",
        figure,
    )


def wide_strip(wallet: Wallet, reserved: int = 0) -> SafeString:
    """The strip as wide as a page, with titles where there is room.

    ``reserved`` of its free credits are kept for the head of the queue.
    """
    return strip(
        parts_of(wallet), wallet.capacity, reserved=reserved, width=1080, height=34, titles=True
    )


def words_for(wallet: Wallet) -> str:
    """How the wallet stands, in a sentence."""
    return sentence(wallet.held, wallet.capacity)
