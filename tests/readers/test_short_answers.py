"""The short answer is the figure that was asked for, or none: another figure of the sentence is worse than nothing."""

import pytest

from rag.questions import analyse
from rag.readers.overlap import short_answer
from rag.records import Passage, Sentence
from rag.settings import Settings
from rag.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(Settings().entities)


@pytest.mark.parametrize(
    ("question", "text", "short"),
    [
        (
            "What is Runway worth?",
            "Runway raised a Series D of 308 million dollars, at a valuation above 3 billion dollars.",
            "3 billion dollars",
        ),
        (
            "How much did Runway raise in its Series D?",
            "Runway raised a Series D of 308 million dollars, at a valuation above 3 billion dollars.",
            "308 million dollars",
        ),
        ("How many parameters does Gen-4 have?", "Gen-4 References takes up to three reference images.", None),
        ("How many reference images does Gen-4 take?", "Gen-4 References takes up to 3 reference images.", "up to 3"),
        ("How long can a Gen-4 clip be?", "Clips are either 5 seconds or 10 seconds long.", "5 seconds or 10 seconds"),
    ],
)
def test_a_short_answer_is_the_figure_that_was_asked_for_or_none(
    question: str, text: str, short: str | None, vocabulary: Vocabulary
) -> None:
    sentence = Sentence(start=0, end=len(text), text=text)
    passage = Passage(
        id="p", article="a", heading="", start=0, end=len(text), text=text, ordinal=0, sentences=(sentence,)
    )
    found = short_answer(analyse(question, vocabulary), passage, sentence)
    assert (found and found.text) == short
    assert found is None or text[found.start : found.end] == found.text
