"""Where a model's sentence rests: the sentence of each cited passage that supports it best, or two that stand together."""

from collections.abc import Iterable, Mapping
from itertools import pairwise

from rag.answerers._brief import Excerpt
from rag.answerers._reply import Proposed
from rag.citations import word_support
from rag.lengths import words
from rag.records import DraftStatement, Sentence, Span

LONGEST = 60  # words of a quote
BETTER = 0.15  # of support that a second sentence has to add


def rest(proposed: Proposed, passages: Mapping[str, Excerpt]) -> DraftStatement:
    """The statement with a span in each passage it cites; a passage that shares no word with it is left out if another does."""
    found = [_best(proposed.text, passages[name]) for name in proposed.ids]
    some = any(support for support, _ in found)
    return DraftStatement(text=proposed.text, spans=tuple(span for support, span in found if support or not some))


def _best(statement: str, excerpt: Excerpt) -> tuple[float, Span]:
    """(support in [0, 1], span) of the best sentence, or of two neighbours that say clearly more than either."""
    ones = max(((word_support(statement, s.text), (s, s)) for s in excerpt.sentences), key=lambda o: o[0])
    twos = max(_neighbours(statement, excerpt), key=lambda o: o[0], default=(0.0, ones[1]))
    support, (first, last) = twos if twos[0] >= ones[0] + BETTER else ones
    start, end = first.start, last.end
    text = excerpt.passage.text[start - excerpt.passage.start : end - excerpt.passage.start]
    return support, Span(article=excerpt.passage.article, start=start, end=end, text=text)


def _neighbours(statement: str, excerpt: Excerpt) -> Iterable[tuple[float, tuple[Sentence, Sentence]]]:
    seen = {s.start for s in excerpt.sentences}
    every = excerpt.passage.sentences
    for first, last in pairwise(every):
        text = excerpt.passage.text[first.start - excerpt.passage.start : last.end - excerpt.passage.start]
        if {first.start, last.start} <= seen and words(text) <= LONGEST and "\n\n" not in text:
            yield word_support(statement, text), (first, last)
