"""BM25 (bm25s) over passages, with a tokenizer that keeps gen-4, 4.5, $0.05 and veo3 as terms."""

import json
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import bm25s
import numpy as np

from rag.errors import IndexDamaged

TOKENIZER = "terms-1"
TYPO_LENGTH = 5
_TERM = re.compile(r"[$€£]?\d+(?:[.,:]\d+)*%?|[^\W\d_]+(?:['’][^\W\d_]+)?|[^\W_]+")
_WORD = re.compile(r"[$€£]?[^\W_]+(?:[-.'’,:][^\W_]+)*%?")
STOPWORDS = frozenset(
    """
    a about all also am an and any are as at be been being but by can could did do does doing for from had has
    have having he her hers him his how i if in into is it its just me my no not of on or our she so some such
    than that the their them then there these they this those to too up us very was we were what when where
    which while who whom whose why will with would you your s t don please tell hey hi whats
    """.split()
)
_PLURAL = re.compile(r"(?<=[a-z]{3})(?<![su])s$")


def terms(text: str) -> list[str]:
    """The terms of `text` in order, folded and without stopwords; "Gen-4's $0.05" -> ["gen-4", "gen", "4", "$0.05", "0.05"].

    A joined word also gives its parts, so that "gen 4" and "gen-4" meet.
    """
    out: list[str] = []
    for match in _WORD.finditer(fold(text)):
        word = re.sub(r"['’]s$", "", match.group())
        parts = _TERM.findall(word)
        stems = [stem(p) for p in parts if p not in STOPWORDS]
        if len(parts) > 1 and re.search(r"[-.]|\d", word):
            out.append(word.replace(",", ""))
        stems = [s.replace(",", "") for s in stems]
        out += stems
        out += [s.lstrip("$€£") for s in stems if s[0] in "$€£" and len(s) > 1]
    return out


def fold(text: str) -> str:
    """Lower case, compatibility forms unified, accents dropped, dashes to hyphens."""
    text = unicodedata.normalize("NFKD", text).lower()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub("[\u2010-\u2015\u2212]", "-", text)


def stem(word: str) -> str:
    """Plural -s, -ies and the endings -ed, -ing taken off long words: light, so that names stay apart."""
    if not word.isalpha() or not word.isascii() or len(word) < 4:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    word = _PLURAL.sub("", word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            return word[:-1] if word[-1] == word[-2] and word[-1] not in "ls" else word
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _slips(term: str) -> set[str]:
    """Every spelling one edit away (Damerau 1964), as in Norvig's corrector (https://norvig.com/spell-correct.html)."""
    parts = [(term[:i], term[i:]) for i in range(len(term) + 1)]
    letters = "abcdefghijklmnopqrstuvwxyz"
    out = {a + b[1:] for a, b in parts if b} | {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    out |= {a + c + b[1:] for a, b in parts if b for c in letters} | {a + c + b for a, b in parts for c in letters}
    return out - {term}


class Lexical:
    """A BM25 index over passages; ids and texts are given once, `search` answers with ids."""

    def __init__(self, ids: list[str], model: Any, frequencies: dict[str, int]) -> None:
        self._ids = ids
        self._model = model
        self._frequencies = frequencies
        self._places = {name: place for place, name in enumerate(ids)}

    @classmethod
    def build(cls, ids: Sequence[str], texts: Sequence[str]) -> Self:
        """Index `texts` under `ids`, two sequences of equal length."""
        if len(ids) != len(texts):
            raise ValueError(f"{len(ids)} ids for {len(texts)} texts; give one id a text")
        corpus = [terms(t) for t in texts]
        frequencies: dict[str, int] = {}
        for row in corpus:
            for term in set(row):
                frequencies[term] = frequencies.get(term, 0) + 1
        model = bm25s.BM25(k1=1.2, b=0.75)
        if frequencies:
            model.index(corpus, show_progress=False)
        return cls(list(ids), model if frequencies else None, frequencies)

    def search(self, text: str, k: int) -> list[tuple[str, float]]:
        """At most `k` (id, BM25 score > 0), best first."""
        scores = self.scores(text)
        k = min(k, len(scores))
        if k < 1:
            return []
        top = np.argpartition(-scores, k - 1)[:k]
        ranked = sorted(((float(scores[i]), self._ids[i]) for i in top if scores[i] > 0), key=lambda x: (-x[0], x[1]))
        return [(i, s) for s, i in ranked]

    def scores(self, text: str) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """BM25 of every passage, shape (passages,), in the order of the ids given to `build`."""
        known = [k for t in terms(text) if (k := self.known(t))]
        if self._model is None or not known:
            return np.zeros(len(self._ids), dtype=np.float32)
        return np.asarray(self._model.get_scores(known), dtype=np.float32)

    def scores_of(self, text: str, ids: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """BM25 of the passages `ids`, shape (len(ids),), in their order."""
        every = self.scores(text)
        return every[[self._places[i] for i in ids]]

    def idf(self, term: str) -> float:
        """How rare a term is: ln(1 + (n - df + .5) / (df + .5)); an unknown term has the highest value."""
        df = self._frequencies.get(term, 0)
        return float(np.log(1 + (len(self._ids) - df + 0.5) / (df + 0.5)))

    def __contains__(self, term: str) -> bool:
        """Whether the term occurs in any passage."""
        return term in self._frequencies

    def known(self, term: str) -> str | None:
        """The term itself when it occurs; for a longer word that does not, the commonest term one slip of the keyboard
        away (a letter more, less, other, or two swapped); else None.
        """
        if term in self._frequencies:
            return term
        if len(term) < TYPO_LENGTH or not term.isalpha():
            return None
        near = [t for t in _slips(term) if t in self._frequencies]
        return max(near, key=lambda t: self._frequencies[t], default=None)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._model is not None:
            self._model.save(folder, show_progress=False)
        rest = {"ids": self._ids, "frequencies": self._frequencies, "tokenizer": TOKENIZER}
        (folder / "terms.json").write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote, matrices memory-mapped. Raises IndexDamaged when files are missing or broken."""
        try:
            rest = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
            model = bm25s.BM25.load(folder, mmap=True, show_progress=False) if rest["frequencies"] else None
            return cls(rest["ids"], model, rest["frequencies"])
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise IndexDamaged(
                f"the word index in {folder} cannot be read ({error}); run `rag doctor --repair`"
            ) from error
