"""Question and passage as one row of word pieces, the same in training and in use.

`[CLS] question [SEP] title. heading. sentence sentence … [SEP]`; headings inside the passage are left out, and every
sentence is cut into pieces on its own, so that its pieces and their offsets are known exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.embedders.minilm import weights_folder

CLS, SEP = 101, 102
LIMIT = 256
QUESTION_LIMIT, CONTEXT_LIMIT = 56, 48


@dataclass(frozen=True, slots=True)
class Pieces:
    """The word pieces of a text and the half-open code points each covers in it."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A row for the model; row[`passage`:] is title, heading and passage.

    `sentences[i]` is the half-open range of pieces of the i-th sentence, empty (0, 0) where the row was full before;
    `offsets[j]` are the code points, in its own sentence, of piece j (0, 0 outside sentences).
    """

    ids: tuple[int, ...]
    passage: int
    sentences: tuple[tuple[int, int], ...]
    offsets: tuple[tuple[int, int], ...]


class Pairs:
    """Makes pairs with the tokenizer that came with the MiniLM weights; remembers the pieces of recent texts."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds tokenizer.json; by default that of the installed weights."""
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str((folder or weights_folder()) / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._remembered = lru_cache(maxsize=50_000)(self._encode)

    def pieces(self, text: str) -> Pieces:
        """The word pieces of `text`, special ones left out."""
        return self._remembered(text)

    def pair(self, question: str, title: str, heading: str, sentences: Sequence[str]) -> Pair:
        """The row for a question and the sentences of a passage; at most 256 pieces, cut at the end."""
        ids = [CLS, *self._encode(question).ids[:QUESTION_LIMIT], SEP]
        passage = len(ids)
        around = f"{title}. {heading}." if heading else f"{title}."
        ids += self.pieces(around).ids[:CONTEXT_LIMIT]
        offsets = [(0, 0)] * len(ids)
        ranges: list[tuple[int, int]] = []
        for sentence in sentences:
            pieces = self.pieces(sentence)
            room = LIMIT - 1 - len(ids)
            start = len(ids)
            ids += pieces.ids[:room]
            offsets += pieces.offsets[:room]
            ranges.append((start, len(ids)) if len(ids) > start else (0, 0))
        return Pair(tuple([*ids, SEP]), passage, tuple(ranges), tuple([*offsets, (0, 0)]))

    def _encode(self, text: str) -> Pieces:
        encoding = self._tokenizer.encode(text[:4000], add_special_tokens=False)
        return Pieces(tuple(encoding.ids), tuple(encoding.offsets))
