"""A question for several things is taken apart and its readings put together; a question for one thing stays whole."""

import pytest

from rag.records import Evidence, Passage, Reading, Sentence
from rag.settings import Settings
from rag.subquestions import joined, split
from rag.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.load(Settings().entities)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How long can a Gen-4 clip be and what does Aleph cost?",
            ("How long can a Gen-4 clip be?", "what does Aleph cost?"),
        ),
        (
            "when was Gen-4 released and how long are its clips",
            ("when was Gen-4 released?", "how long are its clips (Gen-4)?"),
        ),
        ("price of Sora 2 against Veo 3.1 at 1080p", ("price of Sora 2 at 1080p", "price of Veo 3.1 at 1080p")),
        ("what do Gen-4, Kling and Pika cost?", ("what do Gen-4 cost?", "what do Kling cost?", "what do Pika cost?")),
        (
            "frame rates of CausVid and of the first LongLive?",
            ("frame rates of CausVid?", "frame rates of LongLive?"),
        ),
        (
            "what did Act-One copy at first vs what Act-Two copies now",
            ("what did Act-One copy at first", "what Act-Two copies now"),
        ),
    ],
)
def test_a_question_for_several_things_becomes_one_for_each(
    question: str, parts: tuple[str, ...], vocabulary: Vocabulary
) -> None:
    assert split(question, vocabulary) == parts


@pytest.mark.parametrize(
    "question",
    [
        "How long can a Gen-4 clip be?",
        "talks between Disney and Midjourney: what is the deadline?",
        "Who founded Runway, and why?",
        "Which countries may use SkyReels-V1, the HunyuanVideo fine-tune?",
        "lights and cameras in Gen-4",
        "What do Gen-4, Kling, Pika and Sora 2 cost?",
    ],
)
def test_a_question_for_one_thing_or_for_too_many_stays_whole(question: str, vocabulary: Vocabulary) -> None:
    assert split(question, vocabulary) == (question,)


STARTS = ["both", "first", "second", "else"]


def reading(answerable: float, *texts: str) -> Reading:
    evidence = []
    for number, text in enumerate(texts):
        sentence = Sentence(start=STARTS.index(text), end=STARTS.index(text) + 1, text=text)
        passage = Passage(
            id=text, article="a", heading="", start=0, end=9000, text=text, ordinal=0, sentences=(sentence,)
        )
        evidence.append(Evidence(passage=passage, sentence=sentence, score=10.0 - number))
    return Reading(evidence=tuple(evidence), short=None, answerable=answerable)


def told(found: Reading) -> list[str]:
    return [e.sentence.text for e in found.evidence]


def test_the_best_sentence_of_each_part_comes_first_in_the_order_of_the_parts() -> None:
    whole = reading(0.8, "both", "second", "else")
    found = joined(whole, [reading(0.9, "first", "else"), reading(0.5, "second", "both")])
    assert told(found) == ["first", "second", "both", "else"]
    assert [e.score for e in found.evidence] == sorted((e.score for e in found.evidence), reverse=True)
    assert found.answerable == pytest.approx((0.8 + 0.7) / 2)


def test_one_sentence_that_answers_both_parts_stands_once() -> None:
    found = joined(reading(0.8, "both", "else"), [reading(0.9, "both"), reading(0.9, "both", "else")])
    assert told(found) == ["both", "else"]


def test_parts_that_found_nothing_leave_the_whole_as_it_was() -> None:
    whole = reading(0.8, "both")
    assert joined(whole, [reading(0.9, "first"), Reading(evidence=(), short=None, answerable=0.0)]) is whole
