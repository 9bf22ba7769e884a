"""The child process that reads a whole generation: `python -m rag.generations.probing FOLDER SHA256-OF-MANIFEST`.

It prints {"fault": null or a sentence}; damaged HNSW files can end it before that (see rag.generations.checking).
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from rag.errors import IndexError_
from rag.generations.chroma import probe
from rag.generations.manifest import Manifest
from rag.generations.soundness import verify, verify_rows
from rag.generations.store import Store
from rag.lexical import Lexical


def fault(folder: Path, digest: str) -> str | None:
    """What is wrong with the generation in `folder`, whose manifest has that sha256; None when it is sound."""
    try:
        manifest = Manifest.read(folder, digest)
        store = Store(folder / "passages.sqlite3", known=True)  # `verify` knows its sha256
        rows = verify(folder, manifest, store)
        # Reading rows and searching Chroma cost about the same, and neither needs the interpreter for itself.
        with ThreadPoolExecutor(1) as beside, _writable(folder / "chroma") as chroma:
            read = beside.submit(verify_rows, folder, manifest, store)
            Lexical.load(folder / "lexical")
            probe(folder, chroma, manifest, rows)
            read.result()
    except IndexError_ as error:
        return str(error).partition("; run ")[0]  # what to do is for the caller to say
    return None


@contextmanager
def _writable(chroma: Path) -> Iterator[Path]:
    """The folder itself, or a copy of it when it cannot be written: Chroma writes a row whenever it opens a folder."""
    if os.access(chroma, os.W_OK) and os.access(chroma / "chroma.sqlite3", os.W_OK):
        yield chroma
        return
    with TemporaryDirectory(prefix="cutaway-") as place:
        copy = Path(shutil.copytree(chroma, Path(place) / "chroma", copy_function=shutil.copyfile))
        for folder in (copy, *(path for path in copy.rglob("*") if path.is_dir())):
            folder.chmod(0o700)  # a copied folder has the mode of the one it is a copy of
        yield copy


if __name__ == "__main__":
    json.dump({"fault": fault(Path(sys.argv[1]), sys.argv[2])}, sys.stdout)
