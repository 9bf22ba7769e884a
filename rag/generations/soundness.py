"""Whether the files of a generation are what was published; none of this loads Chroma, so damage cannot end the process.

Rows of the store and of the vector files carry checksums and are checked whenever they are read; here is the rest.
"""

import sqlite3
from hashlib import file_digest
from pathlib import Path

from rag.errors import IndexDamaged
from rag.generations.manifest import Manifest
from rag.generations.store import Store
from rag.generations.vectors import RowFile


def verify(folder: Path, manifest: Manifest, store: Store) -> list[str]:
    """Check files against the manifest, and Chroma's ids against the store's; return the ids of all passages by row.

    Raises IndexDamaged naming the first file that is not sound.
    """
    for name, digest in manifest.files.items():
        try:
            with (folder / name).open("rb") as file:
                found = file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise damaged(folder / name, f"cannot be read ({error.strerror})") from error
        if found != digest:
            raise damaged(folder / name, "fails its checksum")
    if (counts := store.counts()) != (len(manifest.articles), manifest.passages):
        raise damaged(folder / "passages.sqlite3", f"holds {counts} articles and passages, the manifest says otherwise")
    ids = store.ids()
    if set(ids) != set(_chroma_ids(folder / "chroma" / "chroma.sqlite3")):
        raise damaged(folder / "chroma" / "chroma.sqlite3", "does not hold the passages of this generation")
    return ids


def verify_rows(folder: Path, manifest: Manifest, store: Store) -> None:
    """Read every row of the store and the vector files once; raises IndexDamaged at the first that is not sound."""
    store.articles()
    store.passages(store.ids())
    for name, count in (("passages", manifest.passages), ("sentences", manifest.sentences)):
        rows = RowFile(folder / f"{name}.vectors", manifest.making.dimension, count)
        for start in range(0, count, 1024):
            rows.read(start, min(1024, count - start))
        rows.close()


def damaged(path: Path, what: str) -> IndexDamaged:
    """The error that says so and what to do."""
    return IndexDamaged(f"{path} {what}; run `rag doctor --repair`")


def _chroma_ids(path: Path) -> list[str]:
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=30)
        try:
            if (verdict := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise damaged(path, f"is not sound ({' '.join(str(verdict).split())})")
            return [row[0] for row in connection.execute("SELECT embedding_id FROM embeddings")]
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise damaged(path, f"cannot be read ({error})") from error
