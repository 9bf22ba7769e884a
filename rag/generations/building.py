"""Fills the folder of a generation in the making: anew, or as a changed copy of the generation before it.

Passages are read back from the store as it is written, some thousand at a time, so that no list of all texts or vectors
is ever in memory.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from shutil import copyfile

import numpy as np

from rag.corpus import reading_fingerprint
from rag.generations.chroma import DATABASE, amend_chroma, copy_chroma, write_chroma
from rag.generations.manifest import Entry, Making, Manifest, digests
from rag.generations.soundness import chroma_digests, verify_texts
from rag.generations.store import Store, StoreWriter
from rag.generations.vectors import RowFile, RowWriter, VectorCache
from rag.lexical import Lexical
from rag.records import Article, Passage
from rag.visibility import About

STORE = "passages.sqlite3"
# Copying pays where few articles changed, and for as long as few rows of the copy stand for nothing.
CHANGED, UNUSED = 0.1, 0.25

Cut = tuple[Article, Sequence[Passage]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a generation is to hold: how it is made, its articles' entries by slug, and what gives each with its passages."""

    making: Making
    entries: dict[str, Entry]
    cut: Callable[[str], Cut]


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A sound generation that is there: its folder, held against removal, and its manifest."""

    folder: Path
    manifest: Manifest


def amendable(content: Content, before: Before) -> bool:
    """Whether a changed copy of the generation before is as good as one built anew, and cheaper."""
    old = before.manifest
    changed = len(_differing(content.entries, old.articles)) + len(_differing(old.articles, content.entries))
    unused = old.rows["passages"] - old.passages
    return (
        old.making == content.making
        and old.versions == _versions()
        and changed <= CHANGED * len(old.articles)
        and unused <= UNUSED * old.passages
    )


def build(folder: Path, content: Content, cache: VectorCache, step: Progress) -> Manifest:
    """Fill the empty `folder`, every file but the pointer to it; returns its manifest, which is written too."""
    with StoreWriter(folder / STORE) as writer:
        for done, slug in enumerate(content.entries):
            step("store", done, len(content.entries))
            writer.add(*content.cut(slug))
    store = Store(folder / STORE, known=True)
    _embed(folder, store, {"passages": 0, "sentences": 0}, cache, step)
    abouts, count = _abouts(store), writer.passages
    step("words", 0, count)
    Lexical.build(list(store.rows()), (_words(abouts[p.article], p) for p, _ in store.every())).save(folder / "lexical")
    vectors = RowFile(folder / "passages.vectors", content.making.dimension, count)
    rows = ((abouts[p.article], p) for p, _ in store.every())
    write_chroma(folder, rows, count, vectors, lambda done: step("chroma", done, count))
    vectors.close()
    store.close()
    return _manifest(folder, content, count, {"passages": count, "sentences": writer.sentences})


def amend(folder: Path, content: Content, before: Before, cache: VectorCache, step: Progress) -> Manifest:
    """Fill the empty `folder` with a copy of the generation before, changed where articles have; else as `build`."""
    old, changed = before.manifest, _differing(content.entries, before.manifest.articles)
    step("store", 0, len(changed))
    # All else has been looked at when the generation was opened, or is as it is read; a copy would make these good.
    verify_texts(before.folder, old)
    for name in (STORE, "passages.vectors", "sentences.vectors"):
        copyfile(before.folder / name, folder / name)
    store = Store(folder / STORE, known=True)
    out = _differing(old.articles, content.entries)
    gone = {name for slug in out for name in store.passage_ids(slug)}
    store.close()
    with StoreWriter(folder / STORE, old.rows["passages"], old.rows["sentences"]) as writer:
        for slug in out:
            writer.remove(slug)
        for slug in changed:
            writer.add(*content.cut(slug))
    store = Store(folder / STORE, known=True)
    _embed(folder, store, old.rows, cache, step)
    abouts = _abouts(store)
    added = [(abouts[p.article], p) for p, _ in store.every(old.rows["passages"])]
    step("words", 0, len(added))
    lexical = Lexical.load(before.folder / "lexical")
    lexical.amended(gone, [p.id for _, p in added], (_words(a, p) for a, p in added)).save(folder / "lexical")
    step("chroma", 0, len(added))
    _amend_chroma(folder, before, gone, added)
    count = store.counts()[1]
    store.close()
    return _manifest(folder, content, count, {"passages": writer.passages, "sentences": writer.sentences})


def _differing(these: dict[str, Entry], those: dict[str, Entry]) -> list[str]:
    """The slugs of `these` whose article is another in `those`, or missing there."""
    return [slug for slug, entry in these.items() if slug not in those or those[slug].article != entry.article]


def _embed(folder: Path, store: Store, first: dict[str, int], cache: VectorCache, step: Progress) -> None:
    """Append the vectors of the store's passages from the rows `first` on, and of their sentences."""
    start = first["passages"]
    cache.fill(_Texts(store, start), lambda done, total: step("embed", done, total))
    parts = {
        "passages": (passage.text for passage, _ in store.every(start)),
        "sentences": (sentence.text for passage, _ in store.every(start) for sentence in passage.sentences),
    }
    for name, texts in parts.items():
        with (folder / f"{name}.vectors").open("ab") as file:
            writer = RowWriter(file, first[name])
            for block in cache.take(texts):
                writer.add(block)


@dataclass(frozen=True, slots=True)
class _Texts:
    """All texts to embed, as often as they are gone through."""

    store: Store
    start: int

    def __iter__(self) -> Iterator[str]:
        for passage, _ in self.store.every(self.start):
            yield passage.text
            yield from (sentence.text for sentence in passage.sentences)


def _amend_chroma(folder: Path, before: Before, gone: set[str], added: Sequence[tuple[About, Passage]]) -> None:
    """Copy Chroma's folder and change in it what changed; a passage whose text is as before keeps its vector there."""
    copy_chroma(before.folder / "chroma", folder / "chroma")
    first, dimension = before.manifest.rows["passages"], before.manifest.making.dimension
    vectors = RowFile(folder / "passages.vectors", dimension)
    fresh = [row for row, (_, passage) in enumerate(added) if passage.id not in gone]
    kept = {passage.id for _, passage in added}
    amend_chroma(
        folder,
        gone=sorted(gone - kept),
        moved=[item for item in added if item[1].id in gone],
        added=[added[row] for row in fresh],
        new=vectors.read(first, len(added))[fresh] if fresh else np.zeros((0, dimension), np.float32),
    )
    vectors.close()


def _manifest(folder: Path, content: Content, passages: int, rows: dict[str, int]) -> Manifest:
    """The manifest of what lies in `folder`, written into it."""
    # Chroma writes into its SQLite file whenever somebody opens it: generations.soundness checks that one by what it holds.
    parts = [path for part in ("lexical", "chroma") for path in (folder / part).rglob("*") if path.is_file()]
    manifest = Manifest(
        making=content.making,
        articles=content.entries,
        passages=passages,
        rows=rows,
        files=digests(folder, [folder / STORE, *(path for path in parts if path.name != DATABASE)]),
        chroma=chroma_digests(folder),
        versions=_versions(),
    )
    manifest.write(folder)
    return manifest


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("chromadb", "bm25s", "numpy")} | {"reading": reading_fingerprint()}


def _abouts(store: Store) -> dict[str, About]:
    return {about.slug: about for about in store.abouts()}


def _words(article: About, passage: Passage) -> str:
    """What BM25 reads of a passage: where it comes from, its heading and its text."""
    source = " ".join(filter(None, (article.publisher, article.published, article.title)))
    return f"{source} {passage.heading}\n{passage.text}"
