import pytest

from rag.assistant import Assistant
from rag.chain import Ask

NEWEST = [
    ("What is the latest model from Runway?", "Aleph 2.0"),
    ("what's runway's newest video model", "Aleph 2.0"),
    ("latest Kling version?", "Kling 3.0"),
    ("What is Google's most recent video model?", "Gemini Omni Flash"),
    ("When did the newest Sora model come out?", "Sora 2"),
    ("Which LTX model is the most recent?", "LTX-2.5"),
]


@pytest.mark.parametrize(("question", "name"), NEWEST)
def test_the_newest_model_of_a_maker_or_family_is_the_one_released_last(
    shipped: Assistant, question: str, name: str
) -> None:
    answer = shipped.ask(question)
    assert answer.short is not None
    assert answer.short.text == name
    assert name in answer.statements[0].text


def test_releases_are_told_from_the_newest_to_older_ones(shipped: Assistant) -> None:
    answer = shipped.ask("What is Google's newest video model?")
    assert ["Omni" in s.text for s in answer.statements][:2] == [True, False]
    assert "Veo 3.1" in answer.statements[1].text


@pytest.mark.parametrize(
    "asked",
    [
        {"question": "What is the newest Veo version?", "as_of": "2025-06-30"},
        {"question": "As of June 2025, what was the newest Veo version?"},
        {"question": "Which Veo model was the latest in June 2025?"},
    ],
)
def test_what_came_out_later_than_the_day_asked_for_is_not_the_newest(shipped: Assistant, asked: Ask) -> None:
    answer = shipped.chain.invoke(asked)
    assert answer.short is not None
    assert answer.short.text == "Veo 3"


@pytest.mark.parametrize("day", ["31 June 2025", "2025-06-31", "2024-25"])
def test_a_day_of_no_calendar_is_no_day_asked_for(shipped: Assistant, day: str) -> None:
    answer = shipped.ask(f"What is Runway's newest model as of {day}?")
    assert answer.answered is (answer.refusal is None)


@pytest.mark.parametrize("question", ["How long can clips of Runway's latest model be?", "latest Runway funding round"])
def test_a_question_that_asks_for_something_else_is_read_like_any_other(shipped: Assistant, question: str) -> None:
    answer = shipped.ask(question)
    assert answer.short is None or answer.short.text != "Aleph 2.0"


def test_a_model_that_was_only_predicted_or_doubted_is_no_release(shipped: Assistant) -> None:
    answer = shipped.ask("What is the latest Veo model?")
    assert answer.short is not None
    assert answer.short.text == "Veo 3.1"


def test_it_means_the_model_that_was_answered_with(shipped: Assistant) -> None:
    first = shipped.ask("What is the latest model from Runway?")
    assert shipped.ask("And how much does it cost?", history=[first]).understood_as == "how much does Aleph 2.0 cost?"
