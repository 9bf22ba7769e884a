"""The default reader: the features of `overlap` and the trained network of `span`, weighed together.

The network reads the six passages whose sentences look best, so that a whole answer stays within its time.
"""

from collections.abc import Sequence
from dataclasses import replace

from rag.embedders import Embedder
from rag.index import Index
from rag.questions import Asked, analyse, timeless
from rag.readers._features import FIELDS
from rag.readers._missing import CLOSE, in_another_unit, missing, of_another
from rag.readers.overlap import COUNTED, Overlap, chance, parted, short_answer
from rag.readers.span import PASSAGES, PassageScore, SpanReader
from rag.records import Evidence, Question, Reading, Retrieved, Span
from rag.vocabulary import Vocabulary

# Fitted by tests/benchmarks/fit_readers.py on the tuning half of corpus/questions.jsonl, and half on questions about other
# subjects, so that they hold on articles of one's own too.
UNREAD = -4.0
WEIGHTS = {"overlap": 0.89, "sentence": 0.485, "passage": 0.29}
CHANCE = {"read": 0.532, "heard": 0.094, "missing": -1.235, "overlap": 0.08, "figures": 1.354}
BIAS = -0.58
SHORT_MARGIN = 1.0
# A question that names nothing known is about something else altogether when no sentence is nearer than this in meaning
# (cosine) and none holds more than this share of its words, by their weight: though a word they share may look like an
# answer. On the tuning half no answerable one lies below .35 in meaning, and of the off-topic ones most lie below in both.
FAR, FEW = 0.3, 0.4

Signals = dict[str, float]


class Joint:
    """Overlap ranks, the network reads, the weighed sum decides."""

    def __init__(self, index: Index, embedder: Embedder, vocabulary: Vocabulary) -> None:
        self._index = index
        self._vocabulary = vocabulary
        self._overlap = Overlap(index, embedder, vocabulary)
        self._span = SpanReader(index, embedder, vocabulary)

    def read(self, question: Question, retrieved: Sequence[Retrieved]) -> Reading:
        """Sentences best first; `answerable` weighs both readers' signals on the best sentence."""
        asked = analyse(question.text, self._vocabulary)
        ranked = self.rank(question, retrieved)
        if not ranked:
            return Reading(evidence=(), short=None, answerable=0.0)
        best, signals, span = ranked[0]
        evidence = tuple(e for e, _, _ in ranked)
        absent = missing(asked, evidence, self._index.lexical, self._vocabulary, question.as_of)
        signals = signals | {
            "missing": float(bool(absent)),
            "read": max(s["passage"] for _, s, _ in ranked[:CLOSE]),
            "heard": max(s["sentence"] for _, s, _ in ranked),
        }
        nearest, shared = (max(s[name] for _, s, _ in ranked) for name in ("cosine", "words"))
        elsewhere = not asked.names and nearest <= FAR and shared <= FEW
        mistaken = not asked.compound and (of_another(best, asked, self._vocabulary) or in_another_unit(best, asked))
        log_odds = sum(weight * signals[name] for name, weight in CHANCE.items()) + BIAS
        return Reading(
            evidence=evidence,
            short=_short(asked, best, span),
            answerable=0.0 if elsewhere or mistaken else chance(log_odds),
            missing=absent,
        )

    def rank(self, question: Question, retrieved: Sequence[Retrieved]) -> list[tuple[Evidence, Signals, Span | None]]:
        """Each sentence, best first, with the signals of both readers, and the network's span when it is sure of it."""
        question = replace(question, text=timeless(question.text, question.as_of))
        asked = analyse(question.text, self._vocabulary)
        scored, _ = parted(self._overlap.score(question, asked, retrieved))
        if not scored:
            return []
        order = list(dict.fromkeys(e.passage.id for _, e, _ in scored))
        by_id = {r.passage.id: r for r in retrieved}
        read = {p.passage.id: p for p in self._span.score(question, [by_id[i] for i in order[:PASSAGES]])}
        out = []
        for score, evidence, features in scored:
            sentence, passage, span = _told(read.get(evidence.passage.id), evidence)
            signals = dict(zip(FIELDS, features.values(), strict=True))
            signals |= {"overlap": score, "sentence": sentence, "passage": passage}
            total = sum(weight * signals[name] for name, weight in WEIGHTS.items())
            out.append((replace(evidence, score=total), signals, span))
        return sorted(out, key=lambda o: (-o[0].score, o[0].passage.article, o[0].sentence.start))


def _short(asked: Asked, best: Evidence, span: Span | None) -> Span | None:
    """The network's span, unless the rule finds the figure that is asked for elsewhere in the sentence, or none that counts."""
    ruled = short_answer(asked, best.passage, best.sentence)
    if span is None or not asked.kinds:
        return span or ruled
    if ruled is None:
        return None if COUNTED.search(asked.text) else span
    return span if ruled.start < span.end and span.start < ruled.end else ruled


def _told(read: PassageScore | None, evidence: Evidence) -> tuple[float, float, Span | None]:
    """(logit of the sentence, log-odds of its passage, its span when sure) by the network; `UNREAD` where it did not look."""
    if read is None:
        return UNREAD, UNREAD, None
    for s in read.sentences:
        if s.sentence.start == evidence.sentence.start:
            return s.score, read.log_odds, s.short if s.margin >= SHORT_MARGIN else None
    return UNREAD, read.log_odds, None


CHOICE = Joint
