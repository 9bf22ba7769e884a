"""How much of a statement's content stands in its quotes: word by word, by the word itself and by its nearest in meaning.

Each word gets the chance that it is supported, from two signs: whether its terms stand in the quotes, and the best cosine
of its MiniLM vectors, in context, with one of theirs (late interaction, Khattab and Zaharia 2020). The weights were fitted
on the tokens of WiCE train (Kamoi et al. 2023) and held on its claims: tests/benchmarks/support.py.

It knows nothing of the corpus and always reads with MiniLM, so that the same statement over the same quotes has the same
score in every index and on every machine.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import exp
from pathlib import Path

import numpy as np

from rag.embedders import Embedder, Tokens
from rag.embedders.minilm import CHOICE as MINILM
from rag.figures import figures
from rag.judging import FULL_SUPPORT, WEAK_SUPPORT
from rag.lexical import STOPWORDS, stem, terms

# cosine, share of terms, length, holds a digit, capital inside the sentence, cosine x share; fitted on WiCE train.
WEIGHTS = (2.123, -0.720, 0.294, -1.741, -0.602, 2.369)
BIAS = -1.215
SHARE, DIGIT, HELD = 1, 3, 0.95
LONGEST_WORD = 12
RUN = 4
# What a true rewording scores at least, and what a sentence on something else at most (tests/benchmarks/planted.py, the
# tuning half), set to the thresholds of the judge.
SCALE = ((0.0, 0.42, 0.675, 1.0), (0.0, WEAK_SUPPORT, FULL_SUPPORT, 1.0))
CHUNK = 110  # words of a source read at once: below what MiniLM reads
_NUMBERS = {
    stem(word): str(n)
    for n, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_WORD = re.compile(r"[^\W_]+(?:[-.'’,][^\W_]+)*%?")


class TokenSupport:
    """`support(statement, source)` for the judge; the model is loaded at the first use. Safe from many threads."""

    def __init__(self, home: Path, embedder: Embedder | None = None) -> None:
        """`home` is where embedders cache; `embedder` by default MiniLM, shared with all who ask for it there."""
        self._home = home
        self._given = embedder
        self._tokens = lru_cache(maxsize=256)(self._read)

    def __call__(self, statement: str, source: str) -> float:
        """How well the statement is supported, in [0, 1]; 1 for one without words of meaning. See `scored`."""
        return scored(self.words(statement, [source]))

    def words(self, statement: str, sources: Sequence[str]) -> list[tuple[str, tuple[float, ...]]]:
        """Each word of the statement that carries meaning, with its signs in the order of WEIGHTS."""
        said = self._tokens(statement)
        chunks = [chunk for source in sources for chunk in _chunks(source)]
        best = np.full(len(said.offsets), -1.0, np.float32)
        for chunk in chunks:
            best = np.maximum(best, (said.vectors @ self._tokens(chunk).vectors.T).max(axis=1))
        have = {_digits(t) for source in sources for t in terms(source)}
        amounts = _same_amounts(statement, sources)
        found = []
        for match in _WORD.finditer(statement):
            own = [_digits(t) for t in terms(match.group()) if t not in STOPWORDS]
            rows = [i for i, (a, b) in enumerate(said.offsets) if a < b and match.start() <= a and b <= match.end()]
            told = any(a <= match.start() and match.end() <= b for a, b in amounts)
            if own and rows:
                share = 1.0 if told else sum(t in have for t in own) / len(own)
                found.append((match.group(), _signs(match.group(), match.start(), float(best[rows].mean()), share)))
        return found

    def _read(self, text: str) -> Tokens:
        return (self._given or MINILM(self._home)).tokens([text])[0]


def _signs(word: str, start: int, cosine: float, share: float) -> tuple[float, ...]:
    digit, capital = float(any(c.isdigit() for c in word)), float(word[0].isupper() and start > 0)
    return cosine, share, min(len(word), LONGEST_WORD) / 10, digit, capital, cosine * share


def scored(words: Sequence[tuple[str, tuple[float, ...]]]) -> float:
    """One number of the words and their signs: half the mean chance, long words counting more, half that of the weakest
    four in a row, where an addition nobody wrote shows. Stretched to the scale of the judge's thresholds.
    """
    if not words:
        return 1.0
    chances = [_chance(signs) for _, signs in words]
    weights = [min(len(word), LONGEST_WORD) for word, _ in words]
    mean = float(np.average(chances, weights=weights))
    runs = [chances[i : i + RUN] for i in range(max(1, len(chances) - RUN + 1))]
    weakest = min(sum(run) / len(run) for run in runs)
    return float(np.interp((mean + weakest) / 2, *SCALE))


def _chance(signs: Sequence[float]) -> float:
    # A word with digits that stands there as it is: whether it is right in its place is for the judge's checks to say.
    if signs[DIGIT] and signs[SHARE] == 1:
        return HELD
    return 1 / (1 + exp(-BIAS - sum(w * s for w, s in zip(WEIGHTS, signs, strict=True))))


def _same_amounts(statement: str, sources: Sequence[str]) -> list[tuple[int, int]]:
    """Where the statement tells a figure of a source, in whatever way: "10 cents" for "0.10 dollars"."""
    have = {(f.kind, f.unit, f.value) for source in sources for f in figures(source)}
    return [(f.start, f.end) for f in figures(statement) if (f.kind, f.unit, f.value) in have]


def _digits(term: str) -> str:
    """ "5" for "five", other terms as they are."""
    return _NUMBERS.get(term, term)


def _chunks(source: str) -> list[str]:
    words = source.split()
    return [" ".join(words[i : i + CHUNK]) for i in range(0, len(words), CHUNK)]
