"""What a reader's click on an answer's tools does to the session."""

from pathlib import Path

from rag import export, feedback
from rag.records import Answer
from rag.ui.turns import Download, Filters, Session, Turn

KINDS = {
    "md": "text/markdown",
    "bib": "application/x-bibtex",
    "csl.json": "application/json",
    "json": "application/json",
}


def act(session: Session, at: int, value: object, verdicts: Path) -> None:
    """Do what `value` (the trigger of components.answer) says to turn `at`; anything else changes nothing.

    Raises HistoryError when a verdict cannot be kept in the file `verdicts`.
    """
    if not isinstance(value, dict) or at >= len(session.turns):
        return
    turn, kind = session.turns[at], value.get("kind")
    if kind == "ask" and isinstance(value.get("text"), str):
        session.ask(value["text"])
    elif kind == "unfiltered" and turn.answer is not None:
        session.filters, session.taken_off = Filters(), session.taken_off + 1
        session.ask(turn.answer.understood_as)
    elif kind == "stop" and turn.job is not None:
        turn.job.stop()
    elif kind == "save" and turn.answer is not None and value.get("format") in KINDS:
        turn.download = _file(turn.answer, value["format"])
    elif kind == "rate" and turn.answer is not None:
        _rate(turn, turn.answer, bool(value.get("good")), str(value.get("reason") or ""), verdicts)


def _file(answer: Answer, form: str) -> Download:
    words = "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in answer.question.lower()).split()[:6])
    return Download(name=f"{words or 'answer'}.{form}", kind=KINDS[form], text=export.FORMATS[form](answer))


def _rate(turn: Turn, answer: Answer, good: bool, reason: str, verdicts: Path) -> None:
    if not turn.rated:
        feedback.record(verdicts, answer, good=good, reason=reason)
        turn.rated = True
