"""Every kind of error ends a command with its own exit code and a sentence."""

import json

import pytest
import typer
from django.db import OperationalError
from typer.testing import CliRunner

from callsheet.cli.exits import ExitCode
from callsheet.cli.main import ReportingGroup, build
from callsheet.cli.output import Json
from callsheet.config.env import SettingsError
from callsheet.kit.errors import CallsheetError, Conflict, Forbidden, NotFound, Refused
from callsheet.postgres import ClusterError

CASES = [
    (NotFound("brief"), ExitCode.NOT_FOUND),
    (Forbidden("not_yours", "You may read this, but not change it."), ExitCode.NOT_FOUND),
    (Conflict("stale", "Somebody changed it."), ExitCode.CONFLICT),
    (Refused("too_small", "Too small.", field="credits"), ExitCode.REFUSED),
    (SettingsError("PORT is 'x'; expected: a number."), ExitCode.USAGE),
    (ClusterError("It does not start."), ExitCode.NO_DATABASE),
    (OperationalError("connection refused"), ExitCode.NO_DATABASE),
    (RuntimeError("a defect"), ExitCode.DEFECT),
]


def failing(error: Exception) -> typer.Typer:
    program = typer.Typer(cls=ReportingGroup, pretty_exceptions_enable=False)

    @program.command()
    def fail(json: Json = False) -> None:
        raise error

    @program.command()
    def other() -> None: ...

    return program


@pytest.mark.parametrize(("error", "code"), CASES)
def test_an_error_is_a_sentence_and_a_code(error: Exception, code: ExitCode) -> None:
    result = CliRunner().invoke(failing(error), ["fail"])
    assert result.exit_code == code
    assert str(error) in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(("error", "code"), [case for case in CASES if case[1] != 70])
def test_with_json_an_error_is_one_object(error: Exception, code: ExitCode) -> None:
    result = CliRunner().invoke(failing(error), ["fail", "--json"])
    assert result.exit_code == code
    said = json.loads(result.stderr)
    assert said["exit_code"] == code
    assert said["error"]["message"] == str(error)
    if isinstance(error, CallsheetError):
        assert said["error"]["code"] == error.code


@pytest.mark.parametrize("arguments", [["frobnicate"], ["db", "backup"], ["version", "--loud"]])
def test_a_wrong_command_line_is_usage(arguments: list[str]) -> None:
    result = CliRunner().invoke(build(), arguments)
    assert result.exit_code == ExitCode.USAGE


def test_the_version_as_json() -> None:
    result = CliRunner().invoke(build(), ["version", "--json"])
    assert result.exit_code == 0
    assert set(json.loads(result.stdout)) == {"callsheet", "python", "django"}
