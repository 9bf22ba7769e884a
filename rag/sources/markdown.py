"""Markdown articles: YAML front matter, a body, footnotes that become `references` with offsets and leave the text.

A footnote definition reads `[^label]: Publisher, "Title", date, URL; …; since: DATE`, every part after the first optional.
"""

import re
from datetime import date
from hashlib import sha256
from pathlib import PurePath
from typing import Any

import yaml

from rag.errors import SourceError
from rag.origins import Origin
from rag.records import Article, Reference, Source, last_day
from rag.sentences import HEADING, blocks, normalise, spans

_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.S)
_DEFINITION = re.compile(r"^\[\^([^\]\s]{1,80})\]:[ \t]*(.*(?:\n[ \t]+\S.*)*)\n?", re.M)
_MARKER = re.compile(r"\[\^([^\]\s]{1,80})\]")
_SOURCE = re.compile(
    r'(?P<publisher>[^"]*?),? "(?P<title>[^"]*)",? (?P<published>n\.d\.|[^,"]*), (?P<url>\S+?)(?= ?; | ?;?\Z)'
)
_SINCE = re.compile(r"(?:^|;\s*)since:\s*(\d{4}(?:-\d{2}){0,2})\s*\Z")
_OURS = frozenset("slug title publisher author authors url topics entities file language notes copy_of also".split())


def read(data: bytes, origin: str) -> Article:
    """The article in a Markdown file. Raises SourceError when there is no text, or the front matter cannot be read."""
    raw = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
    front, body = _front_matter(raw, origin)
    definitions = {m[1]: m[2] for m in _DEFINITION.finditer(body)}
    text, markers = _without_markers(normalise(_DEFINITION.sub("", body)), definitions)
    if not text.strip():
        raise SourceError(f"{origin}: there is no text in this article; add some or delete the file")
    slug = _optional(front, "slug") or PurePath(origin).stem
    title = _optional(front, "title") or _first_heading(text) or slug
    return Article(
        slug=slug,
        title=title,
        text=text,
        digest=sha256(text.encode()).hexdigest(),
        publisher=_optional(front, "publisher"),
        authors=_several(front, "authors") or _several(front, "author"),
        url=_optional(front, "url"),
        published=_date(front, "published", origin),
        updated=_date(front, "updated", origin),
        fetched=_date(front, "fetched", origin),
        topics=_several(front, "topics"),
        entities=_several(front, "entities"),
        references=_references(text, markers, definitions),
        origin=_origin(front, len(text), origin),
    )


def _front_matter(raw: str, origin: str) -> tuple[dict[str, Any], str]:
    match = _FRONT.match(raw)
    if not match:
        return {}, raw
    try:
        front = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        raise SourceError(
            f"{origin}: the front matter is not YAML ({problem}); mend the lines between the ---"
        ) from error
    except ValueError as error:
        raise SourceError(f"{origin}: the front matter holds an impossible date ({error}); mend it") from error
    if front is None:
        front = {}
    if not isinstance(front, dict):
        raise SourceError(f"{origin}: the front matter is a {type(front).__name__}, not `name: value` lines; mend it")
    for name, value in front.items():
        # Lists in lists, built of YAML aliases, grow to gigabytes when they are written out.
        if name in _OURS and any(isinstance(v, list | dict) for v in (value if isinstance(value, list) else [value])):
            raise SourceError(
                f"{origin}: {name} holds a list or table inside; mend it to `name: value` or `name: [a, b]`"
            )
    return front, raw[match.end() :]


def _without_markers(text: str, defined: dict[str, str]) -> tuple[str, list[tuple[int, str]]]:
    """The text without the markers of defined footnotes, and where each stood: (offset in the new text, label)."""
    parts: list[str] = []
    markers: list[tuple[int, str]] = []
    position = length = 0
    for match in _MARKER.finditer(text):
        if match[1] not in defined:
            continue
        parts.append(text[position : match.start()])
        length += match.start() - position
        markers.append((length, match[1]))
        position = match.end()
    return "".join([*parts, text[position:]]), markers


def _references(text: str, markers: list[tuple[int, str]], definitions: dict[str, str]) -> tuple[Reference, ...]:
    """Each marker belongs to the sentence that ends at or contains its place."""
    sentences = list(spans(text))
    found: dict[tuple[int, int, str], Reference] = {}
    at = 0
    for offset, label in markers:
        while at + 1 < len(sentences) and sentences[at + 1][0] < offset:
            at += 1
        if not sentences or sentences[at][0] >= offset:
            continue
        start, end = sentences[at]
        sources, since = parse_definition(definitions[label])
        found[start, end, label] = Reference(label=label, start=start, end=end, sources=sources, since=since)
    return tuple(found.values())


def parse_definition(definition: str) -> tuple[tuple[Source, ...], str | None]:
    """The sources and the `since` date of a footnote's text; text of another form becomes one source with that title."""
    definition = normalise(definition).replace("\n", " ").strip()
    since = _SINCE.search(definition)
    rest = definition[: since.start()] if since else definition
    sources = tuple(
        Source(
            publisher=m["publisher"].lstrip("; ").strip(),
            title=m["title"],
            url=m["url"],
            published=None if m["published"] in ("n.d.", "") else m["published"],
        )
        for m in _SOURCE.finditer(rest)
    )
    if not sources and rest.strip():
        sources = (Source(publisher="", title=rest.strip()),)
    return sources, _valid(since[1]) if since else None


def _valid(value: str) -> str | None:
    try:
        last_day(value)
    except ValueError:
        return None
    return value


def _date(front: dict[str, Any], name: str, origin: str) -> str | None:
    value = front.get(name)
    if value in (None, ""):
        return None
    text = value.isoformat()[:10] if isinstance(value, date) else str(value).strip()
    if _valid(text) is None:
        raise SourceError(
            f"{origin}: {name} is {text!r}, not a date like 2025, 2025-04 or 2025-04-30; mend the front matter"
        )
    return text


def _optional(front: dict[str, Any], name: str) -> str | None:
    value = front.get(name)
    return normalise(str(value)).replace("\n", " ") or None if value is not None else None


def _origin(front: dict[str, Any], length: int, origin: str) -> Origin:
    dropped = front.get("dropped_words") or 0
    pages = front.get("pages") or []
    if not (isinstance(pages, list) and all(type(p) is int and p >= 0 for p in pages) and pages == sorted(pages)):
        raise SourceError(
            f"{origin}: pages is not a list of ascending offsets like [0, 1840]; mend or delete that line"
        )
    return Origin(
        file=_optional(front, "file"),
        language=_optional(front, "language"),
        notes=_several(front, "notes"),
        dropped=dropped if type(dropped) is int else 0,
        pages=tuple(min(page, length) for page in pages),
        copy_of=_optional(front, "copy_of"),
        also=_several(front, "also"),
    )


def _several(front: dict[str, Any], name: str) -> tuple[str, ...]:
    value = front.get(name)
    values = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(t for t in (normalise(str(v)).replace("\n", " ") for v in values) if t)


def _first_heading(text: str) -> str | None:
    return next((text[m.end() : end] for start, end in blocks(text) if (m := HEADING.match(text, start))), None)


SUFFIXES = (".md", ".markdown")
CHOICE = read
