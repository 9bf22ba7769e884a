"""Where a statement stands: the sentence of its passages that bears it best, or two adjacent ones, as spans to cite."""

from collections.abc import Sequence

from rag.figures import figures
from rag.judging._told import Told
from rag.lexical import STOPWORDS, terms
from rag.records import Passage, Sentence, Span
from rag.vocabulary import Vocabulary

MOST_WORDS = 60
# How much more of the statement a second sentence, or a further passage, must bear to be cited too.
GAIN = 0.15
NAME, FIGURE = 2.0, 2.0


def locate(statement: str, passages: Sequence[Passage], vocabulary: Vocabulary) -> tuple[Span, ...]:
    """The spans to cite for a statement that rests on `passages`: one a passage at most, the best first.

    A span is one sentence or two adjacent ones of at most 60 words together; sentences that tell what is not known bear
    nothing. Give passages that hold only what may be seen (`Passage.sentences` cut down to it). Nothing in common: ().
    """
    wanted = _weights(statement, vocabulary)
    found = sorted((_best(p, wanted, vocabulary) for p in passages), key=lambda f: -sum(wanted[k] for k in f[1]))
    spans: list[Span] = []
    borne: frozenset[str] = frozenset()
    total = sum(wanted.values()) or 1.0
    for span, held in found:
        gain = sum(wanted[k] for k in held - borne) / total
        if span and (gain >= GAIN or (not spans and held)):
            spans.append(span)
            borne |= held
    return tuple(spans)


def _weights(statement: str, vocabulary: Vocabulary) -> dict[str, float]:
    """What the statement tells and what each part weighs: words by their length, names and figures double."""
    told = Told(statement, vocabulary)
    weights = {t: min(len(t), 8) / 8 for t in terms(told.text) if t not in STOPWORDS}
    weights |= {f"name {n}": NAME for n in told.names}
    return weights | {f"figure {f.value}": FIGURE for f in told.figures}


def _held(text: str, wanted: dict[str, float], vocabulary: Vocabulary) -> frozenset[str]:
    have = set(terms(text)) | {f"name {n}" for n in vocabulary.named(text)}
    told = figures(text)
    dates = [f.value for f in told if f.kind == "date"]
    have |= {f"figure {f.value}" for f in told}
    return frozenset(
        k for k in wanted if k in have or (k.startswith("figure ") and any(d.startswith(k[7:]) for d in dates))
    )


def _best(passage: Passage, wanted: dict[str, float], vocabulary: Vocabulary) -> tuple[Span | None, frozenset[str]]:
    """The span of one passage that bears most, and what it bears."""
    sentences = [s for s in passage.sentences if not s.gap]
    held = [_held(s.text, wanted, vocabulary) for s in sentences]
    if not sentences:
        return None, frozenset()
    score = [sum(wanted[k] for k in h) for h in held]
    at = max(range(len(sentences)), key=lambda i: (score[i], -len(sentences[i].text)))
    total = sum(wanted.values()) or 1.0
    pairs = [
        (sum(wanted[k] for k in held[i] | held[i + 1]), i)
        for i in range(len(sentences) - 1)
        if i in (at - 1, at) and _adjacent(sentences[i], sentences[i + 1], passage)
    ]
    both, first = max(pairs, default=(0.0, 0))
    if both - score[at] >= GAIN * total:
        return _span(passage, sentences[first], sentences[first + 1]), held[first] | held[first + 1]
    return _span(passage, sentences[at], sentences[at]), held[at]


def _adjacent(one: Sentence, other: Sentence, passage: Passage) -> bool:
    """Whether nothing but blanks lies between, and both together are no longer than a quote may be."""
    between = passage.text[one.end - passage.start : other.start - passage.start]
    return not between.strip() and len(one.text.split()) + len(other.text.split()) <= MOST_WORDS


def _span(passage: Passage, first: Sentence, last: Sentence) -> Span:
    text = passage.text[first.start - passage.start : last.end - passage.start]
    return Span(article=passage.article, start=first.start, end=last.end, text=text)
