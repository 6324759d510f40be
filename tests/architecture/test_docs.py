"""The documentation is held to the code: links, commands, decisions, generated pages."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from typer.main import get_command

from callsheet.cli.main import build
from tools import reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md")])
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(\s*<?([^)>\s]+)>?\s*\)")
FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
# A command stands in code: a line of a fenced block, or between single backticks.
IN_BACKTICKS = re.compile(r"`([^`\n]+)`")
BEFORE_A_COMMAND = re.compile(r"^(\s|\$ |[A-Z_]+=\S+ |\.venv/bin/|/\S*/bin/|[\d*]+ [\d* ]+ )*")


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# -- links -----------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ +(.+?) *$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def broken_links(page: Path) -> list[str]:
    broken = []
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        there = (page.parent / path).resolve() if path else page
        found = there.is_relative_to(ROOT) and there.exists()
        if not found or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken_links(page) == []


def test_a_broken_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[a](gone.md) [b](page.md#nowhere) [c](https://example.com) `[d](e.md)`\n")
    assert broken_links(page)[:1] == ["gone.md"]


def test_every_page_of_the_docs_can_be_reached_from_the_index() -> None:
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in (DOCS / "index.md", DOCS / "decisions" / "README.md")
        for target in LINK.findall(page.read_text())
    }
    assert [page_id(page) for page in sorted(DOCS.rglob("*.md"))
            if page.name != "index.md" and page not in linked] == []  # fmt: skip


# -- commands --------------------------------------------------------------------------------------


def code_of(page: Path) -> Iterator[str]:
    """Every line of code on a page."""
    text = page.read_text()
    for block in FENCE.finditer(text):
        yield from block.group().splitlines()[1:-1]
    yield from IN_BACKTICKS.findall(FENCE.sub("", text))
    # Indented blocks, as in CONTRIBUTING.
    yield from re.findall(r"^ {4}(\S.*)$", FENCE.sub("", text), re.MULTILINE)


def commands_on(page: Path, program: str) -> Iterator[list[str]]:
    for line in code_of(page):
        said = BEFORE_A_COMMAND.sub("", line.partition(" # ")[0])
        words = re.split(r"\s+", said.partition(" > ")[0].strip())
        if words[0] == program:
            yield words[1:]


@cache
def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text()
    return set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


@cache
def make_variables() -> set[str]:
    return set(re.findall(r"\$\((?:if \$\()?([A-Z_]+)\b", (ROOT / "Makefile").read_text()))


@cache
def program() -> Any:
    return get_command(build())


def unknown_in_callsheet(words: list[str]) -> str:
    """What of a command line ``callsheet …`` does not exist, or ""."""
    command, path = program(), "callsheet"
    while words and getattr(command, "commands", None):
        name = words.pop(0)
        if name in ("…", "...", "--help"):
            return ""
        path = f"{path} {name}"
        if name not in command.commands:
            # `callsheet db start|stop`
            if all(part in command.commands for part in name.split("|")):
                return ""
            return path
        command = command.commands[name]
    known = {"--help"} | {
        option for parameter in command.params for option in (*parameter.opts,
                                                              *parameter.secondary_opts)
    }  # fmt: skip
    for word in words:
        option = word.partition("=")[0].strip("[]")
        if option.startswith("--") and option not in known:
            return f"{path} {option}"
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    if len(words) > 0 and not arguments and not words[0].startswith(("-", "[", "…")):
        return f"{path} {words[0]}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_named_in_the_docs_exists(page: Path) -> None:
    unknown = [found for words in commands_on(page, "callsheet")
               if (found := unknown_in_callsheet(list(words)))]  # fmt: skip
    assert unknown == []
    for words in commands_on(page, "make"):
        for word in words:
            name, given, _ = word.partition("=")
            if given:
                assert name in make_variables(), f"make … {word}"
            elif re.fullmatch(r"[a-z]+", word):
                assert word in make_targets(), f"make {word}"


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        ("ledger verify", ""),
        ("ledger verfy", "callsheet ledger verfy"),
        ("import my-studio --dry-run", ""),
        ("import my-studio --dry", "callsheet import --dry"),
        ("dance", "callsheet dance"),
        ("version now", "callsheet version now"),
    ],
)
def test_an_unknown_command_would_be_found(line: str, unknown: str) -> None:
    assert unknown_in_callsheet(line.split()) == unknown


def test_the_docs_do_name_commands() -> None:
    """Otherwise the two tests above would look at nothing."""
    named = [words for page in PAGES for words in commands_on(page, "callsheet")]
    assert len(named) > 30
    assert ["demo"] in [words[:1] for page in PAGES for words in commands_on(page, "make")]


# -- decisions -------------------------------------------------------------------------------------


def names_of_tests(files: list[str]) -> set[str]:
    defined = re.compile(r"^\s*(?:async )?def (test_\w+)", re.MULTILINE)
    return {name for file in files for name in defined.findall((ROOT / file).read_text())}


@pytest.mark.parametrize("record", DECISIONS, ids=lambda record: record.stem)
def test_every_decision_names_its_check(record: Path) -> None:
    text = record.read_text()
    parts = re.split(r"^(?:#+ *|\*\*)Check(?:ed by|s)?\b[.:* ]*", text, flags=re.MULTILINE)
    assert len(parts) == 2, "a record ends with what checks it"
    named = re.findall(r"`((?:tests|benchmarks)/[\w/]+(?:\.py)?/?)`", parts[1])
    assert named, "no test is named"
    missing = [name for name in named if not (ROOT / name).exists()]
    assert missing == []
    tests = re.findall(r"`(test_\w+)`", parts[1])
    folder = [page_id(file) for file in (ROOT / "tests").rglob("test_*.py")]
    assert [test for test in tests if test not in names_of_tests(folder)] == []


# -- generated pages, versions, machines -----------------------------------------------------------


def test_generated_pages_are_up_to_date() -> None:
    assert reference.differences() == [], "`make docs` writes them again"


def test_the_changelog_has_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## v?(\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == version


def tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        try:
            yield name, (ROOT / name).read_text()
        except (UnicodeDecodeError, FileNotFoundError):  # a picture; a file deleted just now
            continue


# Put together here, so that this file does not find itself.
HOSTS = "|".join(
    (
        "py" + r"pi\.org",
        "python" + r"hosted\.org",
        "registry" + r"\.npmjs",
        r"https?://\S+/(?:simple|pypi|npm)\b",  # where mirrors keep them
        "index" + r"-url *[=:]? *https?:",
    )
)
MACHINE = "|".join(
    (
        re.escape(str(ROOT)) + r"\b",
        "/ro" + "ot/",
        "/wo" + "rk/",
        "/ho" + r"me/(?!user|you|me\b)\w+/",
        "/Use" + r"rs/\w+/",
    )
)


def test_no_tracked_file_names_a_registry_or_a_folder_of_a_machine() -> None:
    hosts, machine = re.compile(HOSTS, re.IGNORECASE), re.compile(MACHINE)
    found = [
        f"{name}: {match.group()}"
        for name, text in tracked_texts()
        for pattern in (hosts, machine)
        if (match := pattern.search(text))
    ]
    assert found == []
