"""Rows 36-38 of the catalogue of faults: whatever is asked, there is an answer, a refusal, or a sentence."""

import pytest

from rag.assistant import Assistant
from rag.errors import QuestionError
from tests.sources.hostile import NAUGHTY


@pytest.mark.parametrize("question", ["", "   \n\t", "\x00", "\u200b\u200b", "😀😀😀"])
def test_row_36_an_empty_question_is_asked_for(asked: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="type one"):
        asked.ask(question)


@pytest.mark.parametrize("question", ["a" * 1_000_000, "line\n" * 10_000])
def test_row_36_a_question_beyond_the_limit_names_it(asked: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="4,000"):
        asked.ask(question)


@pytest.mark.parametrize("question", [*NAUGHTY, "Wie lang ist ein Clip?", "Gen-4 是什么？", "ما هو؟", "Ω≈ç√∫"])
def test_row_37_questions_in_any_script_are_answered_or_refused(asked: Assistant, question: str) -> None:
    answer = asked.ask(question)
    assert answer.answered or answer.refusal


@pytest.mark.parametrize(
    "question",
    [
        "'; DROP TABLE passages; --",
        '{"$where": "1 == 1"}',
        '{"$ne": null}',
        "gen-4 OR 1=1",
        "* NEAR/5 ^title:x",
        "%s %d {0} ${HOME}",
    ],
)
def test_row_38_a_question_that_is_a_filter_is_only_text(asked: Assistant, question: str) -> None:
    before = asked.articles()
    answer = asked.ask(question)
    assert answer.question == question
    assert asked.articles() == before
