"""Icons are drawn as their package draws them."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide


def drawn(tag: str) -> str:
    return Template("{% load lucide %}{% lucide " + tag + " %}").render(Context())


def test_an_icon_is_the_packages_own() -> None:
    for _ in range(2):
        assert drawn('"x" size=16') == lucide("x", size=16)
        assert drawn('"x"') == lucide("x")
        more = {"class": "soft"}
        assert drawn('"x" size=16 class="soft"') == lucide("x", size=16, **more)


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(IconDoesNotExist):
        drawn('"no-such-icon"')
