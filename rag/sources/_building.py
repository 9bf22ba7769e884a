"""Paragraphs and facts -> Article: the same last steps for every format that is no Markdown file already."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from rag.errors import SourceError
from rag.limits import MB, Limits
from rag.origins import Origin
from rag.records import Article
from rag.sentences import normalise
from rag.slugs import slug
from rag.sources import _byline, _furniture

_LONGEST_TITLE, _MOST_AUTHORS = 300, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a page or file says of itself; None and () where it says nothing. Dates are ISO, possibly partial."""

    title: str | None = None
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    published: str | None = None
    updated: str | None = None
    language: str | None = None


def build(
    blocks: Sequence[str], facts: Facts, origin: str, limits: Limits, *, dropped: int = 0, furnished: bool = True
) -> Article:
    """The article of these paragraphs: furniture out, printed byline and notes read as facts where `facts` has none.

    `dropped` counts the words that are gone already; `furnished` False keeps every paragraph.
    Raises SourceError when no text is left or more than the limit.
    """
    cleaned = _furniture.clean(blocks) if furnished else _furniture.Cleaned(blocks=tuple(blocks), dropped=0)
    paragraphs = [p for p in (normalise(block) for block in cleaned.blocks) if p]
    printed = _byline.read(paragraphs, facts.title)
    title = one_line(facts.title or printed.title or origin)[:_LONGEST_TITLE] or "untitled"
    text = checked("\n\n".join(without_title(paragraphs, title)), origin, limits)
    return Article(
        slug=slug(title, sha256(text.encode()).hexdigest()),
        title=title,
        text=text,
        digest=sha256(text.encode()).hexdigest(),
        publisher=one_line(facts.publisher or printed.publisher or "") or None,
        authors=tuple(filter(None, map(one_line, facts.authors or printed.authors)))[:_MOST_AUTHORS],
        url=facts.url,
        published=facts.published or printed.published,
        updated=facts.updated or printed.updated,
        origin=Origin(
            file=one_line(origin) or None,
            language=facts.language,
            notes=_furniture.notes(paragraphs),
            dropped=dropped + cleaned.dropped,
        ),
    )


def checked(text: str, origin: str, limits: Limits) -> str:
    """`text`, unless there is none or too much of it: then SourceError."""
    if not any(character.isalnum() for character in text):
        raise SourceError(f"{origin}: there is no text in it; add a file or page that has some")
    if (size := len(text.encode())) > limits.text_mb * MB:
        raise SourceError(
            f"{origin}: {size / MB:.1f} MB of text, more than the {limits.text_mb} MB of RAG_TEXT_MB; split it"
        )
    return text


def without_title(paragraphs: list[str], title: str) -> list[str]:
    """Without the lines that only repeat the title near the beginning."""
    same = [n for n, p in enumerate(paragraphs[:8]) if p.lstrip("# ").casefold() == title.casefold()]
    return [p for n, p in enumerate(paragraphs) if n not in same] or paragraphs


def one_line(text: str) -> str:
    """`text` normalised, on one line, without blanks around it."""
    return " ".join(normalise(text).split())


def paged(article: Article, pages: tuple[int, ...]) -> Article:
    """`article` with the offsets at which its pages begin."""
    return replace(article, origin=replace(article.origin, pages=pages))
