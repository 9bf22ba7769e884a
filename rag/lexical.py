"""BM25 (bm25s) over passages, with a tokenizer that keeps gen-4, 4.5, $0.05 and veo3 as terms."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import Any, Self

import bm25s
import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged

TOKENIZER = "terms-1"
TYPO_LENGTH = 5
RECENT = 10  # queries whose scores are remembered: those one question is searched with
K1, B = 1.2, 0.75
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

Scores = NDArray[np.float32]
Numbers = NDArray[np.int32]


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


class Words:
    """The terms of texts as numbers, four bytes a term, so that an index can be made again without reading the texts.

    `flat` are the numbers of all terms, `lengths` how many each text has, `vocabulary` the number of each term.
    """

    def __init__(self, flat: Numbers, lengths: Numbers, vocabulary: dict[str, int]) -> None:
        self.flat, self.lengths, self.vocabulary = flat, lengths, vocabulary

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Those of `texts`, which are read one by one."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int32), {}).more(texts)

    def more(self, texts: Iterable[str]) -> Self:
        """With `texts` at the end."""
        vocabulary, rows = dict(self.vocabulary), []
        for text in texts:
            rows.append(np.array([vocabulary.setdefault(t, len(vocabulary)) for t in terms(text)], np.int32))
        lengths = np.array([len(row) for row in rows], np.int32)
        return type(self)(np.concatenate([self.flat, *rows]), np.concatenate([self.lengths, lengths]), vocabulary)

    def only(self, kept: NDArray[np.bool_]) -> Self:
        """Without the texts whose place is False."""
        return type(self)(self.flat[np.repeat(kept, self.lengths)], self.lengths[kept], self.vocabulary)

    def frequencies(self) -> dict[str, int]:
        """In how many texts each term occurs."""
        which, _, _ = self._counted()
        counts = np.bincount(which, minlength=len(self.vocabulary)).tolist()
        return {term: counts[number] for term, number in self.vocabulary.items() if counts[number]}

    def model(self) -> Any:
        """The BM25 index that bm25s makes of these texts, put together at once instead of text by text: five times faster."""
        which, places, counts = self._counted()
        number = len(self.lengths)
        frequency = np.bincount(which, minlength=len(self.vocabulary))
        idf = np.log(1 + (number - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        spread = K1 * (1 - B + B * self.lengths / self.lengths.mean())
        model = bm25s.BM25(k1=K1, b=B)
        model.scores = {
            "data": (idf[which] * (counts / (spread[places] + counts))).astype(np.float32),
            "indices": places.astype(np.int32),
            "indptr": np.concatenate([[0], np.cumsum(frequency)]),
            "num_docs": number,
        }
        model.vocab_dict = self.vocabulary | {"": len(self.vocabulary)}
        model.nonoccurrence_array = None
        return model

    def _counted(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Term, place of the text and how often it occurs there, for each pair of which one occurs in the other."""
        number = max(1, len(self.lengths))
        places = np.repeat(np.arange(len(self.lengths)), self.lengths)
        pairs, counts = np.unique(self.flat.astype(np.int64) * number + places, return_counts=True)
        return pairs // number, pairs % number, counts


class Lexical:
    """A BM25 index over passages; ids and texts are given once, `search` answers with ids."""

    def __init__(self, ids: list[str], model: Any, frequencies: dict[str, int], words: Words) -> None:
        self._ids = ids
        self._model = model
        self._frequencies = frequencies
        self._words = words
        self._places = {name: place for place, name in enumerate(ids)}
        self._recent: dict[str, Scores] = {}

    @classmethod
    def build(cls, ids: Sequence[str], texts: Iterable[str]) -> Self:
        """Index `texts`, which are read one by one, under `ids`, of equal number."""
        return cls._of(list(ids), Words.of(texts))

    def amended(self, gone: Set[str], ids: Sequence[str], texts: Iterable[str]) -> Self:
        """As built anew of the passages that are here, without those of the ids `gone`, and then `texts` under `ids`."""
        kept = np.array([name not in gone for name in self._ids], np.bool_)
        left = [name for name in self._ids if name not in gone]
        return self._of([*left, *ids], self._words.only(kept).more(texts))

    @classmethod
    def _of(cls, ids: list[str], words: Words) -> Self:
        if len(ids) != len(words.lengths):
            raise ValueError(f"{len(ids)} ids for {len(words.lengths)} texts; give one id a text")
        frequencies = words.frequencies()
        return cls(ids, words.model() if frequencies else None, frequencies, words)

    def search(self, text: str, k: int) -> list[tuple[str, float]]:
        """At most `k` (id, BM25 score > 0), best first."""
        scores = self.scores(text)
        k = min(k, len(scores))
        if k < 1:
            return []
        top = np.argpartition(-scores, k - 1)[:k]
        ranked = sorted(((float(scores[i]), self._ids[i]) for i in top if scores[i] > 0), key=lambda x: (-x[0], x[1]))
        return [(i, s) for s, i in ranked]

    def scores(self, text: str) -> Scores:
        """BM25 of every passage, shape (passages,), in the order of the ids given to `build`."""
        # Asked for twice a query: once to search, once for the passages that came from elsewhere.
        recent = self._recent
        if text in recent:
            return recent[text]
        known = [k for t in terms(text) if (k := self.known(t))]
        if self._model is None or not known:
            return np.zeros(len(self._ids), dtype=np.float32)
        found = np.asarray(self._model.get_scores(known), dtype=np.float32)
        found.flags.writeable = False
        # Another dictionary instead of a change to this one, which other threads may be reading.
        self._recent = dict([*recent.items(), (text, found)][-RECENT:])
        return found

    def scores_of(self, text: str, ids: Sequence[str]) -> Scores:
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
        np.save(folder / "words.npy", self._words.flat)
        np.save(folder / "lengths.npy", self._words.lengths)
        rest = {"ids": self._ids, "frequencies": self._frequencies, "tokenizer": TOKENIZER}
        (folder / "terms.json").write_text(json.dumps(rest, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote. Raises IndexDamaged when files are missing or broken."""
        try:
            rest = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
            # Not memory-mapped, as it is read at every question: a file cut short under it would end the process (SIGBUS).
            model = bm25s.BM25.load(folder, mmap=False, show_progress=False) if rest["frequencies"] else None
            vocabulary = {term: n for term, n in model.vocab_dict.items() if term} if model else {}
            # These are read once, if at all, by the ingest that has just opened and checked them.
            flat, lengths = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("words", "lengths"))
            return cls(rest["ids"], model, rest["frequencies"], Words(flat, lengths, vocabulary))
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise IndexDamaged(
                f"the word index in {folder} cannot be read ({error}); run `rag doctor --repair`"
            ) from error
