"""Passages by BM25 alone; also what answers when the embedding model cannot be used."""

from rag.embedders import Embedder
from rag.index import Index
from rag.records import Question, Retrieved
from rag.retrievers._visible import OVERFETCH, keep_visible
from rag.visibility import restricted


class Keyword:
    """Best passages by BM25; the embedder is not asked."""

    def __init__(self, index: Index, embedder: Embedder) -> None:
        self._index = index

    def retrieve(self, question: Question, k: int) -> list[Retrieved]:
        """At most `k` visible passages, score = BM25 > 0, best first."""
        found = self._index.lexical.search(question.text, k * OVERFETCH if restricted(question) else k)
        return keep_visible(self._index, question, found, "keyword")[:k]


CHOICE = Keyword
