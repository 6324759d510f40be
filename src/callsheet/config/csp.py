"""What pages may load: only what this installation serves itself.

The administration's own scripts (Alpine) evaluate expressions and its templates carry style
attributes, so it gets a policy of its own; nothing else does.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

from callsheet.config.env import Env
from callsheet.config.files import file_origins

PAGES: Final[dict[str, list[str]]] = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}


def pages_policy(env: Env) -> dict[str, list[str]]:
    """The policy of this installation's pages: signing in elsewhere begins with a form, and
    pictures and films may come from a bucket, to which our own address leads on.
    """
    policy = dict(PAGES)
    if env.oidc_url is not None:
        parts = urlsplit(env.oidc_url)
        policy["form-action"] = [CSP.SELF, f"{parts.scheme}://{parts.netloc}"]
    if origins := file_origins(env):
        policy["img-src"] = [*PAGES["img-src"], *origins]
        policy["media-src"] = [CSP.SELF, *origins]
    return policy


ADMINISTRATION: Final[dict[str, list[str]]] = {
    **PAGES,
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}
ADMINISTRATION_PATH: Final = "/admin/"


def administration_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the administration's pages get the administration's policy."""
    administration = csp_override(ADMINISTRATION)(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        ours = request.path.startswith(ADMINISTRATION_PATH)
        return (administration if ours else get_response)(request)

    return middleware
