"""What an account costs, or what an organization charges back: a page to read, and a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from callsheet.insight.chargeback import TeamCosts
from callsheet.insight.cost_lines import BY, HEADINGS, Costs, grouped, rows
from callsheet.kit import clock
from callsheet.kit.errors import CallsheetError, Forbidden, NotFound
from callsheet.sheets.writing import write_csv
from callsheet.web.admin.base import StaffAdmin
from callsheet.web.admin.steps import choice_field, date_field

FIELDS = {"from": "first", "to": "last"}  # what a refusal calls them, and what the form does


class SpanForm(forms.Form):
    """Which days, and together by what."""

    first = date_field("From")
    last = date_field("To")
    by = choice_field("Together by", [(name, name.replace("-", " ")) for name in BY])


def cost_page(
    admin: StaffAdmin,
    request: HttpRequest,
    row: Any,
    read: Callable[[date, date], tuple[Costs, tuple[TeamCosts, ...]]],
    by: str,
) -> HttpResponse:
    """Show the costs of ``row`` (an account or an organization), or send them as CSV.

    ``read`` asks the read model for a span; what it refuses is shown in the form.
    """
    if row is None:
        raise Http404
    today = clock.today(row.time_zone)
    asked = {"first": f"{today:%Y-%m}-01", "last": today.isoformat(), "by": by}
    asked |= {name: value for name, value in request.GET.dict().items() if name in asked}
    form = SpanForm(asked)
    costs: Costs | None = None
    teams: tuple[TeamCosts, ...] = ()
    if form.is_valid():
        try:
            costs, teams = read(form.cleaned_data["first"], form.cleaned_data["last"])
        except NotFound as error:
            raise Http404(error.message) from error
        except Forbidden as error:
            raise PermissionDenied(error.message) from error
        except CallsheetError as error:
            form.add_error(FIELDS.get(error.field or ""), error.message)
    if costs is not None and "csv" in request.GET:
        return _file(row, costs)
    opts = admin.opts
    chosen = form.cleaned_data.get("by", by)
    context = {
        **admin.admin_site.each_context(request),
        "title": "Costs",
        "opts": opts,
        "original": row,
        "form": form,
        "costs": costs,
        "teams": teams if chosen == "account" else (),
        "groups": grouped(costs.lines, chosen) if costs is not None else (),
        "by": chosen.replace("-", " "),
        "used": costs is not None and _uses_up(costs),
        "share": _idle_share(costs) if costs is not None else None,
        "file": "?" + urlencode({**asked, "csv": "1"}),
        "back": reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk]),
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "web/costs.html", context, status=422 if form.errors else 200)


def _uses_up(costs: Costs) -> bool:
    return any(one.credits for one in costs.lines) or any(one.credits for one in costs.idle)


def _idle_share(costs: Costs) -> int | None:
    """How many in a hundred credit-days lay idle."""
    if not costs.credit_days:
        return None
    idle = sum((one.credit_days for one in costs.idle), Decimal(0))
    return int((idle * 100 / costs.credit_days).to_integral_value())


def _file(row: Any, costs: Costs) -> HttpResponse:
    answer = HttpResponse(write_csv(HEADINGS, rows(costs)), content_type="text/csv; charset=utf-8")
    name = f"costs-{row.key}-{costs.first}-{costs.last}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
