"""How commands answer: for people by default, as JSON where ``--json`` is given."""

import json as json_module
from collections.abc import Callable, Iterable
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from callsheet.kit.visible import CONTROLS, visible

JSON_KEY = "callsheet.json"


def _remember(context: typer.Context, value: bool) -> bool:
    # Kept where errors are reported, so that they are JSON as well.
    context.meta[JSON_KEY] = context.meta.get(JSON_KEY, False) or value
    return value


Json = Annotated[
    bool,
    typer.Option("--json", help="Answer with one JSON object.", callback=_remember, is_eager=True),
]
"""The type of every command's ``json`` parameter: ``def show(json: Json = False) -> None``."""


class SafeConsole(Console):
    """A console that obeys our styles, but no character of a text that would control it."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render as every console does, with control characters made visible."""
        for segment in super().render(renderable, options):
            if segment.control is None and CONTROLS.search(segment.text):
                yield Segment(visible(segment.text), segment.style)
            else:
                yield segment


def show(data: Any, *, json: bool, human: Callable[[Console], None] | None = None) -> None:
    """Print ``data`` as JSON, or let ``human`` draw it (without it: ``key: value`` lines).

    Dates become ISO 8601, enums their value, anything else unknown its text.
    """
    if json:
        said = json_module.dumps(data, default=_plain, ensure_ascii=False, indent=2)
        # JSON itself escapes only some of the characters that a terminal obeys.
        print(CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", said))
        return
    console = SafeConsole()
    if human is not None:
        human(console)
    elif isinstance(data, dict):
        for key, value in data.items():
            console.print(f"{key.replace('_', ' ')}: {value}", highlight=False, soft_wrap=True)
    else:
        console.print(data, highlight=False, soft_wrap=True)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
