import pytest

from rag.followups import Resolved, resolve
from rag.records import Answer, Statement
from rag.vocabulary import Entity, Vocabulary

NAMES = Vocabulary(
    (
        Entity(name="Runway", kind="company"),
        Entity(name="OpenAI", kind="company"),
        Entity(name="Gen-4", kind="model", maker="Runway"),
        Entity(name="Gen-4.5", kind="model", maker="Runway", version_of="Gen-4"),
        Entity(name="Veo 3", kind="model", maker="Google"),
    )
)


def turn(question: str, *said: str) -> Answer:
    return Answer(
        question=question,
        understood_as=question,
        answered=bool(said),
        text="",
        mode="",
        as_of=None,
        generation="g",
        statements=tuple(Statement(text=text, citations=(1,), verdict="supported") for text in said),
    )


LENGTH = turn("How long can a Gen-4 clip be?", "Gen-4 makes clips of 5 or 10 seconds.")
FUNDING = turn("How much did Runway raise in its Series E?", "Runway raised 315 million dollars.")


@pytest.mark.parametrize("question", ["How long can a Gen-4 clip be?", "and Veo 3?", "What does it cost?"])
def test_without_history_a_question_comes_back_as_it_is(question: str) -> None:
    assert resolve(question, [], NAMES) == Resolved(text=question)


@pytest.mark.parametrize(
    ("question", "last", "understood"),
    [
        ("What about Gen-4.5?", LENGTH, "How long can a Gen-4.5 clip be?"),
        ("and v4.5?", LENGTH, "How long can a Gen-4.5 clip be?"),
        ("and Veo 3?", LENGTH, "How long can a Veo 3 clip be?"),
        ("How about OpenAI?", FUNDING, "How much did OpenAI raise in its Series E?"),
        ("What does it cost?", LENGTH, "What does Gen-4 cost?"),
        ("When was it released?", LENGTH, "When was Gen-4 released?"),
        ("What is its frame rate?", LENGTH, "What is Gen-4's frame rate?"),
        ("Who leads the company?", FUNDING, "Who leads Runway?"),
        ("And the price?", LENGTH, "the price (Gen-4)?"),
    ],
)
def test_a_follow_up_is_made_to_stand_alone(question: str, last: Answer, understood: str) -> None:
    resolved = resolve(question, [last], NAMES)
    assert resolved.text == understood
    assert resolved.second


@pytest.mark.parametrize(
    "question",
    ["When was Veo 3 released with native audio?", "Which studios signed contracts with writers in 2023?"],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert resolve(question, [LENGTH], NAMES).text == question


def test_the_second_query_holds_the_turn_and_the_start_of_the_last_answer() -> None:
    resolved = resolve("What does it cost?", [FUNDING, LENGTH], NAMES)
    assert resolved.second == "What does it cost? Gen-4 makes clips of 5 or 10 seconds."
    refused = resolve("What does it cost?", [turn("How long can a Gen-4 clip be?")], NAMES)
    assert refused.second == "What does it cost? How long can a Gen-4 clip be?"


def test_only_the_last_turn_gives_the_subject() -> None:
    assert (
        resolve("What does it cost?", [LENGTH, turn("When was Veo 3 released?")], NAMES).text == "What does Veo 3 cost?"
    )


def test_a_subject_nobody_named_is_not_made_up() -> None:
    question = "What does it cost?"
    assert resolve(question, [turn("How long is a clip?", "Ten seconds.")], NAMES).text == question


def test_a_pronoun_that_an_earlier_clause_explains_is_left_alone() -> None:
    question = "What does a licence for stock footage cover, and when does it end?"
    found = resolve(question, [LENGTH], NAMES)
    assert found.text == question
    assert found.second


def test_a_pronoun_after_a_short_clause_still_means_what_was_spoken_of() -> None:
    assert resolve("Is it good, and what does it cost?", [LENGTH], NAMES).text.startswith("Is Gen-4 good")


def test_a_place_is_not_what_it_means_and_does_not_make_a_question_stand_alone() -> None:
    places = Vocabulary((*NAMES.entities.values(), Entity(name="Japan", kind="place")))
    last = turn("Which copyright law applies in Japan?", "Japan lets models be trained on works.")
    assert "Japan work" not in resolve("How does it work?", [last], places).text
    found = resolve("Which courts in Japan decide about training data?", [last], places)
    assert found.text == "Which courts in Japan decide about training data?"
    assert found.second
