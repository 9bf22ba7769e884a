"""MENU of answerers: question + what was read -> draft. A file offers `CHOICE(settings) -> Answerer`."""

from typing import Protocol

from rag.questions import Asked
from rag.records import Draft, Question, Reading


class Answerer(Protocol):
    """What every answerer promises."""

    def answer(self, question: Question, asked: Asked, reading: Reading) -> Draft:
        """A draft whose statements rest on spans of the articles; no statements when the reading does not carry an answer."""
