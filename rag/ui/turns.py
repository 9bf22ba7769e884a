"""What one browser session holds, without Streamlit: its turns, its filters and the open passage."""

from dataclasses import dataclass, field, fields, replace
from typing import Literal

from rag.records import Answer, Citation, Nearest
from rag.ui.dates import spell
from rag.ui.job import Job

LABELS = {"topic": "Topic", "publisher": "Outlet", "since": "Known since", "as_of": "As of"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a question may see; the names and meanings are those of `Assistant.ask`."""

    topic: str | None = None
    publisher: str | None = None
    since: str | None = None
    as_of: str | None = None

    def given(self) -> dict[str, str]:
        """The filters that are set, by name."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}

    def tokens(self) -> list[dict[str, str]]:
        """The filters that are set, as people read them: `id` (the name) and `text`."""
        return [
            {"id": name, "text": f"{LABELS[name]}: {value if name in ('topic', 'publisher') else spell(value)}"}
            for name, value in self.given().items()
        ]

    def without(self, name: str) -> "Filters":
        """The same filters but for one; an unknown name changes nothing."""
        return replace(self, **{name: None}) if name in LABELS else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A chat model as `Assistant.answered_by` takes it; without a name the articles' own sentences are quoted."""

    name: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file the browser of this session shall save."""

    name: str
    kind: str
    text: str


@dataclass(slots=True)
class Turn:
    """A question, the job that answers it, and in the end its answer or one sentence about what went wrong.

    `writer` is the chat model that is asked, None when the articles are quoted.
    """

    question: str
    filters: Filters = field(default_factory=Filters)
    job: Job | None = None
    answer: Answer | None = None
    problem: str | None = None
    writer: str | None = None
    rated: bool = False
    download: Download | None = None

    @property
    def waiting(self) -> bool:
        """Whether the question has still to be answered."""
        return self.answer is None and self.problem is None

    def settle(self) -> bool:
        """Take over what an ended job brought; whether the turn is settled."""
        if self.waiting and self.job is not None and self.job.ended:
            self.answer, self.problem = self.job.answer, self.job.problem
        return not self.waiting

    def hand_over(self) -> Download | None:
        """The file to save, once."""
        file, self.download = self.download, None
        return file


@dataclass(frozen=True, slots=True)
class Opened:
    """What the panel shows: a citation (`at` = its number) or a near passage (`at` = its place) of a turn."""

    turn: int
    kind: Literal["citation", "nearest"]
    at: int


@dataclass(slots=True)
class Session:
    """One browser session: its turns in order, the open passage, the filters of the next question.

    `conversation` is the id under which the turns are kept, None before the first is; `kept` how many of them are;
    `taken_off` counts filters taken off by their tokens. `model` answers the next question, None: whoever the settings
    name; `naming` is the offer whose model is being typed, `refused` says why one that was chosen cannot be asked.
    `deleting` is the conversation that waits for a second word before it is deleted; `moved` counts how often another
    conversation, or none, was taken up.
    """

    turns: list[Turn] = field(default_factory=list)
    opened: Opened | None = None
    filters: Filters = field(default_factory=Filters)
    taken_off: int = 0
    conversation: str | None = None
    kept: int = 0
    arrived: bool = False
    model: Model | None = None
    naming: str | None = None
    refused: str | None = None
    deleting: str | None = None
    moved: int = 0

    def ask(self, question: str, filters: Filters | None = None) -> None:
        """Add a question to be answered, under `filters`, by default those of now; blanks alone are no question."""
        if question.strip():
            self.turns.append(Turn(question=question.strip(), filters=filters or self.filters))
            self.opened = None

    def restore(self, conversation: str | None, answers: tuple[Answer, ...]) -> None:
        """Show another conversation, or none; a running answer is given up."""
        for turn in self.turns:
            if turn.job is not None:
                turn.job.stop()
        self.turns = [
            Turn(question=answer.question, answer=answer, filters=Filters(as_of=answer.as_of)) for answer in answers
        ]
        self.conversation, self.kept, self.opened = conversation, len(answers), None
        self.moved += 1

    def history(self, at: int) -> list[Answer]:
        """The answers before turn `at`."""
        return [turn.answer for turn in self.turns[:at] if turn.answer is not None]

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
