"""The structure of near misses: what a question names, and the sentence beside it does not tell."""

import pytest

from rag.assistant import Assistant
from rag.lexical import Lexical
from rag.questions import analyse
from rag.readers._missing import missing
from rag.records import Evidence, Passage, Sentence

ABSENT = [
    ("How long are Gen-4 clips?", "Gen-4.5 makes clips of 5 to 10 seconds.", ("Gen-4",)),
    ("How long are Gen-5 clips?", "Gen-4.5 makes clips of 5 to 10 seconds.", ("Gen-5",)),
    ("What does Runway's Unlimited plan cost?", "Runway's Standard plan costs 15 dollars.", ("Unlimited plan",)),
    (
        "What does Runway's Unlimited plan cost?",
        "Runway's Unlimited plan spares credits; Pro has 2,250.",
        ("Unlimited plan",),
    ),
    ("Who led Runway's Series F?", "General Atlantic led Runway's Series E.", ("Series F",)),
    ("What did Runway earn in March 2024?", "Runway earned 2 million dollars in May 2023.", ("March 2024",)),
]
HELD = [
    ("How long are Gen-4 clips?", "Gen-4 makes clips of 5 or 10 seconds."),
    ("What does Runway's Standard plan cost?", "Runway's Standard plan costs 15 dollars a month."),
    ("When does Runway plan to list its shares?", "Runway wants to list its shares in 2027."),
    ("How many parameters has Wan?", "Wan2.1 has 14 billion parameters."),
]


LEXICAL = Lexical.build(["all"], [" ".join(text for _, text, *_ in (*ABSENT, *HELD))])


def told(assistant: Assistant, question: str, text: str) -> tuple[str, ...]:
    sentence = Sentence(start=0, end=len(text), text=text)
    passage = Passage(
        id="a:0", article="a", heading="", start=0, end=len(text), text=text, ordinal=0, sentences=(sentence,)
    )
    found = Evidence(passage=passage, sentence=sentence, score=1.0)
    return missing(analyse(question, assistant.vocabulary), [found], LEXICAL, assistant.vocabulary)


@pytest.mark.parametrize(("question", "text", "absent"), ABSENT)
def test_what_a_question_names_and_the_sentence_does_not_is_missing(
    shipped: Assistant, question: str, text: str, absent: tuple[str, ...]
) -> None:
    assert told(shipped, question, text) == absent


@pytest.mark.parametrize(("question", "text"), HELD)
def test_nothing_is_missing_where_the_sentence_tells_of_all_that_is_named(
    shipped: Assistant, question: str, text: str
) -> None:
    assert told(shipped, question, text) == ()


@pytest.mark.parametrize("question", ["gen 4.5 fps?", "how many parameters did Make-A-Video have"])
def test_a_figure_of_another_model_is_no_answer(shipped: Assistant, question: str) -> None:
    answer = shipped.ask(question)
    assert not answer.answered
    assert answer.nearest


def test_characters_are_no_answer_to_how_many_words(shipped: Assistant) -> None:
    assert "1,000 characters" in shipped.ask("How many characters may a Gen-4 prompt have?").text
    assert not shipped.ask("How many words may a Gen-4 prompt have?").answered


@pytest.mark.parametrize("question", ["how do I fix a leaking tap", "difference between mitosis and meiosis"])
def test_a_word_in_common_makes_no_answer_to_a_question_about_something_else(shipped: Assistant, question: str) -> None:
    assert not shipped.ask(question).answered
