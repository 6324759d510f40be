"""What a command's exit code says, and how an error becomes one."""

import json
import sys
import traceback
from enum import IntEnum
from typing import Any

from callsheet.kit.errors import CallsheetError
from callsheet.kit.visible import visible


class ExitCode(IntEnum):
    """The exit codes of every command; scripts may rely on them."""

    def __new__(cls, value: int, meaning: str) -> "ExitCode":
        """Give each code its meaning, from which the reference page is made."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    meaning: str

    OK = 0, "Done."
    DIFFERENCE = 1, "A check found a difference (`ledger verify`, `import --dry-run`)."
    USAGE = 2, "The command or a setting is wrong; the text says which."
    NOT_FOUND = 3, "There is no such thing, or this person may not see or do it."
    CONFLICT = 4, "It has changed meanwhile, or its state does not allow this."
    REFUSED = 5, "A rule refuses the input; the text names field and rule."
    NO_DATABASE = 6, "The database cannot be reached."
    DEFECT = 70, "A mistake in Callsheet itself; please report what was printed."


_BY_STATUS = {
    403: ExitCode.NOT_FOUND,
    404: ExitCode.NOT_FOUND,
    409: ExitCode.CONFLICT,
    422: ExitCode.REFUSED,
}

# By name, for to import them would take longer than most commands of the planner.
_DATABASE = {"django.db.utils.OperationalError", "django.db.utils.InterfaceError"}
_BY_NAME = {
    "callsheet.config.env.SettingsError": ExitCode.USAGE,
    "callsheet.postgres.errors.ClusterError": ExitCode.NO_DATABASE,
} | dict.fromkeys(_DATABASE, ExitCode.NO_DATABASE)


def exit_code(error: Exception) -> ExitCode:
    """Return the exit code that ``error`` ends a command with."""
    if isinstance(error, CallsheetError):
        return _BY_STATUS.get(error.status, ExitCode.REFUSED)
    codes = (_BY_NAME[name] for name in _names(error) if name in _BY_NAME)
    return next(codes, ExitCode.DEFECT)


def _names(error: Exception) -> list[str]:
    """The names of the error's class and of those that it is derived from."""
    return [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]


def report(error: Exception, *, as_json: bool) -> ExitCode:
    """Say on stderr what went wrong, as text or as one JSON object; return the exit code."""
    code = exit_code(error)
    if code is ExitCode.DEFECT:
        traceback.print_exception(error)
        return code
    if as_json:
        said: dict[str, Any] = (
            error.as_dict()
            if isinstance(error, CallsheetError)
            else {"code": code.name.lower(), "message": str(error).strip()}
        )
        print(json.dumps({"error": said, "exit_code": int(code)}, default=str), file=sys.stderr)
        return code
    message = str(error).strip()
    if _DATABASE & set(_names(error)):
        message = f"The database cannot be reached. {message}"
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, soft_wrap=True).print(Text(visible(message), style="red"))
    return code
