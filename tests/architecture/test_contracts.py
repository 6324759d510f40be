"""The house's floors, as .importlinter draws them, hold, and they would be missed."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lint(config: Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache",
            "--config", str(config),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
    )  # fmt: skip


def test_nothing_imports_what_it_must_not() -> None:
    done = lint(ROOT / ".importlinter")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_forbidden_import_is_found(tmp_path: Path) -> None:
    """Negative control: the same tool with a rule that the code does break."""
    config = tmp_path / "upside-down.ini"
    config.write_text(
        "[importlinter]\nroot_package = callsheet\n\n"
        "[importlinter:contract:upside-down]\nname = Upside down\ntype = layers\n"
        "layers =\n    callsheet.kit\n    callsheet.cli\n"
    )
    done = lint(config)
    assert done.returncode == 1
    assert "callsheet.cli is not allowed to import callsheet.kit" in done.stdout


def test_every_package_has_a_floor(tmp_path: Path) -> None:
    """Negative control: without the floor of `kit`, the contract is not exhaustive."""
    config = tmp_path / "incomplete.ini"
    lines = (ROOT / ".importlinter").read_text().splitlines()
    config.write_text("\n".join(line for line in lines if line.strip() != "kit"))
    done = lint(config)
    assert done.returncode == 1
    assert "kit" in done.stdout
