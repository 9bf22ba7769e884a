"""What `import rag` offers, and what it costs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import rag

ROOT = Path(rag.__file__).resolve().parent.parent
HEAVY = frozenset("torch chromadb streamlit onnxruntime langchain langchain_core numpy pydantic".split())
MOST_SECONDS = 0.5

# Runs a program in its own process and tells which of its modules were loaded and the CPU seconds it took.
PROBE = """
import contextlib, json, os, runpy, sys, time
with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.suppress(SystemExit):
    {program}
print(json.dumps({{"modules": sorted({{m.partition(".")[0] for m in sys.modules}}), "seconds": time.process_time()}}))
"""
IMPORT = "import rag"
HELP = "sys.argv = ['rag', '--help']; runpy.run_module('rag', run_name='__main__')"


def probed(program: str) -> tuple[set[str], float]:
    command = [sys.executable, "-c", PROBE.format(program=program)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return set(found["modules"]), found["seconds"]


def test_all_is_what_the_module_offers() -> None:
    assert rag.__all__ == sorted(rag._HOMES)
    assert len(rag.__all__) <= 12


@pytest.mark.parametrize("name", rag.__all__)
def test_every_public_name_loads(name: str) -> None:
    offered = getattr(rag, name)
    assert offered.__name__ == name
    assert offered.__doc__


def test_an_unknown_name_is_refused_with_those_there_are() -> None:
    with pytest.raises(AttributeError, match=r"'Asistant'.*Assistant"):
        rag.Asistant  # noqa: B018


def test_a_star_import_brings_the_public_names() -> None:
    scope: dict[str, object] = {}
    exec("from rag import *", scope)
    assert set(scope) - {"__builtins__"} == set(rag.__all__)


@pytest.mark.parametrize("program", [IMPORT, HELP], ids=["import rag", "rag --help"])
def test_it_starts_at_once_and_loads_no_heavy_library(program: str) -> None:
    runs = [probed(program) for _ in range(3)]
    assert "rag" in runs[0][0]
    assert runs[0][0] & HEAVY == set()
    assert min(seconds for _, seconds in runs) < MOST_SECONDS
