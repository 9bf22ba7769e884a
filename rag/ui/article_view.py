"""An Article as the plain data the reading panel shows, with one quote marked.

Browsers count UTF-16 units and Python code points, so the panel gets strings cut at the quote, never offsets.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from rag.records import Article, Citation, Nearest
from rag.sentences import HEADING, blocks
from rag.ui.dates import spell

WEB = re.compile(r"https?://", re.IGNORECASE)
FIGURE = re.compile(r"(?<![\w-])\d[\d.,]*(?<=\d) [^\W\d_]{3,}")
LONG = 240  # characters of a quote that a link repeats in full
CHANGED = "This article has changed since it was quoted; the words below still stand in it."
GONE = "This article is no longer in the library. The quoted words were:"
LOST = "This article has changed since it was quoted, and the quoted words no longer stand in it. They were:"


def show(article: Article, cited: Citation | Nearest) -> dict[str, Any]:
    """The article as blocks of parts; exactly the words of the quote are marked, or none and a notice says why."""
    start, end, notice = _place(article, cited)
    return {
        "title": article.title,
        "line": _line(article),
        "notice": notice,
        "lost": cited.quote if notice == LOST else None,
        "live": live(article.url, cited.quote) if article.url else None,
        "blocks": _blocks(article.text, [(start, end)], 0),
        "sources": _sources(cited) if isinstance(cited, Citation) else [],
    }


def read(article: Article, words: Sequence[str], at: int) -> dict[str, Any]:
    """The article as it is read from the list: every place of `words` is marked, the one numbered `at` is on screen."""
    found = places(article.text, words)
    return {
        "title": article.title,
        "line": _line(article),
        "notice": None,
        "lost": None,
        "live": article.url,
        "link": "The page this article is from",
        "blocks": _blocks(article.text, found, at),
        "sources": [],
        "step": f"{at + 1} of {len(found):,}" if len(found) > 1 else None,
        "stepping": "place",
    }


def places(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where `words` stand in `text`, in any case, from first to last; where two begin at one place, the first given."""
    if not words:
        return []
    return [match.span() for match in re.finditer("|".join(map(re.escape, words)), text, re.IGNORECASE)]


def gone(cited: Citation | Nearest) -> dict[str, Any]:
    """The panel for a citation whose article has been removed: what the citation itself still knows."""
    title = cited.title if isinstance(cited, Citation) else cited.article
    sources = _sources(cited) if isinstance(cited, Citation) else []
    shown = {"title": title, "line": "", "notice": GONE, "lost": cited.quote, "live": None}
    return shown | {"blocks": [], "sources": sources}


def live(url: str, words: str) -> str:
    """`url` with a text fragment: a browser scrolls to `words` on that page, else to the first of their figures there.

    An address that is not of the web stays as it is.
    """
    if not WEB.match(url):
        return url
    pieces = words.split()
    whole = " ".join(pieces)
    ends = f"{_part(' '.join(pieces[:5]))},{_part(' '.join(pieces[-5:]))}"
    parts = [_part(whole) if len(whole) <= LONG else ends, *map(_part, FIGURE.findall(whole)[:3])]
    return f"{url}{'' if '#' in url else '#'}:~:{'&'.join(f'text={part}' for part in dict.fromkeys(parts))}"


def _part(words: str) -> str:
    """Words as one part of a text fragment, where the dash has a meaning of its own."""
    return quote(words, safe="", errors="replace").replace("-", "%2D")


def _place(article: Article, cited: Citation | Nearest) -> tuple[int, int, str | None]:
    """Where the quote stands now: at its own offsets, else at the one place that holds its words, else nowhere."""
    if article.text[cited.start : cited.end] == cited.quote:
        changed = isinstance(cited, Citation) and sha256(article.text.encode()).hexdigest() != cited.digest
        return cited.start, cited.end, CHANGED if changed else None
    found = article.text.find(cited.quote) if cited.quote else -1
    if found >= 0 and article.text.find(cited.quote, found + 1) < 0:
        return found, found + len(cited.quote), CHANGED
    return 0, 0, LOST


def _blocks(text: str, marks: Sequence[tuple[int, int]], at: int) -> list[dict[str, Any]]:
    """Headings (level 1-6) and paragraphs (level 0), cut at the `marks`, which are in order; `parts` joined is the text.

    The mark numbered `at` is the one to bring on screen.
    """
    shown = []
    for first, last in blocks(text):
        heading = HEADING.match(text, first)
        first = heading.end() if heading else first
        parts: list[dict[str, Any]] = []
        for number, (start, end) in enumerate(marks):
            left, right = min(max(start, first), last), min(max(end, first), last)
            if left < right:
                parts += [{"text": text[first:left], "marked": False}] if first < left else []
                parts.append({"text": text[left:right], "marked": True, "here": number == at})
                first = right
        parts += [{"text": text[first:last], "marked": False}] if first < last else []
        shown.append({"level": len(heading.group(1)) if heading else 0, "parts": parts})
    return shown


def _line(article: Article) -> str:
    """Whose article this is and of when, on one line."""
    dates = [f"published {spell(article.published)}" if article.published else "undated"]
    if article.updated:
        dates.append(f"updated {spell(article.updated)}")
    if article.fetched:
        dates.append(f"fetched {spell(article.fetched)}")
    return " · ".join([*filter(None, [article.publisher, ", ".join(article.authors)]), *dates])


def _sources(cited: Citation) -> list[dict[str, str | None]]:
    """The primary sources under the quote, each once."""
    rows = {
        (s.publisher, s.title, s.url): {
            "publisher": s.publisher,
            "title": s.title,
            "date": spell(s.published),
            "url": live(s.url, cited.quote) if s.url else None,
        }
        for reference in cited.references
        for s in reference.sources
    }
    return list(rows.values())
