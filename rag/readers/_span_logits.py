"""What four numbers a word piece say: pure functions from logits (pieces, 4) and their row to scores and spans."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.readers._pairs import Pair

START, END, EVIDENCE, ANSWERABLE = range(4)
LONGEST = 24  # pieces of a short answer
Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """The best span of a row: code points `[start, end)` of its sentence; `margin` is its logit less that of "none"."""

    sentence: int
    start: int
    end: int
    margin: float


def sentence_scores(logits: Logits, row: Pair) -> NDArray[np.float32]:
    """A score a sentence, shape (sentences,): a logit against "no sentence answers"; -20 for one that was cut off."""
    means = [logits[a:b, EVIDENCE].mean() if b > a else -20.0 for a, b in row.sentences]
    return np.array(means, np.float32)


def best_span(logits: Logits, row: Pair) -> Found | None:
    """The span with the highest start + end inside one sentence, at most 24 pieces; None for a row without sentences."""
    best: tuple[float, int, int, int] | None = None
    for number, (a, b) in enumerate(row.sentences):
        if b <= a:
            continue
        sums = logits[a:b, START][:, None] + logits[a:b, END][None, :]
        sums = np.where(np.triu(np.ones_like(sums)) - np.triu(np.ones_like(sums), LONGEST) > 0, sums, -np.inf)
        at = int(sums.argmax())
        value = float(sums.flat[at])
        if best is None or value > best[0]:
            best = value, number, a + at // (b - a), a + at % (b - a)
    if best is None:
        return None
    value, number, first, last = best
    none = float(logits[0, START] + logits[0, END])
    return Found(number, row.offsets[first][0], row.offsets[last][1], value - none)


def signals(logits: Logits, row: Pair) -> tuple[float, float, float]:
    """Three signals that the row answers: the [CLS] logit, the margin of the best span, the best sentence."""
    found = best_span(logits, row)
    best = float(sentence_scores(logits, row).max()) if row.sentences else -20.0
    return float(logits[0, ANSWERABLE]), found.margin if found else -20.0, best
