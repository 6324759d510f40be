"""One form for one step: a page in the administration that asks, calls one service, and returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from callsheet.journal.commands import new_key
from callsheet.kit.errors import CallsheetError, Forbidden, NotFound
from callsheet.web.admin.base import StaffAdmin, problems_of


class StepForm(forms.Form):
    """A step's form. Its key is made when it is shown, so that sending it twice does it once."""

    command_key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, row: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.fields["command_key"].initial = new_key()

    def refuse(self, error: CallsheetError) -> None:
        """Show a refusal at the fields it names, and offer the step anew."""
        for problem in problems_of(error):
            self.add_error(problem.field if problem.field in self.fields else None, problem.message)


def credits_field(label: str = "Credits", **options: Any) -> forms.IntegerField:
    """A number of credits."""
    return forms.IntegerField(label=label, widget=UnfoldAdminIntegerFieldWidget, **options)


def date_field(label: str, **options: Any) -> forms.DateField:
    """A day."""
    return forms.DateField(label=label, widget=UnfoldAdminSingleDateWidget, **options)


def money_field(label: str, **options: Any) -> forms.DecimalField:
    """An amount of money in the wallet's currency."""
    return forms.DecimalField(
        label=label, widget=UnfoldAdminDecimalFieldWidget, max_digits=12, decimal_places=2,
        min_value=0, **options,
    )  # fmt: skip


def choice_field(label: str, choices: Any, **options: Any) -> forms.ChoiceField:
    """One of several."""
    return forms.ChoiceField(
        label=label, choices=choices, widget=UnfoldAdminSelectWidget, **options
    )


def row_field(label: str, rows: Any, **options: Any) -> forms.ModelChoiceField[Any]:
    """One row of several."""
    return forms.ModelChoiceField(
        label=label, queryset=rows, widget=UnfoldAdminSelectWidget, **options
    )


def text_field(label: str, **options: Any) -> forms.CharField:
    """A line of text."""
    return forms.CharField(
        label=label, widget=UnfoldAdminTextInputWidget, max_length=300, **options
    )


def reason_field(label: str = "Reason", **options: Any) -> forms.CharField:
    """A sentence or two, kept with the event."""
    return forms.CharField(
        label=label, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), max_length=2000, **options
    )


def switch_field(label: str, **options: Any) -> forms.BooleanField:
    """Yes or no."""
    return forms.BooleanField(
        label=label, required=False, widget=UnfoldBooleanSwitchWidget, **options
    )


def take_step(
    admin: StaffAdmin,
    request: HttpRequest,
    object_id: str,
    *,
    title: str,
    form_class: type[StepForm],
    do: Callable[[Any, dict[str, Any], str], Any],
    said: Callable[[Any, Any], str],
    intro: str = "",
    button: str = "",
) -> HttpResponse:
    """Show a step's form, or take the step and go back to the row it concerns.

    ``do(row, what was typed, command key)`` calls one service; ``said(row, answer)`` is the
    sentence that reports it. What the service refuses is shown at the field it names.
    """
    if not admin.has_act_permission(request):
        raise PermissionDenied
    row = admin.get_object(request, unquote(object_id))
    if row is None:
        raise Http404
    opts = admin.opts
    back = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    form = form_class(request.POST or None, request.FILES or None, row=row)
    if request.method == "POST" and form.is_valid():
        typed = dict(form.cleaned_data)
        try:
            answer = do(row, typed, typed.pop("command_key"))
        except NotFound as error:
            raise Http404(error.message) from error
        except Forbidden as error:
            raise PermissionDenied(error.message) from error
        except CallsheetError as error:
            form.refuse(error)
        else:
            messages.success(request, said(row, answer))
            return redirect(back)
    context = {
        **admin.admin_site.each_context(request),
        "title": title,
        "opts": opts,
        "original": row,
        "form": form,
        "intro": intro,
        "button": button or title,
        "back": back,
        "media": admin.media + form.media,
    }
    return TemplateResponse(request, "web/step.html", context, status=422 if form.errors else 200)
