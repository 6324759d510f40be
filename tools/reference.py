"""Reference pages that are made from the code: ``python -m tools.reference [--check]``.

With ``--check`` nothing is written; the exit code is 1 when a page differs from the code.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic_core import PydanticUndefined

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
_BY_HAND = "*Made from the code by `make docs`; do not edit by hand.*"


def settings_page() -> str:
    """Return the page of every environment variable."""
    from callsheet.config.env import Env, variables

    lines = [
        "# Settings",
        "",
        _BY_HAND,
        "",
        "Callsheet is set up by environment variables alone. They are checked when a process",
        "starts; what does not fit is named with what is expected, and the exit code is 2.",
        "",
        "`PG_BIN`, besides, names a folder with other PostgreSQL programs than the packaged ones.",
        "",
        "| variable | kind | default | what it does |",
        "|---|---|---|---|",
    ]
    for name, field in Env.model_fields.items():
        spelled = " or ".join(f"`{variable}`" for variable in reversed(variables(name)))
        default = _default(field.get_default())
        lines.append(f"| {spelled} | {_kind(field.annotation)} | {default} | {field.description} |")
    return "\n".join([*lines, ""])


def _default(value: object) -> str:
    if value is None or value is PydanticUndefined or value == "":
        return "not given"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is UnionType:
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(annotation))
    if get_origin(annotation) is list:
        return "list"
    names = {"str": "text", "int": "number", "bool": "`true`, `false`", "Path": "folder"}
    named = getattr(annotation, "__name__", "")
    return names.get(named, "secret" if named == "SecretStr" else "text")


def commands_page() -> str:
    """Return the page of every command, its options, and the exit codes."""
    from typer.main import get_command

    from callsheet.cli.exits import ExitCode
    from callsheet.cli.main import build

    lines = [
        "# Commands",
        "",
        _BY_HAND,
        "",
        "Every command says its options with `--help`. With `--json` it answers with one JSON",
        "object on stdout, and errors are one JSON object on stderr.",
        "",
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| {int(code)} | {code.meaning} |" for code in ExitCode),
        "",
    ]
    for path, command in _commands("callsheet", get_command(build())):
        lines += list(_command(path, command))
    return "\n".join(lines)


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command below ``command``, in the order of its path."""
    for name in sorted(getattr(command, "commands", {})):
        child = command.commands[name]
        if getattr(child, "commands", None):
            yield from _commands(f"{path} {name}", child)
        else:
            yield f"{path} {name}", child


def _command(path: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    spelled = " ".join(
        f"{p.name.upper()}" if p.required else f"[{p.name.upper()}]" for p in arguments
    )
    yield f"## `{path}{' ' + spelled if spelled else ''}`"
    yield ""
    yield " ".join((command.help or "").split())
    yield ""
    if not arguments and not options:
        return
    yield "| argument or option | default | |"
    yield "|---|---|---|"
    for parameter in arguments:
        yield f"| `{parameter.name.upper()}` | {_given(parameter)} | {parameter.help or ''} |"
    for parameter in options:
        names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
        yield f"| {names} | {_given(parameter)} | {parameter.help or ''} |"
    yield ""


def _given(parameter: Any) -> str:
    if parameter.required:
        return "required"
    default = parameter.default
    if isinstance(parameter.show_default, str):  # said in words, such as a folder of the machine
        return f"`{parameter.show_default}`"
    if callable(default) or default in (None, False, "", (), []):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def lifecycle_page() -> str:
    """Return the page of a project's statuses and what leads from one to another."""
    from callsheet.projects.lifecycle import diagram

    return "\n".join(
        [
            "# A project's life",
            "",
            _BY_HAND,
            "",
            "Every status of a project and every action that leads from one to another. The code,",
            "the tests and this picture are made from the same table.",
            "",
            "```mermaid",
            diagram().strip(),
            "```",
            "",
        ]
    )


def pages() -> Mapping[str, Callable[[], str]]:
    """Return every generated page by its file name under docs/reference."""
    from callsheet.admission import reasons
    from callsheet.sheets import reference as sheets
    from tools import decisions, error_codes

    return {
        "settings.md": settings_page,
        "commands.md": commands_page,
        "lifecycle.md": lifecycle_page,
        "reason-codes.md": reasons.reference,
        "error-codes.md": error_codes.page,
        "../decisions/README.md": decisions.page,
        "import-columns.md": sheets.render,
    }


def differences() -> list[str]:
    """Return the names of the pages that differ from the code."""
    return [
        name
        for name, render in pages().items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text() != render()
    ]


def main() -> int:
    """Write the pages, or compare them."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "callsheet.config.settings"
    os.environ["DATABASE_URL"] = "postgresql://nobody@/nowhere"  # nothing is asked of it
    os.environ["CALLSHEET_DEBUG"] = "true"
    os.environ["NO_COLOR"] = "1"
    import django

    django.setup()
    if "--check" in sys.argv[1:]:
        different = differences()
        for name in different:
            print(f"docs/reference/{name} differs from the code; `make docs` writes it again.")
        return 1 if different else 0
    for name, render in pages().items():
        (REFERENCE / name).write_text(render())
        print(f"docs/reference/{name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
