"""When the vector cache has grown far beyond use, what no index in the home folder needs any more is taken out of it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rag.embedders import Embedder
from rag.errors import IndexError_
from rag.generations.folders import Generations
from rag.generations.manifest import Manifest
from rag.generations.store import Store
from rag.generations.vectors import VectorCache, key_of

SPARE = 50_000


def compact(home: Path, own: Path, embedder: Embedder, spare: int = SPARE) -> int:
    """Take vectors that no generation uses out of the cache, the newest `spare` excepted; how many were taken out.

    Nothing is done while the cache holds at most twice as many as the generations and `spare` together, nor when another
    index in `home` than `own`, of which the caller is the writer, is being written or cannot be read: then nobody can
    tell what it needs; nor on a disk that is full or cannot be written, for the generation is published by now. The
    newest ones are kept for what is in no generation yet, as after a killed ingest.
    """
    indexes = [Generations(path) for path in sorted((home / "index").iterdir()) if path.is_dir()]
    try:
        if VectorCache.entries(home, embedder) <= 2 * (sum(_count(index, embedder) for index in indexes) + spare):
            return 0
        with ExitStack() as others:
            for index in indexes:
                if index.folder != own:
                    others.enter_context(index.writer())
            cache = VectorCache(home, embedder)
            return cache.compact({key for index in indexes for key in _keys(index, embedder)}, spare)
    except (IndexError_, OSError):
        return 0


@contextmanager
def _current(index: Generations, embedder: Embedder) -> Iterator[tuple[Path, Manifest] | None]:
    """The folder and manifest of an index' current generation; None when it has none or its vectors are others."""
    if index.current() is None:
        yield None
        return
    held = index.hold()
    try:
        manifest = Manifest.read(held.folder, held.pointer.manifest)
        yield (held.folder, manifest) if manifest.making.embedder == embedder.fingerprint else None
    finally:
        held.lock.release()


def _count(index: Generations, embedder: Embedder) -> int:
    with _current(index, embedder) as found:
        return sum(found[1].rows.values()) if found else 0


def _keys(index: Generations, embedder: Embedder) -> Iterator[bytes]:
    with _current(index, embedder) as found:
        if found:
            store = Store(found[0] / "passages.sqlite3")
            for passage, _ in store.every():
                yield key_of(passage.text)
                yield from (key_of(sentence.text) for sentence in passage.sentences)
            store.close()
