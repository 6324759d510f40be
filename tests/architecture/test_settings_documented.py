"""Every setting is documented, every page made from the code is up to date."""

import pytest

from callsheet.config.env import Env, variables
from tools import reference


@pytest.mark.parametrize("page", ["settings.md", "commands.md", "lifecycle.md"])
def test_page_is_what_the_code_says(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    written = (reference.REFERENCE / page).read_text()
    assert written == reference.pages()[page](), f"run `make docs`: {page} differs from the code"


def test_every_setting_says_what_it_does() -> None:
    page = (reference.REFERENCE / "settings.md").read_text()
    for name, field in Env.model_fields.items():
        assert len(field.description or "") > 20, f"{name} has no description"
        for variable in variables(name):
            assert f"`{variable}`" in page
