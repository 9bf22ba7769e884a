from collections.abc import Iterator
from threading import Event

from rag.errors import QuestionError
from rag.records import Answer, Statement
from rag.ui.job import PATIENCE, STOPPED, UNEXPECTED, Job


def test_a_job_brings_statements_and_the_answer(answered: Answer) -> None:
    job = Job(lambda: iter([*answered.statements, answered]))
    assert job.wait(5)
    assert (job.statements, job.answer, job.problem) == (list(answered.statements), answered, None)


def test_an_error_of_ours_is_told_in_its_own_words() -> None:
    def fail() -> Iterator[Statement | Answer]:
        raise QuestionError("The question is too long; shorten it.")

    job = Job(fail)
    assert job.wait(5)
    assert job.problem == "The question is too long; shorten it."


def test_any_other_error_is_one_sentence_without_details() -> None:
    def fail() -> Iterator[Statement | Answer]:
        raise RuntimeError("sk-secret")

    job = Job(fail)
    assert job.wait(5)
    assert job.problem == UNEXPECTED


def test_a_stream_without_an_answer_is_a_problem() -> None:
    job = Job(lambda: iter(()))
    assert job.wait(5)
    assert job.problem == UNEXPECTED


def test_a_stopped_job_brings_the_answer_made_of_what_there_is(answered: Answer) -> None:
    stopping = Event()

    def minding() -> Iterator[Statement | Answer]:
        stopping.wait(5)
        yield answered

    job = Job(minding, stopping)
    job.stop()
    assert job.wait(5)
    assert (job.answer, job.problem) == (answered, None)


def test_a_stopped_job_that_does_not_mind_ends_soon_and_brings_nothing_later(answered: Answer) -> None:
    go_on = Event()

    def slow() -> Iterator[Statement | Answer]:
        go_on.wait(30)
        yield answered

    job = Job(slow)
    job.stop()
    assert job.wait(PATIENCE + 1)
    assert (job.ended, job.problem) == (True, STOPPED)
    go_on.set()
    job.wait(5)
    assert (job.answer, job.problem) == (None, STOPPED)
