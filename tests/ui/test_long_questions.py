import pytest

from rag.assistant import Assistant
from rag.ui.job import UNEXPECTED, Job


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("", "question"),
        (" \n\t", "question"),
        ("\x00", "question"),
        ("😀😀😀", "question"),
        ("-" * 3000, "question"),
        ("x" * 1_000_000, "4,000"),
        ("a line\n" * 10_000, "4,000"),
    ],
    ids=["empty", "blanks", "NUL", "emoji", "dashes", "1 MB", "10,000 lines"],
)
def test_row_36_a_question_that_is_none_ends_with_a_sentence(asked: Assistant, question: str, told: str) -> None:
    job = Job(lambda: asked.stream(question))
    assert job.wait(30)
    assert job.answer is None
    assert job.problem
    assert job.problem != UNEXPECTED
    assert told.replace(",", "") in job.problem.replace(",", "")


@pytest.mark.parametrize("question", ["$where: 1; DROP TABLE passages", "‮abc", "你好吗"])
def test_row_36_a_question_of_other_signs_gets_an_answer_or_a_refusal(asked: Assistant, question: str) -> None:
    job = Job(lambda: asked.stream(question))
    assert job.wait(30)
    assert job.problem is None
    assert job.answer
