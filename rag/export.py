"""An Answer as files other programs read: Markdown with footnotes, BibTeX, CSL-JSON, JSON.

Text from articles is escaped for the format it goes into, so that nothing in it is read as markup or as a command.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from rag.records import Answer, Citation

MARKS = re.compile(r"([\\`*_\[\]<>#~$|^&!@{}])")
OPENERS = re.compile(r"^(\s*)([-+=:]|\d+[.)])")
ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|www)([:.])")
TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    c: f"\\{c}" for c in "&%$#_{}"
}
VERDICTS = {"partly": "Only partly supported", "unsupported": "Not supported by the articles"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Something the answer rests on: a primary source, or an article of the corpus; `numbers` are its citations."""

    title: str
    publisher: str | None
    url: str | None
    published: str | None
    numbers: tuple[int, ...]
    quotes: tuple[str, ...]

    @property
    def key(self) -> str:
        """A citation key that is the same in every export: outlet, year and six characters of a digest."""
        outlet = re.sub(r"[^a-z0-9]", "", (self.publisher or "article").lower()) or "work"
        digest = sha256("\n".join((self.title, self.publisher or "", self.url or "")).encode()).hexdigest()[:6]
        return f"{outlet}{(self.published or '')[:4]}{digest}"


def works(answer: Answer) -> list[Work]:
    """The works under an answer's citations, each once, in order of first use: primary sources, else the article."""
    found: dict[tuple[str, str | None, str | None], tuple[str | None, list[Citation]]] = {}
    for citation in answer.citations:
        for title, publisher, url, published in _under(citation):
            _, citations = found.setdefault((title, publisher, url), (published, []))
            if citation not in citations:
                citations.append(citation)
    return [
        Work(
            title=title,
            publisher=publisher,
            url=url,
            published=published,
            numbers=tuple(c.number for c in citations),
            quotes=tuple(c.quote for c in citations),
        )
        for (title, publisher, url), (published, citations) in found.items()
    ]


def markdown(answer: Answer) -> str:
    """The answer with a footnote a citation: quote, article, primary sources, and where the words stand."""
    parts = [f"# {escape(answer.question)}"]
    if answer.understood_as.split() != answer.question.split():
        parts.append(f"*Understood as: {escape(answer.understood_as)}*")
    if answer.short:
        parts.append(f"**{escape(answer.short.text)}**{_marks((answer.short.citation,))}")
    for statement in answer.statements:
        parts.append(f"{escape(statement.text)}{_marks(statement.citations)}")
        if statement.verdict in VERDICTS:
            reasons = "; ".join(map(escape, statement.reasons))
            parts.append(f"> {VERDICTS[statement.verdict]}{': ' if reasons else '.'}{reasons}")
    if not answer.answered:
        parts.append(escape(answer.text))
    parts.extend(f"[^{c.number}]: {_footnote(c)}" for c in answer.citations)
    return "\n\n".join(parts) + "\n"


def bibtex(answer: Answer) -> str:
    """One `@misc` entry a work, with the quotes in `note`."""
    return "\n".join(_entry(work) for work in works(answer))


def csl(answer: Answer) -> str:
    """The works as CSL-JSON (schema csl-data 1.0), type `webpage`, with the quotes in `note`."""
    return json.dumps([_item(work) for work in works(answer)], ensure_ascii=False, indent=2) + "\n"


def plain_json(answer: Answer) -> str:
    """The contract of `rag ask --json`; `rag verify` proves it again."""
    return json.dumps(answer.to_json(), ensure_ascii=False, indent=2) + "\n"


FORMATS: dict[str, Callable[[Answer], str]] = {"md": markdown, "bib": bibtex, "csl.json": csl, "json": plain_json}


def escape(text: str) -> str:
    """`text` on one line for Markdown, so that it renders as itself: no emphasis, link, image, HTML, formula or list."""
    line = MARKS.sub(r"\\\1", " ".join(text.split()))
    line = ADDRESS.sub(lambda m: f"{m[1]}\\{m[2]}", line)
    return OPENERS.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", line)


def _under(citation: Citation) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    sources = [s for reference in citation.references for s in reference.sources]
    for source in sources:
        yield source.title, source.publisher, _web(source.url), source.published
    if not sources:
        yield citation.title, citation.publisher, _web(citation.url), citation.published


def _web(url: str | None) -> str | None:
    """The address when it is one of the web; no other kind leaves in an export."""
    return url if url and re.fullmatch(r"https?://[^\s<>\"{}\\^`]+", url) else None


def _marks(numbers: tuple[int, ...]) -> str:
    return "".join(f"[^{number}]" for number in numbers)


def _footnote(citation: Citation) -> str:
    under = []
    for title, publisher, url, published in _under(citation):
        named = ", ".join(escape(part) for part in (publisher, title, published) if part)
        under.append(f"{named}, <{url}>" if url else named)
    place = f"{citation.article}, characters {citation.start}–{citation.end}, sha256 {citation.digest[:12]}"
    return f"“{escape(citation.quote)}” {'; '.join(under)}. In: {escape(citation.title)} ({escape(place)})."


def _entry(work: Work) -> str:
    year, _, rest = (work.published or "").partition("-")
    month = rest[:2]
    fields = {
        "title": f"{{{_tex(work.title)}}}",
        "author": f"{{{_tex(work.publisher)}}}" if work.publisher else "",
        "year": year if year.isdecimal() else "",
        "month": str(int(month)) if month.isdecimal() else "",
        "url": (work.url or "").replace("%", r"\%").replace("#", r"\#"),
        "note": _tex(f"Cited as {_list(work.numbers)}: {' / '.join(work.quotes)}"),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{work.key},\n{body}}}\n"


def _item(work: Work) -> dict[str, Any]:
    item: dict[str, Any] = {"id": work.key, "type": "webpage", "title": work.title}
    if work.publisher:
        item["container-title"] = work.publisher
        item["author"] = [{"literal": work.publisher}]
    if work.url:
        item["URL"] = work.url
    numbers = [part for part in (work.published or "").split("-") if part]
    if numbers and all(part.isdecimal() for part in numbers):
        item["issued"] = {"date-parts": [[int(part) for part in numbers]]}
    return item | {"note": f"Cited as {_list(work.numbers)}: {' / '.join(work.quotes)}"}


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(f"[{number}]" for number in numbers)


def _tex(text: str) -> str:
    return "".join(TEX.get(character, character) for character in " ".join(text.split()))
