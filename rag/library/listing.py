"""What there is to read: every article with its facts, and the ones that hold given words."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rag.corpus import read_corpus
from rag.lengths import words
from rag.passages import cut
from rag.records import Article
from rag.sentences import normalise
from rag.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An article with the number of its words and passages; `own`: it was added here and can be removed.

    `outlets`: who published it or, for an article that names none, its sources, each once. `folded`: what `matching` reads.
    """

    article: Article
    own: bool
    words: int
    passages: int
    outlets: tuple[str, ...]
    folded: str


def listed(article: Article, *, own: bool, passages: int) -> Listed:
    """`article` with its facts; `passages` is counted by the caller, who may know it from the index."""
    named = (source.publisher for reference in article.references for source in reference.sources)
    sources = tuple(dict.fromkeys(filter(None, named)))
    outlets = (article.publisher,) if article.publisher else sources
    told = (article.title, *outlets, *sources, *article.authors, *article.entities, *article.topics, article.text)
    return Listed(
        article=article,
        own=own,
        words=words(article.text),
        passages=passages,
        outlets=outlets,
        folded="\n".join(told).casefold(),
    )


def listing(settings: Settings) -> list[Listed]:
    """Every article of the folders, in the order of `ordered`; raises CorpusError when a folder is missing."""
    own = own_slugs(settings.library)
    found = (reading.article for reading in read_corpus(settings) if reading.article)
    return ordered(listed(a, own=a.slug in own, passages=len(cut(a))) for a in found)


def own_slugs(library: Path) -> frozenset[str]:
    """The slugs of the articles that were added to the folder `library`; none when there is no such folder."""
    return frozenset(path.stem for path in library.glob("*.md"))


def ordered(rows: Iterable[Listed]) -> list[Listed]:
    """Added articles first, the last one fetched or published on top; then the others by title."""
    by_title = sorted(rows, key=lambda row: (row.article.title.casefold(), row.article.slug))
    newest = sorted(by_title, key=lambda row: row.article.fetched or row.article.published or "", reverse=True)
    return [row for row in newest if row.own] + [row for row in by_title if not row.own]


def matching(rows: Iterable[Listed], text: str) -> list[Listed]:
    """The rows that hold every word of `text`, in any case, anywhere in title, outlets (those of its
    sources too), authors, names, topics or text.
    """
    wanted = terms(text)
    return [row for row in rows if all(word in row.folded for word in wanted)]


def terms(text: str) -> tuple[str, ...]:
    """The words of a filter as `matching` looks for them, each once, the longest first."""
    return tuple(sorted(dict.fromkeys(normalise(text).casefold().split()), key=len, reverse=True))
