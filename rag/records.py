"""The frozen records of the pipeline, in order of appearance. Offsets are half-open intervals of code points into
`Article.text`; dates are ISO 8601 strings and may be partial ("2025"): they count as their last day (`last_day`).
"""

import re
from calendar import monthrange
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, Self

from rag.origins import Origin

Verdict = Literal["supported", "partly", "unsupported"]
CONTRACT = 1


def last_day(partial: str) -> str:
    """The last day a date covers: "2025" -> "2025-12-31", "2025-02" -> "2025-02-28".

    Raises ValueError for anything that is no calendar date, 31 February included.
    """
    if re.fullmatch(r"\d{4}(?:-\d{2}){0,2}", partial, re.ASCII):
        year, *rest = map(int, partial.split("-"))
        month = rest[0] if rest else 12
        if year and 1 <= month <= 12:
            last = monthrange(year, month)[1]
            day = rest[1] if len(rest) == 2 else last
            if 1 <= day <= last:
                return f"{year:04}-{month:02}-{day:02}"
    raise ValueError(f"{partial!r} is not a date of the form 2025, 2025-04 or 2025-04-30")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A primary source under a sentence."""

    publisher: str
    title: str
    url: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A footnote: the sources under the sentence `[start, end)`; `since` is the day its claim became public."""

    label: str
    start: int
    end: int
    sources: tuple[Source, ...] = ()
    since: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article; `text` is normalised once and holds no footnote markers, headings stay lines that begin with `# `."""

    slug: str
    title: str
    text: str
    digest: str
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    published: str | None = None
    updated: str | None = None
    fetched: str | None = None
    topics: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """`text == article.text[start:end]`; `known_since` by the references under it, else the article's date, else None.
    `gap` marks a sentence that tells what is *not* known: it may explain a refusal, never answer.
    """

    start: int
    end: int
    text: str
    known_since: str | None = None
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """`text == article.text[start:end]`; passages of an article are contiguous and tile its whole text."""

    id: str
    article: str
    heading: str
    start: int
    end: int
    text: str
    ordinal: int
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is looked for: the stand-alone text, an optional second query, and what may be seen at all."""

    text: str
    second: str | None = None
    as_of: str | None = None
    since: str | None = None
    publisher: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """A passage with its score (comparable only inside one result) and its rank (from 1) in each list that held it."""

    passage: Passage
    score: float
    ranks: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A sentence a reader scored against the question, and the entities it names; score is comparable inside one reading."""

    passage: Passage
    sentence: Sentence
    score: float
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A short answer: `[start, end)` in the article's text."""

    article: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Sentences best first, a short answer or None, `answerable`: the chance in [0, 1] that they answer, `missing` names."""

    evidence: tuple[Evidence, ...]
    short: Span | None
    answerable: float
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStatement:
    """A statement an answerer proposes, with the spans (article, start, end) that it rests on."""

    text: str
    spans: tuple[Span, ...]
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an answerer proposes; no statements = a refusal, unless it `failed` to give an answer for a reason of its own."""

    statements: tuple[DraftStatement, ...]
    short: Span | None = None
    missing: tuple[str, ...] = ()
    notices: tuple["Notice", ...] = ()
    complete: bool = True
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """An address: `article.text[start:end] == quote`, or there is no citation. `digest` is the sha256 of the text."""

    number: int
    article: str
    passage: str
    title: str
    publisher: str | None
    url: str | None
    published: str | None
    fetched: str | None
    page: int | None
    known_since: str | None
    start: int
    end: int
    quote: str
    digest: str
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence of the answer with the numbers of its citations and a verdict given by code."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """The short answer: `text` is `quote[start - citation.start:end - citation.start]` of the citation numbered so."""

    text: str
    citation: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no answer: articles searched, the newest date among them, and what stood nowhere."""

    reason: str
    searched: int
    newest: str | None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """A sentence near the question that does not answer it."""

    article: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the user should know about this answer; `code` for scripts, `text` for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconds:
    """Wall time of the stages, in seconds."""

    retrieve: float = 0.0
    read: float = 0.0
    answer: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The contract of `rag ask --json`; refused = `answered` false, no citation, `refusal` and `nearest` filled."""

    question: str
    understood_as: str
    answered: bool
    text: str
    mode: str
    as_of: str | None
    generation: str
    complete: bool = True
    short: Short | None = None
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    refusal: Refusal | None = None
    nearest: tuple[Nearest, ...] = ()
    notices: tuple[Notice, ...] = ()
    seconds: Seconds = field(default_factory=Seconds)
    contract: int = CONTRACT

    def to_json(self) -> dict[str, Any]:
        """The answer as dicts, tuples and plain values for `json.dumps`, `contract` first."""
        return {"contract": self.contract} | asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The inverse of `to_json`; raises KeyError, TypeError or ValueError on data of another shape."""
        if data["contract"] != CONTRACT:
            raise ValueError(f"contract {data['contract']!r}, this release reads {CONTRACT}")
        parts: dict[str, Any] = {
            "short": Short(**data["short"]) if data["short"] else None,
            "statements": tuple(Statement(**_tuples(s, "citations", "reasons")) for s in data["statements"]),
            "citations": tuple(_citation(c) for c in data["citations"]),
            "refusal": Refusal(**_tuples(data["refusal"], "missing")) if data["refusal"] else None,
            "nearest": tuple(Nearest(**n) for n in data["nearest"]),
            "notices": tuple(Notice(**n) for n in data["notices"]),
            "seconds": Seconds(**data["seconds"]),
        }
        return cls(**{f.name: data[f.name] for f in fields(cls) if f.name in data} | parts)


def _tuples(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return data | {name: tuple(data[name]) for name in names}


def _citation(data: dict[str, Any]) -> Citation:
    references = (Reference(**(r | {"sources": tuple(Source(**s) for s in r["sources"])})) for r in data["references"])
    return Citation(**(data | {"references": tuple(references)}))
