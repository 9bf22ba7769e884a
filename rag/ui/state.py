"""What the app remembers: the shared assistant, and for each browser session its turns and what the panel shows.

The only module that touches `st.session_state` or holds a cached resource.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

import streamlit as st

from rag.assistant import Assistant
from rag.records import Answer, Citation, Nearest
from rag.ui.job import Job

Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class Turn:
    """A question, the job that answers it, and in the end its answer or one sentence about what went wrong."""

    question: str
    job: Job | None = None
    answer: Answer | None = None
    problem: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether the question has still to be answered."""
        return self.answer is None and self.problem is None

    def settle(self) -> bool:
        """Take over what an ended job brought; whether the turn is settled."""
        if self.waiting and self.job is not None and self.job.ended:
            self.answer, self.problem, self.job = self.job.answer, self.job.problem, None
        return not self.waiting


@dataclass(frozen=True, slots=True)
class Opened:
    """What the panel shows: a citation (`at` = its number) or a near passage (`at` = its place) of a turn."""

    turn: int
    kind: Literal["citation", "nearest"]
    at: int


@dataclass(slots=True)
class Session:
    """One browser session: its turns in order and the open passage."""

    turns: list[Turn] = field(default_factory=list)
    opened: Opened | None = None

    def ask(self, question: str) -> None:
        """Add a question to be answered in this run; blanks alone are no question."""
        if question.strip():
            self.turns.append(Turn(question=question.strip()))
            self.opened = None

    def cited(self) -> Citation | Nearest | None:
        """The record behind the open passage, or None."""
        if self.opened is None or self.opened.turn >= len(self.turns):
            return None
        answer = self.turns[self.opened.turn].answer
        if answer is None:
            return None
        if self.opened.kind == "nearest":
            return answer.nearest[self.opened.at] if 0 <= self.opened.at < len(answer.nearest) else None
        return next((c for c in answer.citations if c.number == self.opened.at), None)

    def step(self, by: int) -> None:
        """Open the citation `by` places on in the same answer, round the end."""
        if self.opened is None or self.opened.kind != "citation" or self.cited() is None:
            return
        answer = self.turns[self.opened.turn].answer
        numbers = [c.number for c in answer.citations] if answer else []
        at = numbers[(numbers.index(self.opened.at) + by) % len(numbers)]
        self.opened = Opened(self.opened.turn, "citation", at)


@dataclass(slots=True)
class Shared:
    """What all sessions of this server share: one assistant, opened once, and how far the opening is."""

    lock: Lock = field(default_factory=Lock)
    assistant: Assistant | None = None
    stage: tuple[str, int, int] = ("start", 0, 0)


@st.cache_resource(show_spinner=False)
def _shared() -> Shared:
    return Shared()


def session() -> Session:
    """The state of the browser session that runs this script."""
    if "cutaway" not in st.session_state:
        st.session_state["cutaway"] = Session()
    found: Session = st.session_state["cutaway"]
    return found


def picked(key: str, name: str) -> object:
    """The value the component `key` sent with its event `name` in this run, or None."""
    return getattr(st.session_state.get(key), name, None)


def assistant(progress: Progress) -> Assistant:
    """The shared assistant; the first call opens it and builds the index, others wait and see the same progress.

    Raises CutawayError when the index or the model cannot be used; the next call tries again.
    """
    shared = _shared()

    def note(stage: str, done: int, total: int) -> None:
        shared.stage = (stage, done, total)
        progress(stage, done, total)

    while shared.assistant is None:
        if not shared.lock.acquire(timeout=0.25):
            progress(*shared.stage)
            continue
        try:
            if shared.assistant is None:
                shared.assistant = Assistant.open(progress=note)
        finally:
            shared.lock.release()
    return shared.assistant
