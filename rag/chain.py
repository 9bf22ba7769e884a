"""The pipeline as one LangChain Runnable: understand -> retrieve -> read -> answer -> verify, each a run a tracer sees.

`stream` gives each Statement as soon as it is judged and the Answer last; `invoke` gives that Answer; the async twins do
the same. Closing a stream ends whatever work goes on behind it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from time import perf_counter
from typing import Any, TypedDict

from langchain_core.callbacks import CallbackManagerForChainRun
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda

from rag import bylines, orders, recency, releases, subquestions, syndication
from rag.answerers import Brief, excerpts
from rag.citations import compose
from rag.documents import PassageRetriever
from rag.followups import Resolved, resolve
from rag.index import Index
from rag.questions import NEWEST, analyse, clean
from rag.readers import Reader
from rag.records import Answer, Notice, Question, Reading, Retrieved, Seconds, Statement
from rag.refusal import nearest, refuse, wording
from rag.retrievers import Retriever
from rag.telling import Teller, Told
from rag.visibility import check_dates
from rag.vocabulary import Vocabulary

RETRIEVED = 12
SAID = 3  # statements of the last answer that an answerer is told


class Ask(TypedDict, total=False):
    """What the chain takes: a question as a string, or this; only `question` is required.

    Setting `stop`, from any thread, ends the work soon: the answer is made of what there is by then.
    """

    question: str
    history: Sequence[Answer]
    as_of: str | None
    since: str | None
    publisher: str | None
    topic: str | None
    stop: Event | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The choices of each menu, opened on one generation of the index; `notices` go with every answer."""

    index: Index
    retriever: Retriever
    reader: Reader
    teller: Teller
    vocabulary: Vocabulary
    limit: int
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """One question on its way through the chain."""

    ask: Ask
    asked: str
    resolved: Resolved
    question: Question
    started: float
    retrieved: tuple[Retrieved, ...] = ()
    sides: tuple[tuple[Question, Sequence[Retrieved]], ...] = ()
    reading: Reading = field(default_factory=lambda: Reading(evidence=(), short=None, answerable=0.0))
    seconds: Seconds = field(default_factory=Seconds)


class AnswerChain(Runnable[Any, Any]):
    """The chain; `parts` is called once a question, so that a new generation is seen by the next question."""

    def __init__(self, parts: Callable[[], Parts]) -> None:
        self._parts = parts

    def invoke(self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The Answer to one question. Raises QuestionError on an empty or overlong one."""
        *_, answer = self.stream(input, config)
        assert isinstance(answer, Answer)
        return answer

    async def ainvoke(self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """As `invoke`; cancelling it ends the work."""
        answers = [event async for event in self.astream(input, config) if isinstance(event, Answer)]
        return answers[-1]

    def stream(
        self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Statement | Answer]:
        """Each statement once it is judged, then the Answer that holds exactly these."""
        ask: Ask = {"question": input} if isinstance(input, str) else input
        yield from self._transform_stream_with_config(iter([ask]), self._events, config)

    async def astream(
        self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Statement | Answer]:
        """As `stream`, the work done in threads; leaving it early ends the work."""
        ask: Ask = {"question": input} if isinstance(input, str) else input
        stop = ask.get("stop") or Event()
        events = self.stream({**ask, "stop": stop}, config)
        try:
            while event := await asyncio.to_thread(next, events, None):
                yield event
        except BaseException:
            stop.set()
            raise

    def _events(
        self, asks: Iterator[Ask], run_manager: CallbackManagerForChainRun, config: RunnableConfig
    ) -> Iterator[Statement | Answer]:
        for ask in asks:
            yield from _told(ask, self._parts(), config)


def _told(ask: Ask, parts: Parts, config: RunnableConfig) -> Iterator[Statement | Answer]:
    steps: Runnable[_Turn, _Turn] = RunnableLambda[_Turn, _Turn](
        lambda turn, config: _retrieve(turn, parts, config), name="retrieve"
    ) | RunnableLambda[_Turn, _Turn](lambda turn: _read(turn, parts), name="read")
    turn = steps.invoke(_begin(ask, parts), config)
    started = perf_counter()
    for event in parts.teller.tell(_brief(turn, parts), config):
        yield _answer(_next(turn, "answer", started), parts, event) if isinstance(event, Told) else event


def _begin(ask: Ask, parts: Parts) -> _Turn:
    started = perf_counter()
    text = clean(ask["question"], parts.limit)
    check_dates(as_of=ask.get("as_of"), since=ask.get("since"))
    resolved = resolve(text, ask.get("history") or (), parts.vocabulary)
    question = Question(
        text=resolved.text,
        second=resolved.second,
        as_of=ask.get("as_of"),
        since=ask.get("since"),
        publisher=ask.get("publisher"),
        topic=ask.get("topic"),
    )
    return _Turn(ask=ask, asked=text, resolved=resolved, question=question, started=started)


def _retrieve(turn: _Turn, parts: Parts, config: RunnableConfig) -> _Turn:
    started, copies = perf_counter(), parts.index.copies()
    asked = subquestions.split(turn.question.text, parts.vocabulary)
    wanted = [turn.question, *(replace(turn.question, text=part, second=None) for part in asked if len(asked) > 1)]
    found: list[Sequence[Retrieved]] = []

    def search(_: str) -> tuple[Index, Sequence[Retrieved]]:
        found.append(syndication.retrieve(parts.retriever.retrieve, wanted[len(found)], RETRIEVED, copies))
        return parts.index, found[-1]

    for question in wanted:
        PassageRetriever(search=search).invoke(question.text, config)
    sides = tuple(zip(wanted[1:], found[1:], strict=True))
    return _next(turn, "retrieve", started, retrieved=found[0], sides=sides)


def _read(turn: _Turn, parts: Parts) -> _Turn:
    started = perf_counter()
    reading = releases.read(turn.question, parts.index, parts.vocabulary) or _reading(turn, parts)
    return _next(turn, "read", started, reading=reading)


def _reading(turn: _Turn, parts: Parts) -> Reading:
    """What the reader makes of the question and of each thing it asks for."""
    reading = parts.reader.read(turn.question, turn.retrieved)
    reading = bylines.read(turn.question, turn.retrieved, reading, parts.index)
    sides = [parts.reader.read(question, found) for question, found in turn.sides]
    return orders.without(subquestions.joined(reading, sides) if sides else reading)


def _brief(turn: _Turn, parts: Parts) -> Brief:
    """The passages in the order of their best sentences, then those the reader made nothing of."""
    history, stop = turn.ask.get("history") or (), turn.ask.get("stop")
    passages = [e.passage for e in turn.reading.evidence] + [r.passage for r in turn.retrieved]
    said = [s for s in history[-1].statements if s.verdict == "supported"] if history else []
    return Brief(
        question=turn.question,
        asked=analyse(turn.question.text, parts.vocabulary),
        reading=turn.reading,
        excerpts=excerpts(turn.question, passages, parts.index),
        said=tuple(said[:SAID]),
        stopped=stop.is_set if stop else lambda: False,
    )


def _next(turn: _Turn, stage: str, started: float, **changed: Any) -> _Turn:
    return replace(turn, **changed, seconds=replace(turn.seconds, **{stage: round(perf_counter() - started, 4)}))


def _answer(turn: _Turn, parts: Parts, told: Told) -> Answer:
    index, draft = parts.index, told.draft
    answered = bool(told.citations)
    refusal = None if answered else refuse(draft.missing, *index.coverage().of(turn.question))
    return Answer(
        question=turn.asked,
        understood_as=turn.resolved.text,
        answered=answered,
        text=wording(refusal) if refusal else compose(told.statements),
        mode=told.mode,
        as_of=turn.question.as_of,
        generation=index.generation,
        complete=draft.complete,
        short=told.short,
        statements=told.statements,
        citations=told.citations,
        refusal=refusal,
        nearest=() if answered else nearest(turn.reading),
        notices=(
            *parts.notices,
            *draft.notices,
            *syndication.notices(told.citations, index.copies(), turn.question.as_of),
            *recency.notices(NEWEST.search(turn.question.text) is not None, told.citations),
        ),
        seconds=replace(turn.seconds, total=round(perf_counter() - turn.started, 4)),
    )
