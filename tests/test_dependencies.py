"""Rows 71 and 72 of the catalogue of faults: what is optional is said so, and what is needed has a floor."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_row_72_every_dependency_has_a_floor() -> None:
    for requirement in PROJECT["dependencies"]:
        assert re.search(r"[>=]=\d", requirement), requirement


def test_row_71_the_package_and_its_command_start_without_any_optional_package() -> None:
    optional = {
        re.match(r"[\w-]+", requirement)[0].replace("-", "_")  # type: ignore[index]
        for extra, requirements in PROJECT["optional-dependencies"].items()
        if extra != "dev"
        for requirement in requirements
    } - {re.match(r"[\w-]+", requirement)[0].replace("-", "_") for requirement in PROJECT["dependencies"]}  # type: ignore[index]
    # None in sys.modules makes an import of that name fail as if the package were not there.
    absent = f"import sys; sys.modules.update(dict.fromkeys({sorted(optional)!r}))"
    start = f"{absent}; import rag; from rag.cli import main; main(['--help'])"
    done = subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "add" in done.stdout
