"""The trained reader: question and passage read together, word piece by word piece (rag/readers/_span/card.md)."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from threading import Lock

from rag.embedders import Embedder
from rag.index import Index
from rag.passages import within
from rag.readers._span_logits import NOTHING, sentence_scores, spans
from rag.readers._span_model import SpanModel
from rag.records import Evidence, Passage, Question, Reading, Retrieved, Sentence, Span
from rag.visibility import visible_sentences
from rag.vocabulary import Vocabulary

PASSAGES = 6
REMEMBERED = 600

Key = tuple[str, str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScore:
    """A sentence that was read: `score` is a logit against "none of these"; `short` the best span in it, with the logit
    `margin` against "no span".
    """

    sentence: Sentence
    score: float
    short: Span | None
    margin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageScore:
    """What the model says of one passage; `log_odds` that it answers the question, calibrated passage by passage."""

    passage: Passage
    log_odds: float
    sentences: tuple[SentenceScore, ...]


class SpanReader:
    """Reads the best six passages; remembers what it said of a question and a passage. Safe from many threads."""

    def __init__(
        self, index: Index, embedder: Embedder, vocabulary: Vocabulary, model: SpanModel | None = None
    ) -> None:
        """`embedder` and `vocabulary` belong to the call of every reader; this one needs neither."""
        self._index = index
        self._model = model or SpanModel()
        self._known: OrderedDict[Key, PassageScore] = OrderedDict()
        self._lock = Lock()

    def read(self, question: Question, retrieved: Sequence[Retrieved]) -> Reading:
        """Visible sentences best first, the short answer of the best one when it is sure enough, `answerable` calibrated
        over readings.
        """
        found = self.score(question, retrieved)
        weights = self._model.card["reading"]
        top = max((r.score for r in retrieved), default=0.0) or 1.0
        passage = {r.passage.id: r.score / top for r in retrieved}
        ranked = []
        for one in found:
            around = weights["log_odds"] * one.log_odds + weights["retrieval"] * passage[one.passage.id]
            ranked += [(s.score + around, one.passage, s) for s in one.sentences]
        if not ranked:
            return Reading(evidence=(), short=None, answerable=0.0)
        ranked.sort(key=lambda item: (-item[0], item[1].article, item[2].sentence.start))
        best = ranked[0][2]
        sure = max(one.log_odds for one in found) * weights["slope"] + weights["bias"]
        return Reading(
            evidence=tuple(Evidence(passage=p, sentence=s.sentence, score=score) for score, p, s in ranked),
            short=best.short if best.margin >= weights["short"] else None,
            answerable=1 / (1 + exp(-max(-30.0, min(30.0, sure)))),
        )

    def score(self, question: Question, retrieved: Sequence[Retrieved]) -> tuple[PassageScore, ...]:
        """What the model says of the first six passages that show a sentence, in their order; gap sentences are not read."""
        found = []
        for item in retrieved[:PASSAGES]:
            seen = visible_sentences(item.passage, self._index.article(item.passage.article), question)
            seen = tuple(s for s in seen if not s.gap)
            if seen:
                found.append(self._remembered(question.text, item.passage, seen))
        return tuple(found)

    def _remembered(self, question: str, passage: Passage, seen: tuple[Sentence, ...]) -> PassageScore:
        key = (question, passage.id, tuple(s.start for s in seen))
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = self._scored(question, passage, seen)
        with self._lock:
            self._known[key] = known
            self._known.move_to_end(key)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _scored(self, question: str, passage: Passage, seen: Sequence[Sentence]) -> PassageScore:
        title = self._index.article(passage.article).title
        output = self._model.output(question, title, passage.heading, [s.text for s in seen])
        found = zip(seen, sentence_scores(output), spans(output), strict=True)
        sentences = tuple(
            SentenceScore(
                sentence=sentence,
                score=score,
                short=within(passage, sentence, best.start, best.end) if best else None,
                margin=best.margin if best else NOTHING,
            )
            for sentence, score, best in found
        )
        return PassageScore(passage=passage, log_odds=self._model.log_odds(output), sentences=sentences)


CHOICE = SpanReader
