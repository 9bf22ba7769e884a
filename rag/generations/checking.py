"""The whole check of a generation, in a child process: damaged HNSW files can end the process that reads them."""

import json
import sys
from pathlib import Path
from subprocess import DEVNULL, TimeoutExpired, run

MINUTES = 15


def check(folder: Path, digest: str) -> str | None:
    """What is wrong with the generation in `folder`, whose manifest has that sha256; None when it is sound.

    Looks at every row, and at whether passages find themselves in Chroma. A child that is killed, hangs or prints
    anything else than its verdict is a fault as well: the files have not been shown to be sound.
    """
    command = [sys.executable, "-m", "rag.generations.probing", str(folder.resolve()), digest]
    # From the folder that holds the package, so that the child imports this very code.
    home = Path(__file__).resolve().parents[2]
    try:
        done = run(command, cwd=home, stdin=DEVNULL, capture_output=True, timeout=60 * MINUTES)
    except TimeoutExpired:
        return f"checking {folder} did not end within {MINUTES} minutes"
    except OSError as error:
        return f"checking {folder} could not be started ({error})"
    if done.returncode != 0:
        last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"])[-1]
        return f"checking {folder} ended with code {done.returncode}: {last}"
    return verdict(folder, done.stdout)


def verdict(folder: Path, printed: bytes) -> str | None:
    """The fault that a child printed about `folder`; what is no verdict is a fault."""
    try:
        fault = json.loads(printed)["fault"]
        if fault is None or isinstance(fault, str):
            return fault
    except (ValueError, KeyError, TypeError, IndexError):
        pass
    return f"checking {folder} gave no verdict but {printed[:80]!r}"
