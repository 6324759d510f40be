"""The page of error codes, read from the code itself: ``docs/reference/error-codes.md``.

A walk over the syntax of ``src/callsheet`` collects every refusal that is made: what is raised as
``Refused``, ``Conflict`` or ``Forbidden``, what the ledger's database function raises, and what
the import says of a row. A refusal whose code cannot be read is an error of this walk, so that
none is left out in silence.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = Path(__file__).resolve().parent.parent / "src" / "callsheet"
STATUS: Final = {"NotFound": 404, "Forbidden": 403, "Conflict": 409, "Refused": 422}

# Functions through which several refusals pass: where in the call code, field and message stand,
# and the status they get. Their own body names no code.
THROUGH: Final = {
    ("projects/brief.py", "refuse"): ((0, 1, 2), 422),
    ("services/variations.py", "refuse"): ((0, 1, 2), 422),
    ("projects/readiness.py", "Item"): ((0, 1, 2), 422),
    ("tenants/access.py", "_require"): ((3, None, 4), 403),
}
WITHOUT_A_CODE: Final = {
    ("projects/brief.py", "refuse"),
    ("services/variations.py", "refuse"),
    ("projects/readiness.py", "check_ready"),
    ("tenants/access.py", "_require"),
    ("credits/post.py", "_refusal"),  # its sentences are read beside the database function
}
# Refusals that hand on a sentence made elsewhere: the functions that make it and what they raise,
# or, where other people's code makes it, what it says in words.
HANDED_ON: Final[dict[tuple[str, str], "Makers | str"]] = {
    ("services/calendar_wanted.py", "wanted_not_understood"): (
        "sheets/deliverables.py",
        "NotDeliverable",
        ("read_wanted", "_parts", "_part", "_search"),
    ),
    ("cli/plan_problem.py", "bad_rows"): "Each problem of a row, on a line of its own.",
    ("cli/plan_teams.py", "bad_rows"): "Each problem of a row, on a line of its own.",
    ("cli/history.py", "bad_rows"): "Each problem of a row, on a line of its own.",
    ("cli/psplib.py", "bad_instance"): "The part of the instance, and the rule that it breaks.",
    ("services/cataloguing.py", "does_not_fit"): "What this field of the catalogue may be.",
    ("services/inviting.py", "weak_password"): "Each rule for passwords that this one breaks.",
}
type Makers = tuple[str, str, tuple[str, ...]]
OF_ROWS: Final = ("sheets/", "services/importing/")
_SAYING: Final = ("error", "warn", "NotReadable", "Unreadable", "Problem")


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One way in which something is refused; ``status`` 0 stands for a row of an import."""

    code: str
    status: int
    field: str
    sentence: str


def page() -> str:
    """Return the reference page."""
    found = set(refusals())
    asked = sorted(refusal for refusal in found if refusal.status)
    rows = sorted(refusal for refusal in found if not refusal.status)
    lines = [
        "# Error codes",
        "",
        "*Made from the code by `make docs`; do not edit by hand.*",
        "",
        "What is refused leaves no trace in the database. A refusal has a code for programs, a",
        "sentence for people, the field that it concerns (if it does) and a status: 403 you may",
        "not, 404 it is not there or may not be seen (which looks the same), 409 it has changed or",
        "does not allow this now, 422 a rule is broken. The command line turns the status into an",
        "[exit code](commands.md#exit-codes); with `--json` it prints code, message, field and",
        "details. Several broken rules come together, each with its field, under",
        "`details.problems`. In the sentences, `{…}` stands for what is filled in.",
        "",
        "| code | status | field | sentence |",
        "|---|---|---|---|",
        "| `not_found` | 404 |  | There is no such {what}. |",
        *(f"| `{r.code}` | {r.status} | {_code(r.field)} | {_cell(r.sentence)} |" for r in asked),
        "",
        "## Problems of an import",
        "",
        "`callsheet import` says these of a sheet, a row or a cell, with the column and the value;",
        "all of them with `--json`. See [the columns](import-columns.md).",
        "",
        "| code | sentence |",
        "|---|---|",
        *(f"| `{code}` | {'<br>'.join(said)} |" for code, said in _by_code(rows)),
        "",
    ]
    return "\n".join(lines)


def refusals() -> Iterator[Refusal]:
    """Yield every refusal in the code; raises `ValueError` for one that cannot be read."""
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE).as_posix()
        if "/migrations/" not in name:
            yield from _in_module(name, ast.parse(file.read_text()))
    yield from _of_the_ledger()


def _in_module(name: str, tree: ast.Module) -> Iterator[Refusal]:
    for function, call in _calls(tree, None):
        called = _called(call)
        where = (name, function.name if function else "")
        if (name, called) in THROUGH:
            (code, field, message), status = THROUGH[name, called]
            if isinstance(given := call.args[code], ast.Constant) and not given.value:
                continue  # only ever `NotFound`
            code_said = _literal(given) or _lost(name, call, "code")
            field_said = "" if field is None else _text(call.args[field], function)
            for sentence in _sentences(name, code_said, call, call.args[message], function):
                yield Refusal(code_said, status, field_said, sentence)
        elif called in STATUS and called != "NotFound" and where not in WITHOUT_A_CODE:
            field_given = next((k.value for k in call.keywords if k.arg == "field"), None)
            code_said = _literal(call.args[0]) or _lost(name, call, "code")
            field_said = _text(field_given, function) if field_given is not None else ""
            for sentence in _sentences(name, code_said, call, call.args[1], function):
                yield Refusal(code_said, STATUS[called], field_said, sentence)
        elif name.startswith(OF_ROWS) and called in _SAYING:
            yield from _of_a_row(called, call, function)


def _sentences(
    name: str, code: str, call: ast.Call, said: ast.expr, function: ast.FunctionDef | None
) -> Iterator[str]:
    """The sentences of a refusal: its own, or those that it hands on."""
    makers = HANDED_ON.get((name, code))
    if makers is None or says_something(_text(said, function)):
        sentence = _text(said, function)
        yield sentence if says_something(sentence) else _lost(name, call, "sentence")
    elif isinstance(makers, str):
        yield makers
    else:
        yield from _made(*makers)


def _made(name: str, raised: str, functions: tuple[str, ...]) -> Iterator[str]:
    """What ``functions`` of a module say when they raise an exception of this name."""
    silent = set(functions)
    for function, call in _calls(ast.parse((SOURCE / name).read_text()), None):
        if function is not None and function.name in functions and _called(call) == raised:
            silent.discard(function.name)
            yield _text(call.args[-1], function)
    if silent:
        raise ValueError(f"in src/callsheet/{name} nothing is refused by {', '.join(silent)}")


def says_something(sentence: str) -> bool:
    """Whether words are left of a sentence without what is filled in."""
    return any(letter.isalpha() for letter in re.sub(r"\{[^{}]*\}", "", sentence))


def _of_a_row(called: str, call: ast.Call, function: ast.FunctionDef | None) -> Iterator[Refusal]:
    if not call.args or not (code := _literal(call.args[0])):
        return  # hands on what another place has said
    sentence = 2 if called == "Problem" else 1
    yield Refusal(code, 0, "", _text(call.args[sentence], function))


def _calls(
    node: ast.AST, function: ast.FunctionDef | None
) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Yield every call below ``node`` with the innermost function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else function)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _literal(node: ast.expr) -> str:
    """A code as it is written; "" for a variable."""
    return _text(node, None) if isinstance(node, ast.Constant | ast.JoinedStr) else ""


def _text(node: ast.expr, function: ast.FunctionDef | None) -> str:
    """The text that an expression makes, ``{names}`` standing for what is filled in."""
    match node:
        case ast.Constant(value=None):
            return ""
        case ast.Constant(value=value):
            return str(value)
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, function) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, function) + _text(right, function)
        case ast.IfExp(body=first):
            return _text(first, function)
        case ast.FormattedValue(value=ast.Constant(value=value)):
            return str(value)
        case ast.FormattedValue(value=value):
            return "{" + (_name(value) or "…") + "}"
        case ast.Name(id=name) if function is not None:
            if (value := _assigned(name, function, node.lineno)) is not None:
                return _text(value, function)
    return "{" + (_name(node) or "…") + "}"


def _name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.lower()
        case ast.Call(func=ast.Name(id="len"), args=[one]):
            return f"number of {_name(one)}" if _name(one) else ""
        case ast.UnaryOp(operand=one) | ast.Subscript(value=one):
            return _name(one)
    return ""


def _assigned(name: str, function: ast.FunctionDef, before: int) -> ast.expr | None:
    """What ``name`` was last given, as text, above the line ``before`` of the function."""
    value = None
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Assign)
            and node.lineno < before
            and isinstance(node.value, ast.Constant | ast.JoinedStr)
            and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
            and (value is None or node.lineno > value.lineno)
        ):
            value = node.value
    return value


def _of_the_ledger() -> Iterator[Refusal]:
    """What ``post_v2`` raises, with the sentences that ``credits.post`` has for its codes."""
    from callsheet.credits.post import _SENTENCES

    statuses = _sql_statuses((SOURCE / "credits" / "sql" / "post_v2.sql").read_text(), _SENTENCES)
    if silent := set(_SENTENCES) - set(statuses):
        raise ValueError(f"the database function never raises {', '.join(sorted(silent))}")
    for code, sentence in _SENTENCES.items():
        yield Refusal(code, statuses[code], "amount", sentence)


def _sql_statuses(text: str, codes: Iterable[str]) -> dict[str, int]:
    """The status of every code: raised as it is, or chosen first and raised as ``'%'``."""
    statuses: dict[str, int] = {}
    chosen: list[str] = []
    plain = re.sub(r"--[^\n]*", "", text)
    for statement in plain.split(";"):
        _before, raised, rest = statement.partition("RAISE EXCEPTION")
        chosen += [code for code in codes if re.search(rf"(THEN|ELSE)\s+'{code}'", statement)]
        if not raised:
            continue
        if given := re.match(
            r"\s*'(?P<code>\w+)'.*?ERRCODE = 'CS(?P<status>\d+)'", rest, re.DOTALL
        ):
            statuses.setdefault(given["code"], int(given["status"]))
            continue
        usual = re.findall(r"ERRCODE = (?:CASE .*?ELSE )?'CS(\d+)'", rest, re.DOTALL)
        special = dict(re.findall(r"WHEN '(\w+)' THEN 'CS(\d+)'", rest))
        for code in chosen:
            statuses.setdefault(code, int(special.get(code, usual[0])))
        chosen = []
    return statuses


def _by_code(rows: Iterable[Refusal]) -> Iterator[tuple[str, list[str]]]:
    said: dict[str, list[str]] = {}
    for row in rows:
        said.setdefault(row.code, []).append(_cell(row.sentence))
    yield from sorted(said.items())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _code(field: str) -> str:
    return f"`{field}`" if field else ""


def _lost(name: str, call: ast.Call, part: str) -> str:
    raise ValueError(
        f"src/callsheet/{name}, line {call.lineno}: the {part} of this refusal cannot be read."
        " Write it as a text, or name the function that it passes through, or that makes it, in"
        " tools/error_codes.py."
    )
