"""The page that ``callsheet plan --html`` writes, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.functional.browser import DESKTOP, PHONE, axe
from tests.unit.cli.test_plan import CALENDAR, run

LATE = CALENDAR + "Rush,2027-01-08,1 video,,,,\n<b>&amp;,2027-03-26,1 video,,,,\n"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plan")
    assert run(folder, LATE, "--html", str(folder / "plan.html"))[0] == 0
    return folder / "plan.html"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_it_is_accessible_quiet_and_fits(
    browser: Browser, page_file: Path, phone: bool, dark: bool
) -> None:
    context = browser.new_context(
        viewport=PHONE if phone else DESKTOP, color_scheme="dark" if dark else "light"
    )
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(page_file.as_uri())
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.get_by_role("heading", name="Brief this week").is_visible()
    assert asked == [page_file.as_uri()]
    assert said == []
    context.close()


def test_it_is_read_without_scripts_and_by_the_keyboard(browser: Browser, page_file: Path) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    page.keyboard.press("Tab")
    # The table is wider than a phone; the keyboard reaches and scrolls it.
    assert page.get_by_role("region", name="All projects").is_visible()
    assert page.locator(":focus").get_attribute("aria-labelledby") == "all"
    context.close()
