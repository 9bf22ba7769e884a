"""A draft told as it comes: each statement placed and judged, and held back until one of them stands.

An answer of which nothing stands is not told: the fallback, which quotes the articles, answers in its place, and says so.
"""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, cast

from langchain_core.runnables import RunnableConfig, RunnableGenerator, RunnableLambda

from rag.answerers import Answerer, Brief
from rag.citations import Judge, Placing
from rag.index import Index
from rag.records import Citation, Draft, DraftStatement, Notice, Passage, Short, Statement, Verdict

UNSUPPORTED: Verdict = "unsupported"
FELL_BACK = Notice(
    code="not-supported",
    text="Nothing the model wrote is supported by the articles; their own sentences are shown instead.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """An answerer and how it is named to people."""

    answerer: Answerer
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The whole of what was told, and by whom; `draft` is what it came from."""

    draft: Draft
    mode: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    short: Short | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Tells drafts of the articles in `index`; `drop` leaves out statements that are judged unsupported."""

    index: Index
    judge: Judge
    voice: Voice
    fallback: Voice | None = None
    drop: bool = False

    def tell(self, brief: Brief, config: RunnableConfig) -> Iterator[Statement | Told]:
        """Each statement once it is judged, then the Told that holds exactly these; `config` carries the callbacks."""
        told = yield from self._by(self.voice, brief, config)
        if self.fallback and not told.statements and (told.draft.failed or told.draft.statements):
            notices = told.draft.notices if told.draft.failed else (*told.draft.notices, FELL_BACK)
            told = yield from self._by(self.fallback, brief, config)
            told = replace(told, draft=replace(told.draft, notices=(*notices, *told.draft.notices)))
        yield told

    def _by(self, voice: Voice, brief: Brief, config: RunnableConfig) -> Generator[Statement, None, Told]:
        placing = Placing(self.index.article, self._passages, self.judge)
        verify = RunnableLambda[DraftStatement, Statement | None](
            lambda proposed: placing.add(proposed, keep=self._keeps), name="verify"
        )
        draft, told, waiting = Draft(statements=(), failed=True), list[Statement](), list[Statement]()
        with closing(_drafted(voice.answerer, brief, config)) as proposals:
            for proposed in proposals:
                if isinstance(proposed, Draft):
                    draft = proposed
                elif statement := verify.invoke(proposed, config):
                    waiting.append(statement)
                    if told or statement.verdict != UNSUPPORTED:
                        yield from waiting
                        told, waiting = told + waiting, []
        return Told(
            draft=draft,
            mode=voice.mode,
            statements=tuple(told),
            citations=placing.citations if told else (),
            short=placing.short(draft.short) if told else None,
        )

    def _keeps(self, verdict: Verdict) -> bool:
        return not (self.drop and verdict == UNSUPPORTED)

    def _passages(self, slug: str) -> list[Passage]:
        return self.index.passages(self.index.passage_ids(slug))


def _drafted(answerer: Answerer, brief: Brief, config: RunnableConfig) -> Generator[DraftStatement | Draft, None, None]:
    """The answerer's stream as a run of its own, so that a tracer sees the model below it."""

    def draft(briefs: Iterator[Brief], config: RunnableConfig) -> Iterator[DraftStatement | Draft]:
        for one in briefs:
            yield from answerer.draft(one, config)

    # LangChain hands `config` to functions that take it, which its types do not tell.
    step: RunnableGenerator[Brief, DraftStatement | Draft] = RunnableGenerator(cast(Any, draft), name="answer")
    yield from step.stream(brief, config)
