"""MENU of retrievers: question -> passages. A file offers `CHOICE(index, embedder) -> Retriever`."""

from collections.abc import Sequence
from typing import Protocol

from rag.records import Question, Retrieved


class Retriever(Protocol):
    """What every retriever promises."""

    def retrieve(self, question: Question, k: int) -> Sequence[Retrieved]:
        """At most `k` passages, best first; passages wholly unknown at `question.as_of` are left out before ranking."""
