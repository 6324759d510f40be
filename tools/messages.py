"""The texts that are translated, from code and templates, and the catalogues that translate them.

    python -m tools.messages          bring all catalogues up to date, and compile them
    python -m tools.messages add fr   begin another language

What is new stands untranslated in the ``.po`` afterwards; what no text says any more is gone.
Nothing is guessed from similar texts.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tools.build_hook import LOCALES, compile_catalogues

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "callsheet"
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
# A comment of this kind above a text is read by whoever translates it.
FOR_TRANSLATORS = ("Translators:",)

_PERCENT = re.compile(r"%\(\w+\)[sd]")


def texts() -> Catalog:
    """All texts that are marked for translation, with the files they stand in."""
    found = Catalog(project="Callsheet", charset="utf-8")
    for path in _files():
        source = path.read_text()
        if path.suffix != ".py":
            # Django's own reading of a template. In brackets, so that its indentation is none.
            source = f"({templatize(source)})"
        for line, message, comments, context in extract(
            "python", BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=FOR_TRANSLATORS
        ):
            found.add(
                message,
                locations=[(str(path.relative_to(ROOT)), line)],
                auto_comments=comments,
                context=context,
            )
    return found


def _files() -> Iterator[Path]:
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix == ".py" or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
            yield path


def catalogues() -> dict[str, Path]:
    """The ``.po`` file of each language."""
    return {path.parts[-3]: path for path in sorted((ROOT / LOCALES).glob("*/*/django.po"))}


def read(path: Path) -> Catalog:
    """A catalogue as it is written down."""
    with path.open("rb") as file:
        return read_po(file)


def mistakes(catalogue: Catalog, wanted: Catalog) -> list[str]:
    """What is wrong with a catalogue, a line each: missing, left over, uncertain, misplaced."""
    have = {_key(message): message for message in catalogue if message.id}
    want = {_key(message): message for message in wanted if message.id}
    found = [f"missing: {text!r}" for _, text in sorted(want.keys() - have.keys())]
    found += [f"in no text any more: {text!r}" for _, text in sorted(have.keys() - want.keys())]
    found += [f"commented out: {text!r}" for text in catalogue.obsolete]
    for _, message in sorted(have.items()):
        if message.fuzzy:
            found.append(f"uncertain (fuzzy): {message.id!r}")
        found += [f"{wrong}: {message.id!r}" for wrong in _wrong(message, catalogue.num_plurals)]
    return found


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", message.id if isinstance(message.id, str) else message.id[0]


def _wrong(message: Message, plurals: int) -> Iterator[str]:
    ids = [message.id] if isinstance(message.id, str) else list(message.id)
    said = message.string or ""
    strings = [said] if isinstance(said, str) else list(said)
    if not all(strings):
        yield "not translated"
        return
    if len(strings) != (1 if isinstance(message.id, str) else plurals):
        yield f"{len(strings)} forms instead of {plurals}"
    places = {place for text in ids for place in _places(text)}
    for string in strings:
        if _places(string) != places:
            yield f"other places in {string!r}"
    if not message.context and {_ends(string) for string in strings} != {_ends(ids[0])}:
        yield "other spaces at an end"


def _ends(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def _places(text: str) -> set[str]:
    named = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    return named | set(_PERCENT.findall(text))


def update(path: Path) -> list[str]:
    """Bring a catalogue up to date with the texts; returns what is left to do."""
    wanted, catalogue = texts(), read(path)
    catalogue.update(wanted, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    _write(path, catalogue)
    return mistakes(catalogue, wanted)


def _write(path: Path, catalogue: Catalog) -> None:
    written = BytesIO()
    write_po(written, catalogue, width=100, sort_by_file=True, include_lineno=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written.getvalue())


def main(*arguments: str) -> int:
    """Answer the command line; 1 where something is left to translate."""
    if arguments[:1] == ("add",) and len(arguments) == 2:
        path = ROOT / LOCALES / arguments[1] / "LC_MESSAGES" / "django.po"
        if not path.exists():
            _write(path, Catalog(locale=arguments[1], project="Callsheet", charset="utf-8"))
    elif arguments:
        print(__doc__, file=sys.stderr)
        return 2
    left = 0
    for language, path in catalogues().items():
        for mistake in update(path):
            print(f"{language}: {mistake}")
            left = 1
    compile_catalogues(ROOT)
    return left


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
