"""What an HTML page says about itself: JSON-LD first, then its meta elements, then its byline and title elements."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from rag.sources import _dates
from rag.sources._building import Facts

_ARTICLE = re.compile(r"(?:.*Article|.*Posting|Report|WebPage|Review|BlogPost)$")
_SEPARATOR = re.compile(r" (?:[|\\/>»·–—-]|::) ")
_TITLES = ("dc:title", "dcterm:title", "dcterms:title", "og:title", "weibo:article:title", "weibo:webpage:title", "title",
           "twitter:title", "parsely-title")  # fmt: skip
_AUTHORS = (
    "dc:creator",
    "dcterm:creator",
    "dcterms:creator",
    "author",
    "byl",
    "parsely-author",
    "sailthru.author",
    "article:author",
)
_SITES = ("og:site_name", "application-name", "dc:publisher", "apple-mobile-web-app-title")
_PUBLISHED = ("article:published_time", "datepublished", "dc:date", "dcterms:date", "dc:date:issued", "dcterms:created",
              "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "og:published_time", "date",
              "citation_publication_date", "rnews:datepublished")  # fmt: skip
_UPDATED = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms:modified",
    "last-modified",
    "rnews:datemodified",
)
_BYLINES = (
    "//*[@rel='author']",
    "//*[contains(concat(' ', normalize-space(@itemprop), ' '), ' author ')]",
    "//*[contains(@class, 'byline') or contains(@id, 'byline')]",
    "//*[contains(@class, 'author_fmt') or contains(@class, 'author-name') or contains(@class, 'p-author')"
    " or contains(@class, 'writtenby') or contains(@class, 'dateline')]",
    "//*[@class='author' or @class='authors' or @id='author']",
)


def facts(tree: HtmlElement, url: str | None) -> Facts:
    """The facts of the page `tree`, fetched from `url` if that is known; links that are no http(s) are left out."""
    meta = _meta(tree)
    data = next((d for d in _linked_data(tree) if d.get("headline") or d.get("datePublished")), {})
    return Facts(
        title=_title(tree, meta, data),
        publisher=_named(data.get("publisher")) or _first(meta, _SITES),
        authors=_authors(tree, meta, data),
        url=_canonical(tree, meta, url),
        published=_dates.machine(data.get("datePublished")) or _date(meta, _PUBLISHED) or _time(tree, "datePublished"),
        updated=_dates.machine(data.get("dateModified")) or _date(meta, _UPDATED) or _time(tree, "dateModified"),
        language=_language(tree, meta),
    )


def bylines(tree: HtmlElement) -> Iterator[str]:
    """The words of byline elements, as the page shows them, the surest first."""
    for path in _BYLINES:
        for element in tree.xpath(path)[:5]:
            words = " ".join(element.text_content().split())
            if 2 <= len(words) < 100 and re.search(r"\w{2}|[^\x00-\x7f]", words):
                yield words


def standfirst(tree: HtmlElement) -> str | None:
    """The paragraph that opens an article above its body, when the page marks it as its description; or None."""
    for element in tree.xpath(
        "//*[@itemprop='description'][not(self::meta)][not(ancestor::footer or ancestor::aside)]"
        "[following::*[contains(@itemprop, 'articleBody')] or ancestor::article]"
    )[:3]:
        words = " ".join(element.text_content().split())
        if 40 < len(words) < 800 and not element.xpath(".//p[2]"):
            return words
    return None


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Contents by lower-case name, `.` read as `:`; an element may carry several names; the first value
    of each stays, RDFa's `property` before `name`.
    """
    found: dict[str, str] = {}
    elements = tree.xpath("//meta[@content]")[:400]
    for attribute in ("property", "name", "itemprop"):
        for element in elements:
            value = " ".join(element.get("content").split())[:1000]
            for name in element.get(attribute, "").lower().split()[:8]:
                key = name.replace(".", ":") if name.startswith(("dc", "og.", "article.")) else name
                if value:
                    found.setdefault(key, value)
    return found


def _linked_data(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[@type='application/ld+json']")[:20]:
        try:
            text = (script.text or "")[:500_000].replace("<![CDATA[", "").replace("]]>", "")
            held = json.loads(text.strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        waiting = [held]
        for _ in range(200):
            if not waiting:
                break
            one = waiting.pop(0)
            if isinstance(one, list):
                waiting = one[:50] + waiting
            elif isinstance(one, dict):
                kinds = one.get("@type")
                if any(
                    isinstance(k, str) and _ARTICLE.match(k) for k in (kinds if isinstance(kinds, list) else [kinds])
                ):
                    yield one
                waiting += [one[key] for key in ("@graph", "mainEntity") if key in one]


def _title(tree: HtmlElement, meta: dict[str, str], data: dict[str, Any]) -> str | None:
    headline = data.get("headline") or data.get("name")
    if isinstance(headline, str) and headline.strip():
        return " ".join(headline.split())
    if named := _first(meta, _TITLES):
        return named
    headings = [" ".join(h.text_content().split()) for h in tree.xpath("//h1")[:3]]
    whole = " ".join(
        " ".join(tree.xpath("(//head/title | //title[not(ancestor::*[local-name()='svg'])])[1]//text()")).split()
    )
    # A title element names the site after (or before) the article; a long enough part of it is the article's title.
    if not whole:
        return headings[0] if headings else None
    parts = _SEPARATOR.split(whole)
    if len(parts) > 1 and (same := next((h for h in headings if h and h in whole and len(h.split()) > 3), None)):
        return same
    cut = _SEPARATOR.split(whole[::-1], maxsplit=1)[-1][::-1] if len(parts) > 1 else whole
    return cut if len(cut.split()) > 4 or len(cut) > 40 else whole


def _authors(tree: HtmlElement, meta: dict[str, str], data: dict[str, Any]) -> tuple[str, ...]:
    named = data.get("author")
    names = [n for n in map(_named, named if isinstance(named, list) else [named]) if n]
    if not names:
        values = (meta.get(name.replace(".", ":") if name.startswith("dc") else name) for name in _AUTHORS)
        value = next((v for v in values if v and "://" not in v and "<" not in v and len(v) < 150), None)
        names = value.split(";") if value else []
    if not names and (words := next(bylines(tree), None)):
        names = [re.split(r" ?(?:[|·•,]| - |\bon\b|\bat\b|\bPublished\b|\bUpdated\b|\d{1,2}[ :./])", words)[0]]
    plain = (re.sub(r"^(?:by|von|par|por)[: ]\s*", "", name.strip(), flags=re.I) for name in names[:20])
    return tuple(dict.fromkeys(name for name in plain if 1 < len(name) < 100))


def _named(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("name")
        value = value[0] if isinstance(value, list) and value else value
    return " ".join(value.split())[:200] or None if isinstance(value, str) and "://" not in value else None


def _canonical(tree: HtmlElement, meta: dict[str, str], url: str | None) -> str | None:
    """The address the page gives itself when it is on the host it came from (or came from nowhere), else `url`."""
    given = [*tree.xpath("//link[@rel='canonical']/@href")[:1], meta.get("og:url", "")]
    for candidate in (urljoin(url or "", str(one).strip()) for one in given if one):
        try:
            parts = urlsplit(candidate)
            plain = parts.scheme in ("http", "https") and parts.hostname and len(candidate) < 2000
            if plain and (url is None or parts.hostname == urlsplit(url).hostname):
                return candidate
        except ValueError:
            continue
    return url


def _language(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    value = tree.get("lang") or meta.get("og:locale") or meta.get("dc:language") or ""
    match = re.match(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?(?![A-Za-z])", value)
    return match[0].replace("_", "-") if match else None


def _time(tree: HtmlElement, name: str) -> str | None:
    pubdate = " or @pubdate" if name == "datePublished" else ""
    for element in tree.xpath(f"//*[contains(@itemprop, '{name}'){pubdate}]")[:3]:
        if day := _dates.machine(element.get("datetime") or element.get("content") or element.text_content()):
            return day
    return None


def _date(meta: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((day for name in names if (day := _dates.machine(meta.get(name)))), None)


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((meta[name] for name in names if meta.get(name)), None)
