"""MENU of readers: question + passages -> scored sentences, a short answer, answerability.

A file offers `CHOICE(index, embedder, vocabulary) -> Reader`.
"""

from collections.abc import Sequence
from typing import Protocol

from rag.records import Question, Reading, Retrieved


class Reader(Protocol):
    """What every reader promises."""

    def read(self, question: Question, retrieved: Sequence[Retrieved]) -> Reading:
        """Sentences visible at `question.as_of`, best first; none when nothing was retrieved."""
