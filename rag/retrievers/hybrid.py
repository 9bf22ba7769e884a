"""Dense and BM25 candidates fused by weighted min-max scores with the best sentence's cosine; names and diversity count.

Weighted min-max fusion beat reciprocal rank fusion at the top of the list on the tuning questions (docs/retrieval.md).
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from rag.embedders import Embedder
from rag.figures import figures
from rag.index import Index
from rag.lexical import terms
from rag.questions import clauses
from rag.records import Passage, Question, Retrieved
from rag.retrievers._visible import seen
from rag.visibility import restricted

CANDIDATES = 60
OVERFETCH = 6
DENSE, WORDS, SENTENCE = 0.20, 0.40, 0.40
SECOND_WEIGHT, CLAUSE_WEIGHT = 1.0, 0.5
DIVERSITY = 0.95
CUE = 0.15
RARE = 3.0
LONGEST = 12

Scores = NDArray[np.float32]


class Hybrid:
    """The default retriever."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder

    def retrieve(self, question: Question, k: int) -> list[Retrieved]:
        """At most `k` visible passages, score in [0, 1] comparable inside the result, best first."""
        queries = [question.text, *([question.second] if question.second else []), *clauses(question.text)]
        vectors = self._embedder.embed(queries)
        ranks = self._candidates(queries, vectors, restricted(question))
        passages = self._index.passages(list(ranks))
        visible = [seen(self._index, p, question) for p in passages]
        kept = [i for i, sentences in enumerate(visible) if sentences]
        if not kept:
            return []
        passages = [passages[i] for i in kept]
        rows = self._index.sentence_vectors([p.id for p in passages])
        shown = [_rows(p, visible[i], r) for p, i, r in zip(passages, kept, rows, strict=True)]
        each = [self._fused(query, vector, passages, shown) for query, vector in zip(queries, vectors, strict=True)]
        total = _weighed(each, bool(question.second)) + CUE * self._cued(question.text, passages)
        centres = np.stack([r.mean(axis=0) for r in shown])
        order = _diverse(total, centres, k)
        return [Retrieved(passage=passages[i], score=float(total[i]), ranks=ranks[passages[i].id]) for i in order]

    def _candidates(
        self, queries: Sequence[str], vectors: NDArray[np.float32], wide: bool
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        """Candidate ids with their ranks in the dense and the BM25 list of the first query."""
        size = CANDIDATES * OVERFETCH if wide else CANDIDATES
        ranks: dict[str, tuple[tuple[str, int], ...]] = {}
        for number, (query, vector) in enumerate(zip(queries, vectors, strict=True)):
            lists = {"dense": self._index.nearest(vector, size), "keyword": self._index.lexical.search(query, size)}
            for name, found in lists.items():
                for rank, (passage, _) in enumerate(found, 1):
                    ranks[passage] = ranks.get(passage, ()) + (((name, rank),) if number == 0 else ())
        return ranks

    def _fused(self, query: str, vector: NDArray[np.float32], passages: list[Passage], shown: list[Scores]) -> Scores:
        """The fused score of each passage in [0, 1], from what the question may see of it."""
        words = self._index.lexical.scores_of(query, [p.id for p in passages])
        best = np.array([float((rows @ vector).max()) for rows in shown], dtype=np.float32)
        dense = np.array([float(rows.mean(axis=0) @ vector) for rows in shown], dtype=np.float32)
        fused: Scores = DENSE * _spread(dense) + WORDS * _spread(words) + SENTENCE * _spread(best)
        return fused

    def _cued(self, text: str, passages: list[Passage]) -> Scores:
        """1 for each passage of an outlet, and for each of a day, that the question names."""
        named = _runs(terms(text)) & self._outlets
        days = {f.value for f in figures(text) if f.kind == "date" and len(f.value) == len("2025-03-31")}
        cues = np.zeros(len(passages), dtype=np.float32)
        if not named and not days:
            return cues
        for row, passage in enumerate(passages):
            article = self._index.article(passage.article)
            under = [r for r in article.references if passage.start <= r.start < passage.end]
            sources = [s for r in under for s in r.sources]
            names = {s.publisher for s in sources} | {article.publisher or ""}
            dates = {s.published for s in sources} | {r.since for r in under} | {article.published}
            cues[row] = float(any(" ".join(terms(n)) in named for n in names)) + float(bool(days & dates))
        return cues

    @cached_property
    def _outlets(self) -> frozenset[str]:
        """The names of all outlets as terms, but for everyday words."""
        names = {name for about in self._index.abouts().values() for name in about.outlets}
        return frozenset(" ".join(terms(name)) for name in names if self._rare(name))

    def _rare(self, name: str) -> bool:
        """Whether an outlet's name is no everyday word of the articles: "Runway" publishes too, and stands everywhere."""
        return any(self._index.lexical.idf(t) >= RARE for t in terms(name))


def _weighed(each: Sequence[Scores], second: bool) -> Scores:
    """The scores of the question, the second query if there is one, and the best of the clauses, in [0, 1]."""
    weights = [1.0, SECOND_WEIGHT] if second else [1.0]
    parts = [*each[: len(weights)]]
    if len(each) > len(weights):
        weights.append(CLAUSE_WEIGHT)
        parts.append(np.max(each[len(parts) :], axis=0))
    total: Scores = np.average(parts, axis=0, weights=weights).astype(np.float32)
    return total


def _rows(passage: Passage, visible: Sequence[object], rows: Scores) -> Scores:
    if len(visible) == len(passage.sentences):
        return rows
    kept = set(map(id, visible))
    return rows[[i for i, s in enumerate(passage.sentences) if id(s) in kept]]


def _runs(words: Sequence[str]) -> frozenset[str]:
    """All runs of up to `LONGEST` of the words."""
    count = len(words)
    return frozenset(
        " ".join(words[start:end])
        for start in range(count)
        for end in range(start + 1, min(count, start + LONGEST) + 1)
    )


def _spread(scores: Scores) -> Scores:
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.ones_like(scores)


def _diverse(scores: Scores, centres: Scores, k: int) -> list[int]:
    """Maximal marginal relevance (Carbonell and Goldstein, 1998) with weight `DIVERSITY` on relevance."""
    units = centres / np.maximum(np.linalg.norm(centres, axis=1, keepdims=True), 1e-9)
    left = list(np.argsort(-scores, kind="stable")[: 4 * k])
    chosen: list[int] = []
    while left and len(chosen) < k:
        overlap = (units[left] @ units[chosen].T).max(axis=1) if chosen else np.zeros(len(left))
        best = int(np.argmax(DIVERSITY * scores[left] - (1 - DIVERSITY) * overlap))
        chosen.append(int(left.pop(best)))
    return chosen


CHOICE = Hybrid
