"""Stands in for a model that cannot be used, so that questions are still answered: by words, and marked as such."""

from collections.abc import Sequence

import numpy as np

from rag.embedders import Tokens, Vectors
from rag.embedders.hashing import Hashing


class WordsOnly:
    """Texts are never near each other; a word is near to the same word and to one that shares its letters.

    Its vectors, all zero, say nothing about those that an index holds, so a cosine with one of them is 0.
    """

    def __init__(self, fingerprint: str, dimension: int) -> None:
        """The fingerprint and dimension are those of the model it stands in for."""
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._words = Hashing()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dimension) float32 zeros."""
        return np.zeros((len(texts), self.dimension), np.float32)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """A unit vector for each word of each text, as `Hashing.tokens` gives them."""
        return self._words.tokens(texts)
