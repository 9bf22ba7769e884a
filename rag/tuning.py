"""What a reader's logits are worth: figures over examples, and the one probability made of three signals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.batches import Output
from rag.readers._span_logits import best_span, sentence_scores, signals
from rag.training_data import Example

Floats = NDArray[np.float64]


def figures(examples: Sequence[Example], found: Sequence[Output]) -> dict[str, float]:
    """Area under the ROC curve of each signal of answerability, share of right sentences and of right spans (by F1)."""
    answered = np.array([e.held is not None for e in examples])
    values = np.array([signals(o.logits, o.row) for o in found])
    names = ("answerable", "span", "evidence")
    areas = {f"auroc_{name}": auroc(values[:, i], answered) for i, name in enumerate(names)}
    areas["auroc_sum"] = auroc(values.sum(axis=1), answered)
    pairs = [(e, o) for e, o in zip(examples, found, strict=True) if e.held is not None]
    right = [float(int(np.argmax(sentence_scores(o.logits, o.row))) in {e.held, *e.unsure}) for e, o in pairs]
    overlap = [_overlap(e, o) for e, o in pairs if e.span]
    rest = {"sentence": float(np.mean(right)), "span_f1": float(np.mean(overlap)), "examples": float(len(examples))}
    return {name: round(value, 4) for name, value in (areas | rest).items()}


def auroc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """The chance that a positive scores above a negative, ties counted half."""
    order = np.sort(scores[~positive])
    below = np.searchsorted(order, scores[positive], "left")
    upto = np.searchsorted(order, scores[positive], "right")
    return float((below + upto).mean() / 2 / max(1, len(order)))


def calibrated(values: Floats, answered: NDArray[np.bool_], steps: int = 3000) -> dict[str, Any]:
    """Logistic weights for the signals (n, 3), fitted by gradient descent with a light pull to nought."""
    mean, spread = values.mean(axis=0), values.std(axis=0)
    scaled = np.hstack([(values - mean) / spread, np.ones((len(values), 1))])
    weights = np.zeros(scaled.shape[1])
    for _ in range(steps):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        weights -= 0.5 * (scaled.T @ (chance - answered) / len(values) + 1e-3 * np.append(weights[:-1], 0))
    factors = weights[:-1] / spread
    return {"weights": [float(f) for f in factors], "bias": float(weights[-1] - factors @ mean)}


def _overlap(example: Example, output: Output) -> float:
    """F1 over the code points of the answer and of the best span."""
    found = best_span(output.logits, output.row)
    if found is None or example.span is None or found.sentence != example.held:
        return 0.0
    shared = min(found.end, example.span[1]) - max(found.start, example.span[0])
    return max(0.0, 2 * shared / (found.end - found.start + example.span[1] - example.span[0]))
