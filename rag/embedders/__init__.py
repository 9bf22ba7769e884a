"""MENU of embedders: text -> unit vectors. A file offers `CHOICE(home) -> Embedder`; it may cache files in `home`."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Tokens(NamedTuple):
    """The tokens of one text: `vectors` (tokens, dimension) of unit length, `offsets` half-open places in the text;
    an empty place, `start == end`, is a special token.
    """

    vectors: Vectors
    offsets: list[tuple[int, int]]


class Embedder(Protocol):
    """What every embedder promises; `fingerprint` names weights, pooling and prompt: vectors of two never mix."""

    @property
    def fingerprint(self) -> str:
        """Identity of the vector space, e.g. "minilm-53aa51172d14-mean-fp32"."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, dimension) float32, rows of unit length, in the order of `texts`; n = 0 gives shape (0, dimension)."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """For each text its token vectors in context, for late interaction."""
