"""The reader without training of its own network: a fitted weighing of meaning, shared words, names and kind of answer."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rag.embedders import Embedder
from rag.figures import Figure, figures
from rag.index import Index
from rag.lexical import terms
from rag.passages import within
from rag.questions import Asked, analyse
from rag.readers._features import FIELDS, Features, Measure
from rag.readers._missing import missing
from rag.records import Evidence, Passage, Question, Reading, Retrieved, Sentence, Span
from rag.visibility import visible_sentences
from rag.vocabulary import Vocabulary

PASSAGES = 12
CLOSER_LOOK = 12
# Fitted on the tuning half of corpus/questions.jsonl by tests/benchmarks/fit_readers.py.
FIRST_LOOK = {
    "cosine": 4.5, "words": 0.8, "context": 1.8, "names": 1.6, "near": 0.9, "kind": 1.5, "passage": 3.7, "figures": 0.8,
}  # fmt: skip
WEIGHTS = {
    "cosine": 3.2, "tokens": 2.7, "weakest": 2.6, "words": 0.6, "context": 1.4, "names": 1.4, "near": 0.9, "kind": 1.5,
    "passage": 3.7, "figures": 0.8,
}  # fmt: skip
ANSWERABLE = {"score": 0.31, "margin": 0.28, "missing": -2.8, "kind": 0.67, "figures": 1.25}
BIAS = -4.55
MARGIN = 3

JOINED = re.compile(r" ?(?:or|to|and|-|–|/|,|, or|, and) ?")
QUALIFIER = re.compile(r"\b(?:up to|about|around|over|under|at least|at most|more than|less than|nearly|some) $", re.I)

WORTH = re.compile(r"\bworth\b|\bvalu(?:e|ed|ation)\b", re.I)
VALUED = re.compile(r"\bvalu\w+|\bworth\b", re.I)
COUNTED = re.compile(r"\b(?:how many|number of) ([\w-]+)", re.I)
NEAR = 40  # characters behind a number in which the counted thing is named

Scored = tuple[float, Evidence, Features]


class Overlap:
    """Ranks the visible sentences of the best passages."""

    def __init__(self, index: Index, embedder: Embedder, vocabulary: Vocabulary) -> None:
        self._index = index
        self._embedder = embedder
        self._vocabulary = vocabulary

    def read(self, question: Question, retrieved: Sequence[Retrieved]) -> Reading:
        """Sentences best first; `answerable` is a logistic of the best sentence's features."""
        asked = analyse(question.text, self._vocabulary)
        scored, _ = parted(self.score(question, asked, retrieved))
        if not scored:
            return Reading(evidence=(), short=None, answerable=0.0)
        best = scored[0]
        absent = missing(asked, [e for _, e, _ in scored], self._index.lexical, self._vocabulary, question.as_of)
        signals = {
            "score": best[0],
            "margin": best[0] - scored[min(MARGIN, len(scored) - 1)][0],
            "missing": bool(absent),
        }
        signals |= {"kind": best[2].kind, "figures": best[2].figures}
        return Reading(
            evidence=tuple(evidence for _, evidence, _ in scored),
            short=short_answer(asked, best[1].passage, best[1].sentence),
            answerable=chance(sum(weight * signals[name] for name, weight in ANSWERABLE.items()) + BIAS),
            missing=absent,
        )

    def score(self, question: Question, asked: Asked, retrieved: Sequence[Retrieved]) -> list[Scored]:
        """(score, evidence, features) of the visible sentences, those that tell what is not known too, best first."""
        retrieved = retrieved[:PASSAGES]
        if not retrieved:
            return []
        measure = Measure(asked, self._index.lexical, self._embedder, self._vocabulary)
        first = sorted(self._first_look(question, measure, retrieved), key=_order)
        closer = measure.tokens([e.sentence.text for _, e, _ in first[:CLOSER_LOOK]])
        scored = []
        for (_, evidence, features), (tokens, weakest) in zip(first, closer, strict=False):
            features = replace(features, tokens=tokens, weakest=weakest)
            score = _weigh(features, WEIGHTS)
            names = self._vocabulary.named(evidence.sentence.text)
            scored.append((score, replace(evidence, score=score, names=names), features))
        return sorted(scored, key=_order)

    def _first_look(self, question: Question, measure: Measure, retrieved: Sequence[Retrieved]) -> list[Scored]:
        vector = self._embedder.embed([question.text])[0]
        rows = self._index.sentence_vectors([r.passage.id for r in retrieved])
        top = max(r.score for r in retrieved) or 1.0
        scored: list[Scored] = []
        for item, vectors in zip(retrieved, rows, strict=True):
            article = self._index.article(item.passage.article)
            visible = set(visible_sentences(item.passage, article, question))
            around = f"{article.title}. {item.passage.heading}"
            for sentence, row in zip(item.passage.sentences, vectors, strict=True):
                if sentence in visible:
                    features = measure.features(sentence.text, around, float(row @ vector), item.score / top)
                    score = _weigh(features, FIRST_LOOK)
                    scored.append((score, Evidence(passage=item.passage, sentence=sentence, score=score), features))
        return scored


def short_answer(asked: Asked, passage: Passage, sentence: Sentence) -> Span | None:
    """The first figure of the first kind the question asks for that it does not give itself, with its "5 or" and "up to"."""
    found = figures(sentence.text)
    for kind in asked.kinds:
        for figure in sorted(found, key=lambda f: _distance(asked.text, sentence.text, f)):
            told = not any(figure.same(given) for given in asked.figures)
            if figure.kind == kind and told and (kind != "number" or _counts(asked.text, sentence.text, figure)):
                return within(passage, sentence, *_whole(sentence.text, figure, found))
    return None


def _distance(question: str, text: str, figure: Figure) -> int:
    """How far from "valued" a figure stands in a question of worth: a round's sum and the valuation stand in one sentence."""
    if not WORTH.search(question):
        return 0
    return min((abs(figure.start - m.end()) for m in VALUED.finditer(text)), default=0)


def _counts(question: str, text: str, figure: Figure) -> bool:
    """Whether a bare number counts what the question wants counted: "three reference images" are no parameters."""
    counted = COUNTED.search(question)
    return counted is None or bool(set(terms(counted.group(1))) & set(terms(text[figure.end : figure.end + NEAR])))


def _whole(text: str, figure: Figure, found: Sequence[Figure]) -> tuple[int, int]:
    """The span of a figure with the figures joined to it ("5 or 10 seconds", "2 to 10") and its qualifier ("up to")."""
    start, end = figure.start, figure.end
    for other in reversed(found):
        if other.end <= start and other.kind in (figure.kind, "number") and JOINED.fullmatch(text[other.end : start]):
            start = other.start
    for other in found:
        if other.start >= end and other.kind in (figure.kind, "number") and JOINED.fullmatch(text[end : other.start]):
            end = other.end
    if qualifier := QUALIFIER.search(text[max(0, start - 16) : start]):
        start -= len(qualifier.group())
    return start, end


def _weigh(features: Features, weights: dict[str, float]) -> float:
    return sum(weights[name] * value for name, value in zip(FIELDS, features.values(), strict=True) if name in weights)


def _order(scored: Scored) -> tuple[float, str, int]:
    return (-scored[0], scored[1].passage.article, scored[1].sentence.start)


def parted(scored: Sequence[Scored]) -> tuple[list[Scored], list[Scored]]:
    """The sentences that may answer, and those that tell what is not known."""
    return [s for s in scored if not s[1].sentence.gap], [s for s in scored if s[1].sentence.gap]


def chance(log_odds: float) -> float:
    """The logistic of `log_odds`, in [0, 1]."""
    return float(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))))


CHOICE = Overlap
