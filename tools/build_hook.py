"""What git ignores and a wheel has to carry: compiled translations, the pages' script and style.

Django reads compiled catalogues (``.mo``) only. They are made from the ``.po`` files beside them by
whatever builds the wheel, also the editable one of ``make setup``, so that an installed Callsheet
carries them and nothing has to be compiled, or written, when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALES = Path("src/callsheet/locale")


def compile_catalogues(root: Path) -> list[Path]:
    """Write the ``.mo`` of every ``.po``; returns their paths. Fuzzy messages are left out."""
    compiled = []
    for source in sorted((root / LOCALES).glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file)
        target = source.with_suffix(".mo")
        with target.open("wb") as file:
            write_mo(file, catalogue)
        compiled.append(target)
    return compiled


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before a wheel is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and take the compiled files (which git ignores) into the wheel."""
        root = Path(self.root)
        for path in compile_catalogues(root):
            build_data["artifacts"].append(f"/{path.relative_to(root)}")
        build_data["artifacts"].append("/src/callsheet/web/static/app/")  # by tools/frontend
