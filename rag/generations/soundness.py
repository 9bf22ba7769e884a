"""Whether the files of a generation are what was published; none of this loads Chroma, so damage cannot end the process.

Rows of the store and of the vector files carry checksums and are checked whenever they are read; here is the rest.
"""

import sqlite3
from hashlib import file_digest, sha256
from pathlib import Path

from rag.errors import IndexDamaged
from rag.generations.manifest import Manifest
from rag.generations.store import Store
from rag.generations.vectors import RowFile

# What Chroma's SQLite file holds beside the row it writes at every opening: what opening and searching need, and the texts
# and metadata that only other clients read. A column that a later chromadb adds leaves these as they are.
CATALOGUE = (
    "SELECT id FROM tenants",
    "SELECT id, name, tenant_id FROM databases",
    "SELECT id, name, dimension, database_id, config_json_str FROM collections",
    "SELECT id, type, scope, collection FROM segments",
    "SELECT segment_id, seq_id FROM max_seq_id",
    "SELECT seq_id, operation, id, vector FROM embeddings_queue",
    "SELECT embedding_id, id, segment_id, seq_id FROM embeddings",
)
TEXTS = (
    "SELECT id, key, string_value, int_value FROM embedding_metadata",
    "SELECT rowid, string_value FROM embedding_fulltext_search",
)


def verify(folder: Path, manifest: Manifest, store: Store) -> dict[str, int]:
    """Check files against the manifest, and Chroma's ids against the store's; return the row of each passage by its id.

    Raises IndexDamaged naming the first file that is not sound.
    """
    held = verify_chroma(folder, manifest)
    if (counts := store.counts()) != (len(manifest.articles), manifest.passages):
        raise damaged(folder / "passages.sqlite3", f"holds {counts} articles and passages, the manifest says otherwise")
    rows = store.rows()
    if rows.keys() != held:
        raise damaged(folder / "chroma", "does not hold the passages of this generation")
    return rows


def verify_chroma(folder: Path, manifest: Manifest) -> set[str]:
    """The ids of the passages in Chroma; raises IndexDamaged when its files, or others with a sha256, are not sound."""
    for name, digest in manifest.files.items():
        try:
            with (folder / name).open("rb") as file:
                found = file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise damaged(folder / name, f"cannot be read ({error.strerror})") from error
        if found != digest:
            raise damaged(folder / name, "fails its checksum")
    path = folder / "chroma" / "chroma.sqlite3"
    digest, held = _read(path, CATALOGUE)
    if digest != manifest.chroma["catalogue"]:
        raise damaged(path, "fails its checksum")
    return held


def verify_rows(folder: Path, manifest: Manifest, store: Store) -> None:
    """Read every row of the store, of the vector files and of Chroma's texts once; raises IndexDamaged at the first that
    is not sound.
    """
    store.check()
    for name, count in manifest.rows.items():
        rows = RowFile(folder / f"{name}.vectors", manifest.making.dimension, count)
        for start in range(0, count, 1024):
            rows.read(start, min(1024, count - start))
        rows.close()
    verify_texts(folder, manifest)


def verify_texts(folder: Path, manifest: Manifest) -> None:
    """Raises IndexDamaged unless the texts and metadata in Chroma's SQLite file are those of the manifest."""
    path = folder / "chroma" / "chroma.sqlite3"
    if _read(path, TEXTS)[0] != manifest.chroma["texts"]:
        raise damaged(path, "fails the checksum of its texts")


def chroma_digests(folder: Path) -> dict[str, str]:
    """The sha256 of what Chroma's SQLite file in the generation `folder` holds, for the manifest."""
    path = folder / "chroma" / "chroma.sqlite3"
    return {"catalogue": _read(path, CATALOGUE)[0], "texts": _read(path, TEXTS)[0]}


def damaged(path: Path, what: str) -> IndexDamaged:
    """The error that says so and what to do."""
    return IndexDamaged(f"{path} {what}; run `rag doctor --repair`")


def _read(path: Path, selects: tuple[str, ...]) -> tuple[str, set[str]]:
    """The sha256 of all rows, whatever their order on disk, and the first values of the last select's."""
    whole = sha256()
    firsts: set[str] = set()
    try:
        # For writing: what a killed process left half written in there is first undone by its journal.
        connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=30)
        try:
            # A second each for 100,000 passages: once is enough, and the catalogue is always read before the texts.
            checked = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if selects is CATALOGUE else "ok"
            if checked != "ok":
                raise damaged(path, f"is not sound ({' '.join(str(checked).split())})")
            for select in selects:
                firsts = set()
                rows = connection.execute(f"{select} ORDER BY 1, 2" if "," in select else f"{select} ORDER BY 1")
                while part := rows.fetchmany(4096):
                    whole.update("".join(map(repr, part)).encode("utf-8", "surrogatepass"))
                    firsts.update(row[0] for row in part)
        finally:
            connection.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise damaged(path, f"cannot be read ({error})") from error
    return whole.hexdigest(), firsts
