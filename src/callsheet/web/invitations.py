"""The page behind an invitation's link."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from callsheet.kit.actor import person
from callsheet.kit.errors import CallsheetError, NotFound
from callsheet.services import inviting
from callsheet.tenants.models import Invitation, User


class JoinForm(forms.Form):
    """A name and a password of one's own."""

    name = forms.CharField(
        max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}), label="Your name"
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters.",
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what; accept, or make a login and accept."""
    try:
        invited = inviting.open_invitation(token)
        if request.user.is_authenticated:
            return _accept(request, token, invited)
        if User.objects.filter(email=invited.email).exists():
            return redirect_to_login(request.path, reverse("account_login"))
        return _join(request, token, invited)
    except NotFound as error:
        raise Http404(error.message) from error


def _accept(request: HttpRequest, token: str, invited: Invitation) -> HttpResponse:
    """For somebody who is signed in: one button."""
    refused = ""
    if request.method == "POST":
        try:
            inviting.accept_invitation(person(int(request.user.pk or 0), str(request.user)), token)
        except NotFound:
            raise
        except CallsheetError as error:
            refused = error.message
        else:
            messages.success(request, f"Welcome to {invited.account or invited.organization}.")
            return redirect("home")
    facts = {"invited": invited, "refused": refused}
    return render(request, "web/invitation.html", facts, status=409 if refused else 200)


def _join(request: HttpRequest, token: str, invited: Invitation) -> HttpResponse:
    """For somebody new: a name and a password."""
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            answer = inviting.join_by_invitation(token, typed["name"], typed["password"])
        except NotFound:
            raise
        except CallsheetError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            user = User.objects.get(pk=answer["user"])
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            messages.success(request, f"Welcome to {invited.account or invited.organization}.")
            return redirect("home")
    facts = {"invited": invited, "form": form}
    return render(request, "web/invitation.html", facts, status=422 if form.errors else 200)
