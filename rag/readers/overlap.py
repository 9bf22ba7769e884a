"""The reader without training: sentences by meaning, shared rare words, names and the kind of answer that is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.embedders import Embedder
from rag.figures import Figure, figures
from rag.index import Index
from rag.lexical import terms
from rag.questions import Asked, analyse
from rag.records import Evidence, Passage, Question, Reading, Retrieved, Sentence, Span
from rag.visibility import visible_sentences
from rag.vocabulary import Vocabulary

PASSAGES = 12
# Weights of the features of a sentence, fitted on the tuning half of corpus/questions.jsonl.
WEIGHTS = {"cosine": 1.0, "words": 0.8, "context": 0.3, "names": 0.6, "kind": 0.25, "passage": 0.35, "figures": 0.3}


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of one sentence against the question, each in [0, 1] but `cosine` and `names` in [-1, 1]."""

    cosine: float
    words: float
    context: float
    names: float
    kind: float
    passage: float
    figures: float

    def score(self) -> float:
        """The weighted sum."""
        return sum(WEIGHTS[name] * getattr(self, name) for name in WEIGHTS)


class Overlap:
    """Ranks the visible sentences of the best passages."""

    def __init__(self, index: Index, embedder: Embedder, vocabulary: Vocabulary) -> None:
        self._index = index
        self._embedder = embedder
        self._vocabulary = vocabulary

    def read(self, question: Question, retrieved: Sequence[Retrieved]) -> Reading:
        """Sentences best first; `answerable` is a logistic of the best sentence's features."""
        retrieved = retrieved[:PASSAGES]
        if not retrieved:
            return Reading(evidence=(), short=None, answerable=0.0)
        asked = analyse(question.text, self._vocabulary)
        vector = self._embedder.embed([question.text])[0]
        rows = self._index.sentence_vectors([r.passage.id for r in retrieved])
        top = max(r.score for r in retrieved) or 1.0
        scored: list[tuple[float, Evidence, Features]] = []
        for item, vectors in zip(retrieved, rows, strict=True):
            article = self._index.article(item.passage.article)
            visible = set(visible_sentences(item.passage, article, question))
            for sentence, row in zip(item.passage.sentences, vectors, strict=True):
                if sentence in visible and not sentence.gap:
                    around = f"{article.title} {item.passage.heading}"
                    features = self._features(asked, sentence, around, float(row @ vector), item.score / top)
                    score = features.score()
                    evidence = Evidence(passage=item.passage, sentence=sentence, score=score)
                    scored.append((score, evidence, features))
        scored.sort(key=lambda s: (-s[0], s[1].passage.article, s[1].sentence.start))
        if not scored:
            return Reading(evidence=(), short=None, answerable=0.0)
        best = scored[0]
        return Reading(
            evidence=tuple(evidence for _, evidence, _ in scored),
            short=short_answer(asked, best[1].passage, best[1].sentence),
            answerable=_answerable(best[2]),
            missing=self._missing(asked, [e.sentence.text for _, e, _ in scored[:3]]),
        )

    def _features(self, asked: Asked, sentence: Sentence, around: str, cosine: float, passage: float) -> Features:
        own, near = set(terms(sentence.text)), set(terms(around))
        weight = {t: self._index.lexical.idf(t) for t in asked.terms}
        total = sum(weight.values()) or 1.0
        found = figures(sentence.text)
        kinds = {f.kind for f in found}
        return Features(
            cosine=cosine,
            words=sum(w for t, w in weight.items() if t in own) / total,
            context=sum(w for t, w in weight.items() if t in own | near) / total,
            names=self._names(asked, sentence.text, around),
            kind=1.0 if not asked.kinds or kinds & set(asked.kinds) else 0.0,
            passage=passage,
            figures=_share(asked.figures, found),
        )

    def _names(self, asked: Asked, text: str, around: str) -> float:
        """1 when the sentence names all the question names; a sibling version in its place counts against it."""
        if not asked.names:
            return 0.5
        inside, near = self._vocabulary.named(text), self._vocabulary.named(around)
        makers = {self._vocabulary.maker(n) for n in inside}
        total = 0.0
        for name in asked.names:
            if name in inside or name in makers:
                total += 1.0
            elif inside & self._vocabulary.siblings(name):
                total -= 0.5
            elif name in near:
                total += 0.6
        return total / len(asked.names)

    def _missing(self, asked: Asked, best: list[str]) -> tuple[str, ...]:
        """Names of the question that the best sentences do not hold, and names that no passage of the index holds."""
        inside = frozenset[str]().union(*(self._vocabulary.named(t) for t in best))
        makers = {self._vocabulary.maker(n) for n in inside}
        absent = [n for n in sorted(asked.names) if n not in inside | makers]
        return (*absent, *(n for n in asked.unknown if not all(t in self._index.lexical for t in terms(n))))


def short_answer(asked: Asked, passage: Passage, sentence: Sentence) -> Span | None:
    """The first figure of a kind the question asks for that the question does not give itself, as a span."""
    for kind in asked.kinds:
        for figure in figures(sentence.text):
            if figure.kind == kind and not any(figure.same(given) for given in asked.figures):
                start = sentence.start + figure.start
                return Span(article=passage.article, start=start, end=sentence.start + figure.end, text=figure.text)
    return None


def _share(wanted: Sequence[Figure], found: Sequence[Figure]) -> float:
    if not wanted:
        return 0.5
    return sum(any(w.same(f) for f in found) for w in wanted) / len(wanted)


def _answerable(best: Features) -> float:
    return float(1 / (1 + np.exp(-(6 * best.cosine + 3 * best.words + 2 * best.names - 5.5))))


CHOICE = Overlap
