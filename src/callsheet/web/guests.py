"""The page behind a guest's link: look, say something, hand in."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from callsheet.journal.commands import new_key
from callsheet.kit.errors import CallsheetError, NotFound
from callsheet.services import guest_reviewing
from callsheet.services.commenting import LONGEST_COMMENT
from callsheet.web.files import serve_file


class ReviewForm(forms.Form):
    """A few words. The key is made with the page, so that sending it twice says it once."""

    text = forms.CharField(
        label="Your words", required=False, max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    command_key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["command_key"].initial = new_key()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guest(request: HttpRequest, token: str) -> HttpResponse:
    """Show the project to a guest, or take what they say."""
    try:
        form = ReviewForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                handed_in = _take(request, token, form)
            except NotFound:
                raise
            except CallsheetError as error:
                form.add_error("text", error.message)
            else:
                if handed_in:
                    return render(
                        request, "web/guest_thanks.html", {"studio": settings.STUDIO_NAME}
                    )
                return redirect("guest", token=token)
        page = guest_reviewing.open_guest_page(token)
        facts = {"page": page, "form": form, "token": token}
    except NotFound as error:
        raise Http404(error.message) from error
    response = render(request, "web/guest.html", facts, status=422 if form.errors else 200)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is the permission
    return response


def _take(request: HttpRequest, token: str, form: ReviewForm) -> bool:
    """Say it, or hand it in; True for the latter."""
    text, key = form.cleaned_data["text"], form.cleaned_data["command_key"] or None
    step = request.POST.get("step", "comment")
    if step in guest_reviewing.VERDICTS:
        guest_reviewing.hand_in_review(token, step, text, key=key)
        return True
    guest_reviewing.comment_as_guest(token, text, key=key)
    return False


@require_safe
def guest_file(request: HttpRequest, token: str, version: int) -> HttpResponseBase:
    """A file of what was delivered, for a guest."""
    try:
        file = guest_reviewing.file_for_guest(token, version)
    except NotFound as error:
        raise Http404(error.message) from error
    response = serve_file(request, file)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
