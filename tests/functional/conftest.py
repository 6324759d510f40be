"""Tests in a real browser: each has a database, a server and pages of its own.

Without a browser they are skipped, loudly; in continuous integration (``CI=true``) they fail.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.functional.browser import (
    ARGUMENTS,
    People,
    Watched,
    find_chromium,
    must_have_a_browser,
    serving,
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file: its loop must not run on in those of other files."""
    path = find_chromium()
    if not path:
        said = "NO BROWSER: the tests in a browser did not run; see .tools/browser.log"
        if must_have_a_browser():
            pytest.fail(said)
        warnings.warn(pytest.PytestWarning(said), stacklevel=1)
        pytest.skip(said)
    # Playwright's own loop runs in this thread; what we ask of the database is not part of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def watched() -> Watched:
    """What the browser complains about; a test may allow messages that it causes itself."""
    return Watched()


@pytest.fixture
def people(live_db: str, browser: Browser, watched: Watched) -> Iterator[People]:
    """Opens pages for people on a server with a fresh database; complaints fail the test."""
    with serving() as address:
        people = People(browser, address, watched)
        yield people
        for context in people.contexts:
            context.close()
    assert not watched.complaints, watched.complaints
