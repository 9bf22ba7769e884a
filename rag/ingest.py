"""Article folders -> next generation: nothing is embedded twice, nothing is published unchecked, every article reported."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from rag.corpus import Known, Reading, read_corpus, reading_fingerprint
from rag.embedders import Embedder
from rag.errors import IndexDamaged, IndexError_, NoIndex
from rag.generations.building import Before, Content, Cut, amend, amendable, build
from rag.generations.building import Progress as Progress
from rag.generations.checking import check
from rag.generations.compacting import compact
from rag.generations.disk import faults_told
from rag.generations.folders import MANIFEST, Generations
from rag.generations.manifest import Entry, Making, Manifest, content, digest_of
from rag.generations.vectors import VectorCache
from rag.index import Index
from rag.passages import cut
from rag.records import Article
from rag.settings import Settings

# Below this many passages a generation is built anew in less time than it takes to explain a copy.
COPIED_FROM = 20_000

Outcome = Literal["added", "updated", "unchanged", "removed", "refused"]


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


def ingest(
    settings: Settings,
    embedder: Embedder,
    progress: Progress | None = None,
    *,
    anew: bool = False,
    copied_from: int = COPIED_FROM,
) -> Report:
    """Bring the index up to date with the article folders; without a change the generation stays, unless `anew`.

    From `copied_from` passages on, a few changed articles are changed in a copy of the generation before. Files that did
    not change are not read again, nor are texts cut or embedded again, unless `anew` or the generation before is damaged.

    `progress(stage, done, total)` is called through the stages read, store, embed, words, chroma, check, sync, rename,
    pointer, clean. Ended at any moment, the index answers as before, and the next ingest goes on from there.
    Raises IndexBusy when another process ingests, CorpusError when a folder is missing, IndexError_ when the disk is full
    or the new generation fails its check.
    """
    step = progress or (lambda stage, done, total: None)
    begun = time.monotonic()
    generations = Generations(settings.index)
    with faults_told(settings.home), generations.writer():
        step("read", 0, 1)
        with _held(settings, embedder) as index:
            plan = _plan(settings, embedder, generations, index, reuse=not anew)
            if plan.answering and not anew:
                name, passages = plan.answering
            else:
                name, passages = _published(settings, embedder, generations, plan, step, copied_from)
        step("clean", 0, 1)
        generations.clean()
        if changed := anew or plan.answering is None:
            compact(settings.home, settings.index, embedder)
    seconds = time.monotonic() - begun
    return Report(generation=name, changed=changed, lines=plan.lines, passages=passages, seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the articles are now, what became of each, and the sound generation that holds just these, if there is one,
    with the number of its passages.

    `index` is the generation that holds the articles whose files did not change; None when all were read.
    """

    content: Content
    lines: tuple[Line, ...]
    answering: tuple[str, int] | None
    index: Index | None


@contextmanager
def _held(settings: Settings, embedder: Embedder) -> Iterator[Index | None]:
    """The current generation, or None when there is none that this release and embedder can use."""
    try:
        index = Index.open(settings, embedder)
    except IndexError_:
        index = None
    try:
        yield index
    finally:
        if index:
            index.close()


def _plan(
    settings: Settings, embedder: Embedder, generations: Generations, index: Index | None, *, reuse: bool
) -> _Plan:
    reused = index if reuse and index and index.manifest.versions.get("reading") == reading_fingerprint() else None
    before = index.manifest.articles if index else _articles_before(generations)
    readings, fresh, entries = [], {}, {}
    for reading in read_corpus(settings, _known(reused) if reused else {}):
        if article := reading.article:
            fresh[article.slug] = article
            entries[article.slug] = Entry(source=reading.source, article=digest_of(article))
        elif reading.known:
            entries[reading.known.slug] = before[reading.known.slug]
        else:
            readings.append(reading)
    entries = dict(sorted(entries.items()))
    making = Making.now(embedder)
    same = index and content(making, entries) == content(making, index.manifest.articles)
    return _Plan(
        content=Content(making=making, entries=entries, cut=lambda slug: _cut(slug, fresh, reused)),
        lines=_lines(readings, entries, before),
        answering=(index.generation, index.manifest.passages) if index and same else None,
        index=reused,
    )


def _known(index: Index) -> dict[str, Known]:
    """What a generation knows of files, by the sha256 of their name and bytes."""
    articles = index.manifest.articles
    return {articles[a.slug].source: Known(slug=a.slug, digest=a.digest) for a in index.abouts().values()}


def _cut(slug: str, fresh: dict[str, Article], index: Index | None) -> Cut:
    """An article with its passages: of the files read just now, else of the generation that has it."""
    if index and slug not in fresh:
        return index.article(slug), index.passages(index.passage_ids(slug))
    return fresh[slug], cut(fresh[slug])


def _published(
    settings: Settings, embedder: Embedder, generations: Generations, plan: _Plan, step: Progress, copied_from: int
) -> tuple[str, int]:
    """Build, check and publish the next generation; its name and the number of its passages.

    What is taken over from a generation that turns out to be damaged does not pass: then all is read and built anew.
    """
    try:
        return _publish(settings, embedder, generations, plan, step, copied_from)
    except IndexDamaged:
        if plan.index is None:
            raise
    anew = _plan(settings, embedder, generations, plan.index, reuse=False)
    return _publish(settings, embedder, generations, anew, step, copied_from)


def _publish(
    settings: Settings, embedder: Embedder, generations: Generations, plan: _Plan, step: Progress, copied_from: int
) -> tuple[str, int]:
    name = generations.name(content(plan.content.making, plan.content.entries))
    building = generations.start()
    try:
        cache = VectorCache(settings.home, embedder)
        before = Before(folder=plan.index.folder, manifest=plan.index.manifest) if plan.index else None
        if before and before.manifest.passages >= copied_from and amendable(plan.content, before):
            manifest = amend(building, plan.content, before, cache, step)
        else:
            manifest = build(building, plan.content, cache, step)
        step("check", 0, 1)
        if fault := check(building, sha256((building / MANIFEST).read_bytes()).hexdigest()):
            raise (IndexDamaged if before else IndexError_)(
                f"the new generation fails its check ({fault}); the old one still answers; try again"
            )
        generations.publish(building, name, lambda stage: step(stage, 0, 1))
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return name, manifest.passages


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
