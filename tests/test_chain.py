import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.runnables import Runnable, RunnableLambda

from rag.assistant import Assistant
from rag.errors import QuestionError
from rag.records import Answer, Statement

COST = "How many credits per second does Gen-4 cost?"
LENGTH = "How long can a Gen-4 clip be?"
CUP = "Who won the 1998 World Cup?"


class Seen(BaseCallbackHandler):
    """Notes the names of runs as they begin, who their parents are, and those that failed."""

    def __init__(self) -> None:
        self.names: dict[UUID, str] = {}
        self.parents: dict[str, str | None] = {}
        self.ended: list[str] = []
        self.failed: list[str] = []

    def _begin(self, kwargs: dict[str, Any], run_id: UUID, parent_run_id: UUID | None) -> None:
        name = self.names[run_id] = kwargs.get("name") or "?"
        self.parents[name] = self.names.get(parent_run_id) if parent_run_id else None

    def on_chain_start(self, *args: Any, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any) -> None:
        self._begin(kwargs, run_id, parent_run_id)

    def on_retriever_start(self, *args: Any, run_id: UUID, parent_run_id: UUID | None = None, **kwargs: Any) -> None:
        self._begin(kwargs, run_id, parent_run_id)

    def on_chain_end(self, *args: Any, run_id: UUID, **kwargs: Any) -> None:
        self.ended.append(self.names[run_id])

    def on_chain_error(self, *args: Any, run_id: UUID, **kwargs: Any) -> None:
        self.failed.append(self.names[run_id])


def same(one: Answer, other: Answer) -> bool:
    """The same but for the time it took."""
    return one.to_json() | {"seconds": 0} == other.to_json() | {"seconds": 0}


@pytest.fixture
def chain(asked: Assistant) -> Runnable[Any, Any]:
    return asked.chain


def test_invoke_gives_an_answer_whose_citations_quote_their_articles(asked: Assistant) -> None:
    answer = asked.chain.invoke(COST)
    assert answer.answered
    assert "12 credits per second" in answer.statements[0].text
    for c in answer.citations:
        assert asked.article(c.article).text[c.start : c.end] == c.quote
    assert {n for s in answer.statements for n in s.citations} == {c.number for c in answer.citations}
    assert all(f"[{c.number}]" in answer.text for c in answer.citations)


def test_a_refusal_has_no_citation_and_shows_what_is_nearest(asked: Assistant) -> None:
    answer = asked.chain.invoke(CUP)
    assert not answer.answered
    assert (answer.citations, answer.statements, answer.short) == ((), (), None)
    assert answer.refusal
    assert answer.refusal.searched == 3
    assert all(asked.article(n.article).text[n.start : n.end] == n.quote for n in answer.nearest)


def streamed(chain: Runnable[Any, Any], question: str) -> list[Any]:
    return list(chain.stream(question))


def streamed_async(chain: Runnable[Any, Any], question: str) -> list[Any]:
    async def collect() -> list[Any]:
        return [part async for part in chain.astream(question)]

    return asyncio.run(collect())


@pytest.mark.parametrize("stream", [streamed, streamed_async])
@pytest.mark.parametrize("question", [COST, CUP])
def test_a_stream_gives_the_statements_and_then_the_answer_that_holds_them(
    chain: Runnable[Any, Any], stream: Callable[[Runnable[Any, Any], str], list[Any]], question: str
) -> None:
    *statements, answer = stream(chain, question)
    assert isinstance(answer, Answer)
    assert all(isinstance(s, Statement) for s in statements)
    assert tuple(statements) == answer.statements
    assert same(answer, chain.invoke(question))


def test_batch_answers_in_the_order_of_the_questions(chain: Runnable[Any, Any]) -> None:
    answers = chain.batch([COST, CUP, LENGTH])
    assert [a.question for a in answers] == [COST, CUP, LENGTH]
    assert all(same(a, chain.invoke(a.question)) for a in answers)


def test_the_async_twins_give_the_same(chain: Runnable[Any, Any]) -> None:
    async def both() -> tuple[Answer, list[Answer]]:
        return await chain.ainvoke(COST), await chain.abatch([COST, LENGTH])

    one, several = asyncio.run(both())
    assert same(one, chain.invoke(COST))
    assert [a.question for a in several] == [COST, LENGTH]


def test_a_tracer_sees_each_step_as_a_run_below_the_chain(chain: Runnable[Any, Any]) -> None:
    seen = Seen()
    chain.invoke(COST, {"callbacks": [seen]})
    steps = ["retrieve", "read", "verify", "answer"]
    assert list(dict.fromkeys(name for name in seen.ended if name in steps)) == steps
    assert all(seen.parents[step] in seen.ended for step in steps)
    assert seen.parents["PassageRetriever"] == "retrieve"
    assert [name for name, parent in seen.parents.items() if parent is None] == ["AnswerChain"]


def test_a_tracer_sees_a_question_fail(chain: Runnable[Any, Any]) -> None:
    seen = Seen()
    with pytest.raises(QuestionError):
        chain.invoke(" ", {"callbacks": [seen]})
    assert seen.failed == ["AnswerChain"]


def test_the_chain_composes_with_other_runnables(chain: Runnable[Any, Any]) -> None:
    piped = RunnableLambda(lambda topic: f"How many credits per second does {topic} cost?") | chain | (lambda a: a.text)
    assert "12 credits per second" in piped.invoke("Gen-4")


def test_the_times_of_the_steps_are_told(asked: Assistant) -> None:
    seconds = asked.chain.invoke(COST).seconds
    assert min(seconds.retrieve, seconds.read, seconds.answer) >= 0
    assert seconds.total >= seconds.retrieve + seconds.read


def test_the_retriever_gives_documents_that_stand_in_their_articles(asked: Assistant) -> None:
    documents = asked.as_retriever(k=3).invoke("How long can a Gen-4 clip be?")
    assert 0 < len(documents) <= 3
    for document in documents:
        meta = document.metadata
        assert isinstance(document, Document)
        article = asked.article(meta["slug"])
        assert article.text[meta["start"] : meta["end"]] == document.page_content
        assert (meta["title"], meta["passage"]) == (article.title, document.id)
        assert meta["date"]


def test_the_retriever_composes_and_works_async(asked: Assistant) -> None:
    retriever = asked.as_retriever(k=2)
    slugs = (retriever | (lambda found: [d.metadata["slug"] for d in found])).invoke(COST)
    assert "gen-4" in slugs
    assert [d.metadata["slug"] for d in asyncio.run(retriever.ainvoke(COST))] == slugs


def test_the_retriever_keeps_to_its_filters(asked: Assistant) -> None:
    assert {d.metadata["slug"] for d in asked.as_retriever(topic="google").invoke(COST)} == {"veo-3"}
    assert asked.as_retriever(as_of="1999").invoke(COST) == []


def test_a_tracer_sees_the_retriever(asked: Assistant) -> None:
    seen = Seen()
    asked.as_retriever().invoke(COST, {"callbacks": [seen]})
    assert list(seen.parents) == ["PassageRetriever"]
