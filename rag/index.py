"""One generation of the index, opened and searched; and all that is done with Chroma. Nobody else imports chromadb.

manifest.json     what it was made of, and the sha256 of the files that have no checksums of their own
passages.sqlite3  texts (rag.generations.store)
*.vectors         of passages and of sentences (rag.generations.vectors)
lexical/          BM25 (rag.lexical)
chroma/           a collection that any Chroma client can open
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Self, cast
from weakref import finalize

import numpy as np

from rag.embedders import Embedder, Vectors
from rag.errors import IndexDamaged, IndexError_
from rag.generations.disk import is_full
from rag.generations.folders import Generations, Held
from rag.generations.manifest import Manifest
from rag.generations.openings import opened
from rag.generations.soundness import damaged, verify
from rag.generations.store import Store
from rag.generations.vectors import RowFile
from rag.lexical import Lexical
from rag.records import Article, Passage
from rag.settings import Settings
from rag.syndication import Copies, grouped
from rag.visibility import Coverage

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

COLLECTION = "passages"
# Up to here a matrix product over all passages is faster than the HNSW graph, exact, and spares a process that asks one
# question the import of chromadb (a second).
EXACT = 20_000
TRIED = 5_000
BATCH = 5_000
SPARE = 16

Rows = Sequence[tuple[Article, Passage]]

# Paths that Chroma failed to open: it keeps what is left of such a client for as long as the process lives.
_FAILED: set[str] = set()


class Index:
    """One generation, open for reading, safe from many threads; it stays on disk until it is closed or forgotten.

    A damaged file raises IndexDamaged, here or at the question that needs it; nothing wrong is ever handed out.
    """

    def __init__(self, held: Held, manifest: Manifest) -> None:
        """Open the files of a generation that is kept from removal; raises IndexDamaged."""
        self.generation = held.pointer.name
        self.manifest = manifest
        self._held = held
        self._folder = held.folder
        self._chroma: Collection | None = None
        self._opening = Lock()
        self._copies: Copies | None = None
        self._coverage: Coverage | None = None
        self._known: dict[str, tuple[Passage, int]] = {}
        self._store = Store(held.folder / "passages.sqlite3")
        dimension = manifest.making.dimension
        self._passage_rows = RowFile(held.folder / "passages.vectors", dimension, manifest.passages)
        self._sentence_rows = RowFile(held.folder / "sentences.vectors", dimension, manifest.sentences)
        self._closing = [self._store.close, self._passage_rows.close, self._sentence_rows.close, held.lock.release]
        self._finish = finalize(self, _close, self._closing)
        self._ids = verify(held.folder, manifest, self._store)
        self._row = {name: row for row, name in enumerate(self._ids)}
        few = manifest.passages <= EXACT
        self._matrix = self._passage_rows.read(0, manifest.passages) if few else None
        self.lexical = Lexical.load(held.folder / "lexical")

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder) -> Self:
        """The current generation of the settings' article folders.

        Raises NoIndex, IndexMismatch (other embedder or release) or IndexDamaged.
        """
        held = Generations(settings.index).hold()
        try:
            manifest = Manifest.read(held.folder, held.pointer.manifest)
            manifest.require(embedder)
            return cls(held, manifest)
        except BaseException:
            held.lock.release()
            raise

    def close(self) -> None:
        """Let go of the files; done by itself when the last reference is gone. A second call does nothing."""
        self._finish()

    def is_current(self) -> bool:
        """Whether the pointer still names this generation; reads one small file."""
        try:
            return Generations(self._folder.parent).current() == self._held.pointer
        except IndexDamaged:
            return False

    def articles(self) -> list[Article]:
        """All articles with text and references, by slug."""
        return self._store.articles()

    def article(self, slug: str) -> Article:
        """The article with text and references; raises KeyError for an unknown slug."""
        found = self._store.article(slug)
        if found is None:
            raise KeyError(slug)
        return found

    def copies(self) -> Copies:
        """For each article that has near copies, by slug: all articles of its origin, itself included."""
        if self._copies is None:
            self._copies = grouped(self._store.copies(), self._store.article)
        return self._copies

    def coverage(self) -> Coverage:
        """How much of the articles a question searches."""
        if self._coverage is None:
            self._coverage = Coverage(self._store.abouts())
        return self._coverage

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages of `ids`, in that order, with their sentences; raises IndexDamaged for an unknown id."""
        return [passage for passage, _ in self._passages(ids)]

    def passage_ids(self, article: str) -> list[str]:
        """The ids of an article's passages in the order of its text; none for an unknown slug."""
        return self._store.passage_ids(article)

    def sentence_vectors(self, ids: Sequence[str]) -> list[Vectors]:
        """For each passage its (sentences, dimension) unit vectors, in the order of its sentences."""
        return [self._sentence_rows.read(first, len(passage.sentences)) for passage, first in self._passages(ids)]

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """At most `k` (passage id, cosine in [-1, 1]) for a unit vector of shape (dimension,), best first.

        Found by the matrix, or by Chroma once it is open; Chroma's candidates are scored again from the vectors.
        """
        if min(k, len(self._ids)) < 1:
            return []
        # A few more than asked for, so that the order among nearly equal ones is decided here, the same in both cases.
        wide = min(k + SPARE, len(self._ids))
        if self._matrix is not None and self._chroma is None:
            rows = np.argpartition(-(self._matrix @ vector), wide - 1)[:wide].tolist()
        else:
            rows = self._chroma_rows(vector, wide)
        # Scored row by row in both cases: a matrix product rounds differently.
        found = [(float(self._vector(row) @ vector), row) for row in rows]
        best = sorted(found, key=lambda item: (-item[0], item[1]))[:k]
        return [(self._ids[row], score) for score, row in best]

    def warm(self) -> None:
        """Have Chroma open before the first question, as a process that lives long should; takes about a second.

        Chroma writes a row whenever it opens a folder: on a read-only disk a small index stays with the matrix.
        """
        if self._matrix is None or os.access(self._folder / "chroma" / "chroma.sqlite3", os.W_OK):
            self._collection()

    def _collection(self) -> "Collection":
        with self._opening:
            if self._chroma is None:
                self._closing.insert(0, opened(self._folder, self.manifest, self._held.pointer.manifest))
                with _faults_told(self._folder / "chroma", "opened"):
                    client = _client(self._folder / "chroma")
                    self._closing.insert(0, client.close)
                    self._chroma = client.get_collection(COLLECTION, embedding_function=None)
            return self._chroma

    def _chroma_rows(self, vector: Vectors, k: int) -> list[int]:
        collection = self._collection()
        with _faults_told(self._folder / "chroma", "searched"):
            found = collection.query(query_embeddings=vector[None], n_results=k, include=[])["ids"][0]
        if len(found) < k or not all(name in self._row for name in found):
            raise damaged(self._folder / "chroma", f"finds {len(found)} passages instead of {k}, or unknown ones")
        return [self._row[name] for name in found]

    def _vector(self, row: int) -> Vectors:
        vector: Vectors = self._matrix[row] if self._matrix is not None else self._passage_rows.read(row, 1)[0]
        return vector

    def _passages(self, ids: Sequence[str]) -> list[tuple[Passage, int]]:
        known = self._known
        if absent := [name for name in dict.fromkeys(ids) if name not in known]:
            fresh = dict(zip(absent, self._store.passages(absent), strict=True))
            known = (known if len(known) < EXACT else {name: known[name] for name in ids if name in known}) | fresh
            self._known = known
        return [known[name] for name in ids]


def _close(closing: list[Callable[[], None]]) -> None:
    for close in closing:
        close()


def _client(folder: Path) -> "Client":
    import chromadb.config

    # Chroma keeps one client a path string and process and refuses another with other settings; the slash keeps ours
    # apart from one that the user opens.
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    path = f"{folder}/"
    while path in _FAILED:
        path += "./"
    try:
        return cast("Client", chromadb.PersistentClient(path, settings=settings))
    except BaseException:
        _FAILED.add(path)
        raise


@contextmanager
def _faults_told(folder: Path, act: str) -> Iterator[None]:
    """Turn what Chroma raises when its `folder` cannot be opened or searched into a sentence."""
    from chromadb.errors import ChromaError

    try:
        yield
    except BaseException as error:
        # A panic of Chroma's Rust code comes as a BaseException without a public name, past every `except Exception`.
        if not isinstance(error, ChromaError | ValueError | OSError) and type(error).__name__ != "PanicException":
            raise
        if is_full(folder, error):
            raise IndexError_(f"{folder} cannot be {act}: the disk is full; free some space and ask again") from error
        raise damaged(folder, f"cannot be {act} ({error})") from error


def write_chroma(folder: Path, rows: Rows, vectors: RowFile, step: Callable[[int], None]) -> None:
    """Write `folder`/chroma anew: each passage with its vector, text, and where it stands; `step(rows done)`.

    Raises OSError on a full disk, IndexError_ when Chroma cannot for another reason.
    """
    from chromadb.errors import ChromaError

    # Chroma writes the HNSW files when it has added as many vectors as the threshold, and files that never reached it
    # anew at every opening; with the count as threshold they are written once and stay as they are.
    threshold = max(1, len(rows))
    hnsw: CreateHNSWConfiguration = {
        "space": "cosine",
        "ef_search": 200,
        "batch_size": min(100, threshold),
        "sync_threshold": threshold,
    }
    try:
        client = _client(folder / "chroma")
        try:
            collection = client.create_collection(COLLECTION, configuration={"hnsw": hnsw}, embedding_function=None)
            for start in range(0, len(rows), BATCH):
                step(start)
                part = rows[start : start + BATCH]
                collection.add(
                    ids=[passage.id for _, passage in part],
                    embeddings=vectors.read(start, len(part)),
                    documents=[passage.text for _, passage in part],
                    metadatas=[_metadata(article, passage) for article, passage in part],
                )
        finally:
            client.close()
    except ChromaError as error:
        if is_full(folder, error):
            raise OSError(ENOSPC, f"Chroma: {error}", str(folder)) from error
        raise IndexError_(
            f"Chroma could not build {folder / 'chroma'} ({error}); look at the disk, try again"
        ) from error


def _metadata(article: Article, passage: Passage) -> dict[str, str | int]:
    where: dict[str, str | int] = {"slug": article.slug, "start": passage.start, "end": passage.end}
    return where | {"title": article.title, "date": article.published or ""}


def probe(folder: Path, chroma: Path, manifest: Manifest, ids: list[str]) -> None:
    """Raises IndexDamaged unless Chroma counts all passages and each one tried, at most `TRIED`, finds itself.

    `chroma` is the Chroma folder of the generation in `folder`, or a copy. Damaged files can end the process here: only
    for a child process (rag.generations.probing).
    """
    vectors = RowFile(folder / "passages.vectors", manifest.making.dimension, manifest.passages)
    client = _client(chroma)
    collection = client.get_collection(COLLECTION, embedding_function=None)
    if (count := collection.count()) != len(ids):
        raise damaged(folder / "chroma", f"counts {count} passages instead of {len(ids)}")
    rows = range(0, len(ids), max(1, len(ids) // TRIED))
    for part in (rows[at : at + 100] for at in range(0, len(rows), 100)):
        own = np.concatenate([vectors.read(row, 1) for row in part])
        found = collection.query(query_embeddings=own, n_results=min(10, len(ids)), include=["distances"])
        for row, names, distances in zip(part, found["ids"], found["distances"] or [], strict=True):
            # Ten passages of the very same vector may hide the eleventh.
            if ids[row] not in names and not (distances and distances[-1] < 1e-5):
                raise damaged(folder / "chroma", f"does not find the passage {ids[row]!r} by its own vector")
    client.close()
