"""RSS and Atom feeds by feedparser. A feed holds many articles, so `CHOICE` gives a tuple, newest first as it stands.

An entry's text is what the feed carries of it, often only a summary: the article behind `url` is for who adds it to
fetch. Entities of the document type are never expanded, and links that are no http(s) are left out.
"""

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from rag.detection import decode
from rag.errors import SourceError
from rag.limits import DEFAULT, Limits
from rag.records import Article
from rag.sources import _dates
from rag.sources._building import Facts, build, one_line
from rag.sources.html import fragment

_DECLARATIONS = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.I)


def read(data: bytes, origin: str, limits: Limits = DEFAULT) -> tuple[Article, ...]:
    """The entries that have a title or text, the first `limits.feed_items`; raises SourceError when there are none."""
    import feedparser

    text = decode(data, origin).text
    # Feeds need no entities of their own; with them come bombs and files of this machine.
    if _DECLARATIONS.search(text):
        text = re.sub(r"<!DOCTYPE[^>\[]{0,2000}>", "", text, count=1, flags=re.I)
        if _DECLARATIONS.search(text):
            raise SourceError(f"{origin}: the feed declares entities of its own, which are never expanded; not read")
    text = _first(text, limits.feed_items)
    if (tags := text.count("<")) > limits.html_tags:
        raise SourceError(
            f"{origin}: {tags} tags, more than the {limits.html_tags} of RAG_HTML_TAGS; add a smaller feed"
        )
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    text = re.sub(r"^\s*<\?xml[^>]{0,200}\?>", "", text, count=1)
    found = feedparser.parse(text.encode(), sanitize_html=True, resolve_relative_uris=False)
    publisher = one_line(str(found.feed.get("title", ""))) or None
    entries = [_entry(entry, found.feed, publisher) for entry in found.entries[: limits.feed_items]]
    articles = tuple(a for entry in entries if (a := entry.article(limits)))
    if not articles:
        raise SourceError(f"{origin}: no entry with a title or text in this feed; add the address of a page instead")
    return articles


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    facts: Facts
    blocks: tuple[str, ...]

    def article(self, limits: Limits) -> Article | None:
        """The entry as an article; with no text but its title, that is the text."""
        blocks = self.blocks or ((self.facts.title,) if self.facts.title else ())
        try:
            return build(blocks, self.facts, self.facts.title or "entry", limits, furnished=False) if blocks else None
        except SourceError:
            return None


def _entry(entry: Any, feed: Any, publisher: str | None) -> _Entry:
    bodies = [str(content.get("value", "")) for content in entry.get("content", [])[:5]]
    body = max([*bodies, str(entry.get("summary", ""))], key=len)
    authors = [str(author.get("name", "")) for author in entry.get("authors", [])[:20]] or [
        str(entry.get("author", ""))
    ]
    language = str(feed.get("language", ""))
    return _Entry(
        facts=Facts(
            title=" ".join(fragment(str(entry.get("title", "")))) or None,
            publisher=" ".join(fragment(publisher)) if publisher else None,
            authors=tuple(filter(None, map(one_line, authors))),
            url=_address(entry.get("link")),
            published=_dates.machine(entry.get("published") or entry.get("created")),
            updated=_dates.machine(entry.get("updated")) if "updated" in entry else None,
            language=language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z]{2,4})?", language) else None,
        ),
        blocks=fragment(body),
    )


def _first(text: str, items: int) -> str:
    """The feed up to the end of its `items`-th entry; feedparser closes what stays open."""
    ends = islice(re.finditer(r"</(?:item|entry)\s*>", text, re.I), items - 1, None)
    last = next(ends, None)
    return text[: last.end()] if last else text


def _address(link: object) -> str | None:
    text = str(link or "").strip()
    try:
        parts = urlsplit(text)
        return text if parts.scheme in ("http", "https") and parts.hostname and len(text) < 2000 else None
    except ValueError:
        return None


# An article folder holds plain Markdown; `rag add` turns this format into it, in a child process under limits.
SUFFIXES: tuple[str, ...] = ()
CHOICE = read
