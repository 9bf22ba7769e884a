"""Says in plain words what is wrong with the index, and repairs it from the articles and the vector cache."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.corpus import read_corpus
from rag.embedders import Embedder
from rag.errors import CorpusError, EmbedderError, IndexDamaged, IndexMismatch, NoIndex
from rag.generations.checking import check
from rag.generations.folders import Generations
from rag.generations.manifest import Manifest, digest_of
from rag.ingest import ingest
from rag.settings import Settings

REPAIR = "Run `rag doctor --repair`."
INGEST = "Run `rag ingest`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be: a code for scripts, a sentence for people, and what to do about it."""

    code: str
    text: str
    repair: str


def examine(settings: Settings, embedder: Embedder) -> list[Finding]:
    """Everything that is wrong with model, articles and index; nothing is changed. Takes seconds: every row is read."""
    return [*_model(embedder), *_index(settings, embedder)]


def repair(settings: Settings, embedder: Embedder, progress: Callable[[str, int, int], None] | None = None) -> None:
    """Build a new generation unless the current one is sound; vectors that are still sound are not computed anew.

    Raises what `ingest` raises.
    """
    codes = {finding.code for finding in _index(settings, embedder)}
    ingest(settings, embedder, progress, anew="damaged" in codes)


def _model(embedder: Embedder) -> Iterator[Finding]:
    try:
        embedder.embed(["a text"])
    except EmbedderError as error:
        yield Finding(code="model", text=f"The embedding model cannot be used: {error}.", repair="")


def _index(settings: Settings, embedder: Embedder) -> Iterator[Finding]:
    generations = Generations(settings.index)
    if settings.index.is_dir() and not os.access(settings.index, os.W_OK):
        text = f"{settings.index} cannot be written: questions are answered, but no article can be added."
        yield Finding(code="read-only", text=text, repair="Set RAG_HOME to a folder that can be written.")
    if left := [path for path in settings.index.glob("building-*") if not _alive(path.name.split("-")[1])]:
        text = f"An ingest was broken off and left {', '.join(str(path) for path in left)}."
        yield Finding(code="leftover", text=text, repair=INGEST)
    try:
        held = generations.hold()
    except NoIndex:
        yield Finding(code="no-index", text="There is no index of these article folders yet.", repair=INGEST)
        return
    except IndexDamaged as error:
        yield Finding(code="damaged", text=f"The index is damaged: {_cause(error)}.", repair=REPAIR)
        return
    try:
        manifest = Manifest.read(held.folder, held.pointer.manifest)
        manifest.require(embedder)
        if fault := check(held.folder, held.pointer.manifest):
            yield Finding(code="damaged", text=f"The index is damaged: {_cause(fault)}.", repair=REPAIR)
        yield from _articles(settings, manifest)
    except IndexMismatch as error:
        yield Finding(code="mismatch", text=f"The index does not fit: {_cause(error)}.", repair=INGEST)
    except IndexDamaged as error:
        yield Finding(code="damaged", text=f"The index is damaged: {_cause(error)}.", repair=REPAIR)
    finally:
        held.lock.release()


def _articles(settings: Settings, manifest: Manifest) -> Iterator[Finding]:
    try:
        readings = list(read_corpus(settings))
    except CorpusError as error:
        yield Finding(code="corpus", text=f"The articles cannot be read: {error}.", repair="")
        return
    for reading in readings:
        if reading.refused:
            yield Finding(code="article", text=f"{reading.path} is left out: {reading.refused}.", repair="")
    now = {reading.article.slug: digest_of(reading.article) for reading in readings if reading.article}
    before = {slug: entry.article for slug, entry in manifest.articles.items()}
    if changed := sorted(slug for slug in now.keys() | before.keys() if now.get(slug) != before.get(slug)):
        names = ", ".join(changed[:5]) + (" …" if len(changed) > 5 else "")
        count = f"{len(changed)} article{'' if len(changed) == 1 else 's'}"
        text = f"{count} changed since the last ingest: {names}."
        yield Finding(code="out-of-date", text=text, repair=INGEST)


def _cause(error: object) -> str:
    """An error's message without its advice, which the finding gives itself."""
    return str(error).partition("; run ")[0]


def _alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
