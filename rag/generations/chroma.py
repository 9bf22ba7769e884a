"""All that is done with Chroma: a collection of passages is written, amended, probed and searched. Nobody else imports it."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from errno import ENOSPC
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from rag.embedders import Vectors
from rag.errors import IndexError_
from rag.generations.disk import is_full
from rag.generations.manifest import Manifest
from rag.generations.soundness import damaged
from rag.generations.vectors import RowFile
from rag.records import Passage
from rag.visibility import About

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration, UpdateHNSWConfiguration
    from chromadb.api.models.Collection import Collection

COLLECTION, DATABASE = "passages", "chroma.sqlite3"
BATCH = 5_000
ALL, TRIED, LAST = 5_000, 1_000, 200
MISSED = 0.01
OWN = 1e-5  # the cosine distance of a vector from itself, rounding included

Row = tuple[About, Passage]

# Paths that Chroma failed to open: it keeps what is left of such a client for as long as the process lives.
_FAILED: set[str] = set()


class Graph:
    """The collection in a generation's `chroma` folder, open for searching; safe from many threads."""

    def __init__(self, folder: Path) -> None:
        """Raises IndexDamaged when it cannot be opened, IndexError_ when the disk is full."""
        self._folder = folder
        with _faults_told(folder, "opened"):
            client = _client(folder)
            self.close = client.close
            self._collection = client.get_collection(COLLECTION, embedding_function=None)

    def nearest(self, vector: Vectors, k: int) -> list[str]:
        """The ids of the `k` passages whose vectors are, as far as the graph finds them, nearest to `vector`."""
        with _faults_told(self._folder, "searched"):
            return self._collection.query(query_embeddings=vector[None], n_results=k, include=[])["ids"][0]


def write_chroma(folder: Path, rows: Iterable[Row], count: int, vectors: RowFile, step: Callable[[int], None]) -> None:
    """Write `folder`/chroma anew: each of `count` passages with its vector, text, and where it stands; `step(rows done)`.

    Raises OSError on a full disk, IndexError_ when Chroma cannot for another reason.
    """
    # Chroma writes the HNSW files when it has added as many vectors as the threshold, and files that never reached it
    # anew at every opening; with the count as threshold they are written once and stay as they are.
    threshold = max(1, count)
    hnsw: CreateHNSWConfiguration = {
        "space": "cosine",
        "ef_search": 200,
        # With 16 neighbours and 100 candidates, what Chroma takes by itself, 68 of 900 passages that hardly differ were
        # not found by their own vector, with these none; building costs twice as much (docs/growth.md).
        "ef_construction": 200,
        "max_neighbors": 64,
        "batch_size": min(100, threshold),
        "sync_threshold": threshold,
    }
    with _built(folder / "chroma") as client:
        collection = client.create_collection(COLLECTION, configuration={"hnsw": hnsw}, embedding_function=None)
        start, left = 0, iter(rows)
        while part := list(islice(left, BATCH)):
            step(start)
            _put(collection, part, vectors.read(start, len(part)))
            start += len(part)


def copy_chroma(old: Path, new: Path) -> None:
    """Copy a generation's `chroma` folder, which others may have open: the SQLite file is copied as of one moment."""
    new.mkdir()
    for path in old.iterdir():
        if path.is_dir():
            shutil.copytree(path, new / path.name)
    with (
        closing(sqlite3.connect(f"{(old / DATABASE).as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(new / DATABASE)) as target,
    ):
        target.execute("PRAGMA synchronous = OFF")
        source.backup(target)


def amend_chroma(folder: Path, gone: Sequence[str], moved: Sequence[Row], added: Sequence[Row], new: Vectors) -> None:
    """Change `folder`/chroma, a copy nobody else has open: take the ids `gone` out, tell anew where the passages `moved`
    stand, and add those `added` with their vectors `new`. Raises as `write_chroma`.
    """
    # Two is the least Chroma takes; it reads the threshold when it opens the collection. What is left unwritten below
    # it stays in Chroma's log, which every opening reads, and changes no file.
    threshold: UpdateHNSWConfiguration = {"batch_size": 2, "sync_threshold": 2}
    with _built(folder / "chroma") as client:
        client.get_collection(COLLECTION, embedding_function=None).modify(configuration={"hnsw": threshold})
    with _built(folder / "chroma") as client:
        collection = client.get_collection(COLLECTION, embedding_function=None)
        for start in range(0, len(gone), BATCH):
            collection.delete(ids=list(gone[start : start + BATCH]))
        for start in range(0, len(moved), BATCH):
            part = moved[start : start + BATCH]
            collection.update(ids=[p.id for _, p in part], metadatas=[_metadata(a, p) for a, p in part])
        for start in range(0, len(added), BATCH):
            _put(collection, added[start : start + BATCH], new[start : start + BATCH])
        # The log is worked off at the first search.
        if collection.count():
            collection.query(query_embeddings=np.ones((1, new.shape[1]), np.float32), n_results=1, include=[])


def probe(folder: Path, chroma: Path, manifest: Manifest, rows: dict[str, int]) -> None:
    """Raises IndexDamaged unless Chroma counts all passages and those tried find themselves.

    All are tried; of more than `ALL` some `TRIED` spread over them, and the `LAST` that were added.

    A graph of near neighbours need not reach each of many passages that hardly differ: one in a hundred may be missed,
    if Chroma holds its very vector; the word index finds it still. `rows` are the rows of the passages' vectors by id;
    `chroma` is the Chroma folder of the generation in `folder`, or a copy. Damaged files can end the process here: only
    for a child process (rag.generations.probing).
    """
    vectors = RowFile(folder / "passages.vectors", manifest.making.dimension, manifest.rows["passages"])
    client = _client(chroma)
    collection = client.get_collection(COLLECTION, embedding_function=None)
    if (count := collection.count()) != len(rows):
        raise damaged(folder / "chroma", f"counts {count} passages instead of {len(rows)}")
    tried = list(rows)
    if len(rows) > ALL:
        tried = list(dict.fromkeys([*tried[:: len(rows) // TRIED], *tried[-LAST:]]))
    missed: list[str] = []
    for part in (tried[at : at + 100] for at in range(0, len(tried), 100)):
        own = np.concatenate([vectors.read(rows[name], 1) for name in part])
        found = collection.query(query_embeddings=own, n_results=min(10, len(rows)), include=["distances"])
        for name, names, distances in zip(part, found["ids"], found["distances"] or [], strict=True):
            # At no distance from itself: in a small index a passage with another's vector is among the ten as well. Ten
            # passages of the very same vector may hide the eleventh.
            if dict(zip(names, distances, strict=True)).get(name, 2.0) > OWN and distances[-1] > OWN:
                missed.append(name)
    for number, name in enumerate(missed):
        held = collection.get(ids=[name], include=["embeddings"])["embeddings"]
        same = held is not None and np.allclose(held[0], vectors.read(rows[name], 1)[0], atol=OWN)
        if not same or number >= MISSED * len(tried):
            raise damaged(folder / "chroma", f"does not find the passage {name!r} by its own vector")
    client.close()


def _put(collection: "Collection", rows: Sequence[Row], vectors: Vectors) -> None:
    collection.add(
        ids=[passage.id for _, passage in rows],
        embeddings=vectors,
        documents=[passage.text for _, passage in rows],
        metadatas=[_metadata(article, passage) for article, passage in rows],
    )


def _metadata(article: About, passage: Passage) -> dict[str, str | int]:
    where: dict[str, str | int] = {"slug": article.slug, "start": passage.start, "end": passage.end}
    return where | {"title": article.title, "date": article.published or ""}


@contextmanager
def _built(folder: Path) -> Iterator["Client"]:
    """A client that writes into `folder` and is closed at the end; raises as `write_chroma`."""
    from chromadb.errors import ChromaError

    try:
        client = _client(folder)
        try:
            yield client
        finally:
            client.close()
    except ChromaError as error:
        if is_full(folder, error):
            raise OSError(ENOSPC, f"Chroma: {error}", str(folder)) from error
        raise IndexError_(f"Chroma could not build {folder} ({error}); look at the disk, try again") from error


def _client(folder: Path) -> "Client":
    import chromadb.config

    # Chroma keeps one client a path string and process and refuses another with other settings; the slash keeps ours
    # apart from one that the user opens.
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    path = f"{folder}/"
    try:
        path.encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(folder).decode("utf-8", "replace")
        text = f"Chroma cannot open {shown} in this locale; set PYTHONUTF8=1, or RAG_HOME to a folder with a plain name"
        raise IndexError_(text) from error
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
        if isinstance(error, ChromaError | ValueError | OSError) or type(error).__name__ == "PanicException":
            if is_full(folder, error):
                text = f"{folder} cannot be {act}: the disk is full; free some space and ask again"
                raise IndexError_(text) from error
            raise damaged(folder, f"cannot be {act} ({error})") from error
        raise
