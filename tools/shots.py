"""``make shots``: a picture of every page, in both themes, on a desktop and on a phone.

    python -m tools.shots [FOLDER]

Builds the demo studio where DATA_DIR has none, serves it in this process, and looks at each page as
a content manager of the account `lumiere` and of a new account without anything. The pictures go to
``shots/``, which git ignores.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT = "lumiere"
EMPTY = "empty-studio"


def main() -> int:
    """Take the pictures; the exit code is 1 where a page complained."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "shots"
    os.environ.setdefault("DATA_DIR", str(ROOT / ".tools" / "shots"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callsheet.config.settings")
    os.environ.setdefault("CALLSHEET_LOG_LEVEL", "WARNING")
    os.environ.setdefault("CALLSHEET_EMAIL_URL", "file:")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's loop runs in this thread
    import django

    django.setup()
    from callsheet.cli.session import studio
    from callsheet.demo.building import build

    with studio():
        build(told=print)
        return _take(folder)


def _take(folder: Path) -> int:
    from playwright.sync_api import sync_playwright

    from callsheet.tenants.models import Membership
    from tests.functional.browser import ARGUMENTS, People, Watched, find_chromium, serving

    _empty_account()
    watched = Watched()
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        people = People(browser, address, watched)
        for key in (ACCOUNT, EMPTY):
            user = (
                Membership.objects.filter(account__key=key)
                .exclude(role="viewer")
                .earliest("pk")
                .user
            )
            for dark in (False, True):
                for phone in (False, True):
                    page = people.page(user, dark=dark, phone=phone)
                    look = f"{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}"
                    for name, path in _pages(key):
                        page.goto(path, wait_until="networkidle")
                        target = folder / key / f"{name}-{look}.png"
                        target.parent.mkdir(parents=True, exist_ok=True)
                        page.screenshot(path=str(target), full_page=True)
            page = people.page()
            for name, path in (
                ("login", "/accounts/login/"),
                ("reset", "/accounts/password/reset/"),
            ):
                page.goto(path)
                page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
        browser.close()
    print(f"The pictures are in {folder}.")
    for complaint in watched.complaints:
        print(complaint, file=sys.stderr)
    return 1 if watched.complaints else 0


def _pages(account: str) -> Iterator[tuple[str, str]]:
    """The account's pages by name: those of the rail, one project of each status, tabs and all."""
    from django.urls import NoReverseMatch, reverse

    from callsheet.projects.models import Project

    for name in ("dashboard", "news", "projects", "queue", "new_brief"):
        try:
            yield name, reverse(name, args=[account])
        except NoReverseMatch:
            continue
    for status in (
        Project.objects.filter(account__key=account)
        .values_list("status", flat=True)
        .distinct()
        .order_by("status")
    ):
        project = Project.objects.filter(account__key=account, status=status).latest("pk")
        yield f"project-{status}", reverse("project", args=[account, project.key])
        if status == "delivered":
            for tab in ("brief", "timeline", "credits"):
                yield f"project-{tab}", reverse(f"project_{tab}", args=[account, project.key])
            yield (
                "project-finalize",
                reverse("project_step", args=[account, project.key, "finalize"]),
            )
    for name in ("notifications", "notification_choices", "security", "places"):
        yield name, reverse(name)


def _empty_account() -> None:
    """An account in which nothing has happened yet, with one member."""
    from callsheet.credits.opening import open_wallet
    from callsheet.tenants.models import Account, Membership, Role, User

    account, fresh = Account.objects.get_or_create(key=EMPTY, defaults={"name": "Empty studio"})
    if fresh:
        open_wallet(account)
        user = User.objects.create_user("new@empty.example.com", name="Noor Haddad")
        Membership.objects.create(user=user, account=account, role=Role.ADMIN)


if __name__ == "__main__":
    raise SystemExit(main())
