"""Passages by cosine of their embedding with the question's."""

from rag.embedders import Embedder
from rag.index import Index
from rag.records import Question, Retrieved
from rag.retrievers._visible import OVERFETCH, keep_visible
from rag.visibility import restricted


class Dense:
    """Nearest passages by the embedder alone."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder

    def retrieve(self, question: Question, k: int) -> list[Retrieved]:
        """At most `k` visible passages, score = cosine in [-1, 1], best first."""
        vector = self._embedder.embed([question.text])[0]
        found = self._index.nearest(vector, k * OVERFETCH if restricted(question) else k)
        return keep_visible(self._index, question, found, "dense")[:k]


CHOICE = Dense
