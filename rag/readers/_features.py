"""What is known of a sentence against a question: meaning, words, names, the kind of answer. Shared by the readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.embedders import Embedder, Tokens
from rag.figures import Figure, figures
from rag.lexical import STOPWORDS, Lexical, fold, terms
from rag.questions import ASKING, Asked
from rag.vocabulary import Vocabulary

FILLER_WEIGHT = 0.15
WEAK_WEIGHT = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """One sentence against the question; shares are in [0, 1], cosines in [-1, 1].

    cosine: of the sentence vectors; tokens: idf-weighted mean, over the question's tokens, of the best cosine with a token
    of the sentence (late interaction, Khattab and Zaharia 2020); weakest: the least of these over the question's rare
    words; words, context: idf share of the question's terms in the sentence, and in it or its title and heading;
    names, near: share of the question's names in the sentence, and only around it; rival: share of the names in whose
    place a sibling version stands; kind: a figure of a kind that was asked for stands there; passage: retrieval score
    relative to the best; figures: share of the question's figures and dates that stand there.
    """

    cosine: float
    tokens: float
    weakest: float
    words: float
    context: float
    names: float
    near: float
    rival: float
    kind: float
    passage: float
    figures: float

    def values(self) -> tuple[float, ...]:
        """In the order of the fields."""
        return tuple(getattr(self, name) for name in FIELDS)


FIELDS = tuple(Features.__dataclass_fields__)


class Measure:
    """Features of sentences against one question."""

    def __init__(self, asked: Asked, lexical: Lexical, embedder: Embedder, vocabulary: Vocabulary) -> None:
        self._asked = asked
        self._vocabulary = vocabulary
        self._embedder = embedder
        self._weights = {lexical.known(t) or t: lexical.idf(lexical.known(t) or t) for t in asked.terms}
        self._total = sum(self._weights.values()) or 1.0
        self._siblings = {n: vocabulary.siblings(n) for n in asked.names}
        self._question: Tokens = embedder.tokens([asked.text])[0]
        self._token_weights = _token_weights(asked.text, self._question, lexical)
        self._rare = self._token_weights >= WEAK_WEIGHT

    def features(self, text: str, around: str, cosine: float, passage: float) -> Features:
        """All but the token features, which are costly: they are set to the cosine until `tokens` gives them."""
        own, near = set(terms(text)), set(terms(around))
        inside, outside = self._vocabulary.named(text), self._vocabulary.named(around)
        makers = {self._vocabulary.maker(n) for n in inside}
        found = figures(text)
        names = self._asked.names
        held = {n for n in names if n in inside or n in makers}
        rival = {n for n in names - held if inside & self._siblings[n]}
        beside = {n for n in names - held - rival if n in outside or fold(n) in fold(text)}
        share = max(1, len(names))
        return Features(
            cosine=cosine,
            tokens=cosine,
            weakest=cosine,
            words=sum(w for t, w in self._weights.items() if t in own) / self._total,
            context=sum(w for t, w in self._weights.items() if t in own | near) / self._total,
            names=len(held) / share if names else 0.5,
            near=len(beside) / share,
            rival=len(rival) / share,
            kind=self._kind(text, found, inside),
            passage=passage,
            figures=_share(self._asked.figures, found),
        )

    def _kind(self, text: str, found: Sequence[Figure], inside: frozenset[str]) -> float:
        """1 when what is asked for stands there or no kind is expected: a figure, a person or firm, a place."""
        asked = self._asked
        if asked.kinds:
            return float(any(f.kind in asked.kinds and not any(f.same(g) for g in asked.figures) for f in found))
        if asked.person or asked.place:
            kinds = {"place"} if asked.place else {"person", "organisation", "company"}
            new = {n for n in inside - asked.names if self._vocabulary.entities[n].kind in kinds}
            return float(bool(new) or bool(self._vocabulary.patterned(text)))
        return 1.0

    def tokens(self, texts: Sequence[str]) -> list[tuple[float, float]]:
        """(tokens, weakest) of each text, see Features."""
        out = []
        for vectors, _ in self._embedder.tokens(texts):
            best = (self._question.vectors @ vectors.T).max(axis=1)
            mean = float(best @ self._token_weights / max(float(self._token_weights.sum()), 1e-9))
            out.append((mean, float(best[self._rare].min()) if self._rare.any() else mean))
        return out


def _token_weights(text: str, tokens: Tokens, lexical: Lexical) -> NDArray[np.float32]:
    """The idf of the word each token belongs to; question words weigh little, special tokens nothing."""
    weights = np.zeros(len(tokens.offsets), np.float32)
    for row, (start, end) in enumerate(tokens.offsets):
        if start < end and any(c.isalnum() for c in text[start:end]):
            word = _word_at(text, start)
            found = terms(word)
            filler = not found or all(t in STOPWORDS or t in ASKING for t in found)
            weights[row] = FILLER_WEIGHT if filler else max(lexical.idf(t) for t in found)
    return weights


@lru_cache(maxsize=4096)
def _word_at(text: str, place: int) -> str:
    start = place
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    end = place
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end]


def _share(wanted: Sequence[Figure], found: Sequence[Figure]) -> float:
    if not wanted:
        return 0.5
    return sum(any(w.same(f) for f in found) for w in wanted) / len(wanted)
