"""What a reader's logits are worth: figures over examples, and the one probability made of three signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.readers._span_logits import Output, best_span, sentence_scores, signals
from rag.training.data import Example

Floats = NDArray[np.float64]


def figures(examples: Sequence[Example], found: Sequence[Output]) -> dict[str, float]:
    """Area under the ROC curve of each signal of answerability, share of right sentences and of right spans (by F1)."""
    answered = np.array([e.held is not None for e in examples])
    values = np.array([signals(o) for o in found])
    names = ("answerable", "span", "evidence")
    areas = {f"auroc_{name}": auroc(values[:, i], answered) for i, name in enumerate(names)}
    areas["auroc_sum"] = auroc(values.sum(axis=1), answered)
    pairs = [(e, o) for e, o in zip(examples, found, strict=True) if e.held is not None]
    right = [float(int(np.argmax(sentence_scores(o))) in {e.held, *e.unsure}) for e, o in pairs]
    shared = [overlap(e, o) for e, o in pairs if e.span]
    rest = {"sentence": float(np.mean(right)), "span_f1": float(np.mean(shared)), "examples": float(len(examples))}
    return {name: round(value, 4) for name, value in (areas | rest).items()}


def auroc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """The chance that a positive scores above a negative, ties counted half."""
    order = np.sort(scores[~positive])
    below = np.searchsorted(order, scores[positive], "left")
    upto = np.searchsorted(order, scores[positive], "right")
    return float((below + upto).mean() / 2 / max(1, len(order)))


def calibrated(values: Floats, answered: NDArray[np.bool_], steps: int = 3000) -> dict[str, Any]:
    """Logistic weights for the signals (n, signals), fitted by gradient descent with a light pull to nought."""
    mean, spread = values.mean(axis=0), values.std(axis=0)
    scaled = np.hstack([(values - mean) / spread, np.ones((len(values), 1))])
    weights = np.zeros(scaled.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        weights -= 0.5 * (scaled.T @ (chance - answered) / len(values) + 1e-3 * np.append(weights[:-1], 0))
    factors = weights[:-1] / spread
    return {"weights": [float(f) for f in factors], "bias": float(weights[-1] - factors @ mean)}


@dataclass(frozen=True, slots=True)
class Read:
    """One passage as it was read for a question: retrieval score relative to the best, log odds, and for each sentence
    its score and whether it is right.
    """

    passage: float
    log_odds: float
    scores: tuple[float, ...]
    right: tuple[bool, ...]


def fit_reading(readings: Sequence[Sequence[Read]], answered: NDArray[np.bool_]) -> dict[str, float]:
    """How to join passages into one reading: weights that put a right sentence first most often, and the scale on which
    the best passage's log odds tell whether there is an answer at all. Figures of the fit are among the values.
    """
    positive = [r for r, a in zip(readings, answered, strict=True) if a and any(any(p.right) for p in r)]
    grid = [(odds, share) for odds in (0.0, 0.25, 0.5, 1.0) for share in (0.0, 1.0, 2.0, 4.0)]
    hits = {(odds, share): float(np.mean([_hit(r, odds, share) for r in positive])) for odds, share in grid}
    odds, share = max(grid, key=lambda pair: hits[pair])
    best = np.array([max((p.log_odds for p in r), default=-20.0) for r in readings])
    fitted = calibrated(best[:, None], answered)
    values = {"log_odds": odds, "retrieval": share, "slope": fitted["weights"][0], "bias": fitted["bias"]}
    return values | {"hit_1": round(hits[odds, share], 4), "auroc": round(auroc(best, answered), 4)}


def _hit(reading: Sequence[Read], odds: float, share: float) -> bool:
    ranked = (
        (score + odds * one.log_odds + share * one.passage, right)
        for one in reading
        for score, right in zip(one.scores, one.right, strict=True)
    )
    return max(ranked)[1]


def overlap(example: Example, output: Output) -> float:
    """F1 over the code points of the answer and of the best span."""
    found = best_span(output)
    if found is None or example.span is None or found.sentence != example.held:
        return 0.0
    shared = min(found.end, example.span[1]) - max(found.start, example.span[0])
    return max(0.0, 2 * shared / (found.end - found.start + example.span[1] - example.span[0]))
