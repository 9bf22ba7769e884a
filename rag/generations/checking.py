"""The whole check of a generation, in a child process: damaged HNSW files can end the process that reads them.

`python -m rag.generations.checking FOLDER SHA256-OF-MANIFEST` prints {"fault": null or a sentence}.
"""

import json
import sys
from pathlib import Path
from subprocess import DEVNULL, TimeoutExpired, run

from rag.errors import IndexError_
from rag.generations.manifest import Manifest
from rag.generations.soundness import verify, verify_rows
from rag.generations.store import Store
from rag.index import probe
from rag.lexical import Lexical

MINUTES = 15


def check(folder: Path, digest: str) -> str | None:
    """What is wrong with the generation in `folder`, whose manifest has that sha256; None when it is sound.

    Looks at every row, and at whether passages find themselves in Chroma.
    """
    command = [sys.executable, "-m", "rag.generations.checking", str(folder.resolve()), digest]
    # From the folder that holds the package, so that the child imports this very code.
    home = Path(__file__).resolve().parents[2]
    try:
        done = run(command, cwd=home, stdin=DEVNULL, capture_output=True, text=True, timeout=60 * MINUTES)
    except TimeoutExpired:
        return f"checking {folder} did not end within {MINUTES} minutes"
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return f"checking {folder} ended with code {done.returncode}: {last}"
    fault: str | None = json.loads(done.stdout)["fault"]
    return fault


def _fault(folder: Path, digest: str) -> str | None:
    try:
        manifest = Manifest.read(folder, digest)
        store = Store(folder / "passages.sqlite3")
        ids = verify(folder, manifest, store)
        verify_rows(folder, manifest, store)
        Lexical.load(folder / "lexical")
        probe(folder, manifest, ids)
    except IndexError_ as error:
        return str(error)
    return None


if __name__ == "__main__":
    json.dump({"fault": _fault(Path(sys.argv[1]), sys.argv[2])}, sys.stdout)
