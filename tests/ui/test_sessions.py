from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from rag.assistant import Assistant
from rag.records import Answer, Seconds
from rag.ui.job import Job
from rag.ui.turns import Filters, Session

QUESTIONS = [
    "How long is a Gen-4 clip?",
    "Who led Runway's Series D?",
    "Who won the 1998 World Cup?",
    "How long is Veo 3?",
]


def answer(assistant: Assistant, question: str) -> Answer:
    """What a job of the page brings, without its times."""
    job = Job(lambda: assistant.stream(question))
    assert job.wait(60)
    assert job.answer, job.problem
    return replace(job.answer, seconds=Seconds())


def test_row_61_thirty_two_readers_at_once_get_the_answers_of_one_at_a_time(asked: Assistant) -> None:
    alone = {question: answer(asked, question) for question in QUESTIONS}
    with ThreadPoolExecutor(32) as readers:
        together = list(readers.map(lambda n: answer(asked, QUESTIONS[n % 4]), range(64)))
    assert together == [alone[QUESTIONS[n % 4]] for n in range(64)]


def test_row_62_what_one_session_does_stays_in_it(answered: Answer) -> None:
    first, second = Session(), Session()
    first.filters = Filters(topic="runway")
    first.ask("How long is a clip?")
    first.restore("kept", (answered,))
    first.opened = None
    assert second == Session()
