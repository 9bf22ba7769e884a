"""Article folders -> next generation: nothing is embedded twice, nothing is published unchecked, every article reported."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from rag.corpus import Reading, read_corpus
from rag.embedders import Embedder
from rag.errors import IndexDamaged, IndexError_, NoIndex
from rag.generations import store
from rag.generations.checking import check
from rag.generations.disk import faults_told
from rag.generations.folders import MANIFEST, Generations
from rag.generations.manifest import Entry, Making, Manifest, content, digest_of, digests
from rag.generations.soundness import chroma_digests
from rag.generations.vectors import RowFile, RowWriter, VectorCache
from rag.index import Index, write_chroma
from rag.lexical import Lexical
from rag.passages import cut
from rag.records import Article, Passage
from rag.settings import Settings

Outcome = Literal["added", "updated", "unchanged", "removed", "refused"]
Progress = Callable[[str, int, int], None]
Cut = tuple[Article, tuple[Passage, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of an article, named by its slug, or of a file that is none, named by its file name."""

    article: str
    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The generation that answers now, whether it is new, a line an article, and how many passages it holds."""

    generation: str
    changed: bool
    lines: tuple[Line, ...]
    passages: int
    seconds: float


def ingest(settings: Settings, embedder: Embedder, progress: Progress | None = None, *, anew: bool = False) -> Report:
    """Bring the index up to date with the article folders; without a change the generation stays, unless `anew`.

    `progress(stage, done, total)` is called through the stages read, embed, store, words, chroma, check, sync, rename,
    pointer, clean. Ended at any moment, the index answers as before, and the next ingest goes on from there.
    Raises IndexBusy when another process ingests, CorpusError when a folder is missing, IndexError_ when the disk is full
    or the new generation fails its check.
    """
    step = progress or (lambda stage, done, total: None)
    begun = time.monotonic()
    generations = Generations(settings.index)
    with faults_told(settings.home), generations.writer():
        step("read", 0, 1)
        plan = _plan(settings, embedder, generations)
        if plan.answering and not anew:
            name, passages = plan.answering
        else:
            name, passages = _publish(settings, embedder, generations, plan, step)
        step("clean", 0, 1)
        generations.clean()
    seconds, changed = time.monotonic() - begun, anew or plan.answering is None
    return Report(generation=name, changed=changed, lines=plan.lines, passages=passages, seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the articles are now, what became of each, and the sound generation that holds just these, if there is one,
    with the number of its passages.
    """

    articles: list[Article]
    entries: dict[str, Entry]
    lines: tuple[Line, ...]
    answering: tuple[str, int] | None


def _plan(settings: Settings, embedder: Embedder, generations: Generations) -> _Plan:
    readings = list(read_corpus(settings))
    found = {r.article.slug: (r.article, r.source) for r in readings if r.article}
    entries = {slug: Entry(source=s, article=digest_of(a)) for slug, (a, s) in sorted(found.items())}
    try:
        index = Index.open(settings, embedder)
    except IndexError_:
        before, answering = _articles_before(generations), None
    else:
        before, making = index.manifest.articles, index.manifest.making
        same = content(making, entries) == content(making, before)
        answering = (index.generation, index.manifest.passages) if same else None
        index.close()
    articles = [found[slug][0] for slug in entries]
    return _Plan(articles=articles, entries=entries, lines=_lines(readings, entries, before), answering=answering)


def _publish(
    settings: Settings, embedder: Embedder, generations: Generations, plan: _Plan, step: Progress
) -> tuple[str, int]:
    """Build, check and publish the next generation; its name and the number of its passages."""
    making = Making.now(embedder)
    name = generations.name(content(making, plan.entries))
    articles = [(article, cut(article)) for article in plan.articles]
    building = generations.start()
    try:
        cache = VectorCache(settings.home, embedder)
        manifest = _build(building, making, articles, plan.entries, cache, step)
        step("check", 0, 1)
        if fault := check(building, sha256((building / MANIFEST).read_bytes()).hexdigest()):
            raise IndexError_(f"the new generation fails its check ({fault}); the old one still answers; try again")
        generations.publish(building, name, lambda stage: step(stage, 0, 1))
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return name, manifest.passages


def _build(
    folder: Path, making: Making, articles: Sequence[Cut], entries: dict[str, Entry], cache: VectorCache, step: Progress
) -> Manifest:
    """Fill the empty `folder` with a generation of these articles, every file but the pointer to it."""
    rows = [(article, passage) for article, passages in articles for passage in passages]
    texts = {
        "passages": [passage.text for _, passage in rows],
        "sentences": [sentence.text for _, passage in rows for sentence in passage.sentences],
    }
    cache.fill([text for part in texts.values() for text in part], lambda done, total: step("embed", done, total))
    step("store", 0, len(rows))
    store.write(folder / "passages.sqlite3", articles)
    for name, part in texts.items():
        with (folder / f"{name}.vectors").open("wb") as file:
            writer = RowWriter(file)
            for block in cache.take(part):
                writer.add(block)
    step("words", 0, len(rows))
    Lexical.build([passage.id for _, passage in rows], [_words(a, p) for a, p in rows]).save(folder / "lexical")
    vectors = RowFile(folder / "passages.vectors", making.dimension, len(rows))
    write_chroma(folder, rows, vectors, lambda done: step("chroma", done, len(rows)))
    vectors.close()
    # Chroma writes into its SQLite file whenever somebody opens it: generations.soundness checks that one by what it holds.
    plain = [path for part in ("lexical", "chroma") for path in (folder / part).rglob("*") if path.is_file()]
    manifest = Manifest(
        making=making,
        articles=entries,
        passages=len(rows),
        sentences=len(texts["sentences"]),
        files=digests(folder, [path for path in plain if path.name != "chroma.sqlite3"]),
        chroma=chroma_digests(folder),
        versions={name: version(name) for name in ("chromadb", "bm25s", "numpy")},
    )
    manifest.write(folder)
    return manifest


def _words(article: Article, passage: Passage) -> str:
    """What BM25 reads of a passage: where it comes from, its heading and its text."""
    source = " ".join(filter(None, (article.publisher, article.published, article.title)))
    return f"{source} {passage.heading}\n{passage.text}"


def _articles_before(generations: Generations) -> dict[str, Entry]:
    """What a generation held that this release or embedder cannot open, as far as it can be told."""
    try:
        held = generations.hold()
    except (NoIndex, IndexDamaged):
        return {}
    try:
        return Manifest.read(held.folder, held.pointer.manifest).articles
    except IndexError_:
        return {}
    finally:
        held.lock.release()


def _lines(readings: Sequence[Reading], now: dict[str, Entry], before: dict[str, Entry]) -> tuple[Line, ...]:
    lines = [Line(article=r.path.name, outcome="refused", reason=r.refused) for r in readings if r.refused]
    for slug in sorted(now.keys() | before.keys()):
        if slug not in now:
            lines.append(Line(article=slug, outcome="removed"))
        elif slug not in before:
            lines.append(Line(article=slug, outcome="added"))
        else:
            same = now[slug].article == before[slug].article
            lines.append(Line(article=slug, outcome="unchanged" if same else "updated"))
    return tuple(lines)
