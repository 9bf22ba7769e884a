"""Article -> passages that tile its text, cut at headings and paragraphs, below what the embedder reads (256 word pieces)."""

import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise

from rag.records import Article, Passage, Sentence, Span, last_day
from rag.sentences import HEADING, blocks, spans
from rag.sentences import SPLITTER as SENTENCES

SPLITTER = f"passages-1 {SENTENCES}"
MAX_PIECES = 220
_TOKEN = re.compile(r"[A-Za-z]+|[^\W\d_A-Za-z]|\d+|[^\w\s]|_")
_GAP = "what is not known"


def cut(article: Article) -> tuple[Passage, ...]:
    """The passages of `article`: contiguous, non-overlapping, together its whole text; an empty text has none.

    The id is the slug and the first 12 hex digits of sha256(heading + text), so an edit changes only its passage's id.
    """
    sentences = _sentences(article)
    seen: Counter[str] = Counter()
    passages: list[Passage] = []
    for start, end, heading in _intervals(article.text):
        text = article.text[start:end]
        key = f"{article.slug}:{sha256((heading + text).encode()).hexdigest()[:12]}"
        seen[key] += 1
        inside = tuple(s for s in sentences if start <= s.start < end)
        passages.append(
            Passage(
                id=key if seen[key] == 1 else f"{key}-{seen[key]}",
                article=article.slug,
                heading=heading,
                start=start,
                end=end,
                text=text,
                ordinal=len(passages),
                sentences=inside,
            )
        )
    return tuple(passages)


def within(passage: Passage, sentence: Sentence, start: int, end: int) -> Span:
    """The characters start..end (half-open, counted in `sentence`) as a span of the article."""
    offset = sentence.start
    return Span(article=passage.article, start=offset + start, end=offset + end, text=sentence.text[start:end])


def pieces(text: str) -> int:
    """An upper estimate of the word pieces of `text` for a BERT vocabulary: four letters or two digits a piece."""
    return sum(_cost(m.group()) for m in _TOKEN.finditer(text))


def _cost(token: str) -> int:
    if token[0].isdigit():
        return (len(token) + 1) // 2
    return (len(token) + 3) // 4 if token.isascii() and token.isalpha() else 1


def _intervals(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, heading) of each passage; a passage ends where the next begins, so nothing lies between two."""
    starts: list[tuple[int, str]] = []
    heading, size, fresh = "", 0, True
    for start, end in _units(text):
        cost = pieces(text[start:end])
        is_heading = HEADING.match(text, start)
        if is_heading:
            heading = text[is_heading.end() : end].strip()
        if not starts or (is_heading and not fresh) or size + cost > MAX_PIECES:
            starts.append((start if starts else 0, heading))
            size = 0
        elif is_heading:
            starts[-1] = (starts[-1][0], heading)
        fresh = is_heading is not None
        size += cost
    for (start, heading), (end, _) in zip(starts, [*starts[1:], (len(text), "")], strict=False):
        yield start, end, heading


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Blocks; a block too long for one passage comes sentence by sentence, a sentence too long in runs of words."""
    for start, end in blocks(text):
        if pieces(text[start:end]) <= MAX_PIECES:
            yield start, end
            continue
        cuts = [start, *(start + a for a, _ in list(spans(text[start:end]))[1:]), end]
        for a, b in pairwise(cuts):
            yield from [(a, b)] if pieces(text[a:b]) <= MAX_PIECES else _runs(text, a, b)


def _runs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces of one overlong sentence, cut before a word where there is one within reach."""
    size = 0
    for match in _TOKEN.finditer(text, start, end):
        for at in range(match.start(), match.end(), 4 * MAX_PIECES // 2):
            cost = _cost(text[at : min(match.end(), at + 2 * MAX_PIECES)])
            if size and size + cost > MAX_PIECES:
                yield start, at
                start, size = at, 0
            size += cost
    yield start, end


def _sentences(article: Article) -> list[Sentence]:
    dated: dict[int, list[str]] = {}
    for reference in article.references:
        if reference.since:
            dated.setdefault(reference.start, []).append(reference.since)
    gaps = list(_gap_intervals(article.text))
    return [
        Sentence(
            start=start,
            end=end,
            text=article.text[start:end],
            known_since=max(dated[start], key=last_day) if start in dated else article.published,
            gap=any(a <= start < b for a, b in gaps),
        )
        for start, end in spans(article.text)
    ]


def _gap_intervals(text: str) -> Iterator[tuple[int, int]]:
    """Where the text tells what is not known: from such a heading to the next one."""
    headings = [(start, text[mark.end() : end]) for start, end in blocks(text) if (mark := HEADING.match(text, start))]
    for (start, heading), (end, _) in zip(headings, [*headings[1:], (len(text), "")], strict=False):
        if heading.lower().startswith(_GAP):
            yield start, end
