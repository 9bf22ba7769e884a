"""One generation of the index, opened and searched.

manifest.json     what it was made of, and the sha256 of the files that have no checksums of their own
passages.sqlite3  texts (rag.generations.store)
*.vectors         of passages and of sentences (rag.generations.vectors)
lexical/          BM25 (rag.lexical)
chroma/           a collection that any Chroma client can open (rag.generations.chroma)
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Self
from weakref import finalize

import numpy as np

from rag.embedders import Embedder, Vectors
from rag.errors import IndexDamaged
from rag.generations.chroma import Graph
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
from rag.visibility import About, Coverage

# Up to here a matrix product over all passages is faster than the HNSW graph, exact, and spares a process that asks one
# question the import of chromadb (a second).
EXACT = 20_000
SPARE = 16


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
        self._chroma: Graph | None = None
        self._opening = Lock()
        self._copies: Copies | None = None
        self._abouts: Mapping[str, About] | None = None
        self._coverage: Coverage | None = None
        self._known: dict[str, tuple[Passage, int]] = {}
        self._store = Store(held.folder / "passages.sqlite3", known=True)  # `verify` knows its sha256
        dimension = manifest.making.dimension
        self._passage_rows = RowFile(held.folder / "passages.vectors", dimension, manifest.rows["passages"])
        self._sentence_rows = RowFile(held.folder / "sentences.vectors", dimension, manifest.rows["sentences"])
        self._closing = [self._store.close, self._passage_rows.close, self._sentence_rows.close, held.lock.release]
        self._finish = finalize(self, _close, self._closing)
        # A passage's place is its position here; rows of passages that are gone leave gaps between the rows.
        rows = verify(held.folder, manifest, self._store)
        self._ids, self._rows = list(rows), list(rows.values())
        self._place = {name: place for place, name in enumerate(self._ids)}
        few = manifest.passages <= EXACT
        self._matrix = self._passage_rows.read(0, manifest.rows["passages"])[self._rows] if few else None
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

    @property
    def folder(self) -> Path:
        """Where the generation lies."""
        return self._folder

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

    def abouts(self) -> Mapping[str, About]:
        """What is told of all articles where their texts are not needed, by slug."""
        if self._abouts is None:
            self._abouts = {about.slug: about for about in self._store.abouts()}
        return self._abouts

    def coverage(self) -> Coverage:
        """How much of the articles a question searches."""
        if self._coverage is None:
            self._coverage = Coverage(self.abouts().values())
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
            places = np.argpartition(-(self._matrix @ vector), wide - 1)[:wide].tolist()
        else:
            places = self._chroma_places(vector, wide)
        # Scored row by row in both cases: a matrix product rounds differently.
        found = [(float(self._vector(place) @ vector), place) for place in places]
        best = sorted(found, key=lambda item: (-item[0], item[1]))[:k]
        return [(self._ids[place], score) for score, place in best]

    def warm(self) -> None:
        """Have Chroma open before the first question, as a process that lives long should; takes about a second.

        Chroma writes a row whenever it opens a folder: on a read-only disk a small index stays with the matrix.
        """
        if self._matrix is None or os.access(self._folder / "chroma" / "chroma.sqlite3", os.W_OK):
            self._graph()

    def _graph(self) -> Graph:
        with self._opening:
            if self._chroma is None:
                self._closing.insert(0, opened(self._folder, self.manifest, self._held.pointer.manifest))
                graph = Graph(self._folder / "chroma")
                self._closing.insert(0, graph.close)
                self._chroma = graph
            return self._chroma

    def _chroma_places(self, vector: Vectors, k: int) -> list[int]:
        found = self._graph().nearest(vector, k)
        if len(found) < k or not all(name in self._place for name in found):
            raise damaged(self._folder / "chroma", f"finds {len(found)} passages instead of {k}, or unknown ones")
        return [self._place[name] for name in found]

    def _vector(self, place: int) -> Vectors:
        rows = (
            self._passage_rows.read(self._rows[place], 1) if self._matrix is None else self._matrix[place : place + 1]
        )
        vector: Vectors = rows[0]
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
