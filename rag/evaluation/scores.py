"""The measures of `rag eval`, pure: gold words in a text, ranked lists, means with bootstrap intervals.

A gold element is a list of wordings, any of which will do; it is found in a text when one of them stands there as whole
words, whatever the case, the hyphens, the commas and the currency signs.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2

import numpy as np

Gold = Sequence[Sequence[str]]

RESAMPLES, SEED, LEVEL = 2000, 20_261_122, 0.95
_CURRENCY = re.compile(r"\b(?:us|hk)?\$|€|£|\b(?:us dollars?|dollars?|usd|eur|gbp|euros?)\b")
_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u202f](?=\d{3}(?!\d))|(?<=\d) (?=000(?!\d))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean and the bounds of its bootstrap interval at level .95."""

    mean: float
    low: float
    high: float


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The text as gold is compared: "US$1,300 per 16×9 clip" -> "1300 per 16x9 clip"."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub("[\u2010-\u2015\u2212]", "-", text).replace("×", "x").replace("’", "'")
    text = _CURRENCY.sub(" ", _THOUSANDS.sub("", text)).replace(",", " ").replace("-", " ")
    return re.sub(r"\s+", " ", re.sub(r"(\d)\s*x\s*(\d)", r"\1x\2", text)).strip()


def holds(text: str, element: Sequence[str]) -> bool:
    """Whether one wording of a gold element stands in the text; "5" does not stand in "4.5" or "5.2"."""
    inside = plain(text)
    return any(re.search(rf"(?<![a-z0-9])(?<!\d\.){re.escape(plain(w))}(?![a-z0-9])(?!\.\d)", inside) for w in element)


def covered(text: str, gold: Gold) -> float:
    """The share of the gold elements that stand in the text, in [0, 1]; 1 when there are none."""
    return sum(holds(text, element) for element in gold) / len(gold) if gold else 1.0


def first_words(quotes: Sequence[str], count: int | None) -> str:
    """The first `count` words of the quotes in their order; all of them for None."""
    return " ".join(" ".join(quotes).split()[:count])


def recall(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """Recall@k: the share of the relevant ids among the first k; `relevant` is not empty."""
    return sum(name in relevant for name in ranked[:k]) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 / rank of the first relevant id among the first k, 0 when there is none."""
    return next((1 / rank for rank, name in enumerate(ranked[:k], 1) if name in relevant), 0.0)


def ndcg(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """nDCG@k (Järvelin and Kekäläinen, 2002) with linear gains; `gains` holds at least one above 0."""
    found = sum(gains.get(name, 0.0) / log2(rank + 1) for rank, name in enumerate(ranked[:k], 1))
    ideal = sorted(gains.values(), reverse=True)[:k]
    return found / sum(gain / log2(rank + 1) for rank, gain in enumerate(ideal, 1))


def interval(values: Sequence[float]) -> Interval:
    """The mean of at least one value, with the percentile bootstrap interval (Efron, 1979); the seed is fixed."""
    sample = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(SEED).integers(0, len(sample), (RESAMPLES, len(sample)))
    low, high = np.quantile(sample[picks].mean(axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean=float(sample.mean()), low=float(low), high=float(high))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` in [0, 1] of at least one value lies."""
    return float(np.quantile(np.asarray(values, dtype=np.float64), share))
