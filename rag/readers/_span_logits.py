"""What four numbers a word piece say: pure functions from a row's logits to scores and spans."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.readers._pairs import Pair

START, END, EVIDENCE, ANSWERABLE = range(4)
LONGEST = 24  # pieces of a short answer
NOTHING = -20.0
Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Output:
    """What the model says of one row: `logits` (pieces, 4)."""

    logits: Logits
    row: Pair


@dataclass(frozen=True, slots=True)
class Found:
    """The best span of a row: code points `[start, end)` of its sentence; `margin` is its logit less that of "none"."""

    sentence: int
    start: int
    end: int
    margin: float


def sentence_scores(output: Output) -> tuple[float, ...]:
    """A score a sentence: a logit against "no sentence answers"; -20 for a sentence that was cut off."""
    evidence = output.logits[:, EVIDENCE]
    return tuple(float(evidence[a:b].mean()) if b > a else NOTHING for a, b in output.row.sentences)


def spans(output: Output) -> tuple[Found | None, ...]:
    """For each sentence the span with the highest start + end, at most 24 pieces; None for a sentence that was cut off."""
    logits, row = output.logits, output.row
    none = float(logits[0, START] + logits[0, END])
    found: list[Found | None] = []
    for number, (a, b) in enumerate(row.sentences):
        if b <= a:
            found.append(None)
            continue
        sums = logits[a:b, START][:, None] + logits[a:b, END][None, :]
        ones = np.ones_like(sums, dtype=bool)
        sums = np.where(np.triu(ones) & ~np.triu(ones, LONGEST), sums, -np.inf)
        first, last = divmod(int(sums.argmax()), b - a)
        places = row.offsets[a + first][0], row.offsets[a + last][1]
        found.append(Found(number, *places, float(sums[first, last]) - none))
    return tuple(found)


def best_span(output: Output) -> Found | None:
    """The best of `spans`; None for a row without sentences."""
    return max((f for f in spans(output) if f), key=lambda f: f.margin, default=None)


def signals(output: Output) -> tuple[float, float, float]:
    """Three signals that the row answers: the logit at [CLS], the margin of the best span, the best sentence."""
    found = best_span(output)
    best = max(sentence_scores(output), default=NOTHING)
    return float(output.logits[0, ANSWERABLE]), found.margin if found else NOTHING, best
