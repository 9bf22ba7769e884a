"""The user's own articles: Markdown files in one folder, named by us, to be read, edited and deleted by anybody."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from rag.corpus import read_corpus
from rag.errors import LibraryError
from rag.lengths import words
from rag.library.copies import near_copy
from rag.library.writing import to_markdown
from rag.records import Article
from rag.settings import Settings
from rag.slugs import slug

Outcome = Literal["added", "updated", "unchanged", "duplicate", "refused", "removed"]
_REMOVED = ".removed"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the ledger: what was given, what became of it, the article's slug, and why (or of what it is a copy).

    `words` of the article as it was stored, counted by us; None when nothing was.
    """

    given: str
    outcome: Outcome
    slug: str | None = None
    reason: str | None = None
    words: int | None = None


class Library:
    """The library folder of `settings`, beside all articles of the corpus, with which what is added is compared."""

    def __init__(self, settings: Settings) -> None:
        """Reads every article folder once; raises CorpusError when one is missing."""
        self._folder = settings.library
        self._signatures = settings.home / "signatures.json"
        self._own: dict[str, Article] = {}
        self._shipped: dict[str, Article] = {}
        for reading in read_corpus(settings):
            if reading.article:
                inside = reading.path.is_relative_to(self._folder) and reading.path.stem == reading.article.slug
                (self._own if inside else self._shipped)[reading.article.slug] = reading.article

    def add(self, article: Article, given: str) -> Entry:
        """Store `article`, which came as `given`; the same text is merged into the article that has it.

        Raises LibraryError when the folder cannot be written.
        """
        key = f"url:{article.url}" if article.url else f"file:{given}\n{article.title}"
        held = next((a for a in self._own.values() if _is_same(a, article, given)), None)
        name = held.slug if held else slug(article.title, key)
        # A link out of the library must not decide where this writes.
        article = replace(article, slug=name, origin=replace(article.origin, file=given))
        twin = next((a for a in self._all() if a.digest == article.digest and a.slug != name), None)
        if held and held.digest == article.digest and _facts(held) == _facts(article):
            return Entry(given=given, outcome="unchanged", slug=name)
        if twin:
            return self._merge(twin, article, given)
        near = near_copy(article, self._all(), self._signatures)
        origin = (near.origin.copy_of or near.slug) if near else None
        article = replace(article, origin=replace(article.origin, copy_of=origin if origin != name else None))
        self._write(article)
        reason = f"a near copy of {near.slug}: counted as one origin" if near else None
        outcome: Outcome = "updated" if held else "added"
        return Entry(given=given, outcome=outcome, slug=name, reason=reason, words=words(article.text))

    def find(self, url: str) -> Article | None:
        """The article of the library that came from `url`."""
        return next((a for a in self._own.values() if a.url == url or url in a.origin.also), None)

    def remove(self, name: str) -> Path:
        """Take an article out of the library; `restore` brings it back.

        Raises LibraryError when there is none, or the folder cannot be written.
        """
        path = self._folder / f"{name}.md"
        if not _SLUG.fullmatch(name) or not path.is_file():
            where = (
                "is one of the shipped articles: delete its file" if name in self._shipped else "is not in the library"
            )
            raise LibraryError(f"{name!r} {where}; `rag list` shows the articles by name")
        bin_ = self._folder / _REMOVED
        try:
            bin_.mkdir(exist_ok=True)
            os.utime(path)
            path.replace(bin_ / path.name)
        except OSError as error:
            raise _unwritable(bin_ / path.name, error) from error
        self._own.pop(name, None)
        return bin_ / path.name

    def restore(self, name: str | None = None) -> str:
        """Bring back a removed article, by default the last one removed; its slug.

        Raises LibraryError when there is none, when the library has an article of that name again, or cannot be written.
        """
        removed = sorted((self._folder / _REMOVED).glob("*.md"), key=lambda path: path.stat().st_mtime_ns)
        chosen = [path for path in removed if name is None or path.stem == name]
        if not chosen:
            raise LibraryError(
                f"there is no removed article {f'{name} ' if name else ''}to bring back; look into {self._folder / _REMOVED}"
            )
        last, path = chosen[-1], self._folder / chosen[-1].name
        # `remove` would put the newer one in the place of the removed one, so that is no advice.
        if os.path.lexists(path):
            raise LibraryError(
                f"{last.stem!r} is in the library again, and is not overwritten; move {path} to another folder first"
            )
        try:
            last.replace(path)
        except OSError as error:
            raise _unwritable(path, error) from error
        return last.stem

    def removed(self) -> list[str]:
        """The slugs that `restore` can bring back, the last one removed first."""
        found = (self._folder / _REMOVED).glob("*.md")
        return [path.stem for path in sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True)]

    def _all(self) -> Iterator[Article]:
        yield from self._shipped.values()
        yield from self._own.values()

    def _merge(self, twin: Article, article: Article, given: str) -> Entry:
        """Name the second place of a text in the article that has it, when that is in the library."""
        place = article.url or given
        if twin.slug in self._own and place not in (twin.url, twin.origin.file, *twin.origin.also):
            self._write(replace(twin, origin=replace(twin.origin, also=(*twin.origin.also, place))))
        return Entry(
            given=given, outcome="duplicate", slug=twin.slug, reason=f"duplicate of {twin.slug}: the same text"
        )

    def _write(self, article: Article) -> None:
        path = self._folder / f"{article.slug}.md"
        waiting = self._folder / f".{article.slug}.new"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with waiting.open("w", encoding="utf-8", newline="\n") as file:
                file.write(to_markdown(article))
                file.flush()
                os.fsync(file.fileno())
            waiting.replace(path)
        except OSError as error:
            with suppress(OSError):
                waiting.unlink(missing_ok=True)
            raise _unwritable(path, error) from error
        self._own[article.slug] = article


def _unwritable(path: Path, error: OSError) -> LibraryError:
    return LibraryError(f"{path} cannot be written ({error.strerror}); set RAG_LIBRARY to a folder that can")


def _is_same(held: Article, article: Article, given: str) -> bool:
    """Whether `article` is `held`, come again: from the same address, or a file of that name and title."""
    if article.url or held.url:
        return article.url == held.url
    return held.origin.file == given and held.title == article.title


def _facts(article: Article) -> str:
    """What else than the text makes an article new."""
    told = (article.title, article.publisher, article.authors, article.published, article.updated, article.origin.pages)
    return sha256(repr(told).encode()).hexdigest()
