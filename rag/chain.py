"""The pipeline as one LangChain Runnable: understand -> retrieve -> read -> answer -> verify, each a run a tracer sees.

`invoke` gives the Answer; `stream` gives each Statement as it is judged and the Answer last; the async twins do the same.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any, TypedDict

from langchain_core.callbacks import CallbackManagerForChainRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda
from langchain_core.runnables.config import patch_config
from pydantic import ConfigDict, Field

from rag import bylines, syndication
from rag.answerers import Answerer
from rag.citations import Judge, compose, known_since, place
from rag.followups import Resolved, resolve
from rag.index import Index
from rag.questions import analyse, clean
from rag.readers import Reader
from rag.records import Answer, Draft, Passage, Question, Reading, Retrieved, Seconds, Statement
from rag.refusal import nearest, refuse, wording
from rag.retrievers import Retriever
from rag.vocabulary import Vocabulary

RETRIEVED = 12


class Ask(TypedDict, total=False):
    """What the chain takes: a question as a string, or this; only `question` is required."""

    question: str
    history: Sequence[Answer]
    as_of: str | None
    since: str | None
    publisher: str | None
    topic: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The choices of each menu, opened on one generation of the index."""

    index: Index
    retriever: Retriever
    reader: Reader
    answerer: Answerer
    vocabulary: Vocabulary
    judge: Judge
    mode: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One question on its way through the chain."""

    asked: str
    resolved: Resolved
    question: Question
    started: float
    retrieved: tuple[Retrieved, ...] = ()
    reading: Reading = field(default_factory=lambda: Reading(evidence=(), short=None, answerable=0.0))
    draft: Draft = field(default_factory=lambda: Draft(statements=()))
    seconds: Seconds = field(default_factory=Seconds)


class PassageRetriever(BaseRetriever):
    """Passages as LangChain Documents; metadata: slug, passage, heading, start, end, title, date, publisher, url, score."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    parts: Callable[[], Any]
    k: int = RETRIEVED
    filters: dict[str, Any] = Field(default_factory=dict)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        parts: Parts = self.parts()
        question = Question(text=clean(query, parts.limit), **self.filters)
        return [_document(parts.index, r) for r in parts.retriever.retrieve(question, self.k)]


def _document(index: Index, retrieved: Retrieved) -> Document:
    passage = retrieved.passage
    article = index.article(passage.article)
    under = [r for r in article.references if passage.start <= r.start < passage.end]
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "slug": article.slug,
            "passage": passage.id,
            "heading": passage.heading,
            "start": passage.start,
            "end": passage.end,
            "title": article.title,
            "date": known_since(under, article),
            "publisher": article.publisher,
            "url": article.url,
            "score": retrieved.score,
            "ranks": dict(retrieved.ranks),
        },
    )


class AnswerChain(Runnable[Any, Any]):
    """The chain; `parts` is called once a question, so that a new generation is seen by the next question."""

    def __init__(self, parts: Callable[[], Parts]) -> None:
        self._parts = parts

    def invoke(self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The Answer to one question. Raises QuestionError on an empty or overlong one."""
        answer: Answer = self._call_with_config(self._run, input, config)
        return answer

    def stream(
        self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Statement | Answer]:
        """Each statement once it is judged, then the Answer that holds them all."""
        answer = self.invoke(input, config)
        yield from answer.statements
        yield answer

    async def astream(
        self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Statement | Answer]:
        """As `stream`, the work done in a thread."""
        answer = await asyncio.to_thread(self.invoke, input, config)
        for statement in answer.statements:
            yield statement
        yield answer

    def _run(self, input: str | Ask, run_manager: CallbackManagerForChainRun, config: RunnableConfig) -> Answer:
        ask: Ask = {"question": input} if isinstance(input, str) else input
        parts = self._parts()
        turn = _begin(ask, parts)
        child = patch_config(config, callbacks=run_manager.get_child())
        steps: Runnable[_Turn, Answer] = (
            RunnableLambda[_Turn, _Turn](lambda t: _retrieve(t, parts), name="retrieve")
            | RunnableLambda[_Turn, _Turn](lambda t: _read(t, parts), name="read")
            | RunnableLambda[_Turn, _Turn](lambda t: _draft(t, parts), name="answer")
            | RunnableLambda[_Turn, Answer](lambda t: _verify(t, parts), name="verify")
        )
        return steps.invoke(turn, child)


def _begin(ask: Ask, parts: Parts) -> _Turn:
    started = perf_counter()
    text = clean(ask["question"], parts.limit)
    resolved = resolve(text, ask.get("history") or (), parts.vocabulary)
    question = Question(
        text=resolved.text,
        second=resolved.second,
        as_of=ask.get("as_of"),
        since=ask.get("since"),
        publisher=ask.get("publisher"),
        topic=ask.get("topic"),
    )
    return _Turn(asked=text, resolved=resolved, question=question, started=started)


def _retrieve(turn: _Turn, parts: Parts) -> _Turn:
    started = perf_counter()
    found = syndication.retrieve(parts.retriever.retrieve, turn.question, RETRIEVED, parts.index.copies())
    return _next(turn, "retrieve", started, retrieved=found)


def _read(turn: _Turn, parts: Parts) -> _Turn:
    started = perf_counter()
    reading = parts.reader.read(turn.question, turn.retrieved)
    return _next(turn, "read", started, reading=bylines.read(turn.question, turn.retrieved, reading, parts.index))


def _draft(turn: _Turn, parts: Parts) -> _Turn:
    started = perf_counter()
    asked = analyse(turn.question.text, parts.vocabulary)
    return _next(turn, "answer", started, draft=parts.answerer.answer(turn.question, asked, turn.reading))


def _next(turn: _Turn, stage: str, started: float, **changed: Any) -> _Turn:
    return replace(turn, **changed, seconds=replace(turn.seconds, **{stage: round(perf_counter() - started, 4)}))


def _verify(turn: _Turn, parts: Parts) -> Answer:
    index, draft = parts.index, turn.draft

    def passages(slug: str) -> list[Passage]:
        return index.passages(index.passage_ids(slug))

    statements, citations, short = place(draft, index.article, passages, parts.judge)
    answered = bool(citations)
    refusal = None if answered else refuse(draft.missing, *index.coverage().of(turn.question))
    return Answer(
        question=turn.asked,
        understood_as=turn.resolved.text,
        answered=answered,
        text=wording(refusal) if refusal else compose(statements),
        mode=parts.mode,
        as_of=turn.question.as_of,
        generation=index.generation,
        complete=draft.complete,
        short=short,
        statements=statements if answered else (),
        citations=citations,
        refusal=refusal,
        nearest=() if answered else nearest(turn.reading),
        notices=(*draft.notices, *syndication.notices(citations, index.copies(), turn.question.as_of)),
        seconds=replace(turn.seconds, total=round(perf_counter() - turn.started, 4)),
    )
