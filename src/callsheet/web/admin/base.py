"""What all pages of the administration share: who sees them, and that services do the writing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin as PlainModelAdmin
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from callsheet.kit.actor import Actor, person
from callsheet.kit.errors import CallsheetError, Forbidden, NotFound, Refusals
from callsheet.web.roles import Group, sees, writes


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as the doer of a command."""
    return person(int(request.user.pk or 0), str(request.user))


def problems_of(error: CallsheetError) -> list[CallsheetError]:
    """The refusals that an error carries, one by one."""
    return list(error.problems) if isinstance(error, Refusals) else [error]


class StaffAdmin(ModelAdmin):
    """A page of one group. By itself it only shows; what may be done is switched on one by one.

    Permissions follow the staff role alone (`callsheet.web.roles`), not Django's permissions.
    """

    group: ClassVar[Group]
    may_add = may_change = may_delete = False
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = False
    list_filter_sheet = True
    compressed_fields = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the group shows to this person."""
        return sees(request.user, self.group)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether this person may look."""
        return sees(request.user, self.group)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether this person is offered the form for a new one."""
        return self.may_add and self.has_act_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether this person is offered the form to change it."""
        return self.may_change and self.has_act_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether this person may remove it."""
        return self.may_delete and self.has_act_permission(request)

    def has_act_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether this person is offered the group's forms and actions."""
        return sees(request.user, self.group) and writes(request.user, self.group)

    def get_action_choices(
        self,
        request: HttpRequest,
        default_choices: Any = None,
        action_location: ActionLocation = ActionLocation.CHANGE_LIST,
    ) -> list[tuple[str, str]]:
        """The actions on several rows, by the signature of Django 6.1 (unfold has the older)."""
        blank = default_choices or [("", "Choose what to do")]
        return PlainModelAdmin.get_action_choices(self, request, blank, action_location)


class ReadOnlyAdmin(StaffAdmin):
    """Rows that nobody changes here, whatever their role: ledger, journal, and records."""

    paginator = InfinitePaginator  # counting millions of rows would be the slowest part of a page

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False


class ServiceAdmin(StaffAdmin):
    """Rows that are written through services: a subclass says which, in `create` and `update`.

    What a service refuses is shown at the field it names, in a form that keeps what was typed.
    """

    def create(self, request: HttpRequest, form: ModelForm[Any]) -> int:
        """Have a service make the new row; returns its id."""
        raise PermissionDenied

    def update(self, request: HttpRequest, obj: Model, form: ModelForm[Any]) -> None:
        """Have a service change the row to what the form says."""
        raise PermissionDenied

    def remove(self, request: HttpRequest, obj: Model) -> None:
        """Have a service remove the row."""
        raise PermissionDenied

    def save_model(
        self, request: HttpRequest, obj: Model, form: ModelForm[Any], change: bool
    ) -> None:
        """Leave the writing to `create` or `update`; read what came of it."""
        if change:
            self.update(request, obj, form)
        else:
            obj.pk = self.create(request, form)
        obj.refresh_from_db()

    def save_related(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool
    ) -> None:
        """Nothing: services write what belongs together. What rows shown beside the form would
        change (nothing) is worked out, because the admin's own log asks for it.
        """
        for formset in formsets:
            formset.save(commit=False)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Leave the removing to `remove`."""
        self.remove(request, obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save the form; what a service refuses comes back into it."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except CallsheetError as error:
            _raise_as_page(error)
            request.refused = error  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm[Any]]:
        """The form; after a refusal, one that says so at its fields."""
        form = super().get_form(request, obj, change=change, **kwargs)
        refused = getattr(request, "refused", None)
        return form if refused is None else _refusing(form, refused)

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Remove the row, or say why not."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except CallsheetError as error:
            _raise_as_page(error)
            messages.error(request, error.message)
            opts = self.opts
            return redirect(
                reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[object_id])
            )


def _refusing(form: type[ModelForm[Any]], refused: CallsheetError) -> type[ModelForm[Any]]:
    class Refusing(form):  # type: ignore[misc, valid-type]
        def clean(self) -> Any:
            data = super().clean()
            for problem in problems_of(refused):
                named = problem.field if problem.field in self.fields else None
                self.add_error(named, problem.message)
            return data

    return Refusing


def _raise_as_page(error: CallsheetError) -> None:
    """Answer "not found" and "forbidden" as pages; everything else belongs into the form."""
    if isinstance(error, NotFound):
        raise Http404(error.message) from error
    if isinstance(error, Forbidden):
        raise PermissionDenied(error.message) from error


def each(request: HttpRequest, rows: QuerySet[Any], step: Any, *, done: str) -> None:
    """Take a step for each chosen row, one transaction each; say what was done and what was not.

    ``done`` is a sentence with ``{n}`` for the number of rows for which it worked.
    """
    worked = 0
    for row in rows:
        try:
            step(row)
            worked += 1
        except CallsheetError as error:
            messages.error(request, f"{row}: {error.message}")
    if worked:
        messages.success(request, done.format(n=worked))
