"""No model at all: words and their three-letter pieces hashed into 384 features. Deterministic; made for tests."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from rag.embedders import Tokens, Vectors

WORD = re.compile(r"\w+(?:[.\-]\w+)*")


class Hashing:
    """Texts that share words, or pieces of words, are near; nothing is known about meaning.

    The hashing trick, the sign of a feature from its hash: Weinberger et al. 2009, https://arxiv.org/abs/0902.2206.
    """

    dimension = 384
    fingerprint = "hashing-1-384"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) float32 unit vectors; a text without a word gets the first unit vector."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in _words(text):
                self._count(vectors[row], word)
        return _unit(vectors)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """A unit vector for each word of each text (one special for a text without a word), whatever stands around it."""
        out = []
        for text in texts:
            found = [(m.group().lower(), m.span()) for m in WORD.finditer(text)] or [("", (0, 0))]
            out.append(Tokens(self.embed([word for word, _ in found]), [place for _, place in found]))
        return out

    def _count(self, vector: Vectors, word: str) -> None:
        framed = f"<{word}>"
        pieces = [framed[at : at + 3] for at in range(len(framed) - 2)]
        for feature, weight in ((framed, 1.0), *((piece, 0.3) for piece in pieces)):
            code = crc32(feature.encode("utf-8", "surrogatepass"))
            vector[(code >> 1) % self.dimension] += weight if code & 1 else -weight


def _words(text: str) -> Iterator[str]:
    return (found.group().lower() for found in WORD.finditer(text))


def _unit(vectors: Vectors) -> Vectors:
    """Rows of length one; a row of zeros, which has no direction, becomes the first unit vector."""
    vectors[~vectors.any(axis=1), 0] = 1.0
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def CHOICE(home: Path) -> Hashing:
    """The embedder without a model; it caches nothing in `home`."""
    return Hashing()
